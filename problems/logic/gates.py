"""Logic gates as Ising models: the ground states are the rows of the truth table and no others.

Such a gate works in any direction: with its inputs held it finds the output, with its output held
it visits all inputs that give it.  Bits are 0 and 1, spins are 2 * bit - 1.  Every gate has ground
energy 0; its *gap* is the least energy of a state that breaks the table.

AND, from ``3 c + a b - 2 c (a + b)`` in bits, and the full adder, half of ``(a + b + c - 2 carry -
sum)**2`` in spins, are the matrices of K. Y. Camsari et al., Phys. Rev. X 7, 031014 (2017),
doi:10.1103/PhysRevX.7.031014, with the opposite sign, as energies here are minimised (matrices
from memory; `certificate` proves them by enumeration).  No gate of biases and couplings up to 2 has
a larger gap (`synthesise`), but for COPY, whose coupling is 1.  OR, NAND and NOR are AND with some
ports negated.  No three spins have the ground states of XOR, whose table has no correlation of two:
it carries along the carry of a half adder as an auxiliary spin.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem, ising
from problems.qubo import binary_to_spin

_MAX_PORTS = 16


@dataclass(frozen=True)
class GateCertificate:
    """What enumeration of all states of a gate finds.

    Attributes:
        ground_energy: least energy.
        gap: least energy of a state outside the table, minus `ground_energy`.
        is_exact: whether the ground states are the rows of the table, their energy is 0 and the gap
            is the one announced.
    """

    ground_energy: int | float
    gap: int | float
    is_exact: bool


@dataclass(frozen=True, eq=False)
class Gate:
    """A boolean function as an Ising model; `gate` has the common ones, `synthesise` makes others.

    Attributes:
        name: what it is called.
        ports: labels of the spins: inputs, then outputs, then auxiliary ones.
        num_inputs: number of inputs.
        num_auxiliary: number of ports at the end that only serve the others.
        table: [2**num_inputs, ports] bits; input i of row k is bit i of k.
        problem: energies of the ports, 0 in the rows of the table.
        gap: least energy of all other states.
    """

    name: str
    ports: tuple[str, ...]
    num_inputs: int
    num_auxiliary: int
    table: NDArray[np.int8]
    problem: IsingProblem
    gap: int | float

    def certificate(self) -> GateCertificate:
        """Compare all states with the table.

        Example:
            >>> gate("AND").certificate()
            GateCertificate(ground_energy=0, gap=4, is_exact=True)
        """
        states = all_bits(len(self.ports))
        energies = self.problem.energies(binary_to_spin(states))
        weights = 1 << np.arange(len(self.ports))
        in_table = np.isin(states @ weights, self.table @ weights)
        ground, others = energies.min().item(), energies[~in_table]
        gap = (others.min() - ground).item() if others.size else 0
        level = bool(np.all(energies[in_table] == 0)) and ground == 0
        return GateCertificate(ground, gap, level and gap == self.gap and gap > 0)

    def outputs(self, inputs: ArrayLike) -> NDArray[np.int8]:
        """Bits [..., outputs and auxiliaries] that belong to input bits [..., num_inputs].

        Example:
            >>> gate("HALF_ADDER").outputs([[1, 0], [1, 1]]).tolist()
            [[1, 0], [0, 1]]
        """
        row = np.asarray(inputs, np.int64) @ (1 << np.arange(self.num_inputs))
        return self.table[row, self.num_inputs :]

    def negated(self, *ports: str, name: str) -> "Gate":
        """The gate with some ports inverted; gap and form stay.

        Raises:
            ValueError: on an unknown port.

        Example:
            >>> gate("AND").negated("out", name="NAND").table[:, 2].tolist()
            [1, 1, 1, 0]
        """
        if unknown := set(ports).difference(self.ports):
            raise ValueError(f"{self.name} has no port {unknown.pop()!r}; expected {self.ports}")
        flipped = np.array([port in ports for port in self.ports])
        table = self.table ^ flipped.astype(np.int8)
        rows = table[:, : self.num_inputs] @ (1 << np.arange(self.num_inputs))
        sign, old = np.where(flipped, -1, 1), self.problem
        problem = ising(
            sign * old.h, old.row, old.col, sign[old.row] * sign[old.col] * old.coupling,
            old.offset, old.labels,
        )  # fmt: skip
        return replace(self, name=name, table=table[np.argsort(rows)], problem=problem)


def all_bits(n: int) -> NDArray[np.int8]:
    """All rows of n bits, int8 [2**n, n]; entry i of row k is bit i of k.

    Raises:
        ValueError: beyond 16 bits.

    Example:
        >>> all_bits(2).tolist()
        [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    if n > _MAX_PORTS:
        raise ValueError(f"{n} bits are too many to enumerate; expected at most {_MAX_PORTS}")
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.int8)


@cache
def gate(name: str) -> Gate:
    """A gate by name; `GATES` lists them.

    | name | inputs | outputs | auxiliary | gap |
    |---|---|---|---|---|
    | COPY, NOT | a | out | | 2 |
    | AND, OR, NAND, NOR | a, b | out | | 4 |
    | XOR, XNOR | a, b | out | carry | 2 |
    | HALF_ADDER | a, b | sum, carry | | 2 |
    | FULL_ADDER | a, b, c | sum, carry | | 2 |
    | MAJORITY | a, b, c | out | | 4 |

    Raises:
        ValueError: on another name.

    Example:
        >>> gate("FULL_ADDER").problem.coupling.tolist()
        [1, 1, -1, -2, 1, -1, -2, -1, -2, 2]
    """
    if name not in GATES:
        raise ValueError(f"no gate is called {name!r}; expected one of {', '.join(GATES)}")
    if name in ("COPY", "NOT"):
        wire = _gate("COPY", "a out", [[0], [1]], [0, 0], [-1], 1, 2)
        return wire if name == "COPY" else wire.negated("out", name="NOT")
    if name in _FROM_AND:
        both = _gate("AND", "a b out", [[0], [0], [0], [1]], [-1, -1, 2], [1, -2, -2], 3, 4)
        return both.negated(*_FROM_AND[name], name=name)
    if name == "MAJORITY":
        most = all_bits(3).sum(1, keepdims=True) >= 2
        return _gate(name, "a b c out", most, [0] * 4, [1, 1, -2, 1, -2, -2], 3, 4)
    return _adding(name)


_FROM_AND = {"AND": (), "OR": ("a", "b", "out"), "NAND": ("out",), "NOR": ("a", "b")}
GATES = ("COPY", "NOT", *_FROM_AND, "XOR", "XNOR", "HALF_ADDER", "FULL_ADDER", "MAJORITY")


def _adding(name: str) -> Gate:
    """Gates that add bits: half of ``(sum of inputs - 2 carry - sum)**2`` in spins."""
    total = all_bits(3 if name == "FULL_ADDER" else 2).sum(1)
    outputs = np.column_stack([total % 2, total // 2])
    if name == "FULL_ADDER":
        coupling = [1, 1, -1, -2, 1, -1, -2, -1, -2, 2]
        return _gate(name, "a b c sum carry", outputs, [0] * 5, coupling, 4, 2)
    half = name == "HALF_ADDER"
    ports = "a b sum carry" if half else "a b out carry"
    biases, coupling = [-1, -1, 1, 2], [1, -1, -2, -1, -2, 2]
    found = _gate(name, ports, outputs, biases, coupling, 4, 2, 0 if half else 1)
    return found.negated("out", name="XNOR") if name == "XNOR" else found


def _gate(
    name: str,
    ports: str,
    outputs: ArrayLike,
    h: list[int],
    coupling: list[int],
    offset: int,
    gap: int,
    num_auxiliary: int = 0,
) -> Gate:
    """A gate of `outputs` [2**inputs, ...]; couplings row by row above the diagonal."""
    names, outputs = tuple(ports.split()), np.asarray(outputs, np.int8)
    inputs = len(names) - outputs.shape[1]
    row, col = np.triu_indices(len(names), 1)
    problem = ising(h, row, col, coupling, offset, names)
    table = np.hstack([all_bits(inputs), outputs])
    return Gate(name, names, inputs, num_auxiliary, table, problem, gap)
