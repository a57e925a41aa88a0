"""A report from records of ``pbits bench tts``: the summary, and its files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pbits.bench.tts_compare import comparisons, our_solver
from pbits.bench.tts_contests import Contest, contests
from pbits.bench.tts_records import read_records
from pbits.bench.tts_summary import solver_row
from pbits.bench.tts_tables import markdown

_BEGIN, _END = "<!-- tts -->", "<!-- /tts -->"


def build_report(
    records: Sequence[str | os.PathLike],
    *,
    ours: str | None = None,
    metric: str = "near",
    near: float = 0.999,
    compile_apart: bool = False,
    seed: int = 0,
) -> tuple[dict[str, Any], list[Contest]]:
    """Read records and summarise them.

    Args:
        records: files.
        ours: the solver to compare with the others; that of pbits if None.
        metric: "near" or "best", the time that is compared.
        near: share of the best known value that is near.
        compile_apart: whether comparisons leave compilation out.
        seed: of the intervals.

    Returns:
        A summary ready for JSON, and the contests that figures are drawn from.

    Raises:
        ValueError: on a file that cannot be read, a line that is no run, or where `ours` is not
            clear.
    """
    runs, notes = read_records(records)
    found, more = contests(runs)
    several = len({run.solver for run in runs}) > 1
    chosen = our_solver(found, ours) if several else None
    target = near if metric == "near" else None
    summary = {
        "benchmark": "tts",
        "near": near,
        "metric": metric,
        "compile_apart": compile_apart,
        "ours": chosen,
        "solvers": [solver_row(c, name, near, seed) for c in found for name in c.runs],
        "comparisons": comparisons(found, chosen, target, compile_apart, seed) if chosen else [],
        "notes": notes + more,
    }
    return summary, found


def write_report(
    summary: dict[str, Any], found: Sequence[Contest], folder: Path, formats: Sequence[str]
) -> list[Path]:
    """Write the tables, the numbers and the figures to a folder; they depend on records alone.

    Args:
        summary, found: of :func:`build_report`.
        folder: made if it is not there.
        formats: of figures: "png", "pdf" or "svg".

    Returns:
        The files written.

    Raises:
        OSError: where the folder cannot be written to.
    """
    from pbits.bench.tts_panels import save
    from pbits.bench.tts_plots import figures

    folder.mkdir(parents=True, exist_ok=True)
    texts = {"report.md": markdown(summary), "report.json": json.dumps(summary, allow_nan=False)}
    for name, text in texts.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    written = [folder / name for name in texts]
    for name, figure in figures(summary, found):
        for form in dict.fromkeys(formats):
            written.append(folder / f"{name}.{form}")
            save(figure, written[-1])
    return written


def put_into(path: Path, text: str) -> None:
    """Replace what a document has between the lines ``<!-- tts -->`` and ``<!-- /tts -->``.

    Raises:
        ValueError: where it does not have both lines, once and in this order.
        OSError: where it cannot be read or written.
    """
    document = path.read_text(encoding="utf-8")
    head, begin, rest = document.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not end or _BEGIN in rest or _END in tail:
        raise ValueError(f"{path} has no place for a table; expected {_BEGIN!r}, then {_END!r}")
    path.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")
