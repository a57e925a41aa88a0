"""Between dimod and the core: initial states in, sample sets with their `info` out."""

import inspect
import time
from typing import Any

import dimod
import numpy as np
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import NDArray

from pbits import checks, runtime
from pbits.adapters.callbacks import Callbacks
from pbits.results import Minimum, SampleResult, Timing, Trace
from problems import IsingProblem, binary_to_spin

CRITERIA = ("Metropolis", "Gibbs")
GENERATORS = ("none", "tile", "random")


def update_rule(criteria: str) -> str:
    """The core's name of dwave-samplers' `proposal_acceptance_criteria`, in any case."""
    if str(criteria).capitalize() not in CRITERIA:
        raise ValueError(
            f"proposal_acceptance_criteria is {criteria!r}; expected 'Metropolis' or 'Gibbs'"
        )
    return str(criteria).lower()


def keywords(sampler: dimod.Sampler) -> dict[str, list[str]]:
    """Every keyword of a sampler's `sample`, relevant to no property yet."""
    arguments = inspect.signature(sampler.sample).parameters
    return {name: [] for name in arguments if name not in ("bqm", "kwargs")}


def starting_spins(
    sampler: dimod.Initialized,
    bqm: dimod.BinaryQuadraticModel,
    states: SamplesLike | None,
    generator: InitialStateGenerator,
    count: int | None,
    default_count: int,
    seed: int,
) -> tuple[NDArray[np.int8] | None, int]:
    """Spins to start chains from, in the order of ``bqm.variables``, and the number of chains.

    Args:
        sampler: whose `parse_initial_states` reads and completes the states.
        bqm: SPIN or BINARY model; states of the other vartype are converted.
        states: samples-like or None.
        generator: "none", "tile" or "random"; how too few states are completed.
        count: chains; None for as many as there are states, or `default_count` without any.
        default_count: see `count`.
        seed: of the random states that complete the given ones.

    Returns:
        int8 [count, n] of -1 and +1, or None where all are to be random, which the core draws
        without a copy on the host; and count.

    Raises:
        ValueError: on too few states for "none" or "tile", an unknown generator, values that are
            neither spins nor bits, or variables that are not the model's.
    """
    if count is not None:
        count = checks.whole_number("num_reads", count, 1)
    if states is None and generator == "random":
        return None, count or default_count
    if states is not None and not isinstance(states, dimod.SampleSet):
        values, labels = dimod.as_samples(states)
        # dimod turns bits into spins in place: unsigned ones would wrap around, bools refuse.
        states = (values.astype(np.int8) if values.dtype.kind in "bu" else values, labels)
    parsed = sampler.parse_initial_states(
        bqm,
        initial_states=states,
        initial_states_generator=generator,
        num_reads=count,
        seed=seed % 2**32,
    ).initial_states
    values = parsed.record.sample
    if parsed.variables != bqm.variables:
        values = values[:, [parsed.variables.index(v) for v in bqm.variables]]
    spins = binary_to_spin(values) if bqm.vartype is dimod.BINARY else values.astype(np.int8)
    return spins, len(spins)


class Stopwatch:
    """Nanoseconds of one call under the names dwave-samplers uses, as Python ints."""

    def __init__(self) -> None:
        self._start = self._core = time.perf_counter_ns()

    def core_starts(self) -> None:
        """All before this moment was preprocessing."""
        self._core = time.perf_counter_ns()

    def timing(self, core: Timing) -> dict[str, int]:
        """The time since the start by phase; `core` holds the core's own phases in seconds."""
        compile_ns, sampling_ns = round(core.compile * 1e9), round(core.sampling * 1e9)
        preprocessing_ns = self._core - self._start + round(core.preprocessing * 1e9)
        known = preprocessing_ns + compile_ns + sampling_ns
        total_ns = max(time.perf_counter_ns() - self._start, known)
        return {
            "preprocessing_ns": preprocessing_ns,
            "compile_ns": compile_ns,
            "sampling_ns": sampling_ns,
            "postprocessing_ns": total_ns - known,
            "total_ns": total_ns,
        }


def common_info(
    result: Minimum | SampleResult, callbacks: Callbacks, notes: list[str]
) -> dict[str, Any]:
    """The part of `info` that all samplers give, ready for JSON."""
    found = runtime.versions()
    return {
        "seed": result.seed,
        "num_sweeps": result.num_sweeps,
        "kernel": result.kernel,
        "num_devices": result.num_devices,
        "notes": [*result.notes, *notes, *callbacks.notes()],
        "versions": {name: found[name] for name in ("pbits", "jax", "dimod")},
    }


def finite_list(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers ready for JSON, None where they are infinite or missing."""
    return [float(x) if np.isfinite(x) else None for x in values]


def trace_lists(trace: Trace | None) -> dict[str, list]:
    """Columns of a trace as lists; an empty model leaves none."""
    return {k: [] if trace is None else getattr(trace, k).tolist() for k in Trace._fields}


def sampleset(
    bqm: dimod.BinaryQuadraticModel,
    problem: IsingProblem,
    result: Minimum | SampleResult,
    info: dict[str, Any],
    watch: Stopwatch,
) -> dimod.SampleSet:
    """Sample set of a result in the vartype and variable order of `bqm`; adds the timing.

    Energies become float64, as those of dimod's models are: in an integer record dimod would
    truncate the fractional offset that a composite may add later.
    """
    binary = bqm.vartype is dimod.BINARY
    found = dimod.SampleSet.from_samples(
        ((result.spins > 0).view(np.int8) if binary else result.spins, list(problem.labels)),
        vartype=bqm.vartype,
        energy=result.energies.astype(np.float64),
        info=info,
        sort_labels=False,
    )
    found.info["timing"] = watch.timing(result.timing)
    return found
