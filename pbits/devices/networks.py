"""Small networks of p-bits, by enumeration: what they settle to under each way of updating.

``E(s) = sum h_i s_i + sum_{i<j} J_ij s_i s_j``, s in {-1, +1}; a p-bit's input is
``I_i = -beta (h_i + sum_j J_ij s_j)`` and its law ``P(s_i = +1) = 1 / (1 + exp(-2 I_i))``.
Asynchronous p-bits with instantaneous inputs reach Boltzmann's law whatever their rates, as long as
both rates of a p-bit are as ``exp(2 I_i)`` to one.  All at once reach Little's and Peretto's law
``exp(-beta h.s) prod_i cosh(I_i(s))`` instead (P. Peretto, Biol. Cybern. 50, 51 (1984)).
NumPy in float64: the reference for simulations of networks.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from pbits import checks
from pbits.devices.checking import finite_array

Array = NDArray[np.float64]
# Rate of leaving a state in units of 1 / tau, of the input times the spin, falling with it.
Rate = Callable[[Any], Any]
_MOST_STATES, _MOST_IN_CHAIN = 16, 10


def glauber(aligned: Any) -> Any:
    """Rates whose sum 1 / tau does not depend on the input, in units of 1 / tau.

    Example:
        >>> float(glauber(np.array(0.0)))
        0.5
    """
    # As 1/2 (1 - tanh), but keeps its digits where it is small.
    return jax.nn.sigmoid(-2 * aligned) if isinstance(aligned, jax.Array) else expit(-2 * aligned)


def arrhenius(aligned: Any) -> Any:
    """Rates over a barrier that the input tilts; tau = 1 / (both rates' sum) at no input.

    Example:
        >>> float(arrhenius(np.array(0.0)))
        0.5
    """
    return 0.5 * (jnp.exp(-aligned) if isinstance(aligned, jax.Array) else np.exp(-aligned))


@dataclass(frozen=True)
class Network:
    """One network of n p-bits, or a stack of them.

    Args:
        couplings: [..., n, n], zero on the diagonal; row i acts on spin i.
        biases: [..., n].
        beta: inverse temperature.

    Raises:
        ValueError: on shapes that do not fit, a diagonal, or a beta below 0.

    Example:
        >>> pair = Network([[0.0, -1.0], [-1.0, 0.0]], [0.0, 0.0])
        >>> pair.boltzmann().round(3).tolist()  # of -- +- -+ ++
        [0.44, 0.06, 0.06, 0.44]
    """

    couplings: Array
    biases: Array
    beta: float = 1.0

    def __post_init__(self) -> None:
        couplings = finite_array("couplings", self.couplings)
        biases = finite_array("biases", self.biases)
        if biases.ndim < 1 or couplings.shape != (*biases.shape, biases.shape[-1]):
            raise ValueError(
                f"couplings have shape {couplings.shape} and biases {biases.shape}; expected "
                "[..., n, n] and [..., n]"
            )
        if np.any(np.diagonal(couplings, axis1=-2, axis2=-1)):
            raise ValueError("couplings have a diagonal; expected zeros there, no spin sees itself")
        checks.non_negative("beta", self.beta)
        object.__setattr__(self, "couplings", couplings)
        object.__setattr__(self, "biases", biases)

    @property
    def num_spins(self) -> int:
        """n."""
        return self.biases.shape[-1]

    @property
    def states(self) -> Array:
        """All states, [2**n, n]; spin i of state k is +1 where bit i of k is set."""
        return enumerate_spins(self.num_spins)

    def inputs(self, spins: Array) -> Array:
        """I of every spin, [..., k, n], for spins [k, n]."""
        fields = spins @ np.swapaxes(self.couplings, -1, -2) + self.biases[..., None, :]
        return -self.beta * fields

    def energies(self) -> Array:
        """E of all states, [..., 2**n].

        Raises:
            ValueError: where couplings are not symmetric, so that there is no energy.
        """
        uneven = np.abs(self.couplings - np.swapaxes(self.couplings, -1, -2))
        if np.any(uneven > 1e-9 * np.abs(self.couplings).max(initial=0.0)):
            raise ValueError(
                "couplings are not symmetric, so there is no energy; expected J_ij = J_ji, or use "
                "asynchronous_law"
            )
        s = self.states
        pairs = np.einsum("ki,...ij,kj->...k", s, self.couplings, s, optimize=True)
        return pairs / 2 + self.biases @ s.T

    def boltzmann(self) -> Array:
        """Probabilities of all states, ``exp(-beta E) / Z``, [..., 2**n]."""
        return _normalised(-self.beta * self.energies())

    def little(self) -> Array:
        """Probabilities of all states where all spins are updated at once, [..., 2**n]."""
        self.energies()  # refuses what is not symmetric
        size = np.abs(self.inputs(self.states))
        log_cosh = (size + np.log1p(np.exp(-2 * size))).sum(axis=-1)
        return _normalised(log_cosh - self.beta * self.biases @ self.states.T)

    def scaled(self, gains: Array, shifts: Array) -> "Network":
        """The network in which p-bit i sees ``gains_i I_i + shifts_i``; both [..., n]."""
        gains, shifts = np.asarray(gains, float), np.asarray(shifts, float)
        if self.beta == 0 and np.any(shifts):
            raise ValueError("beta is 0, where no bias can shift an input; expected beta above 0")
        moved = gains * self.biases - (shifts / self.beta if self.beta else 0.0)
        return replace(self, couplings=gains[..., None] * self.couplings, biases=moved)


def enumerate_spins(num_spins: int) -> Array:
    """All states, [2**n, n]; spin i of state k is +1 where bit i of k is set.

    Raises:
        ValueError: beyond 16 spins.

    Example:
        >>> enumerate_spins(2).tolist()
        [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    if num_spins > _MOST_STATES:
        raise ValueError(f"{num_spins} spins are too many to enumerate; expected at most 16")
    bit = (np.arange(2**num_spins)[:, None] >> np.arange(num_spins)) & 1
    return 2.0 * bit - 1


def divergence(found: ArrayLike, law: ArrayLike) -> Array:
    """Kullback and Leibler's divergence of `found` from `law` in nats, [...].

    Args:
        found: [..., k] probabilities, or counts.
        law: [..., k] probabilities.

    Example:
        >>> round(float(divergence(np.array([3, 1]), np.array([0.5, 0.5]))), 4)
        0.1308
    """
    p = np.asarray(found, np.float64)
    p = p / p.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / np.asarray(law)), 0.0)
    return np.asarray(terms.sum(axis=-1))


def sampling_floor(num_states: int, num_samples: float) -> float:
    """Expected :func:`divergence` of independent samples from their own law.

    Example:
        >>> sampling_floor(32, 15500)
        0.001
    """
    return (num_states - 1) / (2 * num_samples)


def clocked_law(network: Network, fraction: float = 1.0) -> Array:
    """What a network settles to whose spins are each updated with probability `fraction` a clock.

    Exact, from the matrix of all transitions; near Boltzmann's law where `fraction` is small.

    Returns:
        [..., 2**n] probabilities.

    Raises:
        ValueError: on a fraction not in (0, 1], or more than 10 spins.

    Example:
        >>> pair = Network([[0.0, -1.0], [-1.0, 0.0]], [0.3, 0.0])
        >>> bool(np.allclose(clocked_law(pair), pair.little()))
        True
    """
    checks.positive("fraction", fraction, 1.0)
    states = _chain_states(network)
    up = 1 - glauber(network.inputs(states))  # [..., from, n]
    move = np.ones((*network.biases.shape[:-1], len(states), len(states)))
    for i in range(network.num_spins):
        ends = states[:, i] > 0
        drawn = np.where(ends, up[..., i, None], 1 - up[..., i, None])
        move *= fraction * drawn + (1 - fraction) * (ends[:, None] == ends)
    return _stationary(move - np.eye(len(states)))


def asynchronous_law(network: Network, rate: Rate = glauber) -> Array:
    """What asynchronous p-bits settle to, exactly, whether or not couplings are symmetric.

    Args:
        network: of at most 10 spins.
        rate: of leaving a state, see :func:`glauber` and :func:`arrhenius`.

    Returns:
        [..., 2**n] probabilities; Boltzmann's where couplings are symmetric.

    Raises:
        ValueError: beyond 10 spins.

    Example:
        >>> pair = Network([[0.0, -1.0], [-1.0, 0.0]], [0.3, 0.0])
        >>> bool(np.allclose(asynchronous_law(pair, arrhenius), pair.boltzmann()))
        True
    """
    states = _chain_states(network)
    flips = rate(network.inputs(states) * states)  # [..., from, n]
    size = np.arange(len(states))
    generator = np.zeros((*flips.shape[:-1], len(states)))
    for i in range(network.num_spins):
        generator[..., size, size ^ (1 << i)] = flips[..., i]
        generator[..., size, size] -= flips[..., i]
    return _stationary(generator)


def _chain_states(network: Network) -> Array:
    if network.num_spins > _MOST_IN_CHAIN:
        raise ValueError(
            f"{network.num_spins} spins have too many transitions; expected at most "
            f"{_MOST_IN_CHAIN}, or simulate with pbits.devices.network_dynamics"
        )
    return network.states


def _stationary(generator: Array) -> Array:
    """The row vector p of sum 1 with p generator = 0."""
    matrix = np.swapaxes(generator, -1, -2).copy()
    matrix[..., 0, :] = 1
    right = np.zeros((*matrix.shape[:-1], 1))
    right[..., 0, 0] = 1
    return np.asarray(np.linalg.solve(matrix, right)[..., 0], np.float64)


def _normalised(logarithms: Array) -> Array:
    weights = np.exp(logarithms - logarithms.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
