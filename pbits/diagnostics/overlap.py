"""How much two energy histograms share: whether reads at two temperatures could trade places."""

import dimod
import numpy as np
from numpy.typing import NDArray

from pbits.diagnostics.samples import Source
from pbits.results import SampleResult

_MAX_LEVELS = 1000


def energy_overlap(first: Source, second: Source, bins: int | None = None) -> float:
    """Overlap ``sum_E min(p(E), q(E))`` of two energy histograms: 1 if equal, 0 if disjoint.

    Energies of up to some hundred distinct values are compared level by level, others in equal
    bins (Freedman-Diaconis or Sturges of both samples together).  Few samples in many bins make
    the overlap of equal distributions look smaller than 1.

    Args:
        first, second: a `SampleResult`, a sample set, or energies of any shape, in the same units.
        bins: number of equal bins over both.

    Raises:
        ValueError: on no energies, or values that are not finite.

    Example:
        >>> energy_overlap([-2, -2, 0, 0], [-2, 0, 0, 2])
        0.75
    """
    (values, weight), (others, other_weight) = _energies(first), _energies(second)
    both = np.concatenate([values, others])
    levels, index = np.unique(both, return_inverse=True)
    if bins is not None or levels.size > min(_MAX_LEVELS, max(both.size // 4, 2)):
        edges = np.histogram_bin_edges(both, "auto" if bins is None else bins)
        index = np.clip(np.searchsorted(edges, both, side="right") - 1, 0, edges.size - 2)
    count = index.max() + 1
    p = np.bincount(index[: values.size], weight, count) / weight.sum()
    q = np.bincount(index[values.size :], other_weight, count) / other_weight.sum()
    return float(np.minimum(p, q).sum())


def _energies(source: Source) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Energies [k] and how often each was drawn [k]."""
    weight = None
    if isinstance(source, SampleResult):
        values = source.energies
    elif isinstance(source, dimod.SampleSet):
        values, weight = source.record.energy, source.record.num_occurrences
    else:
        values = source
    energies = np.asarray(values, np.float64).reshape(-1)
    if not energies.size or not np.all(np.isfinite(energies)):
        raise ValueError(f"{energies.size} energies given; expected at least one, all finite")
    return energies, np.ones(energies.size) if weight is None else weight.astype(np.float64)
