"""A brief table of records: an instance a line, a solver a column."""

from typing import Any


def grid_headings(report: dict[str, Any]) -> list[str]:
    """Columns, solvers in the order of the records."""
    return ["instance", "best known", *_solvers(report)]


def grid_cells(report: dict[str, Any]) -> list[list[str]]:
    """One row of text for each instance: a solver's mean value, and how often it found the best.

    Example:
        >>> row = {"instance": "K4", "solver": "sa", "best_known": 4, "mean": {"value": 3.5},
        ...        "runs": 2, "included": {"solved": 1}}
        >>> grid_cells({"solvers": [row]})
        [['K4', '4', '3.5 (1/2)']]
    """
    rows: dict[str, list[str]] = {}
    solvers = _solvers(report)
    for row in report["solvers"]:
        known = row["best_known"]
        blank = [row["instance"], "-" if known is None else f"{known:.10g}"] + ["-"] * len(solvers)
        cells = rows.setdefault(row["instance"], blank)
        cells[2 + solvers.index(row["solver"])] = _cell(row)
    return list(rows.values())


def grid_legend(report: dict[str, Any]) -> str:
    """What a cell means."""
    budgets = sorted({row["budget"] for row in report["solvers"] if row["budget"] is not None})
    seconds = " or ".join(f"{budget:g} s" for budget in budgets)
    return (
        f"Mean of the best values of all runs{seconds and f' of {seconds}'}, and in brackets how "
        "many runs found the best value known."
    )


def _solvers(report: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(row["solver"] for row in report["solvers"]))


def _cell(row: dict[str, Any]) -> str:
    mean = row["mean"]["value"]
    value = "nothing" if mean is None else _short(mean)
    return f"{value} ({row['included']['solved']}/{row['runs']})"


def _short(mean: float) -> str:
    """One digit behind the point, where there are not too many before it."""
    if mean == round(mean):
        return f"{mean:.0f}"
    return f"{mean:.1f}" if abs(mean) < 1e6 else f"{mean:.8g}"
