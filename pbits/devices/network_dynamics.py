"""Simulated networks of p-bits: asynchronous, with inputs that lag, or clocked.

Asynchronous p-bits are simulated exactly by thinning: candidates come as a Poisson process faster
than any p-bit can flip, and each is accepted with the ratio of the rates (P. A. W. Lewis and G. S.
Shedler, Naval Res. Logist. Q. 26, 403 (1979)); with inputs that do not lag it has the same law as
Gillespie's algorithm.  Poisson candidates see time averages, so states are counted at each of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.devices.networks import Network, Rate, glauber

_BURN_IN = 0.1  # share of a run that is not counted, by default


class Occupancy(NamedTuple):
    """How often each state was seen.

    Attributes:
        counts: [..., 2**n], in the order of `Network.states`.
        flips: that happened while states were counted, [...].
        time: that was counted, over all chains of a network: in units of tau (asynchronous), or in
            clocks.
    """

    counts: NDArray[np.int64]
    flips: NDArray[np.int64]
    time: float


def run_asynchronous(
    network: Network,
    *,
    num_events: int,
    rate: Rate = glauber,
    lag: float = 0.0,
    num_chains: int = 1000,
    burn_in: int | None = None,
    seed: int | None = None,
) -> Occupancy:
    """P-bits that flip by themselves, at any time.

    Args:
        network: one, or a stack, whose networks are simulated side by side.
        num_events: candidates in each chain, flips or not.
        rate: of leaving a state in units of 1 / tau, falling with input times spin.
        lag: time constant of the inputs, which follow their targets exponentially, in units of tau.
        num_chains: independent copies of each network.
        burn_in: first events that are not counted; default a tenth of all.
        seed: equal seeds give equal runs; drawn by default.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> from pbits.devices.networks import divergence
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.3, 0.0])
        >>> seen = run_asynchronous(pair, num_events=500, num_chains=500, seed=1)
        >>> bool(divergence(seen.counts, pair.boltzmann()) < 1e-3)
        True
    """
    checks.non_negative("lag", lag)
    checks.whole_number("num_events", num_events, 1)
    first = _first_counted(burn_in, num_events)
    chains = _Chains(network, num_chains, seed)
    rng, targets = chains.rng, chains.targets
    largest = network.beta * (np.abs(network.couplings).sum(-1) + np.abs(network.biases)).max()
    fastest = float(rate(np.array(-largest)))
    inputs, time = targets.copy(), 0.0
    for event in range(num_events):
        passed = rng.exponential(1 / (network.num_spins * fastest), chains.size)
        if lag:
            inputs += -np.expm1(-passed / lag)[:, None] * (targets - inputs)
        else:
            inputs = targets
        spin = rng.integers(0, network.num_spins, chains.size)
        aligned = inputs[chains.all, spin] * chains.spins[chains.all, spin]
        accepted = rng.random(chains.size) * fastest < rate(aligned)
        if event >= first:
            time += passed.sum()
            chains.count(accepted)
        chains.flip(spin, accepted)
    return chains.occupancy(time)


def run_clocked(
    network: Network,
    *,
    num_clocks: int,
    fraction: float = 1.0,
    num_chains: int = 1000,
    burn_in: int | None = None,
    seed: int | None = None,
) -> Occupancy:
    """P-bits updated by a clock, each with probability `fraction` at every clock.

    Args:
        network: one, or a stack, whose networks are simulated side by side.
        num_clocks: in each chain.
        fraction: 1 updates all at once.
        num_chains, burn_in, seed: as in :func:`run_asynchronous`.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> from pbits.devices.networks import divergence
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.3, 0.0])
        >>> seen = run_clocked(pair, num_clocks=300, num_chains=500, seed=1)
        >>> bool(divergence(seen.counts, pair.little()) < 1e-3)
        True
    """
    checks.positive("fraction", fraction, 1.0)
    checks.whole_number("num_clocks", num_clocks, 1)
    first = _first_counted(burn_in, num_clocks)
    chains = _Chains(network, num_chains, seed)
    rng, shape = chains.rng, chains.spins.shape
    for clock in range(num_clocks):
        # A p-bit that is refreshed forgets what it was.
        up = rng.random(shape) < 1 - glauber(chains.targets)
        refreshed = rng.random(shape) < fraction
        flips = refreshed & (up != (chains.spins > 0))
        if clock >= first:
            chains.count(flips.sum(axis=1))
        chains.spins[flips] *= -1
        chains.see_all()
    return chains.occupancy(float((num_clocks - first) * num_chains))


def _first_counted(burn_in: int | None, length: int) -> int:
    if burn_in is None:
        return int(_BURN_IN * length)
    first = checks.whole_number("burn_in", burn_in, 0)
    if first >= length:
        raise ValueError(f"burn_in is {first}; expected less than the run's length, {length}")
    return first


class _Chains:
    """States [networks * chains, n] of all chains, and what they were seen in."""

    def __init__(self, network: Network, num_chains: int, seed: int | None) -> None:
        n = network.num_spins
        network.states  # noqa: B018  refuses what is too large to count
        checks.whole_number("num_chains", num_chains, 1)
        self.stack = network.biases.shape[:-1]
        self.number = np.repeat(np.arange(int(np.prod(self.stack))), num_chains)
        self.pull = -network.beta * network.couplings.reshape(-1, n, n)
        self.push = -network.beta * network.biases.reshape(-1, n)[self.number]
        self.size, self.all = len(self.number), np.arange(len(self.number))
        self.rng = np.random.default_rng(checks.seed_or_random(seed))
        self.spins = self.rng.choice([-1.0, 1.0], (self.size, n))
        self.powers = 1 << np.arange(n)
        self.counts = np.zeros((len(self.pull), 2**n), np.int64)
        self.flips = np.zeros(len(self.pull), np.int64)
        self.see_all()

    def see_all(self) -> None:
        """Targets of all inputs, from all spins."""
        of_network = self.spins.reshape(len(self.pull), -1, self.spins.shape[1])
        seen = of_network @ np.swapaxes(self.pull, -1, -2)
        self.targets = seen.reshape(self.spins.shape) + self.push

    def flip(self, spin: NDArray[np.int64], accepted: NDArray[np.bool_]) -> None:
        """Turn one spin of each chain that accepts, and what the others see of it."""
        who, spin = self.all[accepted], spin[accepted]
        self.spins[who, spin] *= -1
        change = 2 * self.spins[who, spin]
        self.targets[who] += change[:, None] * self.pull[self.number[who], :, spin]

    def count(self, flips: NDArray) -> None:
        """Add the states that all chains are in, and flips [chains]."""
        index = (self.spins > 0) @ self.powers + self.counts.shape[1] * self.number
        found = np.bincount(index, minlength=self.counts.size)
        self.counts += found.reshape(self.counts.shape)
        self.flips += np.bincount(self.number, flips, len(self.flips)).astype(np.int64)

    def occupancy(self, time: float) -> Occupancy:
        counts = self.counts.reshape(*self.stack, -1)
        share = time / max(len(self.pull), 1)
        return Occupancy(counts, self.flips.reshape(self.stack), share)
