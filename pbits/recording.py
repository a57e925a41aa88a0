"""Where the replicas of ladders have been, kept within bounds however long a run is."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.results import RungHistory

_MAX_ENTRIES = 2**25  # of a history: 64 MiB


def ladders_to_record(asked: bool | int, num_ladders: int) -> int:
    """How many ladders `record_rungs` of `temper` asks for.

    Raises:
        ValueError: where it is neither True nor False nor a number of ladders of this run.

    Example:
        >>> ladders_to_record(True, 32), ladders_to_record(4, 32), ladders_to_record(False, 32)
        (32, 4, 0)
    """
    if isinstance(asked, bool):
        return num_ladders if asked else 0
    number = checks.whole_number("record_rungs", asked, 0)
    if number > num_ladders:
        raise ValueError(
            f"record_rungs is {number} and num_reads is {num_ladders}; expected at most as many "
            "ladders, True for all or False for none"
        )
    return number


@dataclass
class RungRecorder:
    """Rungs of all replicas, round by round; with too many rows, every second one is dropped.

    What is kept depends on the number of rounds and not on the calls they were cut into.

    Attributes:
        num_ladders: recorded, the first ones.
        num_rungs: T.
        max_entries: of the history, about.
        interval: rounds between two rows.
    """

    num_ladders: int
    num_rungs: int
    max_entries: int = _MAX_ENTRIES
    interval: int = 1
    _rounds: int = 0
    _rows: list[NDArray[np.int16]] = field(default_factory=list)

    def __post_init__(self) -> None:
        start = np.arange(self.num_rungs, dtype=np.int16)
        self._rows.append(np.tile(start, (1, self.num_ladders, 1)))

    def note(self, rungs: NDArray[np.int16]) -> None:
        """Some more rounds: [rounds, ladders, T] with all ladders of the run."""
        numbers = self._rounds + np.arange(1, len(rungs) + 1)
        self._rounds += len(rungs)
        # A copy: a view would keep the ladders that nobody wants.
        self._rows.append(rungs[numbers % self.interval == 0, : self.num_ladders].copy())
        most = max(self.max_entries // max(self.num_ladders * self.num_rungs, 1), 2)
        while sum(map(len, self._rows)) > most:
            self._rows = [np.concatenate(self._rows)[::2].copy()]
            self.interval *= 2

    def history(self) -> RungHistory:
        """All that is kept.

        Example:
            >>> recorder = RungRecorder(num_ladders=1, num_rungs=2, max_entries=6)
            >>> for rungs in ([1, 0], [1, 0], [0, 1], [1, 0]):
            ...     recorder.note(np.array([[rungs]], np.int16))
            >>> recorder.history().round.tolist(), recorder.history().rung[:, 0, 0].tolist()
            ([0, 2, 4], [0, 1, 1])
        """
        rung = np.concatenate(self._rows)
        return RungHistory(self.interval * np.arange(len(rung)), rung)
