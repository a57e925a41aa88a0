"""Are the bits of a p-bit random enough?  Monobit and runs tests over the sampling interval.

The statistics of NIST SP 800-22, sections 2.1 and 2.3.  Bits of a telegraph sampled every k
correlation times keep a correlation of e**-k, which n bits betray once n e**-2k is about 10: at
four correlation times some 30,000 bits, at half of one a few dozen.  Passing says no more.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

from pbits import checks
from pbits.devices.checking import Number
from pbits.devices.pbit_model import PBitModel


class Quality(NamedTuple):
    """p-values of sequences of bits sampled at one interval.

    Attributes:
        interval: s.
        monobit, runs: [sequences].
    """

    interval: float
    monobit: NDArray[np.float64]
    runs: NDArray[np.float64]

    def passing(self, level: float = 0.01) -> tuple[float, float]:
        """Shares of sequences with p at least `level`: of good bits, 1 - level."""
        return float(np.mean(self.monobit >= level)), float(np.mean(self.runs >= level))


def monobit_pvalue(spins: ArrayLike) -> NDArray[np.float64]:
    """p-value of "both states are equally frequent": ``erfc(|sum| / sqrt(2 n))``.

    Args:
        spins: [n, ...] of -1 and +1, time first.

    Example:
        >>> bits = 2 * np.array([1, 0, 1, 1, 0, 1, 0, 1, 0, 1]) - 1
        >>> round(float(monobit_pvalue(bits)), 6)  # the example of NIST's text
        0.527089
    """
    seen = _spins(spins)
    return erfc(np.abs(seen.sum(axis=0)) / np.sqrt(2 * len(seen)))


def runs_pvalue(spins: ArrayLike) -> NDArray[np.float64]:
    """p-value of the number of runs, given how frequent both states are.

    ``erfc(|V - 2 n q (1 - q)| / (2 sqrt(2 n) q (1 - q)))``, q the share of +1; 0 where only one
    state occurs.

    Example:
        >>> bits = 2 * np.array([1, 0, 0, 1, 1, 0, 1, 0, 1, 1]) - 1
        >>> round(float(runs_pvalue(bits)), 6)  # the example of NIST's text
        0.147232
    """
    seen = _spins(spins)
    n, share = len(seen), (seen > 0).mean(axis=0)
    runs = 1 + (seen[1:] != seen[:-1]).sum(axis=0)
    spread = np.maximum(share * (1 - share), 1e-300)
    found = erfc(np.abs(runs - 2 * n * spread) / (2 * np.sqrt(2 * n) * spread))
    return np.where(share * (1 - share) > 0, found, 0.0)


def bit_quality(
    model: PBitModel,
    interval: float,
    *,
    num_bits: int = 2000,
    num_sequences: int = 100,
    inputs: float = 0.0,
    seed: int | None = None,
) -> Quality:
    """Sample sequences at an interval and test them.

    Args:
        model: p-bit.
        interval: s between bits; four correlation times are a good beginning.
        num_bits: of each sequence, at least 100.
        num_sequences: one device each.
        inputs: the same for all.
        seed: drawn by default.

    Raises:
        ValueError: on arguments out of range.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> found = bit_quality(Telegraph(ConstantTime(1e-9)), 0.5e-9, seed=1)
        >>> found.passing()[1]  # of the runs test
        0.0
    """
    checks.whole_number("num_bits", num_bits, 100)
    devices = np.full(checks.whole_number("num_sequences", num_sequences, 1), inputs)
    spins = model.sample(devices, dt=interval, num_samples=num_bits, seed=seed).spins
    return Quality(interval, monobit_pvalue(spins), runs_pvalue(spins))


def bits_until_seen(model: PBitModel, interval: Number, inputs: Number = 0.0) -> NDArray:
    """About how many bits betray the correlation left at an interval, at three standard errors.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> round(float(bits_until_seen(Telegraph(ConstantTime(1e-9)), 4e-9)), -2)
        26800.0
    """
    left = np.asarray(model.autocorrelation(interval, inputs), np.float64)
    with np.errstate(divide="ignore"):
        return 9 / left**2


def _spins(spins: ArrayLike) -> NDArray[np.int64]:
    seen = np.asarray(spins)
    if seen.ndim < 1 or not len(seen) or not np.all(np.abs(seen) == 1):
        raise ValueError(f"spins of shape {seen.shape} given; expected -1 and +1, time first")
    return seen.astype(np.int64)
