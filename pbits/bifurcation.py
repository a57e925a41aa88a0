"""Simulated bifurcation: pump coupled oscillators until each takes a side, keep the best signs.

H. Goto et al., Science Advances 7, eabe7953 (2021), doi 10.1126/sciadv.abe7953.  Nothing is random
but the start; reads differ in it.
"""

from collections.abc import Callable

import numpy as np

from pbits import checks
from pbits.kernels.bifurcation import VARIANTS, bifurcation, bifurcation_model
from pbits.models import Prepared, choose_float_model
from pbits.restarts import Request, minimise
from pbits.results import BifurcationResult, Progress
from pbits.stopping import Stop
from problems.model import IsingProblem

_MAX_TIME_STEP = 2.0  # beyond it a free oscillator is unstable


def bifurcate(
    problem: IsingProblem,
    *,
    variant: str = "discrete",
    num_reads: int = 128,
    num_steps: int = 1000,
    time_step: float = 1.0,
    seed: int | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    trace: bool = False,
) -> BifurcationResult:
    """Let `num_reads` independent sets of oscillators bifurcate.

    The pump rises from 0 to 1 in equal steps; the frequency of an oscillator is 1, and couplings
    are scaled by ``c0 = sqrt(N - 1) / (2 ||J||)``, the norm being Frobenius's.  Biases are
    couplings to one more oscillator, and count as such in N and in the norm.

    Args:
        problem: what to minimise.
        variant: "ballistic", where positions act on each other, or "discrete", where their signs
            do: slower to settle, but with less error in the end.
        num_reads: independent runs; multiples of 64 for every core lose no work to rounding.
        num_steps: time steps of a run.
        time_step: above 0 and at most 2, in units of the oscillators' frequency.
        seed: equal seeds give equal results, on any number of devices; default: a random one,
            returned in the result.
        time_limit: seconds of stepping (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        num_restarts: runs one after another, best kept; None: until something stops it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.
        trace: record mean and best energy over the reads; in the place of betas stand pumps.

    Returns:
        The best signs of every read, looked at every fiftieth of a run, and how they were found.
        Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> bifurcate(ferromagnet((4, 4)), num_reads=16, num_steps=200, seed=1).best_energy
        -32
    """
    stop = Stop(time_limit, target_energy, interrupt)
    request = Request.of(problem, num_reads, seed, None, stop, num_restarts, progress, trace)
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}; expected {' or '.join(map(repr, VARIANTS))}")
    steps = checks.whole_number("num_steps", num_steps, 0)
    time_step = checks.positive("time_step", time_step, _MAX_TIME_STEP)
    pumps = np.linspace(0, 1, steps).astype(np.float32)
    prepared = _prepare(problem, variant, time_step) if problem.num_variables else None
    found = minimise(problem, prepared, request, pumps, pumps)
    return BifurcationResult(**vars(found), variant=variant, time_step=time_step)


def _prepare(problem: IsingProblem, variant: str, time_step: float) -> Prepared:
    layout, spins, unit = choose_float_model(problem)
    h = problem.h / unit
    strength = coupling_strength(h, problem.coupling / unit)
    model = bifurcation_model(spins, h, strength, time_step)
    return Prepared(bifurcation(layout, variant), model, unit)


def coupling_strength(h: np.ndarray, coupling: np.ndarray) -> float:
    """``c0 = sqrt(N - 1) / (2 ||J||)``, biases being couplings to one more oscillator.

    Args:
        h: [n] biases.
        coupling: [m] couplings, each pair once.

    Example:
        >>> float(coupling_strength(np.zeros(3), np.array([2.0, 2.0])))
        0.25
    """
    others = np.count_nonzero(np.any(h)) + h.size - 1
    norm = np.sqrt(2 * ((coupling**2).sum() + (h**2).sum()))
    return float(np.sqrt(others) / (2 * norm)) if norm else 0.0
