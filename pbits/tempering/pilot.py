"""A short run that finds out how many temperatures a problem needs, and where."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pbits.engine import next_size
from pbits.exchange import Exchange
from pbits.ladders import Stretch, equal_rejection
from pbits.random import seed_key, sweep_key
from pbits.tally import CERTAIN
from pbits.tempering.plan import Plan

_ROUNDS = (16, 32, 64)
_SHARE = 0.25  # of the time limit
# Few different numbers of rungs, so that similar problems share a program.
_RUNGS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
_SEED_SWEEP = 0xD0000000


def find_ladder(
    engine: Exchange, betas: NDArray[np.float64], plan: Plan, pressed: Callable[[], bool]
) -> tuple[NDArray[np.float64], float]:
    """A short run measures the barrier: with two rungs for each unit, half the swaps are taken.

    It ends early when asked to, or when it has used a quarter of the time.

    Returns:
        A ladder that fits the barrier, and the seconds that finding it took without compilation.
    """
    key = sweep_key(seed_key(plan.seed), np.uint32(_SEED_SWEEP))
    run, climb = engine.look(engine.start(key), engine.climb(), engine.places(betas), key)
    begin, first, size = time.perf_counter(), 0, 1
    rejection = np.ones(betas.size - 1)

    def is_over() -> bool:
        limit, asked = plan.stop.time_limit, plan.stop.interrupt
        late = limit is not None and time.perf_counter() - begin > _SHARE * limit
        return late or pressed() or bool(asked and asked())

    for wanted in _ROUNDS:
        places, seen = engine.places(betas), Stretch(betas.size, CERTAIN, engine.energy_steps, 0.0)
        while seen.rounds < wanted and not is_over():
            rounds, before = min(size, wanted - seen.rounds), time.perf_counter()
            run, climb, sums = engine.temper(run, climb, places, key, first, rounds, 1)
            seen.note(sums.refused, sums.num_swaps, sums.energy, rounds)
            size, first = next_size(rounds, time.perf_counter() - before), first + rounds
        if seen.rounds:
            rejection = seen.rejection
            betas = equal_rejection(betas, rejection, betas.size)
    seconds = time.perf_counter() - begin
    if not first or is_over():
        return betas, seconds
    rungs = next((n for n in _RUNGS if n >= 2 * rejection.sum() + 1), _RUNGS[-1])
    return equal_rejection(betas, rejection, rungs), seconds
