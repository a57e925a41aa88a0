"""Free energies of a population that is cooled: log Z, weights, errors and families.

Blocks of replicas are cooled side by side at the same temperatures; each one's estimate of Z is
unbiased, and independent of the others but for the size it is allotted.  Block averages weighted by
these estimates (J. Machta, Phys. Rev. E 82, 026704 (2010), arXiv:1006.0252) are as good as those of
one population, because a block gets replicas in proportion to its Z; and the scatter of the blocks
tells the error (jackknife).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pbits.resampling import allocate, culled, systematic


class Ensemble:
    """A weighted population on its way down in temperature, and what was seen on it.

    Attributes:
        beta: present inverse temperature.
        log_z: [B] natural logarithms of the blocks' estimates of Z, of energies without offset.
        sizes: [B] replicas in each block.
        family: [R] the initial replica that each descends from.
        energies: [R] of the present replicas, without offset.
    """

    def __init__(self, num_reads: int, num_blocks: int, num_variables: int):
        self.beta = 0.0
        self.log_z = np.full(num_blocks, num_variables * np.log(2))
        self.sizes = allocate(np.full(num_blocks, 1 / num_blocks), num_reads)
        self.family = np.arange(num_reads)
        self.energies = np.zeros(num_reads)
        self._roughest = 0.0  # share culled
        self._betas: list[float] = []
        self._log_z: list[NDArray[np.float64]] = []
        self._means: list[NDArray[np.float64]] = []

    @property
    def num_steps(self) -> int:
        """Temperatures observed."""
        return len(self._betas)

    @property
    def shares(self) -> NDArray[np.float64]:
        """Weights of the blocks [B], of sum 1."""
        share = np.exp(self.log_z - self.log_z.max())
        return share / share.sum()

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weights of the replicas [R], of sum 1."""
        return np.repeat(self.shares / self.sizes, self.sizes)

    @property
    def mean_energy(self) -> float:
        """Weighted mean over the population, without offset."""
        return float(self.weights @ self.energies)

    def observe(self, energies: NDArray[np.float64]) -> None:
        """Take note of the replicas' energies [R], without offset."""
        self.energies = energies
        self._betas.append(self.beta)
        self._log_z.append(self.log_z)
        self._means.append(np.add.reduceat(energies, self._first) / self.sizes)

    def cool(self, beta: float, offsets: NDArray) -> NDArray[np.int64]:
        """Go to a higher inverse temperature: the parents [R] of the population there.

        Args:
            beta: the next one.
            offsets: [B] uniform in [0, 1).
        """
        gap = beta - self.beta
        self._roughest = max(self._roughest, culled(self.weights, self.energies, gap))
        lowest = np.minimum.reduceat(self.energies, self._first)
        growth = np.exp(-gap * (self.energies - np.repeat(lowest, self.sizes)))
        mean = np.add.reduceat(growth, self._first) / self.sizes
        self.log_z = self.log_z + np.log(mean) - gap * lowest
        sizes = allocate(self.shares, self.energies.size)
        parents = systematic(growth, self.sizes, sizes, offsets)
        self.beta, self.sizes = beta, sizes
        self.family, self.energies = self.family[parents], self.energies[parents]
        return parents

    @property
    def _first(self) -> NDArray[np.int64]:
        return np.cumsum(self.sizes) - self.sizes

    def families(self) -> tuple[float, float, int]:
        """Mean square family size, entropic family size, and how many families are left.

        With a family's share nu of the population's weight, ``rho_t = R sum nu**2`` and
        ``rho_s = R exp(sum nu log nu)`` (Wang, Machta & Katzgraber, Phys. Rev. E 92, 063307 (2015),
        arXiv:1508.05647): 1 where every replica is its own family, R where there is only one.

        Example:
            >>> population = Ensemble(4, num_blocks=1, num_variables=3)
            >>> population.family = np.array([0, 0, 1, 3])
            >>> [round(x, 3) for x in population.families()]
            [1.5, 1.414, 3]
        """
        share = np.bincount(self.family, self.weights, self.family.size)
        share = share[share > 0]
        rho_s = self.family.size * np.exp(share @ np.log(share))
        return float(self.family.size * (share @ share)), float(rho_s), share.size

    def summary(self, offset: float) -> tuple:
        """The last fields of a `results.PopulationResult`, for energies with an offset."""
        betas, levels = np.array(self._betas), np.array(self._log_z)
        log_z, log_z_error = log_mean(levels)
        mean, mean_error = weighted_mean(levels, np.array(self._means))
        families = self.families()
        return (
            self.weights, betas, log_z - betas * offset, log_z_error, mean + offset, mean_error,
            *families, self._doubts(families[0], float(log_z_error.max())),
        )  # fmt: skip

    def _doubts(self, rho_t: float, error: float) -> str:
        size = self.family.size
        doubts = {
            f"rho_t is {rho_t:.3g}, above a hundredth of the {size} replicas": 100 * rho_t > size,
            f"{self.sizes.size} block(s) of replicas are too few for errors": self.sizes.size < 8,
            f"log_z_error is {error:.3g}, above 0.5": error > 0.5,
            f"a step of temperature culled {self._roughest:.0%} of them": self._roughest > 0.5,
        }
        found = "; ".join(text for text, holds in doubts.items() if holds)
        return found and f"{found}: more num_reads, num_sweeps_per_beta or betas are needed"


def log_mean(log_z: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithm of the mean of ``exp(log_z)`` over blocks, and its standard error by jackknife.

    Args:
        log_z: [K, B]; with a single block the errors are infinite.

    Returns:
        Two arrays [K].

    Example:
        >>> mean, error = log_mean(np.log([[1.0, 2.0, 3.0]]))
        >>> np.exp(mean).round(6).tolist(), error.round(3).tolist()
        ([2.0], [0.296])
    """
    return _log_mean(log_z), _jackknife_error(_log_mean, log_z)


def weighted_mean(
    log_z: NDArray, values: NDArray
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of block averages with weights ``exp(log_z)``, and its standard error by jackknife.

    Args:
        log_z, values: [K, B]; with a single block the errors are infinite.

    Returns:
        Two arrays [K].

    Example:
        >>> mean, error = weighted_mean(np.zeros((1, 3)), np.array([[1.0, 2.0, 3.0]]))
        >>> mean.tolist(), error.round(3).tolist()
        ([2.0], [0.577])
    """
    return _weighted_mean(log_z, values), _jackknife_error(_weighted_mean, log_z, values)


def _log_mean(log_z: NDArray) -> NDArray[np.float64]:
    highest = log_z.max(axis=1)
    return highest + np.log(np.exp(log_z - highest[:, None]).mean(axis=1))


def _weighted_mean(log_z: NDArray, values: NDArray) -> NDArray[np.float64]:
    weight = np.exp(log_z - log_z.max(axis=1, keepdims=True))
    return (weight * values).sum(axis=1) / weight.sum(axis=1)


def _jackknife_error(estimate: Callable[..., NDArray], *blocks: NDArray) -> NDArray[np.float64]:
    """Standard errors [K] of an estimate from arrays [K, B], by leaving out one block each."""
    count = blocks[0].shape[1]
    if count == 1:
        return np.full(blocks[0].shape[0], np.inf)
    kept = [np.flatnonzero(np.arange(count) != b) for b in range(count)]
    without = np.stack([estimate(*(x[:, k] for x in blocks)) for k in kept], axis=1)
    return np.sqrt((count - 1) * without.var(axis=1))
