"""What a run of parallel tempering was asked to do."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pbits import checks
from pbits.results import Progress
from pbits.stopping import Stop


@dataclass(frozen=True)
class Plan:
    """Checked arguments."""

    num_reads: int
    num_sweeps: int | None
    per_swap: int
    seed: int
    stop: Stop
    progress: Callable[[Progress], None] | None

    def __post_init__(self) -> None:
        checks.whole_number("num_reads", self.num_reads, 1)
        checks.whole_number("num_sweeps_per_swap", self.per_swap, 1)
        stop = self.stop
        if self.num_sweeps is not None:
            checks.whole_number("num_sweeps", self.num_sweeps, 0)
        elif (stop.time_limit, stop.target_energy, stop.interrupt) == (None,) * 3:
            raise ValueError(
                "num_sweeps is None; give a time_limit, a target_energy or an interrupt"
            )

    @property
    def num_rounds(self) -> float:
        """As many as make at least `num_sweeps` sweeps."""
        return np.inf if self.num_sweeps is None else -(-self.num_sweeps // self.per_swap)
