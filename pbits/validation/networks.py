"""Networks of p-bits against enumeration (T19): 5 spins, couplings of standard deviation 0.3."""

from functools import cache, partial

import numpy as np

from pbits.devices.calibration import offset_cost
from pbits.devices.network_dynamics import run_asynchronous, run_clocked
from pbits.devices.networks import Network, Rate, arrhenius, divergence, glauber
from pbits.validation.rows import Row

_SPINS, _COUPLING = 5, 0.3
# KL divergence in nats over the lag in units of tau.
_LAGS = {0.1: 0.0018, 0.3: 0.010, 1.0: 0.058, 3.0: 0.12}
_LAG_SOURCE = "independent simulation of one instance; here the mean of 40"


@cache
def ensemble(count: int, bias: float = 0.0, seed: int = 1) -> Network:
    """Random fully connected networks, stacked.

    Example:
        >>> ensemble(3).couplings.shape
        (3, 5, 5)
    """
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(0, _COUPLING, (count, _SPINS, _SPINS)), 1)
    return Network(upper + np.swapaxes(upper, 1, 2), rng.normal(0, bias, (count, _SPINS)))


def _asynchronous(rate: Rate, full: bool) -> float:
    network = ensemble(1, 0.3)
    seen = run_asynchronous(
        network, num_events=30_000 if full else 3000, num_chains=1000, rate=rate, seed=2
    )
    return divergence(seen.counts, network.boltzmann()).item()


def _parallel(full: bool) -> float:
    network = ensemble(1, 0.3)
    seen = run_clocked(network, num_clocks=10_000 if full else 1000, num_chains=1000, seed=3)
    return divergence(seen.counts, network.little()).item()


def _lagging(lag: float, full: bool) -> float:
    network = ensemble(40)
    # Few enough samples that what they cost, 2e-4, is as in the source, which counts it.
    seen = run_asynchronous(
        network, num_events=3000, num_chains=400 if full else 100, lag=lag, seed=4
    )
    return float(divergence(seen.counts, network.boltzmann()).mean())


def _offsets(size: float, full: bool) -> float:
    """Divergence of networks with wrong biases over what the formula says."""
    network, rng = ensemble(100, 0.6), np.random.default_rng(5)
    law, exact, predicted = network.boltzmann(), 0.0, 0.0
    for _ in range(200 if full else 40):
        errors = rng.normal(0, size, network.biases.shape)
        wrong = network.scaled(np.ones(_SPINS), errors).boltzmann()
        exact += divergence(wrong, law).sum()
        predicted += offset_cost(network, errors).sum()
    return exact / predicted


ROWS = [
    Row(
        "T19.1",
        "KL divergence of asynchronous p-bits from Boltzmann's law, Glauber's rates",
        "enumeration",
        0.0,
        1e-3,
        partial(_asynchronous, glauber),
    ),
    Row(
        "T19.2",
        "KL divergence of asynchronous p-bits from Boltzmann's law, Arrhenius' rates",
        "enumeration",
        0.0,
        1e-3,
        partial(_asynchronous, arrhenius),
    ),
    Row(
        "T19.3",
        "KL divergence of parallel p-bits from Little's and Peretto's law",
        "Peretto, Biol. Cybern. 50, 51 (1984)",
        0.0,
        1e-3,
        _parallel,
    ),
    *(
        Row(
            f"T19.{number}",
            f"KL divergence where inputs lag by {lag:g} tau",
            _LAG_SOURCE,
            cost,
            0.2 * cost,
            partial(_lagging, lag),
        )
        for number, (lag, cost) in enumerate(_LAGS.items(), 4)
    ),
    *(
        Row(
            f"T19.{number}",
            f"KL divergence of biases (deviation 0.6) off by {size:g}, over 1/2 db^T Cov(s) db",
            "second-order expansion, by enumeration",
            1.0,
            0.05,
            partial(_offsets, size),
        )
        for number, size in enumerate((0.05, 0.1, 0.2), 8)
    ),
]
