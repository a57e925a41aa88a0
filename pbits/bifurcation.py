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
from problems.polynomial import Problem

_MAX_TIME_STEP = 2.0  # beyond it a free oscillator is unstable
# Of the longest step that the stiffest mode of the oscillators bears.
_STEP_SHARE = {"ballistic": 0.8, "discrete": 0.5}
_LANCZOS_STEPS = 40


def bifurcate(
    problem: Problem,
    *,
    variant: str = "ballistic",
    num_reads: int = 64,
    num_steps: int = 1000,
    time_step: float | None = None,
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
    are scaled by ``c0 = sqrt(N - 1) / (2 ||J||)`` with Frobenius's norm.  Biases are couplings to
    one more oscillator, and count as such in N, in the norm and among the eigenvalues.

    Args:
        problem: what to minimise; no term of more than two spins.
        variant: "ballistic", where positions act on each other, or "discrete", where their signs
            do: slower to settle, often better in the end.
        num_reads: independent runs; multiples of 64 for every core lose no work to rounding.
        num_steps: time steps of a run.
        time_step: dt, above 0 and at most 2.  An oscillation of frequency w needs ``w dt < 2``, and
            the stiffest one has ``w**2 = 1 + c0 lambda``, lambda being the largest eigenvalue of J;
            default: 0.8 (ballistic) or 0.5 (discrete) of that limit.
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
    problem = checks.quadratic(problem, "simulated bifurcation")
    stop = Stop(time_limit, target_energy, interrupt)
    request = Request.of(problem, num_reads, seed, None, stop, num_restarts, progress, trace)
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}; expected {' or '.join(map(repr, VARIANTS))}")
    steps = checks.whole_number("num_steps", num_steps, 0)
    if time_step is not None:
        time_step = checks.positive("time_step", time_step, _MAX_TIME_STEP)
    pumps = np.linspace(0, 1, steps).astype(np.float32)
    prepared, work = None, 0
    if problem.num_variables:
        layout, spins, unit = chosen = choose_float_model(problem)
        work = chosen.work
        strength = coupling_strength(problem)
        time_step = time_step or default_time_step(problem, strength, variant)
        model = bifurcation_model(spins, problem.h / unit, strength * unit, time_step)
        prepared = Prepared(bifurcation(layout, variant), model, unit)
    found = minimise(problem, prepared, request, pumps, pumps, work)
    return BifurcationResult(**vars(found), variant=variant, time_step=time_step or 1.0)


def coupling_strength(problem: IsingProblem) -> float:
    """``c0 = sqrt(N - 1) / (2 ||J||)``, biases being couplings to one more oscillator.

    Example:
        >>> from problems import ising
        >>> round(coupling_strength(ising([0, 0, 0], [0, 1], [1, 2], [2, -2])), 4)
        0.1768
    """
    values = np.concatenate([problem.h, problem.coupling]).astype(np.float64)
    largest = np.abs(values).max(initial=0)
    if largest == 0:
        return 0.0
    others = problem.num_variables - 1 + bool(np.any(problem.h))
    return float(np.sqrt(others) / (2 * largest * np.sqrt(2 * ((values / largest) ** 2).sum())))


def default_time_step(problem: IsingProblem, strength: float, variant: str) -> float:
    """A safe share of the longest stable step, to two digits.

    Args:
        problem: whose couplings decide.
        strength: c0.
        variant: "ballistic" or "discrete".

    Example:
        >>> from problems.generators import ferromagnet
        >>> lattice = ferromagnet((8, 8))
        >>> default_time_step(lattice, coupling_strength(lattice), "ballistic")
        1.1
    """
    stiffness = 1 + strength * max(_largest_eigenvalue(problem), 0.0)
    return float(f"{_STEP_SHARE[variant] * 2 / np.sqrt(stiffness):.2g}")


def _largest_eigenvalue(problem: IsingProblem) -> float:
    """Of the symmetric J with biases as couplings to one more spin, by Lanczos's method.

    Forty steps are near enough: the end of a spectrum is found first, and only a share is used.
    """
    n = problem.num_variables
    row = np.concatenate([problem.row, np.arange(n)])
    col = np.concatenate([problem.col, np.full(n, n)])
    value = np.concatenate([problem.coupling, problem.h]).astype(np.float64)
    now = np.random.default_rng(0).normal(size=n + 1)
    now, before, link = now / np.linalg.norm(now), np.zeros(n + 1), 0.0
    diagonal, links = [], []
    for _ in range(min(n + 1, _LANCZOS_STEPS)):
        product = np.bincount(row, value * now[col], n + 1)
        product += np.bincount(col, value * now[row], n + 1)
        diagonal.append(now @ product)
        product -= diagonal[-1] * now + link * before
        link = float(np.linalg.norm(product))
        links.append(link)
        if link <= 1e-9 * np.abs(value).max(initial=0):
            break
        before, now = now, product / link
    off = np.array(links[:-1])
    return float(np.linalg.eigvalsh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)).max())
