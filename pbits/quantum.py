"""Simulated quantum annealing: turn down a transverse field, keep the best slice ever seen.

T. Kadowaki & H. Nishimori, Phys. Rev. E 58, 5355 (1998), doi 10.1103/PhysRevE.58.5355; as a path
integral: R. Martonak, G. E. Santoro & E. Tosatti, Phys. Rev. B 66, 094203 (2002),
doi 10.1103/PhysRevB.66.094203.  Every read is a ring of classical copies of the problem.  They are
independent while the field is strong and one and the same when it is gone.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from pbits import checks
from pbits.kernels.quantum import quantum
from pbits.models import Prepared, choose_float_model
from pbits.restarts import Request, minimise
from pbits.results import Progress, QuantumResult
from pbits.schedules import MAX_BETA, default_path, field_schedule, slice_bond
from pbits.stopping import Stop
from problems.polynomial import Problem

_MAX_COLUMNS = 2**26


def quantum_anneal(
    problem: Problem,
    *,
    num_reads: int = 32,
    num_sweeps: int = 1000,
    num_slices: int = 16,
    beta: float | None = None,
    field_range: Sequence[float] | None = None,
    field_schedule_type: str = "linear",
    custom_fields: ArrayLike | None = None,
    whole_paths: bool = False,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    trace: bool = False,
) -> QuantumResult:
    """Anneal `num_reads` independent paths of a problem in a transverse field.

    Args:
        problem: what to minimise; no term of more than two spins.
        num_reads: independent anneals.
        num_sweeps: updates of every spin of every slice.
        num_slices: copies of the problem to a path, P.  More follow the quantum system more
            closely; with one there is no field, and it is a classical run at `beta`.
        beta: inverse temperature of the quantum system, in inverse units of the energy; slices are
            at beta / num_slices.  Default from the data, see `schedules.default_path`.
        field_range: first and last transverse field, in units of the energy; default from the data.
        field_schedule_type: "linear", "geometric" or "custom".
        custom_fields: the fields of a "custom" schedule; they set the number of sweeps.
        whole_paths: after each sweep offer every spin a flip in all slices at once, which local
            updates hardly ever manage once the field is weak.  It takes as long as the sweep, and
            twice the sweeps did as well or better on the lattices and graphs that were tried.
        update: "metropolis", or "gibbs" for heat bath.
        seed: equal seeds give equal results, on any number of devices; default: a random one,
            returned in the result.
        initial_spins: [num_reads, n] of -1 and +1, for all slices; they count as seen.
        time_limit: seconds of sampling (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        num_restarts: anneals one after another, best kept; None: until something stops it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.
        trace: record mean and best energy over the reads, each read's being that of its lowest
            slice; in the place of betas stand transverse fields.

    Returns:
        The best slice of every read, and how it was found.  Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> lattice = ferromagnet((4, 4))
        >>> quantum_anneal(lattice, num_reads=4, num_sweeps=100, num_slices=4, seed=1).best_energy
        -32
    """
    problem = checks.quadratic(problem, "quantum annealing")
    stop = Stop(time_limit, target_energy, interrupt)
    request = Request.of(
        problem, num_reads, seed, initial_spins, stop, num_restarts, progress, trace
    )
    if update not in ("metropolis", "gibbs"):
        raise ValueError(f"update is {update!r}; expected 'metropolis' or 'gibbs'")
    slices = checks.whole_number("num_slices", num_slices, 1)
    if slices * request.num_reads >= _MAX_COLUMNS:
        raise ValueError(
            f"{slices} slices of {num_reads} reads; expected fewer than {_MAX_COLUMNS} in all"
        )
    if beta is not None:
        beta = checks.positive("beta", beta, MAX_BETA)
    steps = checks.whole_number("num_sweeps", num_sweeps, 0)
    prepared, work = None, 0
    if problem.num_variables:
        chosen = choose_float_model(problem)
        kernel = quantum(chosen.layout, update, slices, bool(whole_paths))
        prepared = Prepared(kernel, chosen.model, chosen.unit)
        work = chosen.work * slices
    beta, span = default_path(problem, slices, beta)
    span = span if field_range is None else field_range
    fields = field_schedule(field_schedule_type, span, steps, custom_fields)
    bonds = slice_bond(beta, fields, slices)
    settings = np.stack([np.full(bonds.size, beta), bonds], axis=1).astype(np.float32)
    found = minimise(problem, prepared, request, settings, fields, work)
    ends = fields[[0, -1]] if fields.size else span
    return QuantumResult(
        **vars(found),
        beta=float(beta),
        field_range=(float(ends[0]), float(ends[1])),
        num_slices=slices,
    )
