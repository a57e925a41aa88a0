"""Circuits of gates, run in any direction: some wires are held, the rest is to follow.

The energy is the sum of the gates' own (`problems.logic`), each 0 where the gate's table is obeyed
and at least its gap elsewhere: 0 exactly where the whole circuit is right, and no weight to choose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.logic.circuits import Circuit, Placed
from problems.logic.gates import gate
from problems.model import IsingProblem

Bits = Mapping[str, int]


@dataclass(frozen=True, eq=False)
class CircuitProblem(Encoded[Bits]):
    """Bits for the wires of a circuit; build one with :func:`circuit`.

    Solutions map wires to 0 or 1.  The objective is the number of gates whose table is broken.
    """

    kind: ClassVar[str] = "circuit"

    circuit: Circuit
    wires: tuple[str, ...]  # without those that only serve a gate

    @cached_property
    def problem(self) -> IsingProblem:
        return self.circuit.problem

    @property
    def ideal(self) -> int:
        return 0

    def decode(self, spins: ArrayLike) -> Bits:
        state = one_state(spins, self.problem.num_variables)
        found = dict(zip(self.circuit.wires, self.circuit.bits(state).tolist(), strict=True))
        return {wire: found[wire] for wire in self.wires}

    def encode(self, solution: Bits) -> NDArray[np.int8]:
        bits = dict(self._checked(solution))
        for wire, bit in self.circuit.held.items():
            if bits[str(wire)] != bit:
                raise ValueError(f"wire {wire!r} is {1 - bit}; expected {bit}, where it is held")
        for placed in self.circuit.gates:
            shown = len(placed.wires) - placed.gate.num_auxiliary
            bits.update(self._hidden(placed, [bits[str(w)] for w in placed.wires[:shown]]))
        free = [wire for wire in self.circuit.wires if wire not in self.circuit.held]
        return np.array([2 * bits[str(wire)] - 1 for wire in free], np.int8)

    def certificate(self, solution: Bits) -> Certificate:
        bits = self._checked(solution)
        words = [
            f"gate {k}, {placed.gate.name} of {', '.join(map(str, placed.wires))}, is wrong"
            for k, placed in enumerate(self.circuit.gates)
            if not _obeyed(placed, bits)
        ]
        wrong = len(words)
        for wire, bit in self.circuit.held.items():
            if bits[str(wire)] != bit:
                words.append(f"wire {wire!r} is {1 - bit}, but held at {bit}")
        return certificate(wrong, words, **self._numbers(bits))

    def repair(self, solution: Bits) -> Bits:
        """All wires worked out from those that no gate drives, where that obeys what is held."""
        bits = {**self._checked(solution), **{str(w): b for w, b in self.circuit.held.items()}}
        for placed in self.circuit.gates:
            inputs = [bits[str(w)] for w in placed.wires[: placed.gate.num_inputs]]
            right = placed.gate.outputs(inputs).tolist()
            for wire, bit in zip(placed.wires[placed.gate.num_inputs :], right, strict=True):
                if str(wire) in bits:
                    bits[str(wire)] = bit
        return bits if self.certificate(bits).feasible else solution

    def draw(self, solution: Bits, axes: Any) -> None:
        """Gates and wires from left to right; blue wires are 1, red gates are wrong."""
        bits, graph = self._checked(solution), nx.DiGraph()
        colours: dict[Any, str] = {w: "tab:blue" if bits[w] else "lightgrey" for w in self.wires}
        names: dict[Any, str] = {wire: wire for wire in self.wires}
        graph.add_nodes_from(self.wires)
        for k, placed in enumerate(self.circuit.gates):
            shown = [str(w) for w in placed.wires if str(w) in bits]
            names[k] = placed.gate.name
            colours[k] = "white" if _obeyed(placed, bits) else "tab:red"
            graph.add_edges_from((wire, k) for wire in shown[: placed.gate.num_inputs])
            graph.add_edges_from((k, wire) for wire in shown[placed.gate.num_inputs :])
        for depth, layer in enumerate(nx.topological_generations(graph)):
            for node in layer:
                graph.nodes[node]["subset"] = depth
        nx.draw_networkx(
            graph, nx.multipartite_layout(graph), ax=axes, labels=names, font_size=7,
            node_color=[colours[node] for node in graph], edgecolors="grey",
        )  # fmt: skip
        axes.set_axis_off()

    def plain(self, solution: Bits) -> dict[str, int]:
        return dict(self._checked(solution))

    def words(self, solution: Bits) -> str:
        return by_name(self._checked(solution).items(), "=")

    def from_plain(self, data: Any) -> Bits:
        return self._checked(data)

    def _numbers(self, bits: Bits) -> dict[str, int]:
        found = {}
        for name, wires in self.circuit.registers.items():
            found[name] = sum(bits[str(wire)] << k for k, wire in enumerate(wires))
        return found

    def _hidden(self, placed: Placed, shown: list[int]) -> dict[str, int]:
        """Bits of a gate's own auxiliary spins, where its energy is least."""
        from itertools import product

        auxiliary = placed.wires[len(shown) :]
        choices = list(product((0, 1), repeat=len(auxiliary)))
        states = [[2 * bit - 1 for bit in (*shown, *choice)] for choice in choices]
        best = choices[int(placed.gate.problem.energies(states).argmin())]
        return dict(zip(map(str, auxiliary), best, strict=True))

    def _checked(self, solution: Any) -> dict[str, int]:
        if not isinstance(solution, Mapping) or set(solution) != set(self.wires):
            raise ValueError(f"{str(solution)[:60]} given; expected a bit for each wire")
        for wire, bit in solution.items():
            if bit not in (0, 1):
                raise ValueError(f"wire {wire!r} is {bit!r}; expected 0 or 1")
        return {wire: int(solution[wire]) for wire in self.wires}


def _obeyed(placed: Placed, bits: Bits) -> bool:
    """Whether a gate's outputs are what its table says, its auxiliary spins aside."""
    shown = [bits[str(wire)] for wire in placed.wires if str(wire) in bits]
    right = placed.gate.outputs(shown[: placed.gate.num_inputs]).tolist()
    return shown[placed.gate.num_inputs :] == right[: len(shown) - placed.gate.num_inputs]


def circuit(
    gates: Sequence[Sequence[Any]],
    held: Mapping[str, int] | None = None,
    registers: Mapping[str, Sequence[str]] | None = None,
) -> CircuitProblem:
    """A circuit of named wires.

    Args:
        gates: ``[name, inputs, outputs]`` of each, in any order; names in `problems.logic.GATES`,
            inputs and outputs lists of wires, or one wire.
        held: bits of wires, or numbers of registers.
        registers: wires of numbers, the lowest bit first.

    Raises:
        ValueError: on an unknown gate, a wrong number of wires, a wire that two gates drive, a
            loop, or a hold that contradicts another.

    Example:
        >>> both = circuit([["XOR", ["a", "b"], "sum"], ["AND", ["a", "b"], "carry"]], {"carry": 1})
        >>> both.certificate({"a": 1, "b": 1, "sum": 0, "carry": 1}).feasible
        True
    """
    if not isinstance(gates, Sequence) or isinstance(gates, str):
        raise ValueError(f"gates is {gates!r:.60}; expected [name, inputs, outputs] of each")
    for name, given in (("held", held), ("registers", registers)):
        names = given if isinstance(given, Mapping) else [None] if given is not None else []
        if not all(isinstance(key, str) for key in names):
            raise ValueError(f"{name} is {given!r:.60}; expected an object of names")
    for name, wires in (registers or {}).items():
        if not isinstance(wires, list | tuple) or not all(isinstance(w, str) for w in wires):
            raise ValueError(f"register {name!r} is {wires!r:.60}; expected a list of wires")
    placed = [_placed(entry, k) for k, entry in enumerate(gates)]
    hidden = {w for p in placed for w in p.wires[len(p.wires) - p.gate.num_auxiliary :]}
    whole = Circuit(tuple(_ordered(placed)), dict(registers or {}))
    for name, value in (held or {}).items():
        if type(value) is not int:
            raise ValueError(f"{name!r} is held at {value!r}; expected an integer")
        whole = (
            whole.hold(**{name: value})
            if name in whole.registers
            else whole.hold_wires({name: value})
        )
    return CircuitProblem(whole, tuple(str(w) for w in whole.wires if w not in hidden))


def _placed(entry: Any, k: int) -> Placed:
    if not isinstance(entry, Sequence) or isinstance(entry, str) or len(entry) != 3:
        raise ValueError(f"gates[{k}] is {str(entry)[:60]}; expected [name, inputs, outputs]")
    kind = gate(str(entry[0]))
    inputs, outputs = ([w] if isinstance(w, str | int) else list(w or ()) for w in entry[1:])
    shown = kind.ports[: len(kind.ports) - kind.num_auxiliary]
    if len(inputs) != kind.num_inputs or len(inputs) + len(outputs) != len(shown):
        raise ValueError(
            f"gates[{k}], {kind.name}, has {len(inputs)} inputs and {len(outputs)} outputs; "
            f"expected {kind.num_inputs} and {len(shown) - kind.num_inputs}"
        )
    for wire in inputs + outputs:
        if not isinstance(wire, str):
            raise ValueError(f"gates[{k}] has wire {wire!r}; expected a name")
    auxiliary = [f"gate {k} {port}" for port in kind.ports[len(shown) :]]
    return Placed(kind, (*inputs, *outputs, *auxiliary))


def _ordered(placed: list[Placed]) -> list[Placed]:
    """Every gate after those that feed it."""
    driver: dict[Any, int] = {}
    for k, one in enumerate(placed):
        for wire in one.wires[one.gate.num_inputs :]:
            if wire in driver:
                raise ValueError(f"gates {driver[wire]} and {k} both drive {wire!r}; expected one")
            driver[wire] = k
    before = {
        k: {driver[wire] for wire in one.wires[: one.gate.num_inputs] if wire in driver}
        for k, one in enumerate(placed)
    }
    try:
        return [placed[k] for k in TopologicalSorter(before).static_order()]
    except CycleError as error:
        raise ValueError(f"gates {error.args[1]} feed each other; expected no loop") from error
