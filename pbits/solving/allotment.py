"""How many reads a search has, from the size of the problem and the time."""

from typing import NamedTuple, Self

from pbits import checks, runtime
from pbits.models import Prepared
from problems.polynomial import Problem

# Spin updates per second of a device, a guess that only decides how many reads there are.
# Those of sparse models are for one coupling per spin.
_SPEED = {"packed": 2e10, "dense": 2e8, "sparse": 4e9, "dense_float": 3e7}
_PER_COUPLING = ("packed", "sparse", "packed_poly")
_OTHER_SPEED = 1e8
_WANTED_ANNEAL = 16_000  # sweeps
# Ladders of large problems take long to come to equilibrium.
_WANTED_SWEEPS, _WANTED_PER_SPIN = 2000, 0.5
_USUAL_SECONDS = 10.0
_BLOCKS = (1, 4, 8, 16, 32)  # of 32 reads, on a device
_MIN_RUNGS = 12  # shorter ladders do not reach from hot to cold


class Allotment(NamedTuple):
    """Ladders and their rungs; None where it is for the search to say."""

    num_ladders: int | None
    num_rungs: int | None

    @classmethod
    def asked(cls, num_reads: int | None, num_temperatures: int | None) -> Self:
        """Checked.

        Raises:
            ValueError: on numbers below one.
        """
        if num_reads is not None:
            checks.whole_number("num_reads", num_reads, 1)
        if num_temperatures is not None:
            checks.whole_number("num_temperatures", num_temperatures, 1)
        return cls(num_reads, num_temperatures)

    def complete(
        self, prepared: Prepared, problem: Problem, seconds: float | None
    ) -> tuple[int, int]:
        """As many reads as can be swept some thousand times, in ladders if they are many.

        Args:
            prepared: kernel and model.
            problem: what it holds.
            seconds: time in all, None where there is no limit.

        Returns:
            Numbers of ladders and of their rungs; one rung where reads are too few for ladders.
        """
        name, n = prepared.kernel.name.split("-")[0], problem.num_variables
        degree = 2 * problem.num_interactions / n if name in _PER_COUPLING else 1.0
        speed = _SPEED.get(name, _OTHER_SPEED) / max(degree, 1.0)
        updates = speed * (seconds or _USUAL_SECONDS)
        wanted = max(_WANTED_SWEEPS, _WANTED_PER_SPIN * n)
        blocks = _blocks(updates / (n * wanted))
        if blocks >= _MIN_RUNGS:
            rungs = self.num_rungs or blocks
            ladders = 32 * max(blocks // rungs, 1)
        else:
            rungs = self.num_rungs or 1
            ladders = max(32 * _blocks(updates / (n * _WANTED_ANNEAL)) // rungs, 1)
        return self.num_ladders or ladders * len(runtime.devices()), rungs


def _blocks(reads: float) -> int:
    """The most that so many reads on a device fill."""
    return max((x for x in _BLOCKS if 32 * x <= reads), default=1)
