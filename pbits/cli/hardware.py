"""``--hardware``: the preset asked for, what a run of it takes, and this computer beside it."""

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pbits.cli.errors import fail

if TYPE_CHECKING:
    from pbits.cli.signals import Interrupt
    from pbits.machine import LoadedMachine, MachineMinimum, MachineSamples
    from problems.formats import Instance
    from problems.polynomial import Problem

Hardware = Annotated[
    str | None,
    typer.Option(
        metavar="PRESET",
        show_default=False,
        rich_help_panel="Hardware",
        help="Simulate a p-bit computer and report its time, energy and area: default, ideal, "
        "fast, stt, low-cost or cmos (`pbits info` says what they are). Numbers of a preset can be "
        "changed: default,weight_bits=10,rows=64.",
    ),
]


def split(text: str) -> tuple[str, dict[str, Any]]:
    """Name of a preset, and changes of its numbers.

    Example:
        >>> split("default,weight_bits=10,cell=stt")
        ('default', {'weight_bits': 10, 'cell': 'stt'})
    """
    name, *changes = text.split(",")
    found = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not value:
            fail(f"--hardware {text}: {change!r} is no change; expected NAME=VALUE")
        found[key.strip().replace("-", "_")] = _value(value.strip())
    return name.strip(), found


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def load(text: str, problem: "Problem") -> "LoadedMachine":
    """The machine asked for, the problem written into it; ends the command where that cannot be."""
    from pbits.machine import presets

    name, changes = split(text)
    try:
        machine = presets.get(name, **changes)
    except (TypeError, ValueError) as error:
        fail(f"--hardware {text}: {error}")
    try:
        return machine.load(problem)
    except ValueError as error:
        _cannot_hold(text, problem, error)


def _cannot_hold(text: str, problem: "Problem", error: Exception) -> NoReturn:
    from pbits.machine import presets
    from problems.model import IsingProblem

    others = presets.holders(problem) if isinstance(problem, IsingProblem) else ("ideal",)
    useful = f"; presets that hold it: {', '.join(others)}"
    fail(f"--hardware {text}: {error}{useful if others else ''}")


def solve_facts(
    instance: "Instance",
    loaded: "LoadedMachine",
    result: "MachineMinimum",
    options: Any,
    interrupt: "Interrupt",
) -> dict[str, Any]:
    """What a solve took, to its end and to a solution, and the exact annealer on this computer."""
    facts = _facts(options.hardware, loaded, result) | {"read": "anneal"}
    goal, kind = _goal(instance, result, options.target)
    energy = float(instance.energy_from_value(goal))
    reached = result.successes(energy)
    facts["to_solution"] = {
        "value": goal,
        "kind": kind,
        "successes": reached,
        "reads": len(result.energies),
        "seconds": result.time_to_solution(energy).as_dict(),
        "joules": result.energy_to_solution(energy).as_dict(),
    }
    facts["cpu"] = None
    if result.stopped_by != "interrupt" and result.num_sweeps:
        from pbits.machine.cpu import exact_anneal

        found = exact_anneal(instance.problem, result, energy, options.num_sweeps, interrupt)
        if not interrupt():
            best = instance.value_from_energy(found.best_energy)
            facts["cpu"] = found.facts() | {"best_value": best}
    return facts


def _goal(
    instance: "Instance", result: "MachineMinimum", target: float | None
) -> tuple[int | float, str]:
    """The value that counts as a solution, and why."""
    if target is not None:
        return (int(target) if target.is_integer() else target), "--target"
    known = _known(instance)
    if known is not None:
        return known, "best known"
    return instance.values(result.best_spins).item(), "best of this run"


def _known(instance: "Instance") -> int | float | None:
    """Best known value of a published instance, whose name, size and sense agree."""
    from problems import registry

    if instance.name not in registry.names():
        return None
    known, problem = registry.entry(instance.name), instance.problem
    same = (known.num_variables, known.num_interactions, known.sense) == (
        problem.num_variables, problem.num_interactions,
        "max" if instance.maximise_source else "min",
    )  # fmt: skip
    return known.best_known if same else None


def sample_facts(
    instance: "Instance",
    loaded: "LoadedMachine",
    result: "MachineSamples",
    options: Any,
    interrupt: "Interrupt",
) -> dict[str, Any]:
    """What samples took, what an independent one takes, and the exact sampler on this computer."""
    facts = _facts(options.hardware, loaded, result) | {"read": "chain"}
    try:
        each = result.joules_per_effective_sample().as_dict()
    except ValueError:  # too few draws, or all of one energy, of which the table tells
        each = None
    facts["joules_per_effective_sample"] = each
    facts["cpu"] = None
    if len(result.energies) == options.reads and instance.problem.num_variables:
        from pbits.machine.cpu import exact_samples

        found = exact_samples(instance.problem, result, options.sweeps, options.thinning, interrupt)
        facts["cpu"] = None if interrupt() else found.facts()
    return facts


def _facts(
    text: str, loaded: "LoadedMachine", result: "MachineMinimum | MachineSamples"
) -> dict[str, Any]:
    from pbits.machine import presets

    name, changes = split(text)
    held = None if loaded.arrays is None else loaded.arrays.placement.facts()
    return {
        "preset": name,
        "changes": changes,
        "text": presets.describe(name).text,
        **result.hardware.facts(),
        "arrays": held,
        "p_bits": loaded.held.num_variables,
        "broken_chains": None if loaded.copies is None else result.broken_chains,
    }
