"""Co-design: one problem on many machines, and what each of them takes to solve it.

"How many bits, how much spread, which way of writing can I afford for this problem?"
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.annealing import anneal
from pbits.interrupts import deferred_interrupt
from pbits.machine.codesign_points import combinations
from pbits.machine.codesign_records import append_point, read_points
from pbits.machine.codesign_table import Table
from pbits.machine.codesign_work import Sweep
from pbits.machine.machine import Machine
from pbits.results import Progress
from pbits.sampling import sample
from problems.max_cut import MaxCut
from problems.polynomial import Problem

_LONGER = 4  # than the machines' anneals: the exact sampler's, whose best energy is the target


def sweep(
    problem: Problem | MaxCut,
    machine: Machine | Callable[..., Machine],
    parameters: Mapping[str, Any] | None = None,
    *,
    points: Sequence[Mapping[str, Any]] | None = None,
    subset: int | None = None,
    chips: int = 1,
    target_energy: float | None = None,
    num_reads: int = 64,
    num_sweeps: int = 1000,
    beta: float | None = None,
    beta_range: Sequence[float] | None = None,
    beta_schedule_type: str = "geometric",
    seed: int = 0,
    out: str | os.PathLike | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Table:
    """Solve a problem on every machine that some parameters make.

    Machines whose numbers differ and whose shapes do not - spreads, seeds, noise, waiting times,
    bits of weights that are held exactly, bits of ideal converters - share their compiled programs.

    Quality is the mean energy of the reads on a scale from random states, 0, to the target, 1; of
    a max-cut instance the mean cut over the target's.  Where states are sampled (`beta`), it is 1
    less the distance from the exact sampler's mean energy, on the scale from random states to it.

    Args:
        problem: an Ising problem, a polynomial, or a max-cut instance.
        machine: what is not varied; or a function that makes one of numbers by name, such as a
            preset's, and takes the parameters whose names have no dot.
        parameters: values by path, such as ``{"coupling.design.weight_bits": [2, 4],
            "neurons.spread.offset": [0, 0.1], "num_sweeps": [100, 1000]}``; all combinations are
            run.  A cell may be the name of a preset.  ``{label: value}`` gives values names.
        points: a list of points, ``{path: value}`` each, instead or in addition.
        subset: how many of the combinations to run, drawn at random.
        chips: for each point; devices and programming are drawn anew for each.
        target_energy: that counts as success; by default the best that the exact sampler finds in
            anneals four times as long.
        num_reads: for each chip.
        num_sweeps: of each read.
        beta: where states are sampled, after `num_sweeps` sweeps at it, rather than annealed.
        beta_range, beta_schedule_type: of anneals, as `pbits.anneal`.
        seed: of all runs: equal seeds give equal tables.
        out: a file of JSON lines to which each finished point is added at once; points that are
            there already are not run again.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called after each point; its `sweep` counts points.

    Returns:
        The table.  Ctrl-C ends the sweep, not what is done; while the target is still looked for,
        nothing is.

    Raises:
        ValueError: on paths that lead nowhere, values out of range, or a file of something else.

    Example:
        >>> from pbits.devices.ideal import IdealSigmoid
        >>> from pbits.machine import Neurons
        >>> from problems.generators import ferromagnet
        >>> machine = Machine(Neurons(IdealSigmoid()))
        >>> table = sweep(ferromagnet((3, 4)), machine, {"neurons.spread.offset": [0, 2.0]},
        ...               beta=0.5, num_reads=64, num_sweeps=50)
        >>> good, bad = table
        >>> good.quality > bad.quality
        True
    """
    options = {
        "num_reads": num_reads, "num_sweeps": num_sweeps, "beta": beta,
        "beta_range": None if beta_range is None else checks.pair(beta_range),
        "beta_schedule_type": beta_schedule_type,
    }  # fmt: skip
    places = combinations(machine, parameters, points, subset, seed)
    count = checks.whole_number("chips", chips, 1)
    work = _sweep_of(problem, options, target_energy, count, seed, interrupt)
    known = {} if out is None else read_points(out)
    begin, found = time.perf_counter(), []
    best = np.inf
    with deferred_interrupt() as pressed:

        def stopped() -> bool:
            return pressed() or (interrupt is not None and interrupt())

        for place in places:
            name = "" if out is None else work.fingerprint(place)
            point = work.known(known[name], place) if name in known else work.run(place, stopped)
            if point is None:
                break
            if out is not None and name not in known:
                append_point(out, name, point.facts(), work.facts())
            found.append(point)
            best = np.fmin(best, point.best_energy).item()
            if progress is not None:
                seconds = time.perf_counter() - begin
                progress(Progress(len(found), len(places), 0, seconds, best))
    return work.table(found, len(places))


def _sweep_of(
    source: Problem | MaxCut,
    options: dict[str, Any],
    target: float | None,
    chips: int,
    seed: int,
    interrupt: Callable[[], bool] | None,
) -> Sweep:
    problem = source.problem if isinstance(source, MaxCut) else source
    if not problem.num_variables:
        raise ValueError("the problem has no variables; there is nothing to compare machines by")
    weight = float(source.total_weight) if isinstance(source, MaxCut) else None
    seed = checks.seed_or_random(seed)
    if target is None:
        target = _exact_best(problem, options, seed, interrupt)
    reference = checks.finite("target_energy", target)
    if options["beta"] is not None:
        reference = float(_exact_samples(problem, options, seed, interrupt).mean())
    random_energy = float(problem.offset)
    if reference >= (random_energy if weight is None else weight):
        raise ValueError(
            f"the reference energy {reference:g} is not below {random_energy:g}, the mean of all "
            "states; give another target_energy, or a problem with couplings"
        )
    return Sweep(problem, weight, float(target), reference, random_energy, options, chips, seed)


def _exact_best(
    problem: Problem, options: dict[str, Any], seed: int, interrupt: Callable[[], bool] | None
) -> float:
    found = anneal(
        problem, num_reads=options["num_reads"], num_sweeps=_LONGER * options["num_sweeps"],
        beta_range=options["beta_range"], seed=seed, update="gibbs", interrupt=interrupt,
    )  # fmt: skip
    if found.stopped_by == "interrupt":
        raise KeyboardInterrupt  # without a target no point can be judged
    return float(found.best_energy)


def _exact_samples(
    problem: Problem, options: dict[str, Any], seed: int, interrupt: Callable[[], bool] | None
) -> NDArray:
    found = sample(
        problem, beta=options["beta"], num_reads=_LONGER * options["num_reads"],
        num_sweeps=options["num_sweeps"], seed=seed, interrupt=interrupt,
    )  # fmt: skip
    if found.num_sweeps < options["num_sweeps"]:
        raise KeyboardInterrupt
    return found.energies
