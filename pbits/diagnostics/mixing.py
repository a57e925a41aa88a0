"""Whether chains have forgotten their start: autocorrelation time and split R-hat, in NumPy.

Energies are the usual thing to look at, since every chain has them and slow modes show in them; a
symmetry that chains never cross (all spins reversed, say) does not, so look at what you report.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.diagnostics.samples import Source, chains_of

_WINDOW = 3  # times tau: six of Sokal's, which leaves out exp(-6) of an exponential's tail


class AutocorrelationTime(NamedTuple):
    """Integrated autocorrelation time in draws; None where all values are equal.

    Attributes:
        tau: ``1 + 2 sum_t rho(t)``, twice Sokal's: the mean of N draws is as good as that of
            ``N / tau`` independent ones.
        error: standard error of `tau`.
        window: last lag summed.
        closed: whether the chains were long enough to end the sum; if not, `tau` is too small.
    """

    tau: float | None
    error: float | None
    window: int
    closed: bool


def autocorrelation_time(source: Source) -> AutocorrelationTime:
    """Sum the autocorrelations up to the first lag of at least ``3 tau``.

    Automatic windowing and the error ``tau sqrt(2 (2 W + 1) / N)``: A. D. Sokal, in Functional
    Integration, Plenum (1997), p. 131, doi 10.1007/978-1-4899-0319-8_6, section 3; N. Madras &
    A. D. Sokal, J. Stat. Phys. 50, 109 (1988), doi 10.1007/BF01022990, eq. (E.11).  All chains
    share one mean: chains that disagree raise the time instead of hiding their disagreement.

    Args:
        source: a `SampleResult` or a sample set of `BoltzmannSampler`, whose energies are taken, or
            numbers [draws, chains] or [draws].

    Raises:
        ValueError: on fewer than 4 draws, or a source without chains.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> found = autocorrelation_time(rng.standard_normal((500, 8)))
        >>> abs(found.tau - 1) < 4 * found.error, found.closed
        (True, True)
    """
    chains = _long_enough(chains_of(source))
    draws, count = chains.shape
    centred = chains - chains.mean()
    # Padded to twice the length, so that ends do not meet.
    spectrum = np.fft.rfft(centred, 2 ** math.ceil(math.log2(2 * draws)), axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[:draws].sum(1)
    covariance /= draws - np.arange(draws)
    if np.ptp(chains) == 0 or covariance[0] <= 0:
        return AutocorrelationTime(None, None, 0, False)
    taus = 2 * np.cumsum(covariance / covariance[0]) - 1
    # The sum of draws that alternate starts by falling to nothing: give it three lags at least.
    ends = np.flatnonzero(np.arange(draws) >= _WINDOW * np.maximum(taus, 1))
    window = int(ends[0]) if ends.size else draws - 1
    # Not below what ArviZ takes for possible.
    tau = max(float(taus[window]), 1 / math.log10(max(chains.size, 10)))
    error = tau * math.sqrt(2 * (2 * window + 1) / (draws * count))
    return AutocorrelationTime(tau, error, window, bool(ends.size))


def r_hat(source: Source) -> float | None:
    """Rank-normalised split R-hat: 1 where chains agree, above 1.01 where they do not.

    The larger of the bulk's and the folded values' R-hat: A. Vehtari et al., Bayesian Analysis 16,
    667 (2021), doi 10.1214/20-BA1221, eqs (1)-(4) and (14).  Equal to ``arviz.rhat``, without the
    seconds that importing ArviZ takes.

    Args:
        source: as in `autocorrelation_time`; one chain is compared with itself, half by half.

    Returns:
        None where all values are equal, infinity where each half chain is stuck at its own value.

    Raises:
        ValueError: on fewer than 4 draws, or a source without chains.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> chains = rng.standard_normal((500, 4))
        >>> r_hat(chains) < 1.01 < r_hat(chains + [0, 0, 0, 1])
        True
    """
    chains = _long_enough(chains_of(source))
    if np.ptp(chains) == 0:
        return None
    half = len(chains) // 2
    split = np.concatenate([chains[:half], chains[-half:]], axis=1)
    folded = np.abs(split - np.median(split))
    found = (_variance_ratio(_normal_scores(values)) for values in (split, folded))
    return max(ratio for ratio in found if ratio is not None)


def _normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal quantiles of the ranks, equal values sharing theirs."""
    from scipy.special import ndtri

    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[group].reshape(values.shape)
    return ndtri((rank - 3 / 8) / (values.size + 1 / 4))


def _variance_ratio(chains: NDArray[np.float64]) -> float | None:
    """R-hat of chains [draws, chains] as they are."""
    draws = len(chains)
    within, between = chains.var(0, ddof=1).mean(), chains.mean(0).var(ddof=1)
    if np.ptp(chains) == 0:
        return None
    # Equal numbers differ from their mean by rounding.
    if np.all(np.ptp(chains, axis=0) == 0):
        return math.inf
    return math.sqrt((draws - 1) / draws + between / within)


def _long_enough(chains: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(chains) < 4:
        raise ValueError(
            f"{len(chains)} draws of each chain given; expected at least 4: "
            "take more samples, or fewer chains"
        )
    return chains
