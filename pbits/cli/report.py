"""What a solve found: as a record, as a short table, and as a solution file."""

import json
from typing import TYPE_CHECKING, Any

from pbits.cli.hardware_report import rows as hardware_rows
from pbits.cli.natural import rows as natural_rows
from pbits.cli.particulars import count, particulars, rows

if TYPE_CHECKING:
    from pbits.results import Minimum
    from problems.formats import Instance

_ONE_BASED = ("rudy", "mc", "sparse", "bqp")
_STOPS = {
    "schedule": "end of the schedule",
    "target": "target reached",
    "time_limit": "time limit",
    "interrupt": "interrupted",
    "no_progress": "nothing better for long",
    "bound": "nothing can be better: this is the optimum",
    "exhausted": "all states seen: this is the optimum",
}


def record(
    instance: "Instance",
    result: "Minimum",
    asked: dict[str, Any],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Facts about a result, ready for JSON.

    ``best`` is counted from the best spins and the file's data, not taken from the sampler;
    ``certificate`` says whether the sampler's energy agrees with it.

    Args:
        instance: what was solved.
        result: what came out.
        asked: what the command line asked for and the result cannot know.
        seconds: wall times of the command.
    """
    from pbits import runtime

    problem, spins = instance.problem, result.best_spins
    energy = problem.energies(spins).item()
    return {
        "instance": instance.name,
        "format": instance.format,
        "num_variables": problem.num_variables,
        "num_interactions": problem.num_interactions,
        "objective": instance.objective,
        "sense": "maximise" if instance.maximise_source else "minimise",
        "best": instance.values(spins).item(),
        "energy": energy,
        "certificate": _certificate(instance, result, energy),
        "stopped_by": result.stopped_by,
        "reads": len(result.spins),
        **asked,
        "sweeps_done": result.num_sweeps,
        "anneals": result.num_restarts,
        "seed": result.seed,
        **particulars(result),
        "kernel": result.kernel,
        "num_devices": result.num_devices,
        "seconds": {name: round(value, 6) for name, value in seconds.items()},
        "spin_updates": int(result.spin_updates),
        "spin_updates_per_second": float(result.spin_updates_per_second),
        "versions": runtime.versions(),
        "notes": list(result.notes),
    }


def _certificate(instance: "Instance", result: "Minimum", energy: float) -> dict[str, Any]:
    """The best value from the best spins, and whether the sampler claimed just that."""
    value, claimed = instance.values(result.best_spins).item(), result.best_energy
    rounding = 0 if instance.problem.is_integer else 1e-9 * (1 + abs(energy))
    from_claim = instance.value_from_energy(claimed)
    agrees = abs(claimed - energy) <= rounding and abs(from_claim - value) <= rounding
    return {"value": value, "energy": energy, "agrees_with_sampler": bool(agrees)}


def table(facts: dict[str, Any]) -> str:
    """The record in a few aligned lines."""
    seconds, speed = facts["seconds"], facts["spin_updates_per_second"]
    lines = [
        *_values(facts),
        ("stopped by", _STOPS.get(facts["stopped_by"], facts["stopped_by"])),
        *rows(facts),
        *(hardware_rows(facts["hardware"]) if "hardware" in facts else []),
        ("seed", str(facts["seed"])),
        ("seconds", f"{seconds['sample']:.3f} sampling, {seconds['total']:.3f} in all"),
        *([("speed", f"{speed:.3g} spin updates per second")] if speed else []),
        ("kernel", _kernel(facts)),
    ]
    if not facts["certificate"]["agrees_with_sampler"]:
        lines.append(("WARNING", "the sampler claimed an energy that its best spins do not have"))
    lines += [("note", note) for note in facts["notes"]]
    title = (
        f"{facts['instance']} ({facts['format']}): {count(facts['num_variables'], 'variable')}, "
        f"{count(facts['num_interactions'], 'interaction')}"
    )
    wide = 2 + max(10, *(len(name) for name, _ in lines))
    return "\n".join([title, *(f"  {name:<{wide}}{text}" for name, text in lines)])


def _values(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The best value, and its energy where that is another number."""
    if "answer" in facts:
        return [*natural_rows(facts["answer"]), ("energy", _number(facts["energy"]))]
    best, energy = _number(facts["best"]), _number(facts["energy"])
    if facts["sense"] == "minimise":
        return [("best energy", best)]
    name = "best cut" if facts["objective"] == "cut" else "best value"
    return [(name, best), ("energy", energy)]


def solution(instance: "Instance", result: "Minimum", facts: dict[str, Any]) -> bytes:
    """The best state as JSON text: ``spins`` are those of ``labels``, the names in the file."""
    labels = node_labels(instance)
    spins = result.best_spins.tolist()
    keys = ("instance", "format", "objective", "sense")
    content = {key: facts[key] for key in keys} | {
        "value": facts["best"],
        "energy": facts["energy"],
        "seed": facts["seed"],
        "stopped_by": facts["stopped_by"],
        "versions": facts["versions"],
        "encoding": "spin -1 is x = 0, spin +1 is x = 1",
        "labels": labels,
        "spins": spins,
    }
    if instance.objective == "cut":
        pairs = list(zip(labels, spins, strict=True))
        content["sides"] = [[label for label, s in pairs if s == side] for side in (1, -1)]
    lines = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def node_labels(instance: "Instance") -> list:
    """Names of the variables as the file has them; formats that count from 1 give 1..n.

    Example:
        >>> from problems.formats import Instance
        >>> from problems.model import ising
        >>> node_labels(Instance(ising([0, 0], [0], [1], [3]), "edge", "rudy", "cut", True))
        [1, 2]
    """
    base = 1 if instance.format in _ONE_BASED else 0
    labels = instance.problem.labels
    return [label + base for label in labels] if isinstance(labels, range) else list(labels)


def _kernel(facts: dict[str, Any]) -> str:
    devices = facts["num_devices"]
    return f"{facts['kernel']} on {count(devices, 'device')}" if devices else facts["kernel"]


def _number(value: int | float) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
