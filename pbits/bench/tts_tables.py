"""A summary of records as tables: for terminals with rich, for documents in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pbits.bench.tts_grid import grid_cells, grid_headings, grid_legend
from pbits.bench.tts_summary import chosen_times

_WIDTH = 132
_BOUNDS = {"lower": "at least ", "upper": "at most ", "mixed": "mixed bounds, "}


def headings(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Columns of the table of solvers and of that of comparisons."""
    near = percent(report["near"])
    goal = near if report["metric"] == "near" else "best"
    solvers = ["instance", "solver", "runs", "best", "mean", "p(best)", "TTS99, s", f"to {near}, s"]
    time = f"time to {goal}: ratio"
    return solvers, ["against", "instances", time, "wins/ties/losses", "by mean value"]


def solver_cells(report: dict[str, Any]) -> list[list[str]]:
    """One row of text for each solver of each instance.

    The best value known stands beside the name of its instance, once.
    """
    rows, seen = [], None
    for row in report["solvers"]:
        times = chosen_times(row, report["compile_apart"])
        name = f"{row['instance']} ({_value(row['best_known'])})"
        rows.append([
            name if row["instance"] != seen else "", row["solver"], str(row["runs"]),
            _value(row["best"]), _value(row["mean"]["value"]), _share(times["p_best"]),
            spread(times["tts99"]), spread(times["time_to_near"]),
        ])  # fmt: skip
        seen = row["instance"]
    return rows


def comparison_cells(report: dict[str, Any]) -> list[list[str]]:
    """One row of text for each peer."""
    return [
        [
            row["peer"], str(row["instances"]), _ratio(row["ratio"]),
            _tally(row["time"]), _tally(row["mean_value"]),
        ]
        for row in report["comparisons"]
    ]  # fmt: skip


def legend(report: dict[str, Any]) -> list[str]:
    """What has to be known to read the tables."""
    near = percent(report["near"])
    compiled = "without compilation" if report["compile_apart"] else "with compilation"
    return [
        "In brackets: best value known, then 95 % intervals. p(best): share of runs that found it "
        "(Clopper-Pearson).",
        f"TTS99: wall seconds to find it with probability 0.99, {compiled}, at the best length of "
        "a run (arXiv:1401.2910, 1705.07452). > is a lower bound, where no run succeeded.",
        f"to {near}: expected seconds to {near} of the best value known, with restarts "
        "(arXiv:1508.05087).",
        *_on_ratios(report),
    ]


def _on_ratios(report: dict[str, Any]) -> list[str]:
    """What has to be known of the comparisons, where there are any, and of the records."""
    if not report["comparisons"]:
        return report["notes"]
    text = (
        f"ratio: geometric mean over instances of the peer's time over that of {report['ours']}, "
        "> 1 where the latter is faster, with a bootstrap over runs and instances. A win or a loss "
        "needs a 95 % interval on one side of equality and five runs of each. The best peer is "
        "of another package."
    )
    return [text, *report["notes"]]


def print_report(report: dict[str, Any], console: Console | None = None) -> None:
    """Print both tables and what has to be known to read them.

    Args:
        report: of :func:`pbits.bench.tts_report.build_report`.
        console: where to; stdout by default.
    """
    console = console or _stdout()
    solvers, peers = headings(report)
    console.print(_table(solvers, solver_cells(report), 2))
    if report["comparisons"]:
        title = f"{report['ours']} against others"
        console.print(_table(peers, comparison_cells(report), 1, title))
    for line in legend(report):
        console.print(line)


def markdown(report: dict[str, Any], brief: bool = False) -> str:
    """The same as :func:`print_report` to paste in a document; depends on the records alone.

    Args:
        report: of :func:`pbits.bench.tts_report.build_report`.
        brief: a line for each instance instead of each solver's.

    Example:
        >>> empty = {"near": 0.999, "metric": "near", "ours": None, "compile_apart": False,
        ...          "solvers": [], "comparisons": [], "notes": []}
        >>> print(markdown(empty).splitlines()[0])
        | instance | solver | runs | best | mean | p(best) | TTS99, s | to 99.9 %, s |
    """
    solvers, peers = headings(report)
    if brief:
        parts = ["\n".join(_pipes(grid_headings(report), grid_cells(report), 1))]
        parts.append(grid_legend(report))
    else:
        parts = ["\n".join(_pipes(solvers, solver_cells(report), 2))]
    if report["comparisons"]:
        parts.append("\n".join(_pipes(peers, comparison_cells(report), 1)))
    return "\n\n".join([*parts, *(_on_ratios(report) if brief else legend(report))])


def number(x: float) -> str:
    """Three digits, without exponents where whole.

    Example:
        >>> number(0.012345), number(12345.6), number(3.0)
        ('0.0123', '12346', '3')
    """
    return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}" if abs(x) < 1e7 else f"{x:.2e}"


def spread(estimate: dict[str, float | None]) -> str:
    """An estimate with its interval, or its lower bound.

    Example:
        >>> spread({"value": 2.0, "low": 1.0, "high": None})
        '2 (1 to ?)'
        >>> spread({"value": None, "lower_bound": 40.0})
        '> 40'
    """
    value = estimate["value"]
    if value is None:
        bound = estimate.get("lower_bound")
        return "-" if bound is None else f"> {number(bound)}"
    ends = [estimate.get("low"), estimate.get("high")]
    if ends == [None, None]:
        return number(value)
    low, high = ("?" if end is None else number(end) for end in ends)
    return f"{number(value)} ({low} to {high})"


def percent(share: float) -> str:
    """A share in percent.

    Example:
        >>> percent(0.999)
        '99.9 %'
    """
    return f"{100 * share:.6g} %"


def _share(estimate: dict[str, Any]) -> str:
    value, low, high = (f"{estimate[key]:.2f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _value(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.7g}"


def _ratio(ratio: dict[str, Any]) -> str:
    if ratio["value"] is None:
        return "-"
    text = f"{_BOUNDS.get(ratio['bound'], '')}{spread(ratio)}"
    late = [f"{ratio['peer_never_arrived']} peer"] * bool(ratio["peer_never_arrived"])
    late += [f"{ratio['we_never_arrived']} ours"] * bool(ratio["we_never_arrived"])
    return f"{text}; never arrived: {', '.join(late)}" if late else text


def _tally(tally: dict[str, int]) -> str:
    text = f"{tally['wins']}/{tally['ties']}/{tally['losses']}"
    return f"{text}, {tally['neither']} neither" if tally["neither"] else text


def _table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], left: int, title: str | None = None
) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k < left else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _pipes(columns: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> list[str]:
    rule = ["---" if k < left else "---:" for k in range(len(columns))]
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return [f"| {' | '.join(row)} |" for row in (columns, rule, *escaped)]


def _stdout() -> Console:
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDTH)
