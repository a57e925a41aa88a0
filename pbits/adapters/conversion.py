"""What both dimod samplers share: initial states in, sample sets with their `info` out."""

import secrets
import time
import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from pbits import runtime
from problems import IsingProblem, binary_to_spin

CRITERIA = ("Metropolis", "Gibbs")
GENERATORS = ("none", "tile", "random")


def resolve_seed(seed: int | None) -> int:
    """`seed`, or a fresh 32-bit one where it is None.

    Raises:
        TypeError, ValueError: on anything but a non-negative integer below 2**64.
    """
    if seed is None:
        return secrets.randbits(32)
    if not isinstance(seed, Integral):
        raise TypeError(f"seed is {seed!r}; expected None or an integer from 0 to 2**64 - 1")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}; expected None or an integer from 0 to 2**64 - 1")
    return int(seed)


def update_rule(criteria: str) -> str:
    """The core's name of dwave-samplers' `proposal_acceptance_criteria`, in any case."""
    if str(criteria).capitalize() not in CRITERIA:
        raise ValueError(
            f"proposal_acceptance_criteria is {criteria!r}; expected 'Metropolis' or 'Gibbs'"
        )
    return criteria.lower()


def initial_spins(
    sampler: dimod.Initialized,
    bqm: dimod.BinaryQuadraticModel,
    states: dimod.typing.SamplesLike | None,
    generator: str,
    count: int | None,
    seed: int,
) -> NDArray[np.int8] | None:
    """Spins to start `count` chains from, in the order of ``bqm.variables``.

    Args:
        sampler: whose `parse_initial_states` reads and completes the states.
        bqm: SPIN or BINARY model; states of the other vartype are converted.
        states: samples-like or None.
        generator: "none", "tile" or "random"; what completes too few states.
        count: chains; None for as many as there are states.
        seed: of the random states that complete the given ones.

    Returns:
        int8 [count, n] of -1 and +1; None where all states are to be random, which the core
        draws by itself, faster.

    Raises:
        ValueError: on too few states for "none" or "tile", an unknown generator, values that are
            neither spins nor bits, or variables that are not the model's.
    """
    if states is None and generator == "random":
        return None
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
    if bqm.vartype is dimod.BINARY:
        return binary_to_spin(values)
    return np.ascontiguousarray(values, np.int8)


class Interrupt:
    """A user's interrupt function whose own failure stops the sampling but loses no state.

    Attributes:
        function: the callable to poll, None where there is nothing to ask.
        error: what the user's function raised.
    """

    def __init__(self, function: Callable[[], bool] | None):
        if function is not None and not callable(function):
            raise TypeError(
                f"interrupt_function is {function!r}; expected a function without parameters"
            )
        self.function = None if function is None else self._poll
        self._ask = function
        self.error: Exception | None = None

    def _poll(self) -> bool:
        try:
            return bool(self._ask())
        except Exception as error:
            self.error = error
            return True

    def notes(self) -> list[str]:
        """What to tell the user about `error`, also as a warning."""
        if self.error is None:
            return []
        note = f"interrupt_function raised {self.error!r}; sampling stopped there"
        warnings.warn(note, RuntimeWarning, stacklevel=4)
        return [note]


class Stopwatch:
    """Nanoseconds of one call under the names dwave-samplers uses, as Python ints."""

    def __init__(self) -> None:
        self._start = self._core = time.perf_counter_ns()

    def core_starts(self) -> None:
        """Everything before this moment was preprocessing."""
        self._core = time.perf_counter_ns()

    def timing(self, core: Any) -> dict[str, int]:
        """Split the time since the start; `core` holds the core's own parts in seconds."""
        compile_ns, sampling_ns = round(core.compile * 1e9), round(core.sampling * 1e9)
        preprocessing_ns = self._core - self._start + round(core.preprocessing * 1e9)
        total_ns = time.perf_counter_ns() - self._start
        rest = total_ns - preprocessing_ns - compile_ns - sampling_ns
        return {
            "preprocessing_ns": preprocessing_ns,
            "compile_ns": compile_ns,
            "sampling_ns": sampling_ns,
            "postprocessing_ns": max(rest, 0),
            "total_ns": total_ns,
        }


def common_info(result: Any, notes: list[str]) -> dict[str, Any]:
    """The part of `info` that an AnnealResult and a SampleResult share, ready for JSON."""
    found = runtime.versions()
    return {
        "seed": int(result.seed),
        "num_sweeps": int(result.num_sweeps),
        "kernel": result.kernel,
        "num_devices": int(result.num_devices),
        "notes": [*result.notes, *notes],
        "versions": {name: found[name] for name in ("pbits", "jax", "dimod")},
    }


def sampleset(
    bqm: dimod.BinaryQuadraticModel,
    problem: IsingProblem,
    spins: NDArray[np.int8],
    energies: NDArray,
    info: dict[str, Any],
) -> dimod.SampleSet:
    """Sample set of spins int8 [k, n] in the vartype and variable order of `bqm`.

    Energies become float64, as every dimod model's are: in an integer record dimod would truncate
    any offset that a composite adds later.
    """
    values = (spins > 0).view(np.int8) if bqm.vartype is dimod.BINARY else spins
    return dimod.SampleSet.from_samples(
        (values, list(problem.labels)),
        vartype=bqm.vartype,
        energy=np.asarray(energies, np.float64),
        info=info,
        sort_labels=False,
    )
