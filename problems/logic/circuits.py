"""Circuits of gates: named wires, values held at any end, samples read as whole numbers.

The energy is the sum of the gates' energies, so that it is 0 exactly where every gate is satisfied,
and no less than the smallest gap elsewhere.  Held wires leave the problem.  Which ends are held
decides what the same circuit does: a multiplier with its product held finds factors.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.clamping import clamp
from problems.logic.gates import Gate
from problems.model import IsingProblem, as_states, ising

Relation = Callable[[Mapping[str, int]], bool]


@dataclass(frozen=True)
class Placed:
    """A gate and the wires at its ports, in the order of `Gate.ports`."""

    gate: Gate
    wires: tuple[Hashable, ...]

    def __post_init__(self) -> None:
        if len(self.wires) != len(self.gate.ports):
            raise ValueError(
                f"{self.gate.name} has the ports {self.gate.ports}; {len(self.wires)} wires given"
            )


@dataclass(frozen=True)
class CircuitCertificate:
    """What one state of a circuit says, gate by gate, from the truth tables alone.

    Attributes:
        values: the number in each register.
        violated: places in `Circuit.gates` of the gates whose table is broken.
        satisfied: whether there is none.
        relation_holds: whether the numbers obey the circuit's relation, say ``a * b == p``, in
            whole numbers; None where it has none.
        energy: of the state.
        consistent_with_energy: whether the energy is 0 exactly if no gate is violated.
    """

    values: dict[str, int]
    violated: tuple[int, ...]
    satisfied: bool
    relation_holds: bool | None
    energy: int | float
    consistent_with_energy: bool


@dataclass(frozen=True, eq=False)
class Circuit:
    """Gates joined by wires of equal name.

    Attributes:
        gates: in an order in which every gate comes after those that feed it.
        registers: wires of each number, the lowest bit first.
        held: bit of each wire that is held.
        relation: what the numbers in the registers obey when all gates are satisfied.

    Example:
        >>> from problems.logic import gate
        >>> both = Circuit((Placed(gate("AND"), ("x", "y", "z")),), {"z": ("z",)}).hold(z=1)
        >>> both.problem.labels, both.certificate([1, 1]).satisfied
        (('x', 'y'), True)
    """

    gates: tuple[Placed, ...]
    registers: Mapping[str, Sequence[Hashable]] = field(default_factory=dict)
    held: Mapping[Hashable, int] = field(default_factory=dict)
    relation: Relation | None = None

    def __post_init__(self) -> None:
        if not self.gates:
            raise ValueError("a circuit without gates given; expected at least one")
        known = set(self.wires)
        named = [wire for wires in self.registers.values() for wire in wires]
        for wire in (*named, *self.held):
            if wire not in known:
                raise ValueError(f"no gate has a wire {wire!r}; expected wires of the circuit")
        for wire, bit in self.held.items():
            if bit not in (0, 1):
                raise ValueError(f"wire {wire!r} is held at {bit!r}; expected 0 or 1")

    def hold(self, **numbers: int) -> "Circuit":
        """The circuit with registers held at whole numbers.

        Raises:
            ValueError: on an unknown register, a number that does not fit in it, or numbers that
                contradict each other or what is held already.

        Example:
            >>> from problems.logic import multiplier
            >>> multiplier(3, 3).hold(p=35).problem.num_variables
            21
        """
        found = self
        for name, number in numbers.items():
            wires = self._register(name)
            if not 0 <= number < 1 << len(wires):
                raise ValueError(
                    f"{name} is to hold {number}; expected 0 to {(1 << len(wires)) - 1}"
                )
            # One by one, since registers may share wires.
            found = found.hold_wires({wire: number >> k & 1 for k, wire in enumerate(wires)})
        return found

    def hold_wires(self, bits: Mapping[Any, int]) -> "Circuit":
        """The circuit with single wires held at 0 or 1.

        Raises:
            ValueError: on an unknown wire, another value, or a wire already held at the other one.
        """
        for wire, bit in bits.items():
            if self.held.get(wire, bit) != bit:
                raise ValueError(f"wire {wire!r} is held at {self.held[wire]} already, not {bit}")
        return replace(self, held={**self.held, **bits})

    @cached_property
    def wires(self) -> tuple[Hashable, ...]:
        """All wires in order of appearance, those that are held among them."""
        return tuple(dict.fromkeys(wire for placed in self.gates for wire in placed.wires))

    @cached_property
    def problem(self) -> IsingProblem:
        """The energy of the wires that are free, by name."""
        place = {wire: k for k, wire in enumerate(self.wires)}
        h = np.zeros(len(place), np.result_type(np.int64, *(p.gate.problem.h for p in self.gates)))
        parts, offset = [], 0
        for placed in self.gates:
            energy, at = placed.gate.problem, np.array([place[wire] for wire in placed.wires])
            np.add.at(h, at, energy.h)
            row, col, same = at[energy.row], at[energy.col], at[energy.row] == at[energy.col]
            parts.append((row[~same], col[~same], energy.coupling[~same]))
            # One wire at two ports: s * s = 1.
            offset += energy.offset + energy.coupling[same].sum().item()
        row, col, coupling = map(np.concatenate, zip(*parts, strict=True))
        whole = ising(h, row, col, coupling, offset, self.wires)
        return clamp(whole, {wire: 2 * bit - 1 for wire, bit in self.held.items()})

    def bits(self, spins: ArrayLike) -> NDArray[np.int8]:
        """Bits [..., wires] of all wires, of states [..., n] of the free ones."""
        free = [k for k, wire in enumerate(self.wires) if wire not in self.held]
        states, lead = as_states(spins, len(free))
        found = np.empty((states.shape[0], len(self.wires)), np.int8)
        found[:] = [self.held.get(wire, 0) for wire in self.wires]
        found[:, free] = states > 0
        return found.reshape(*lead, len(self.wires))

    def violations(self, spins: ArrayLike) -> NDArray[np.bool_]:
        """Which gates [..., gates] the states [..., n] violate, by their truth tables.

        Example:
            >>> from problems.logic import adder
            >>> adder(1).violations([[1, -1, 1, -1], [1, 1, 1, -1]]).tolist()
            [[False], [True]]
        """
        bits, broken = self.bits(spins), []
        for gate, at in self._places:
            found = bits[..., at]
            right = gate.outputs(found[..., : gate.num_inputs])
            broken.append(np.any(found[..., gate.num_inputs :] != right, axis=-1))
        return np.stack(broken, axis=-1)

    def numbers(self, register: str, spins: ArrayLike) -> NDArray:
        """Numbers [...] in one register, of states [..., n]: int64, or Python ints beyond 62 bits.

        Example:
            >>> from problems.logic import adder
            >>> adder(1).numbers("sum", [[1, -1, 1, -1], [1, 1, -1, 1]]).tolist()
            [1, 2]
        """
        place = {wire: k for k, wire in enumerate(self.wires)}
        wires = self._register(register)
        dtype = np.int64 if len(wires) <= 62 else object
        weights = np.array([1 << k for k in range(len(wires))], dtype)
        at = [place[wire] for wire in wires]
        return (self.bits(spins)[..., at].astype(dtype) * weights).sum(-1)

    def decode(self, spins: ArrayLike) -> dict[str, int]:
        """The number in each register, of one state [n]."""
        return {name: int(self.numbers(name, self._one(spins))) for name in self.registers}

    def certificate(self, spins: ArrayLike) -> CircuitCertificate:
        """Look up every gate of one state [n] in its table, and recompute the relation.

        Example:
            >>> from problems.logic import multiplier
            >>> times = multiplier(2, 2)
            >>> found = times.certificate(times.evaluate(a=3, b=2))
            >>> found.values, found.relation_holds
            ({'a': 3, 'b': 2, 'p': 6}, True)
        """
        state = self._one(spins)
        violated = tuple(np.flatnonzero(self.violations(state)).tolist())
        values, energy = self.decode(state), self.problem.energies(state).item()
        holds = None if self.relation is None else bool(self.relation(values))
        return CircuitCertificate(
            values, violated, not violated, holds, energy, (energy == 0) == (not violated)
        )

    def evaluate(self, **numbers: int) -> NDArray[np.int8]:
        """The state [n] of the free wires that the gates, one after the other, make of inputs.

        Wires that no gate drives and no number sets are 0 unless they are held.

        Args:
            numbers: of registers that are inputs; what a gate drives follows from those.

        Raises:
            ValueError: as `hold`.
        """
        given = self.hold(**numbers).held
        return self._forward(np.array([given.get(wire, 0) for wire in self.wires], np.int8))

    def repair(self, spins: ArrayLike) -> NDArray[np.int8]:
        """The state [n] with the same inputs and all else worked out from them.

        Held wires stay; a gate whose held output contradicts its inputs remains violated.

        Example:
            >>> from problems.logic import adder
            >>> adder(1).repair([1, 1, 1, 1]).tolist()
            [1, 1, -1, 1]
        """
        return self._forward(self.bits(self._one(spins)))

    def _forward(self, bits: NDArray[np.int8]) -> NDArray[np.int8]:
        for gate, at in self._places:
            right = gate.outputs(bits[at[: gate.num_inputs]])
            for k, bit in zip(at[gate.num_inputs :], right, strict=True):
                bits[k] = self.held.get(self.wires[k], bit)
        free = [k for k, wire in enumerate(self.wires) if wire not in self.held]
        return 2 * bits[free] - 1

    @cached_property
    def _places(self) -> list[tuple[Gate, NDArray[np.int64]]]:
        """Each gate with the places of its wires in `wires`."""
        place = {wire: k for k, wire in enumerate(self.wires)}
        return [(p.gate, np.array([place[wire] for wire in p.wires])) for p in self.gates]

    def _register(self, name: str) -> Sequence[Hashable]:
        if name not in self.registers:
            known = ", ".join(self.registers) or "none"
            raise ValueError(f"there is no register {name!r}; expected one of: {known}")
        return self.registers[name]

    def _one(self, spins: ArrayLike) -> NDArray[np.int8]:
        states, lead = as_states(spins, len(self.wires) - len(self.held))
        if lead:
            raise ValueError(f"{len(states)} states given; expected one, shape [n]")
        return states[0]


def join(circuits: Iterable[Circuit], relation: Relation | None = None) -> Circuit:
    """Several circuits as one; wires of equal name are one wire, registers too.

    Raises:
        ValueError: where a register of equal name has other wires, or a wire is held both ways.

    Example:
        >>> from problems.logic import circuit, gate
        >>> inner = circuit("AND", "x", "y", "z")
        >>> join([inner, circuit("NOT", "z", "w")]).problem.labels
        ('x', 'y', 'z', 'w')
    """
    parts = list(circuits)
    registers: dict[str, Sequence[Hashable]] = {}
    for part in parts:
        for name, wires in part.registers.items():
            if tuple(registers.setdefault(name, wires)) != tuple(wires):
                raise ValueError(f"two circuits have a register {name!r} of different wires")
    whole = Circuit(tuple(p for part in parts for p in part.gates), registers, {}, relation)
    for part in parts:
        whole = whole.hold_wires(part.held)
    return whole
