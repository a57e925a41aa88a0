"""What takes part in a benchmark: a sampler behind one small interface."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from problems import IsingProblem


class Call(NamedTuple):
    """One call of a sampler: a geometric anneal, one sweep per beta."""

    reads: int
    sweeps: int
    beta_range: tuple[float, float]
    seed: int

    def betas(self) -> NDArray[np.float64]:
        """[sweeps] inverse temperatures, hot to cold."""
        if self.sweeps == 1:
            return np.array(self.beta_range[1:], np.float64)
        return np.geomspace(*self.beta_range, self.sweeps)


class Draw(NamedTuple):
    """What a call returned, in the form that all samplers share."""

    spins: NDArray[np.int8]  # [reads, n] of -1 and +1
    energies: NDArray | None  # [reads], as the sampler reports them
    sampling_seconds: float | None = None  # the part of the call that the sampler calls sampling
    compile_seconds: float | None = None
    final_mean: float | None = None  # mean energy of the last states, where `spins` are the best
    info: dict[str, Any] | None = None


class Sampler(Protocol):
    """A sampler that holds one problem in its native form; preparing that form is not timed."""

    def __init__(self, problem: IsingProblem) -> None: ...

    def run(self, call: Call) -> Any:
        """The timed part: what a user would call, from the native problem to the native result."""
        ...

    def draw(self, result: Any) -> Draw:
        """A native result as spins and energies; not timed."""
        ...


class Unsupported(Exception):
    """A sampler cannot take this instance; the message says why."""


@dataclass(frozen=True)
class Entrant:
    """A sampler in the benchmark.

    Attributes:
        name: as given to ``--peer``.
        package: its distribution.
        make: from a problem to a :class:`Sampler`; a class, so that worker processes can have it.
        energies: which states are reported: "best" during the anneal, "final", or None where the
            sampler does not anneal and energies compare with nothing.
        threaded: whether one process uses all cores; otherwise one process per core does.
        compiles: whether the first call of a shape compiles, so that warming up takes a whole call.
        note: what a reader of the numbers has to know.
    """

    name: str
    package: str
    make: Callable[[IsingProblem], Sampler]
    energies: str | None
    threaded: bool = False
    compiles: bool = False
    note: str = ""
