"""From the options of ``pbits solve`` to a call of the library.

Each function imports its own part of the library: that takes a second, which `--help` need not.
"""

from typing import TYPE_CHECKING, Any

from pbits.cli.errors import fail
from pbits.cli.methods import Method
from pbits.cli.options import Options

if TYPE_CHECKING:
    from pbits.machine import LoadedMachine
    from pbits.results import Minimum
    from problems.polynomial import Problem

_Asked = dict[str, Any]


def minimise(
    problem: "Problem",
    options: Options,
    shared: _Asked,
    machine: "LoadedMachine | None" = None,
    bound: float | None = None,
) -> "Minimum":
    """Run the method that was chosen.

    Args:
        problem: what to minimise.
        options: what the command line asked for, checked.
        shared: what every method takes: `time_limit`, `target_energy`, `interrupt`, `progress`.
        machine: that holds the problem, with --hardware.
        bound: an energy that no state is below, None where none is known.

    Raises:
        ValueError: on what the method does not take, with what was expected.
    """
    asked = shared | {"num_reads": options.num_reads, "seed": options.seed}
    if machine is not None:
        return _anneal_machine(machine, options, asked)
    if options.chosen is Method.AUTO:
        asked["lower_bound"] = bound
    elif asked["target_energy"] is None:
        asked["target_energy"] = bound
    return _METHODS[options.chosen](problem, options, asked)


def _anneal_machine(machine: "LoadedMachine", options: Options, asked: _Asked) -> "Minimum":
    # Reads that stopped at the target would say nothing about the time to reach it.
    own = {
        "num_sweeps": options.num_sweeps,
        "beta_range": _beta_range(machine.problem, options),
        "target_energy": None,
    }
    return machine.anneal(**(asked | own | _passes(options)))


def _auto(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.solving import solve

    return solve(problem, presolve=options.presolve, **_thermal(problem, options), **asked)


def _anneal(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.annealing import anneal

    own = {"num_sweeps": options.num_sweeps} | _thermal(problem, options) | _passes(options)
    return anneal(problem, **own, **asked)


def _temper(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.tempering import temper

    own = {"num_sweeps": options.num_sweeps} | _thermal(problem, options)
    return temper(problem, **own, **asked)


def _population(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.population import population_anneal

    own = {"num_sweeps_per_beta": options.num_sweeps, "update": options.rule} | _passes(options)
    if options.beta_max is not None:
        own["beta_range"] = (0.0, options.beta_max)
    return population_anneal(problem, **own, **asked)


def _quantum(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.quantum import quantum_anneal

    own = {"num_sweeps": options.num_sweeps, "update": options.rule} | _passes(options)
    if options.slices is not None:
        own["num_slices"] = options.slices
    return quantum_anneal(problem, **own, **asked)


def _bifurcation(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.bifurcation import bifurcate

    own = {"num_steps": options.num_sweeps} | _passes(options)
    if options.variant is not None:
        own["variant"] = options.variant.value
    return bifurcate(problem, **own, **asked)


def _descend(problem: "Problem", options: Options, asked: _Asked) -> "Minimum":
    from pbits.multistart import descend_from_random

    return descend_from_random(problem, num_restarts=_passes(options)["num_restarts"], **asked)


_METHODS = {
    Method.AUTO: _auto,
    Method.ANNEAL: _anneal,
    Method.TEMPER: _temper,
    Method.POPULATION: _population,
    Method.QUANTUM: _quantum,
    Method.BIFURCATION: _bifurcation,
    Method.DESCEND: _descend,
}


def _passes(options: Options) -> _Asked:
    """One pass, or as many as there is time for."""
    restarts = 1 if options.time_limit is None else None
    return {"num_restarts": restarts, "trace": options.plot is not None}


def _thermal(problem: "Problem", options: Options) -> _Asked:
    return {"update": options.rule, "beta_range": _beta_range(problem, options)}


def _beta_range(problem: "Problem", options: Options) -> tuple[float, float] | None:
    """The range asked for, its missing end from the data; None where nothing was asked."""
    if options.beta_min is None and options.beta_max is None:
        return None
    from pbits.schedules import default_beta_range

    hot, cold = default_beta_range(problem)
    hot = hot if options.beta_min is None else options.beta_min
    cold = cold if options.beta_max is None else options.beta_max
    if hot > cold:
        fail(f"the hottest beta, {hot:g}, is above the coldest, {cold:g}; give both, smaller first")
    return hot, cold
