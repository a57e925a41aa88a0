"""A Boltzmann machine: a graph with biases and couplings, ``p(s) = exp(-E(s)) / Z``."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.boltzmann.graph import Graph
from problems.model import IsingProblem, as_states, blocks

_LEAST_SHARE = 0.02  # of data in which a unit is taken to be up, or down


@dataclass(frozen=True, eq=False)
class BoltzmannMachine:
    """``E(s) = sum_i h_i s_i + sum_{i<j} J_ij s_i s_j`` over units of -1 and +1, at beta = 1.

    Signs are those of `problems`: a unit's mean given the others is ``tanh(-I)``,
    ``I_i = h_i + sum_j J_ij s_j``.

    Attributes:
        graph: its units and which are coupled.
        h: [n] biases.
        coupling: [m] of the graph's pairs.

    Raises:
        ValueError: on other numbers of biases or couplings, or ones that are not finite.

    Example:
        >>> from pbits.boltzmann import rbm
        >>> machine = BoltzmannMachine(rbm(2, 1), [0, 0, 0], [-1, 1])
        >>> machine.problem.energies([1, -1, 1]).item()
        -2.0
    """

    graph: Graph
    h: NDArray[np.float64]
    coupling: NDArray[np.float64]

    def __post_init__(self) -> None:
        expected = {"h": self.graph.num_units, "coupling": self.graph.num_couplings}
        for name, size in expected.items():
            values = np.asarray(getattr(self, name), np.float64)
            bad = np.count_nonzero(~np.isfinite(values))
            if values.shape != (size,) or bad:
                raise ValueError(
                    f"{name} has shape {values.shape} and {bad} values that are not finite; "
                    f"expected {size} finite numbers, one for each "
                    f"{'unit' if name == 'h' else 'coupled pair'} of the graph"
                )
            object.__setattr__(self, name, values)

    @cached_property
    def problem(self) -> IsingProblem:
        """As an Ising problem; its states at beta = 1 are the machine's."""
        return IsingProblem(
            self.h, self.graph.row, self.graph.col, self.coupling, 0.0, range(self.h.size)
        )

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """[n, n] couplings, symmetric, 0 where there is none."""
        full = np.zeros((self.h.size, self.h.size))
        full[self.graph.row, self.graph.col] = self.coupling
        return full + full.T

    def log_weights(self, seen: ArrayLike) -> NDArray[np.float64]:
        """``log sum_hidden exp(-E)`` [...] of visible units and labels [..., num_seen].

        Minus the free energy of what is seen; for restricted machines.

        Raises:
            ValueError: on a machine whose hidden units are coupled; see `likelihood`.
        """
        if not self.graph.is_restricted:
            raise ValueError(
                "hidden units are coupled with each other: use likelihood.log_weights, which "
                "estimates, or exact.log_weights, which enumerates"
            )
        k = self.graph.num_seen
        states, lead = as_states(seen, k)
        found = np.empty(states.shape[0])
        matrix = self.matrix[:k]
        for part in blocks(states.shape[0], self.h.size):
            spins = states[part].astype(np.float64)
            inside = self.h[:k] + spins @ matrix[:, :k] / 2
            found[part] = log_2cosh(self.h[k:] + spins @ matrix[:, k:]).sum(1)
            found[part] -= (spins * inside).sum(1)
        return found.reshape(lead)

    def save(self, path: str | Path) -> None:
        """Write graph and parameters to a ``.npz`` file."""
        g = self.graph
        sizes = np.array([g.num_visible, g.num_labels, g.num_hidden])
        np.savez(path, sizes=sizes, row=g.row, col=g.col, h=self.h, coupling=self.coupling)

    @classmethod
    def load(cls, path: str | Path) -> "BoltzmannMachine":
        """Read what `save` wrote."""
        with np.load(path) as file:
            visible, labels, hidden = file["sizes"].tolist()
            graph = Graph(visible, labels, hidden, file["row"], file["col"])
            return cls(graph, file["h"], file["coupling"])


def log_2cosh(x: NDArray) -> NDArray:
    """``log(2 cosh x)`` without overflow."""
    return np.logaddexp(x, -x)


def initialise(
    graph: Graph, data: ArrayLike | None = None, *, scale: float | None = None, seed: int = 0
) -> BoltzmannMachine:
    """A machine to begin with: small random couplings, and biases by which units are as in data.

    Args:
        graph: of the machine.
        data: [k, num_seen] of -1 and +1; None leaves all biases at 0.
        scale: standard deviation of couplings; default 0.5 over the root of the mean degree.
        seed: of the couplings.

    Raises:
        ValueError: on data of another shape or other values, or a negative scale.

    Example:
        >>> from pbits.boltzmann import rbm
        >>> initialise(rbm(2, 1), [[1, 1], [1, 1]]).h.round(1).tolist()
        [-1.9, -1.9, 0.0]
    """
    degree = 2 * graph.num_couplings / graph.num_units
    size = 0.5 / max(degree, 1.0) ** 0.5 if scale is None else checks.non_negative("scale", scale)
    rng = np.random.default_rng(checks.whole_number("seed", seed, 0))
    coupling = size * rng.standard_normal(graph.num_couplings)
    h = np.zeros(graph.num_units)
    if data is not None:
        h[: graph.num_seen] = base_biases(as_states(data, graph.num_seen)[0])
    return BoltzmannMachine(graph, h, coupling)


def base_biases(data: NDArray[np.int8]) -> NDArray[np.float64]:
    """[k] biases of independent units with the means of data [rows, k], none of them certain."""
    if not len(data):
        raise ValueError("data has no rows; expected one or more")
    most = 1 - 2 * _LEAST_SHARE
    return -np.arctanh(np.clip(data.mean(0), -most, most))
