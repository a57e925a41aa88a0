"""Integer factoring by a multiplier run backwards: its product is held, its inputs are found.

Pairs of spins only, no coupling above 2, and about ``3 * bits_x * bits_y`` spins; energy 0 exactly
at factorisations, and at least 2 elsewhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.logic.arithmetic import multiplier
from problems.logic.circuits import Circuit
from problems.logic.factors import FactorCertificate, certify, divided, widths
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class MultiplierFactoring:
    """A multiplier with its product held; build one with :func:`factoring_circuit`.

    Attributes:
        number: what is to be factored.
        circuit: the multiplier; `circuit.problem` is the energy.
    """

    number: int
    circuit: Circuit

    @property
    def problem(self) -> IsingProblem:
        """That of the circuit; energy 0 exactly at factorisations."""
        return self.circuit.problem

    def decode(self, spins: ArrayLike) -> tuple[int, int]:
        """The inputs of the multiplier, of one state [n]."""
        found = self.circuit.decode(spins)
        return found["a"], found["b"]

    def certificate(self, spins: ArrayLike) -> FactorCertificate:
        """Multiply the inputs of one state [n]; compare gates and energy.

        Example:
            >>> problem = factoring_circuit(15, 3, 2)
            >>> problem.certificate(problem.state(5, 3)).is_nontrivial
            True
        """
        found = self.circuit.certificate(spins)
        x, y = found.values["a"], found.values["b"]
        return certify(self.number, x, y, found.energy, found.consistent_with_energy)

    def state(self, x: int, y: int) -> NDArray[np.int8]:
        """The state [n] of two factors, with all wires worked out from them."""
        return self.circuit.evaluate(a=x, b=y)

    def repair(self, spins: ArrayLike) -> NDArray[np.int8]:
        """As `Factoring.repair`; where nothing divides, all wires follow the inputs."""
        bits = tuple(len(self.circuit.registers[name]) for name in "ab")
        fitting = divided(self.number, self.decode(spins), bits)
        return self.circuit.repair(spins) if fitting is None else self.state(*fitting)


def factoring_circuit(
    number: int, bits_x: int | None = None, bits_y: int | None = None
) -> MultiplierFactoring:
    """Factoring of an odd number by a multiplier whose product and lowest input bits are held.

    Args:
        number: odd, at least 9.
        bits_x, bits_y: as in :func:`factoring`; wide enough for the product.

    Raises:
        ValueError: on a number that is even or too small or has more bits than a product.

    Example:
        >>> factoring_circuit(35).problem.num_variables
        19
    """
    width_x, width_y = widths(number, bits_x, bits_y)
    circuit = multiplier(width_x, width_y).hold(p=number)
    return MultiplierFactoring(number, circuit.hold_wires({"a0": 1, "b0": 1}))
