"""dwave-samplers' rules on how the arguments of a schedule fit together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pbits import checks

DEFAULT_NUM_SWEEPS = 1000


def resolve_num_sweeps(
    num_sweeps: int | None,
    num_sweeps_per_beta: int,
    beta_schedule_type: str,
    beta_schedule: ArrayLike | None,
    beta_range: Sequence[float] | None,
) -> int:
    """The number of sweeps that the arguments of a schedule ask for.

    Raises:
        ValueError: where they contradict each other: a schedule without the type "custom" or the
            reverse, sweeps that do not divide into steps, a range that is not the schedule's.

    Example:
        >>> resolve_num_sweeps(None, 5, "custom", [0.1, 1.0], None)
        10
    """
    per_beta = checks.whole_number("num_sweeps_per_beta", num_sweeps_per_beta, 1)
    if beta_range is not None and np.shape(beta_range) != (2,):
        raise ValueError(f"beta_range is {beta_range!r}; expected two numbers, hot and cold")
    if beta_schedule_type == "custom":
        return _custom(num_sweeps, per_beta, beta_schedule, beta_range)
    if beta_schedule is not None:
        raise ValueError(
            f"beta_schedule is given and beta_schedule_type is {beta_schedule_type!r}; "
            "expected 'custom', or no beta_schedule"
        )
    if num_sweeps is None:
        # The default must fit any number of sweeps per beta.
        return -(-DEFAULT_NUM_SWEEPS // per_beta) * per_beta
    if checks.whole_number("num_sweeps", num_sweeps, 0) % per_beta:
        raise ValueError(
            f"num_sweeps is {num_sweeps}; expected a multiple of num_sweeps_per_beta = {per_beta}"
        )
    return num_sweeps


def _custom(
    num_sweeps: int | None,
    per_beta: int,
    beta_schedule: ArrayLike | None,
    beta_range: Sequence[float] | None,
) -> int:
    betas = np.asarray([] if beta_schedule is None else beta_schedule, np.float64)
    if betas.ndim != 1 or betas.size == 0:
        raise ValueError(
            f"beta_schedule is {beta_schedule!r}; the type 'custom' expects a sequence of betas"
        )
    total = betas.size * per_beta
    if num_sweeps not in (None, total):
        raise ValueError(
            f"num_sweeps is {num_sweeps}; expected None or {total}, that is {betas.size} betas "
            f"of {per_beta} sweeps each"
        )
    if beta_range is not None and tuple(beta_range) != (betas[0], betas[-1]):
        raise ValueError(
            f"beta_range is {beta_range!r}; expected None or the ends of beta_schedule, "
            f"({betas[0]}, {betas[-1]})"
        )
    return total
