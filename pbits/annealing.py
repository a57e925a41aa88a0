"""Simulated annealing: lower the temperature step by step, keep the best state ever seen.

Kirkpatrick, Gelatt & Vecchi, Science 220, 671 (1983), doi 10.1126/science.220.4598.671.  Every
read is an independent anneal.  Energies are looked at every few sweeps (about fifty times an
anneal, and at its end); what was best then is what is returned, with its energy recomputed from
the problem.
"""

from collections.abc import Callable, Sequence

from numpy.typing import ArrayLike

from pbits import checks
from pbits.models import choose_model
from pbits.restarts import Request, minimise
from pbits.results import AnnealResult, Progress
from pbits.schedules import beta_schedule as make_schedule
from pbits.schedules import default_beta_range
from pbits.stopping import Stop
from problems.polynomial import Problem


def anneal(
    problem: Problem,
    *,
    num_reads: int = 64,
    num_sweeps: int = 1000,
    beta_range: Sequence[float] | None = None,
    beta_schedule_type: str = "geometric",
    beta_schedule: ArrayLike | None = None,
    num_sweeps_per_beta: int = 1,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    trace: bool = False,
) -> AnnealResult:
    """Anneal `num_reads` independent copies of a problem.

    Args:
        problem: what to minimise.
        num_reads: independent anneals; up to some hundreds run for little more than the cost of
            one, because they fill vectors and cores.
        num_sweeps: updates of every spin; a multiple of `num_sweeps_per_beta`.
        beta_range: hot and cold inverse temperature; default from the data, see
            `schedules.default_beta_range`.
        beta_schedule_type: "geometric", "linear" or "custom".
        beta_schedule: the betas of a "custom" schedule; they set the number of sweeps.
        num_sweeps_per_beta: sweeps at each temperature.
        update: "metropolis", or "gibbs" for heat bath, the p-bit's own rule.
        seed: equal seeds give equal results, on any number of devices; default: a random one,
            returned in the result.
        initial_spins: [num_reads, n] of -1 and +1; they count as seen.
        time_limit: seconds of sampling (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        num_restarts: anneals one after another, best kept; None: until something stops it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.
        trace: record mean and best energy over the reads.

    Returns:
        The best state of every read, and how it was found.  Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> anneal(ferromagnet((4, 4)), num_reads=4, num_sweeps=100, seed=1).best_energy
        -32
    """
    stop = Stop(time_limit, target_energy, interrupt)
    request = Request.of(
        problem, num_reads, seed, initial_spins, stop, num_restarts, progress, trace
    )
    prepared = choose_model(problem, update)
    span = default_beta_range(problem) if beta_range is None else checks.pair(beta_range)
    per_beta = checks.whole_number("num_sweeps_per_beta", num_sweeps_per_beta, 1)
    steps = checks.whole_number("num_sweeps", num_sweeps, 0) // per_beta
    if beta_schedule is not None and beta_schedule_type != "custom":
        raise ValueError(
            f"beta_schedule is given but beta_schedule_type is {beta_schedule_type!r}; "
            "expected 'custom', or no beta_schedule"
        )
    betas = make_schedule(beta_schedule_type, span, steps, per_beta, beta_schedule)
    if beta_schedule_type == "custom" and betas.size:
        span = (float(betas[0]), float(betas[-1]))
    found = minimise(problem, prepared, request, betas, betas)
    return AnnealResult(**vars(found), beta_range=(float(span[0]), float(span[1])))
