"""Boltzmann sampling at one temperature: burn in, then one sample per chain or thinned ones.

The chains are exact Markov chains with invariant distribution ``exp(-beta E(s))``; how long they
need to forget their start is the user's to judge: see `pbits.diagnostics`, and the sampling
notebook in `examples`.
"""

import time
from collections.abc import Callable

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.engine import CHUNK, Engine, Run, next_size
from pbits.interrupts import deferred_interrupt
from pbits.models import Prepared, choose_model
from pbits.random import seed_key
from pbits.results import Progress, SampleResult, Timing
from pbits.schedules import MAX_BETA
from problems.polynomial import Problem

_NUM_BITS = 32  # probabilities to 2**-32: a sampler must get rare moves right


def sample(
    problem: Problem,
    *,
    beta: float,
    num_reads: int = 100,
    num_sweeps: int = 1000,
    thinning: int | None = None,
    num_chains: int | None = None,
    update: str = "gibbs",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> SampleResult:
    """Draw states from ``exp(-beta E(s)) / Z``.

    Args:
        problem: the energy.
        beta: inverse temperature, in inverse units of the energy, at least 0.
        num_reads: samples.
        num_sweeps: sweeps of burn-in.
        thinning: sweeps between two samples of a chain, default 10; only with `num_chains`.
        num_chains: default one chain per sample, so that samples are independent; fewer chains
            give `thinning` sweeps between samples.  Sample k is draw ``k // num_chains`` of chain
            ``k % num_chains``.
        update: "gibbs" (heat bath, the p-bit equation), or "metropolis", which moves faster but in
            a fixed order is not always ergodic: it accepts every move that costs nothing, so at
            beta = 0, with free spins, or on some small models without biases (rings, complete
            graphs of an odd number of spins) it never settles.
        seed, interrupt, progress: as in `anneal`; an interrupted run returns the samples it has,
            or the present states if it has none.
        initial_spins: [num_chains, n] of -1 and +1.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> result = sample(ferromagnet((4, 4)), beta=1.0, num_reads=50, num_sweeps=100, seed=1)
        >>> bool(result.energies.mean() < -28)
        True
    """
    return sample_with(
        lambda: choose_model(problem, update, _NUM_BITS), problem, beta=beta, num_reads=num_reads,
        num_sweeps=num_sweeps, thinning=thinning, num_chains=num_chains, seed=seed,
        initial_spins=initial_spins, interrupt=interrupt, progress=progress,
    )  # fmt: skip


def sample_with(
    prepare: Callable[[], Prepared],
    problem: Problem,
    *,
    beta: float,
    num_reads: int = 100,
    num_sweeps: int = 1000,
    thinning: int | None = None,
    num_chains: int | None = None,
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> SampleResult:
    """As :func:`sample`, with any kernel.

    Args:
        prepare: makes kernel and model, once arguments are known to be good; not called for a
            problem without variables.
        problem: whose energies are reported.
        beta, num_reads, num_sweeps, thinning, num_chains, seed: as in `sample`.
        initial_spins, interrupt, progress: as in `sample`.
    """
    begin = time.perf_counter()
    runtime.ensure_configured()
    beta = checks.non_negative("beta", beta)
    if beta > MAX_BETA:
        raise ValueError(f"beta is {beta:g}; expected at most {MAX_BETA:g}: rescale the problem")
    num_reads = checks.whole_number("num_reads", num_reads, 1)
    chains = num_reads if num_chains is None else checks.whole_number("num_chains", num_chains, 1)
    chains = min(chains, num_reads)
    if thinning is not None and num_chains is None:
        raise ValueError("thinning applies to samples of one chain; give num_chains as well")
    gap = 10 if thinning is None else checks.whole_number("thinning", thinning, 1)
    burn_in = checks.whole_number("num_sweeps", num_sweeps, 0)
    seed = checks.seed_or_random(seed)
    initial = checks.initial_states(initial_spins, chains, problem)
    n = problem.num_variables
    if n == 0:
        spins = np.zeros((num_reads, 0), np.int8)
        timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - begin)
        energies = problem.energies(spins)
        return SampleResult(seed, 0, timing, "none", 0, (), spins, energies, beta, chains)
    engine = Engine(prepare(), chains)
    laid_out = time.perf_counter()
    key = seed_key(seed)
    run = engine.start(key) if initial is None else engine.start_from(initial)
    run, _, _ = engine.advance(run, key, np.zeros(0, np.float32), 0, CHUNK)
    jax.block_until_ready(run)
    compiled = time.perf_counter()
    draws = -(-num_reads // chains)
    plan = [burn_in, *[gap] * (draws - 1)]
    found, done = _draw(engine, run, key, beta, plan, problem, interrupt, progress)
    spins = np.concatenate(found)[:num_reads]
    end = time.perf_counter()
    timing = Timing(laid_out - begin, compiled - laid_out, end - compiled, end - begin)
    return SampleResult(
        seed, done, timing, engine.kernel.name, engine.num_devices, runtime.notes(),
        spins, problem.energies(spins), beta, chains,
    )  # fmt: skip


def _draw(
    engine: Engine,
    run: Run,
    key: jax.Array,
    beta: float,
    plan: list[int],
    problem: Problem,
    interrupt: Callable[[], bool] | None,
    progress: Callable[[Progress], None] | None,
) -> tuple[list[NDArray[np.int8]], int]:
    """Sweep as planned, collecting all chains after each entry: samples and sweeps done."""
    began, done, total = time.perf_counter(), 0, sum(plan)
    n, offset, size, lowest = problem.num_variables, problem.offset, 1, np.inf
    found: list[NDArray[np.int8]] = []
    with deferred_interrupt() as pressed:
        for sweeps in plan:
            until = done + sweeps
            while done < until:
                before = time.perf_counter()
                part = np.full(min(until - done, size), beta, np.float32)
                run, _, best = engine.advance(run, key, part, done, CHUNK)
                done += part.size
                now = time.perf_counter()
                size = next_size(part.size, now - before)
                if progress is not None:
                    lowest = min(lowest, float(best[-1]) * engine.unit + offset)
                    progress(Progress(done, total, 0, now - began, lowest))
                if pressed() or (interrupt is not None and interrupt()):
                    return found or [engine.spins(run.state, n)], done
            found.append(engine.spins(run.state, n))
    return found, done
