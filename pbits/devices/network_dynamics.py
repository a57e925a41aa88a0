"""Simulated networks of p-bits: asynchronous, with inputs that lag or are late, or clocked.

Asynchronous p-bits are simulated exactly by thinning: candidates come as a Poisson process faster
than any p-bit can flip, and each is accepted with the ratio of the rates (P. A. W. Lewis and G. S.
Shedler, Naval Res. Logist. Q. 26, 403 (1979)); with inputs at once it has the same law as
Gillespie's algorithm.  Poisson candidates see time averages, so states are counted at each of them.

In JAX, all chains of all networks at once (`network_kernels`).  Where inputs take states as they
are or were, probabilities are tabulated over states in float64 and met to 2**-32; inputs that lag
are float32.  Random numbers have 24 bits where they are times, 32 where they decide.

Inputs that lag cost little more with Arrhenius' rates than with Glauber's: 1.35, 1.26, 1.13 and
1.04 times the divergence from Boltzmann's law at 0.1, 0.3, 1 and 3 tau (200 networks of five
p-bits, couplings of deviation 0.3, no biases, 2 %; up to 1.45 times with biases of 0.3).  A delay
costs more than a lag of the same time, 1.8 times at 0.3 tau.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from numpy.typing import NDArray
from scipy.stats import poisson

from pbits import checks, memory, runtime
from pbits.devices import network_kernels as kernels
from pbits.devices.networks import Network, Rate, glauber
from pbits.random import seed_key

_BURN_IN = 0.1  # share of a run that is not counted, by default
_WIDEST = 8192  # chains of a block, whose state stays in a core's cache
_MOST_AT_ONCE = 2**30  # events of all chains in one call: counts are 32 bits wide
_MOST_CHAINS = 2**26  # numbers of lanes in pbits.random
_MOST_EVENTS = 2**32
_OVERFLOW = 1e-12  # probability that more candidates come in a delay than are remembered
_TICKS = 2.0**24  # of a delay and a mean gap together; the clock wraps after 256 of them


class Occupancy(NamedTuple):
    """How often each state was seen.

    Attributes:
        counts: [..., 2**n], in the order of `Network.states`.
        flips: that happened while states were counted, [...].
        time: that was counted, over all chains of a network: in units of tau (asynchronous: the
            mean time that so many candidates take), or in clocks.
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
    delay: float = 0.0,
    num_chains: int = 1000,
    burn_in: int | None = None,
    seed: int | None = None,
) -> Occupancy:
    """P-bits that flip by themselves, at any time.

    Args:
        network: one, or a stack, whose networks are simulated side by side.
        num_events: candidates in each chain, flips or not.
        rate: of leaving a state in units of 1 / tau, of input times spin; JAX must be able to trace
            it where there is a lag (operators, functions of `jax.numpy`).
        lag: time constant of the inputs, which follow their targets exponentially, in units of tau.
        delay: age of the states that inputs see, in units of tau; before the first event nothing
            moved.
        num_chains: independent copies of each network.
        burn_in: first events that are not counted; default a tenth of all.
        seed: equal seeds give equal runs, on any number of cores; a longer run begins with the
            shorter.  Drawn by default.

    Raises:
        ValueError: on numbers out of range, rates that are negative or not finite, or both a lag
            and a delay.
        MemoryError: before anything runs, where tables or chains cannot fit.

    Example:
        >>> from pbits.devices.networks import divergence
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.3, 0.0])
        >>> seen = run_asynchronous(pair, num_events=500, num_chains=500, seed=1)
        >>> bool(divergence(seen.counts, pair.boltzmann()) < 1e-3)
        True
    """
    lag, delay = checks.non_negative("lag", lag), checks.non_negative("delay", delay)
    if lag and delay:
        raise ValueError(f"lag is {lag} and delay {delay}; expected one of them to be 0")
    run = _Run(network, num_events, num_chains, burn_in, seed)
    known = _lagging(network, rate, lag) if lag else _tabulated(network, rate, delay)
    method, model, fastest = known
    counts, flips = run.counted(method, model)
    return Occupancy(counts, flips, run.num_counted / (network.num_spins * fastest))


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

    A p-bit of correlation time tau that is left alone for T between clocks is one of
    ``fraction = 1 - exp(-T / tau)``.

    Args:
        network: one, or a stack, whose networks are simulated side by side.
        num_clocks: in each chain.
        fraction: 1 updates all at once.
        num_chains, burn_in, seed: as in :func:`run_asynchronous`.

    Raises:
        ValueError: on numbers out of range.
        MemoryError: before anything runs, where tables or chains cannot fit.

    Example:
        >>> from pbits.devices.networks import divergence
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.3, 0.0])
        >>> seen = run_clocked(pair, num_clocks=300, num_chains=500, seed=1)
        >>> bool(divergence(seen.counts, pair.little()) < 1e-3)
        True
    """
    checks.positive("fraction", fraction, 1.0)
    run = _Run(network, num_clocks, num_chains, burn_in, seed, "num_clocks")
    states = network.states
    # A p-bit that is refreshed forgets what it was.
    up = fraction * glauber(-_stacked_inputs(network)) + (1 - fraction) * (states > 0)
    counts, flips = run.counted(kernels.CLOCKED, kernels.Clocked(_words(up)))
    return Occupancy(counts, flips, float(run.num_counted))


class _Run:
    """What all ways of updating have in common: chains in blocks, calls, sums."""

    def __init__(
        self, network: Network, num_events: int, num_chains: int, burn_in: int | None,
        seed: int | None, name: str = "num_events",
    ) -> None:  # fmt: skip
        self.stack, self.num_states = network.biases.shape[:-1], len(network.states)
        self.num_networks = int(np.prod(self.stack))
        self.num_chains = checks.whole_number("num_chains", num_chains, 1)
        self.num_events = checks.whole_number(name, num_events, 1)
        total = self.num_networks * self.num_chains
        if total >= _MOST_CHAINS or self.num_events >= _MOST_EVENTS:
            raise ValueError(
                f"{total} chains and {name}={self.num_events}; expected fewer than {_MOST_CHAINS} "
                f"and {_MOST_EVENTS}"
            )
        self.first = _first_counted(burn_in, self.num_events)
        self.num_counted = (self.num_events - self.first) * self.num_chains
        self.key = seed_key(checks.seed_or_random(seed))
        entries = 8 * self.num_networks * self.num_states * network.num_spins
        memory.check_fits(
            8 * entries, memory.free_bytes(), f"{self.num_networks} networks of this size"
        )

    def counted(self, method: kernels.Method, model: Any) -> tuple[NDArray, NDArray]:
        """Counts [..., 2**n] and flips [...] of the whole run."""
        mesh, chains = self._layout()
        size, run = np.uint32(self.num_chains), kernels.program(method, mesh)
        carried = kernels.begin(method, self.key, model, self.num_networks, chains, size)
        shape = (mesh.devices.size, self.num_networks, self.num_states)
        counts, flips = np.zeros(shape[1:], np.int64), np.zeros(self.num_networks, np.int64)
        each = max(_MOST_AT_ONCE // (self.num_networks * self.num_chains), 1)
        for begin in range(0, self.num_events, each):
            end = min(begin + each, self.num_events)
            carried, seen, turned = run(
                self.key, model, chains, size, carried, np.zeros(shape, np.uint32),
                np.uint32(begin), np.uint32(end), np.uint32(self.first),
            )  # fmt: skip
            counts += np.asarray(seen).sum(axis=0, dtype=np.int64)
            flips += np.asarray(turned).sum(axis=(0, 2), dtype=np.int64)
        return counts.reshape(*self.stack, -1), flips.reshape(self.stack)

    def _layout(self) -> tuple[Mesh, NDArray[np.uint32]]:
        """Cores, and the numbers [blocks, width] of each network's chains."""
        cores = runtime.devices(limit=-(-self.num_networks * self.num_chains // 256))
        share = -(-self.num_chains // len(cores))
        width = min(share, max(_WIDEST // self.num_networks, 1))
        blocks = -(-share // width) * len(cores)
        chains = np.arange(blocks * width, dtype=np.uint32).reshape(blocks, width)
        return Mesh(np.array(cores), ("chains",)), chains


def _first_counted(burn_in: int | None, length: int) -> int:
    if burn_in is None:
        return int(_BURN_IN * length)
    first = checks.whole_number("burn_in", burn_in, 0)
    if first >= length:
        raise ValueError(f"burn_in is {first}; expected less than the run's length, {length}")
    return first


def _stacked_inputs(network: Network) -> NDArray[np.float64]:
    """[networks, 2**n, n]."""
    return network.inputs(network.states).reshape(-1, len(network.states), network.num_spins)


def _tabulated(network: Network, rate: Rate, delay: float) -> tuple[kernels.Method, Any, float]:
    """Method, model, and the fastest rate of all."""
    inputs = _stacked_inputs(network)
    rates = _checked(rate, np.stack([-inputs, inputs], axis=-1))
    table, fastest = _words(rates / rates.max()), float(rates.max())
    if not delay:
        return kernels.INSTANT, kernels.Thresholds(table), fastest
    return kernels.DELAYED, _delayed(table, delay * network.num_spins * fastest), fastest


def _checked(rate: Rate, aligned: NDArray[np.float64]) -> NDArray[np.float64]:
    rates = np.asarray(rate(aligned), np.float64)
    good = rates.shape == aligned.shape and np.all(np.isfinite(rates)) and np.all(rates >= 0)
    if not good or not np.any(rates > 0):
        span = f"[{aligned.min():.3g}, {aligned.max():.3g}]"
        raise ValueError(
            f"rate gives {rates.ravel()[:3]}...; expected one finite number of at least 0, not all "
            f"0, for each input times spin, here in {span}"
        )
    return rates


def _words(probabilities: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Random words are below these with the given probabilities, to 2**-32."""
    return np.minimum(np.round(probabilities * 2.0**32), 2.0**32 - 1).astype(np.uint32)


def _delayed(table: NDArray[np.uint32], mean: float) -> kernels.Delayed:
    """A delay in which `mean` candidates come on average."""
    tick = (mean + 1) / _TICKS  # in units of the mean gap
    slots = 1 << int(poisson.isf(_OVERFLOW, mean) + 1).bit_length()
    delay = round(mean / tick)
    blank = np.full(slots, 2**32 - delay, np.uint32)
    return kernels.Delayed(table, np.float32(1 / tick), np.uint32(delay), blank)


def _lagging(network: Network, rate: Rate, lag: float) -> tuple[kernels.Method, Any, float]:
    n, size = network.num_spins, np.abs(network.couplings).sum(-1) + np.abs(network.biases)
    largest = network.beta * float(size.max())
    # Inputs that lag take all values between those of states.
    fastest = float(_checked(rate, np.linspace(-largest, largest, 1001)).max())
    try:
        jax.eval_shape(rate, jax.ShapeDtypeStruct((1, 1), jnp.float32))
    except (TypeError, jax.errors.JAXTypeError) as error:
        raise ValueError(
            f"JAX cannot trace rate ({type(error).__name__}); expected one made of operators and "
            "functions of jax.numpy, where inputs lag"
        ) from error
    pull = -network.beta * network.couplings.reshape(-1, n, n)
    push = -network.beta * network.biases.reshape(-1, n)
    numbers = (pull, push, 1 / (n * fastest * lag), fastest)
    return kernels.lagging(rate), kernels.Lagging(*map(np.float32, numbers)), fastest
