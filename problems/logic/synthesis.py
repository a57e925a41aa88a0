"""A gate for any truth table: the couplings of largest gap, by a linear programme.

Unknown are biases, couplings, the offset and the gap g.  Rows of the table have energy 0, all other
states at least g, and g is maximised within bounds on biases and couplings.  Where no pairwise
energy does it, auxiliary spins help; which value each takes in which row is tried in all ways.
"""

from fractions import Fraction
from itertools import product
from math import lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.logic.gates import Gate, all_bits
from problems.model import ising

_MAX_TRIALS = 4096
_LARGEST_DENOMINATOR = 64
_NO_GAP = 1e-7


def synthesise(
    name: str,
    inputs: str,
    outputs: str,
    table: ArrayLike,
    *,
    num_auxiliary: int = 0,
    max_bias: float = 2,
    max_coupling: float = 2,
) -> Gate:
    """The gate of largest gap for a truth table, with whole numbers for coefficients.

    The solution within the bounds is scaled up to whole numbers, its gap with it.

    Args:
        name: what the gate is called.
        inputs, outputs: names of the ports, separated by spaces.
        table: [2**inputs, outputs] bits; input i of row k is bit i of k.
        num_auxiliary: spins to add, named aux0, aux1, ...
        max_bias, max_coupling: bounds before scaling.

    Raises:
        ValueError: where the table has the wrong shape or values, where there are too many ways to
            set the auxiliary spins, or where no such gate exists.

    Example:
        >>> implies = synthesise("IMPLIES", "a b", "out", [[1], [0], [1], [1]])
        >>> implies.gap, implies.problem.coupling.tolist()
        (4, [-1, 2, -2])
    """
    rows = _rows(inputs.split(), outputs.split(), table)
    trials = num_auxiliary * rows.shape[0]
    if num_auxiliary < 0 or 2**trials > _MAX_TRIALS:
        raise ValueError(
            f"{num_auxiliary} auxiliary spins can be set in 2**{trials} ways; expected at most "
            f"{_MAX_TRIALS}: compose the function of smaller gates"
        )
    best: tuple[float, NDArray, NDArray] | None = None
    for choice in product((0, 1), repeat=trials):
        auxiliary = np.array(choice, np.int8).reshape(rows.shape[0], num_auxiliary)
        full = np.hstack([rows, auxiliary])
        found = _largest_gap(full, max_bias, max_coupling)
        if found is not None and (best is None or found[-1] > best[0] + _NO_GAP):
            best = found[-1], full, found
    if best is None:
        raise ValueError(
            f"no pairwise energy of {rows.shape[1] + num_auxiliary} spins has the ground states of "
            f"{name}; expected a larger num_auxiliary than {num_auxiliary}"
        )
    ports = (*inputs.split(), *outputs.split(), *(f"aux{k}" for k in range(num_auxiliary)))
    return _as_gate(name, ports, len(inputs.split()), num_auxiliary, best[1], best[2])


def _rows(inputs: list[str], outputs: list[str], table: ArrayLike) -> NDArray[np.int8]:
    values = np.asarray(table)
    shape = (2 ** len(inputs), len(outputs))
    if values.shape != shape or not np.all((values == 0) | (values == 1)):
        raise ValueError(f"the table has shape {values.shape}; expected bits of shape {shape}")
    return np.hstack([all_bits(len(inputs)), values.astype(np.int8)])


def _features(bits: NDArray) -> NDArray[np.float64]:
    """[states, n + n(n-1)/2 + 1]: what biases, couplings and offset are multiplied by."""
    spins = 2.0 * bits - 1
    row, col = np.triu_indices(spins.shape[1], 1)
    return np.hstack([spins, spins[:, row] * spins[:, col], np.ones((spins.shape[0], 1))])


def _largest_gap(table: NDArray, max_bias: float, max_coupling: float) -> NDArray | None:
    """Coefficients, then the gap; None where no gap is positive."""
    from scipy.optimize import linprog

    n = table.shape[1]
    states, weights = all_bits(n), 1 << np.arange(n)
    inside = np.isin(states @ weights, table @ weights)
    features = _features(states)
    others = np.hstack([-features[~inside], np.ones((int((~inside).sum()), 1))])
    level = np.hstack([features[inside], np.zeros((int(inside.sum()), 1))])
    pairs = n * (n - 1) // 2
    bounds = [(-max_bias, max_bias)] * n + [(-max_coupling, max_coupling)] * pairs
    aim = np.zeros(features.shape[1] + 1)
    aim[-1] = -1
    found = linprog(
        aim, others, np.zeros(len(others)), level, np.zeros(len(level)),
        [*bounds, (None, None), (0, None)],
    )  # fmt: skip
    return found.x if found.status == 0 and found.x[-1] > _NO_GAP else None


def _as_gate(
    name: str,
    ports: tuple[str, ...],
    num_inputs: int,
    num_auxiliary: int,
    table: NDArray[np.int8],
    solution: NDArray,
) -> Gate:
    """Vertices of small programmes are fractions of small numbers; enumeration confirms them."""
    exact = [Fraction(float(v)).limit_denominator(_LARGEST_DENOMINATOR) for v in solution]
    scale = lcm(*(value.denominator for value in exact))
    whole = [int(value * scale) for value in exact]
    n = len(ports)
    row, col = np.triu_indices(n, 1)
    problem = ising(whole[:n], row, col, whole[n:-2], whole[-2], ports)
    found = Gate(name, ports, num_inputs, num_auxiliary, table, problem, whole[-1])
    if not found.certificate().is_exact:
        raise ValueError(
            f"the coefficients of {name} are no fractions of denominators up to "
            f"{_LARGEST_DENOMINATOR}; expected bounds that are small whole numbers"
        )
    return found
