"""Parallel tempering: reads at fixed temperatures that trade places, to sample and to minimise.

R. H. Swendsen & J.-S. Wang, Phys. Rev. Lett. 57, 2607 (1986), doi 10.1103/PhysRevLett.57.2607;
non-reversible swaps and a ladder of equal rejections: Syed et al., arXiv:1905.02939.  The *barrier*
between two temperatures is the sum of the swap rejections of the rungs between them, however many
those are; temperatures are placed so that each swap is refused equally often, and their number
follows from the whole barrier.
"""

import time
from collections.abc import Callable, Sequence
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.exchange import Exchange
from pbits.interrupts import deferred_interrupt
from pbits.ladders import first_ladder
from pbits.models import Prepared, choose_model
from pbits.pairing import Clusters, cluster_share
from pbits.recording import RungRecorder, ladders_to_record
from pbits.results import Progress, TemperResult, Timing, Trace
from pbits.stopping import Stop
from pbits.tempering.pilot import find_ladder
from pbits.tempering.plan import Plan
from pbits.tempering.run import Tempering
from problems.model import IsingProblem
from problems.polynomial import Problem


def temper(
    problem: Problem,
    *,
    num_reads: int = 32,
    num_sweeps: int | None = 1000,
    num_sweeps_per_swap: int = 2,
    num_temperatures: int | None = None,
    beta_range: Sequence[float] | None = None,
    betas: ArrayLike | None = None,
    adapt: bool = True,
    cluster_moves: bool | str = "auto",
    record_rungs: bool | int = False,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> TemperResult:
    """Run `num_reads` independent ladders of reads, one read at each temperature.

    Args:
        problem: what to sample or minimise.
        num_reads: independent ladders; integer sparse problems hold 32 of them in a word, so that
            32 cost hardly more than one.
        num_sweeps: of every read, rounded up to a multiple of `num_sweeps_per_swap`; None: until
            something stops the run.
        num_sweeps_per_swap: sweeps between two attempts to swap.
        num_temperatures: rungs of a ladder, at least 2; default: from the barrier that a short run
            measures.
        beta_range: hottest and coldest inverse temperature; default from the data.
        betas: all inverse temperatures [T], rising; no default is looked for then.
        adapt: move the inner temperatures during the first half of the sweeps until all swaps are
            refused equally often; afterwards they stay, as sampling demands.  Without `num_sweeps`
            there is no half, and they move more and more seldom.
        cluster_moves: whether pairs of ladders exchange clusters of spins at equal temperature
            (Houdayer), which finds other valleys at no cost in energy where variables have few
            neighbours.  "auto" tries the colder half of the ladder and, in the first half of the
            sweeps, leaves out rungs where a cluster is too small, or all that the pair disagrees
            on; True: on every rung, always.
        record_rungs: whether to follow each state from rung to rung, see `RungHistory`: True for
            all ladders, a number for the first so many.  Nothing else changes.  Each round takes
            two bytes for each state; beyond 64 MiB every second row is dropped, time and again.
        update: "metropolis", or "gibbs" for heat bath.
        seed: equal seeds give equal results, on any number of devices.
        initial_spins: [num_reads, n] of -1 and +1, put on every rung of a ladder.
        time_limit: seconds of sampling (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.

    Returns:
        The best state of each ladder, the present states at all temperatures, and how well
        temperatures mix.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> found = temper(ferromagnet((4, 4)), num_sweeps=64, num_temperatures=4, seed=1)
        >>> found.best_energy, found.betas.shape
        (-32, (4,))
    """
    begin = time.perf_counter()
    runtime.ensure_configured()
    stop = Stop(time_limit, target_energy, interrupt)
    seed = checks.seed_or_random(seed)
    plan = Plan(num_reads, num_sweeps, num_sweeps_per_swap, seed, stop, progress)
    initial = checks.initial_states(initial_spins, plan.num_reads, problem)
    recorded = ladders_to_record(record_rungs, plan.num_reads)
    ladder, free = first_ladder(problem, betas, beta_range, num_temperatures)
    if problem.num_variables == 0:
        return _nothing_to_do(problem, plan, ladder, begin, recorded)
    prepared = choose_model(problem, update)
    share = cluster_share(cluster_moves, problem, prepared.kernel, plan.num_reads)
    laid_out = time.perf_counter()
    spent = 0.0
    with deferred_interrupt() as pressed:
        if free:
            pilot = Exchange(prepared, plan.num_reads, ladder.size)
            ladder, spent = find_ladder(pilot, ladder, plan, pressed)
        clusters = Clusters(
            ladder.size, problem.num_variables, ceil(share * ladder.size), cluster_moves == "auto"
        )
        engine = _engine(problem, prepared, plan, clusters)
        recorder = RungRecorder(recorded, ladder.size) if recorded else None
        adapts = adapt and betas is None
        run = Tempering(problem, engine, plan, ladder, adapts, clusters, initial, recorder)
        run.compile()
        compiled = time.perf_counter() - spent
        run.go(spent, pressed)
    return run.result(begin, laid_out, compiled, time.perf_counter())


def _engine(problem: Problem, prepared: Prepared, plan: Plan, clusters: Clusters) -> Exchange:
    symmetric = isinstance(problem, IsingProblem) and not problem.h.any()
    return Exchange(
        prepared, plan.num_reads, clusters.active.size, clusters.count, symmetric=symmetric
    )


def _nothing_to_do(
    problem: Problem, plan: Plan, betas: NDArray[np.float64], begin: float, recorded: int
) -> TemperResult:
    spins = np.zeros((plan.num_reads, 0), np.int8)
    energies = problem.energies(spins)
    timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - begin)
    states = np.zeros((plan.num_reads, betas.size, 0), np.int8)
    mean = np.full(betas.size, float(problem.offset))
    return TemperResult(
        plan.seed, 0, timing, "none", 0, (), spins, energies, Trace.of([]),
        1, "schedule", (float(betas[0]), float(betas[-1])), states, betas,
        np.zeros(betas.size - 1), mean, 0, False, np.zeros(betas.size),
        RungRecorder(recorded, betas.size).history() if recorded else None,
    )  # fmt: skip
