"""``pbits bench problems``: the problem library, by pbits and by dwave-samplers."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pbits.bench.command import (
    AsJson,
    Record,
    append_line,
    measured,
    open_record,
    refusals,
    work,
)
from pbits.bench.report import print_table, standard_output

_NOTES = (
    "One core for all, sides in turn, each with the same seconds; what pbits compiles in that time "
    "counts, imports do not. dwave-sa and dwave-tabu are SimulatedAnnealingSampler (1000 sweeps, "
    "again and again) and TabuSampler; they take forms whose terms have two spins.",
    "Runs: those that reached the best value known; median: of the time to it, of all runs, those "
    "that never get there included. They take all of their time.",
    "A run calls its solver again and again. Solutions are what the states found decode to, pbits "
    "returning up to 128 a call and peers one, infeasible ones repaired where that is cheap; that "
    "takes part of the time.",
    "Checks: feasibility and objectives recomputed from file or data without the library. Best "
    "values known are those of the sources named in --json.",
)

_Suites = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SUITE]...",
        help="sat, colouring, tsp, qap, knapsack, qubo, maxcut, factoring or generated; by "
        "default all whose files are here.",
        show_default=False,
    ),
]
_Limit = Annotated[
    float, work(metavar="SECONDS", min=0.01, max=3600, help="Wall clock of a run of each side.")
]
_Seeds = Annotated[int, work(metavar="N", min=1, help="Runs of each side on each instance.")]
_Instances = Annotated[int, work(metavar="N", min=1, help="Of each family, the first so many.")]
_Seed = Annotated[int, work(metavar="N", min=0, help="Of the first run.")]


def problems(
    suite: _Suites = None,
    time_limit: _Limit = 5.0,
    seeds: _Seeds = 3,
    instances: _Instances = 5,
    seed: _Seed = 0,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """Formulas, colourings, tours and more, beside dwave-samplers on the same encodings.

    Time to the best value known, what is feasible before and after repair, and
    whether every certificate agrees with a check without the library. Public files
    are looked for where PBITS_DATA_DIR says; `generated` and `factoring` need none.
    Runs that are never solved take the whole limit: all suites take up to two hours.

    $ pbits bench problems sat tsp --time-limit 2 --record problems.jsonl
    """
    with refusals():
        open_record(record)
        from pbits.bench.problem_race import Settings
        from pbits.bench.problem_suites import SUITES

        chosen = list(dict.fromkeys(suite or SUITES))
        work = [Settings(name, time_limit, seeds, instances, seed) for name in chosen]
        reports = list(_reports(work, record, skip=not suite))
    if as_json:
        import json

        print(json.dumps({"benchmark": "problems", "suites": reports}, allow_nan=False))
        return
    print_reports(reports)


def _reports(work: Iterable[Any], record: Path | None, *, skip: bool) -> Iterable[dict[str, Any]]:
    """One report for each suite, recorded as it comes; `skip` those whose files are not here."""
    from pbits.bench.problem_race import compare

    for settings in work:
        try:
            report = measured("problems", settings, compare)
        except FileNotFoundError as error:
            if not skip:
                raise
            yield {"settings": {"suite": settings.suite}, "skipped": str(error)}
            continue
        append_line(record, report)
        yield report


def print_reports(reports: list[dict[str, Any]], console: Console | None = None) -> None:
    """A table for each suite, one of sums, and how to read them.

    Args:
        reports: what `--json` prints as `suites`.
        console: where to; stdout by default.
    """
    console = console or standard_output()
    done = [report for report in reports if "results" in report]
    if done:
        first = done[0]
        limits = f"{first['settings']['time_limit']:g} s a run, {first['settings']['seeds']} runs"
        console.print(f"{first['hardware']['cpu']}, one core, {first['date']}, {limits}\n")
    for report in done:
        result = report["results"][0]
        rows = [cells for row in result["instances"] for cells in _rows(row)]
        print_table(console, result["suite"], _SIDES, rows, words=2)
        for name, reason in result["missing"].items():
            console.print(f"{name}: not measured: {reason}")
    for report in reports:
        if "skipped" in report:
            console.print(f"{report['settings']['suite']}: not measured: {report['skipped']}\n")
    if done:
        print_table(console, "in all", _COLUMNS, _totals(done), words=2)
        for note in _NOTES:
            console.print(note)


_SIDES = ("instance", "side", "spins", "best known", "reached", "runs", "median")


def _rows(row: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    """One for each side; the instance stands in the first."""
    name, best = row["name"], number(row["best"]) if row["is_possible"] else "none"
    for side in row["sides"]:
        size = str(row["num_variables"][side["form"]])
        found, middle = side["best"], side["median_seconds"]
        yield (
            name,
            side["name"],
            size,
            best,
            "-" if found is None else number(found),
            f"{side['solved']} of {side['runs']}",
            "-" if middle is None else seconds(middle),
        )
        name = best = ""


_COLUMNS = (
    "family", "side", "instances", "runs", "median", "feasible", "repaired", "wrong certificates",
)  # fmt: skip


def _totals(reports: list[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    from pbits.bench.problem_race import totals

    for report in reports:
        for row in totals(report["results"][0]):
            runs, middle = row["runs"], row["median_seconds"]
            claimed = "" if row["is_possible"] else " solved (none can be)"
            yield (
                row["family"],
                row["side"],
                f"{row['instances_solved']} of {row['instances']}{claimed}",
                f"{row['solved']} of {runs}",
                "-" if middle is None else seconds(middle),
                f"{row['feasible']} of {runs}",
                f"{row['feasible_repaired']} of {runs}",
                str(row["disagreements"]),
            )


def number(value: float) -> str:
    """A value as a table shows it.

    Example:
        >>> number(33611981), number(481.0694)
        ('33611981', '481.0694')
    """
    return f"{value:.12g}"


def seconds(value: float) -> str:
    """A time as a table shows it.

    Example:
        >>> seconds(0.01234), seconds(1.234)
        ('12 ms', '1.2 s')
    """
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.2g} s"
