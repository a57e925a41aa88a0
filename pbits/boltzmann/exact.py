"""Exact quantities of small Boltzmann machines: all states of all units but one class are counted.

Units that are not coupled with each other are summed over at once, so that a restricted machine may
have many units on one side.  NumPy only, in float64: nothing is shared with the samplers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.boltzmann.graph import Graph
from pbits.boltzmann.model import BoltzmannMachine, log_2cosh
from problems.model import as_states

MOST_UNITS = 18  # whose states are enumerated

Array = NDArray[np.float64]


class Moments(NamedTuple):
    """Means of units and of products of coupled units; of a distribution or of samples.

    The gradient of a mean log-likelihood is the model's less the data's, see `gradient`.
    """

    unit: NDArray[np.floating]  # [n]
    pair: NDArray[np.floating]  # [m]

    def less(self, other: "Moments") -> "Moments":
        """Differences."""
        return Moments(self.unit - other.unit, self.pair - other.pair)


class _Sum(NamedTuple):
    """States of the enumerated units, the rest summed over."""

    log_z: float
    probability: Array  # [K]
    spins: Array  # [K, n], conditional means where summed over


def log_z(machine: BoltzmannMachine) -> float:
    """``log sum_s exp(-E(s))``.

    Raises:
        ValueError: where more than 18 units must be enumerated.

    Example:
        >>> from pbits.boltzmann import rbm
        >>> machine = BoltzmannMachine(rbm(2, 1), [0, 0, 0], [0, 0])
        >>> round(log_z(machine) / np.log(2).item(), 6)
        3.0
    """
    return _summed(machine, np.zeros(machine.graph.num_units)).log_z


def log_weights(machine: BoltzmannMachine, seen: ArrayLike) -> Array:
    """``log sum_hidden exp(-E)`` [k] of each row of data [k, num_seen]."""
    return np.array([_summed(machine, held).log_z for held in _held(machine.graph, seen)])


def log_likelihood(machine: BoltzmannMachine, seen: ArrayLike) -> Array:
    """Natural logarithm of the probability [k] of each row of data [k, num_seen].

    Example:
        >>> from pbits.boltzmann import rbm
        >>> machine = BoltzmannMachine(rbm(1, 1), [0, 0], [-1])
        >>> np.exp(log_likelihood(machine, [[1], [-1]])).round(6).tolist()
        [0.5, 0.5]
    """
    return log_weights(machine, seen) - log_z(machine)


def moments(machine: BoltzmannMachine, seen: ArrayLike | None = None) -> Moments:
    """Of the machine; with units held at data [k, num_seen], the mean over its rows."""
    if seen is None:
        return _moments(machine.graph, _summed(machine, np.zeros(machine.graph.num_units)))
    if not len(np.asarray(seen)):
        raise ValueError("data has no rows; expected one or more")
    rows, counts = np.unique(np.asarray(seen), axis=0, return_counts=True)
    parts = [_moments(machine.graph, _summed(machine, h)) for h in _held(machine.graph, rows)]
    share = counts / counts.sum()
    unit, pair = (share @ np.array(part) for part in zip(*parts, strict=True))
    return Moments(unit, pair)


def gradient(machine: BoltzmannMachine, seen: ArrayLike) -> Moments:
    """Derivatives of the mean log-likelihood of data by h and by the couplings.

    Example:
        >>> from pbits.boltzmann import rbm
        >>> found = gradient(BoltzmannMachine(rbm(1, 1), [0.5, 0], [0]), [[1]])
        >>> round(found.unit[0].item(), 4)  # raising h makes +1 less probable
        -1.4621
    """
    return moments(machine).less(moments(machine, seen))


def distribution(machine: BoltzmannMachine) -> Array:
    """Probabilities [2**k] of all states of what is seen; unit i is up where bit i is set."""
    k = machine.graph.num_seen
    _check(k)
    weights = log_weights(machine, states(k).astype(np.int8))
    found = np.exp(weights - weights.max())
    return found / found.sum()


def states(count: int) -> Array:
    """All states [2**count, count]; unit i is up where bit i is set."""
    return 2.0 * ((np.arange(2**count)[:, None] >> np.arange(count)) & 1) - 1


def _held(graph: Graph, seen: ArrayLike) -> Array:
    """[k, n], 0 for units that are free."""
    rows, _ = as_states(seen, graph.num_seen)
    return np.pad(rows.astype(np.float64), ((0, 0), (0, graph.num_hidden)))


def _check(count: int) -> None:
    if count > MOST_UNITS:
        raise ValueError(
            f"{count} units would have to be enumerated, and {MOST_UNITS} can be; estimate by "
            "likelihood.annealed or likelihood.population instead"
        )


def _summed(machine: BoltzmannMachine, held: Array) -> _Sum:
    """Sum over units that are 0 in `held` [n]."""
    free = held == 0
    classes = [units[free[units]] for units in machine.graph.classes]
    inner = max(classes, key=len, default=np.zeros(0, np.int64))
    outer = np.setdiff1d(np.flatnonzero(free), inner)
    _check(outer.size)
    spins = np.tile(held, (2**outer.size, 1))
    spins[:, outer] = states(outer.size)
    field = machine.h + spins @ machine.matrix
    # Terms of the units that are not summed over; pairs are in the field twice.
    log = -(spins * (machine.h + field)).sum(1) / 2 + log_2cosh(field[:, inner]).sum(1)
    spins[:, inner] = -np.tanh(field[:, inner])
    top = log.max()
    weight = np.exp(log - top)
    return _Sum(float(top + np.log(weight.sum())), weight / weight.sum(), spins)


def _moments(graph: Graph, found: _Sum) -> Moments:
    # Units that were summed over are not coupled: products of means are means of products.
    pairs = found.spins.T @ (found.probability[:, None] * found.spins)
    return Moments(found.probability @ found.spins, pairs[graph.row, graph.col])
