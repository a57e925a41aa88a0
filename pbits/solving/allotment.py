"""How many reads a search has, from the size of the problem and the time."""

from typing import NamedTuple, Self

from pbits import checks, runtime
from pbits.models import Prepared

# Spin updates per second of a device, a guess that only decides how many reads there are.
_SPEED = {"packed": 2e9, "dense": 2e8, "sparse": 4e8, "dense_float": 3e7}
_OTHER_SPEED = 1e8
_WANTED_SWEEPS = 4000
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

    def complete(self, prepared: Prepared, n: int, seconds: float | None) -> tuple[int, int]:
        """As many reads as can be swept some thousand times, in ladders if they are many.

        Args:
            prepared: kernel and model.
            n: number of spins.
            seconds: time in all, None where there is no limit.

        Returns:
            Numbers of ladders and of their rungs; one rung where reads are too few for ladders.
        """
        kernel = prepared.kernel
        speed = _SPEED.get(kernel.name.split("-")[0], _OTHER_SPEED)
        affordable = speed * (seconds or _USUAL_SECONDS) / (n * _WANTED_SWEEPS)
        blocks = max((x for x in _BLOCKS if 32 * x <= affordable), default=1)
        rungs = self.num_rungs or (blocks if blocks >= _MIN_RUNGS else 1)
        if kernel.reads_per_lane == 1:
            rungs = self.num_rungs or (32 if blocks > 1 else 1)
            ladders = max(32 * blocks // rungs, 1)
        else:
            ladders = 32 * max(blocks // rungs, 1)
        return self.num_ladders or ladders * len(runtime.devices()), rungs
