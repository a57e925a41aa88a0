"""Natural problems on the command line: settings, decoded solutions, pictures of them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from pbits.cli.errors import fail
from pbits.cli.methods import Method
from pbits.cli.output import write_picture, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pbits.cli.options import Options
    from pbits.results import Minimum
    from problems.formats import Instance
    from problems.library import Answer, Certificate, Encoded

_LONGEST = 2000  # characters of a solution in a table

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        show_default=False,
        help="Setting of a problem of the library, such as colours=4 or weight=2.5; may be "
        "repeated. `pbits problems NAME` lists them.",
    ),
]


def settings(given: list[str] | None) -> dict[str, Any]:
    """Names and values of ``--set``; values are JSON, or words.

    Example:
        >>> settings(["colours=4", "encoding=unary"])
        {'colours': 4, 'encoding': 'unary'}
    """
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not (equals and name.isidentifier()):
            fail(f"--set {text} is no setting; expected NAME=VALUE, such as colours=4")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def encoded_of(instance: "Instance") -> "Encoded | None":
    """The natural problem behind an instance, None where it is only spins."""
    return getattr(instance, "encoded", None)


def answer_of(instance: "Instance", result: "Minimum") -> "Answer | None":
    """The best solution among a run's best state and its last ones; None where it is only spins."""
    encoded = encoded_of(instance)
    if encoded is None:
        return None
    states = np.concatenate([np.asarray(result.best_spins)[None], np.asarray(result.spins)])
    return encoded.answer(states)


def merged(instance: "Instance", answer: "Answer | None", target: float | None) -> dict[str, Any]:
    """What a solution changes in the facts of a run: the best value is that of its certificate."""
    encoded = encoded_of(instance)
    if encoded is None or answer is None:
        return {}
    known = answer.certificate
    found: dict[str, Any] = {"answer": facts_of(encoded, answer)}
    found |= {"sense": found["answer"]["sense"], "objective": "objective"}
    found["best"] = known.objective if known.feasible else None
    if target is not None:
        reached = known.feasible and known.objective is not None
        sign = -1 if encoded.maximise else 1
        found["target_reached"] = bool(reached and sign * (known.objective or 0) <= sign * target)
    return found


def in_own_terms(instance: "Instance", answer: "Answer | None", table: str) -> str:
    """A table, or what the format of a formula asks solvers to print: comments, then its lines."""
    if answer is None or instance.format != "cnf":
        return table
    from problems.library import FILES

    comments = "".join(f"c {line}\n" for line in table.splitlines())
    encoded: Any = encoded_of(instance)
    return comments + FILES["cnf"].write_solution(encoded, answer.solution).rstrip("\n")


def check_drawable(instance: "Instance", draw: Path | None) -> None:
    """End the command, before any work, where there is no solution to be drawn."""
    if draw and encoded_of(instance) is None:
        fail(f"--draw: {instance.name} is only spins; expected a problem of the library")


def write_answer(
    instance: "Instance", answer: "Answer | None", out: Path | None, draw: Path | None
) -> None:
    """Write the solution, in the format of its problem's file, and draw it."""
    encoded = encoded_of(instance)
    if encoded is None or answer is None:
        return
    from problems.library import FILES

    if out:
        text = FILES[instance.format].write_solution(encoded, answer.solution)
        write_whole(out, text.encode(), "--out")
    if draw:
        write_picture(draw, picture(encoded, answer.solution, instance.name), option="--draw")


def bound_of(instance: "Instance") -> float | None:
    """An energy that no state is below, None where none is known."""
    encoded = encoded_of(instance)
    if encoded is None or encoded.ideal is None:
        return None
    return encoded.energy_of(encoded.ideal)


def is_by_weights(instance: "Instance", options: "Options") -> bool:
    """Whether weights of constraints are to be searched too: by auto, which was told nothing."""
    told = (options.reads, options.update, options.beta_min, options.beta_max, options.presolve)
    is_auto = options.chosen is Method.AUTO and told == (None,) * len(told)
    return is_auto and encoded_of(instance) is not None


def by_weights(instance: "Instance", options: "Options", shared: dict[str, Any]) -> "Minimum":
    """Run `pbits.solve_encoded`."""
    from pbits.solving import solve_encoded

    limits = shared | {"target": options.target, "seed": options.seed}
    del limits["target_energy"]
    encoded: Any = encoded_of(instance)
    return solve_encoded(encoded, **limits).result


def facts_of(encoded: "Encoded", answer: "Answer") -> dict[str, Any]:
    """The decoded solution and its certificate, ready for JSON."""
    return {
        "problem": encoded.kind,
        "sense": "maximise" if encoded.maximise else "minimise",
        "solution": encoded.plain(answer.solution),
        "words": encoded.words(answer.solution),
        "repaired": answer.repaired,
        "penalties": {str(name): float(weight) for name, weight in encoded.penalties.items()},
        **judgement(answer.certificate),
    }


def judgement(known: "Certificate") -> dict[str, Any]:
    """A certificate, ready for JSON."""
    return {
        "feasible": known.feasible,
        "objective": known.objective,
        "num_violations": known.num_violations,
        "violations": list(known.violations),
        "facts": dict(known.facts),
    }


def rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Lines of a table about a solution and its certificate."""
    lines = [("problem", facts["problem"])]
    state = "feasible" if facts["feasible"] else "NOT feasible"
    state += ", after a repair" if facts.get("repaired") else ""
    lines.append(("objective", f"{number(facts['objective'])} ({state})"))
    lines += [(name.replace("_", " "), number(value)) for name, value in facts["facts"].items()]
    lines += [("violated", words) for words in facts["violations"][:5]]
    hidden = facts["num_violations"] - 5
    if hidden > 0:
        lines.append(("violated", f"{hidden} more"))
    if "words" in facts:
        solution = facts["words"] or "(empty)"
        cut = "" if len(solution) <= _LONGEST else " ..."
        lines.append(("solution", solution[:_LONGEST] + cut))
    return lines


def number(value: Any) -> str:
    """A number or a word as a table shows it; "none" for None."""
    if value is None:
        return "none"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def picture(encoded: "Encoded", solution: Any, name: str) -> "Figure":
    """A drawing of a solution."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    axes.set_title(name)
    encoded.draw(solution, axes)
    return figure
