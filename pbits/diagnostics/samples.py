"""One view of samples, wherever they come from: chains of energies, spins with their weights."""

from typing import NamedTuple

import dimod
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.results import SampleResult
from problems import binary_to_spin
from problems.model import as_states
from problems.polynomial import Problem

Source = SampleResult | dimod.SampleSet | ArrayLike


class Spins(NamedTuple):
    """States in the variable order of a problem."""

    values: NDArray[np.int8]  # [k, n]
    weight: NDArray[np.int64]  # [k], how often each was drawn
    num_chains: int | None  # row k is draw k // num_chains of chain k % num_chains; None: unknown


def by_chain(values: ArrayLike, num_chains: int) -> NDArray[np.float64]:
    """Values [k, ...] in the order drawn as [draws, chains, ...], without an unfinished last draw.

    Example:
        >>> by_chain([1, 2, 3, 4, 5], 2).tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """
    array = np.asarray(values, np.float64)
    draws = len(array) // num_chains
    return array[: draws * num_chains].reshape(draws, num_chains, *array.shape[1:])


def chains_of(source: Source) -> NDArray[np.float64]:
    """Energies of a result or sample set, or numbers as they are: [draws, chains] float64.

    Raises:
        ValueError: on a sample set that does not tell its chains, or no longer in the order drawn;
            on arrays of another shape than [draws] or [draws, chains], or not finite.
    """
    if isinstance(source, SampleResult):
        return by_chain(source.energies, source.num_chains)
    if isinstance(source, dimod.SampleSet):
        num_chains = chains_in(source)
        if num_chains is None:
            raise ValueError(
                "the sample set does not tell its chains; expected one of BoltzmannSampler, "
                "neither sorted, sliced nor aggregated: or give its numbers as [draws, chains]"
            )
        return by_chain(source.record.energy, num_chains)
    array = np.asarray(source, np.float64)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not array.size or not np.all(np.isfinite(array)):
        raise ValueError(
            f"values have shape {np.shape(source)}; expected finite numbers [draws, chains]"
        )
    return array


def chains_in(found: dimod.SampleSet) -> int | None:
    """The number of chains behind a sample set, None where it does not tell or rows were lost."""
    chains, reads = found.info.get("num_chains"), found.info.get("num_samples")
    whole = len(found) == reads and np.all(found.record.num_occurrences == 1)
    return chains if chains and whole else None


def spins_of(source: Source, problem: Problem) -> Spins:
    """States of a result, of a sample set of either vartype, or of an array [k, n] of -1 and +1.

    Raises:
        ValueError: on another number or other names of variables than those of the problem.
    """
    if isinstance(source, SampleResult):
        values, _ = as_states(source.spins, problem.num_variables)
        return Spins(values, np.ones(len(values), np.int64), source.num_chains)
    if isinstance(source, dimod.SampleSet):
        return _spins_of_sampleset(source, problem)
    values, lead = as_states(np.asarray(source), problem.num_variables)
    if len(lead) != 1:
        raise ValueError(f"samples have shape {np.shape(source)}; expected [samples, variables]")
    return Spins(values, np.ones(len(values), np.int64), None)


def _spins_of_sampleset(found: dimod.SampleSet, problem: Problem) -> Spins:
    if set(found.variables) != set(problem.labels):
        raise ValueError(
            f"the samples are of {len(found.variables)} variables, the problem has "
            f"{problem.num_variables}; expected the same names in both"
        )
    columns = [found.variables.index(label) for label in problem.labels]
    values = found.record.sample[:, columns]
    spins = binary_to_spin(values) if found.vartype is dimod.BINARY else values.astype(np.int8)
    weight = np.asarray(found.record.num_occurrences, np.int64)
    return Spins(spins.reshape(len(found), len(columns)), weight, chains_in(found))
