"""Figures of a report: time to solution against size, values against time, performance profiles."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.tts_contests import Contest
from pbits.bench.tts_panels import (
    COLUMNS,
    PANELS,
    Places,
    draw_estimates,
    finish,
    line_style,
    panel_grid,
    solver_styles,
)
from pbits.bench.tts_summary import anytime, chosen_times, time_grid
from pbits.bench.tts_tables import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_Styles = dict[str, dict[str, Any]]
# With more solvers the quartiles of all would cover each other.
_BANDS = 3


def figures(report: dict[str, Any], found: Sequence[Contest]) -> Iterator[tuple[str, "Figure"]]:
    """Each figure with the name of its file: ``tts99``, ``anytime-...`` and ``profile``.

    Args:
        report: the summary, of :func:`pbits.bench.tts_report.build_report`.
        found: the contests that it summarises.
    """
    styles = solver_styles(report)
    if not styles:
        return
    yield "tts99", size_figure(report, styles)
    for family, group in groupby(sorted(found, key=lambda c: c.target.family), _family):
        contests = list(group)
        for page, k in enumerate(range(0, len(contests), PANELS)):
            number = f"-{page + 1}" if len(contests) > PANELS else ""
            safe = "".join(c if c.isalnum() else "-" for c in family)
            shown = contests[k : k + PANELS]
            yield f"anytime-{safe}{number}", anytime_figure(shown, report["near"], styles)
    if len(styles) > 1:
        yield "profile", profile_figure(report, styles)


def size_figure(report: dict[str, Any], styles: _Styles) -> "Figure":
    """TTS99 with its interval against the number of variables, a panel for each family.

    A family of one size has its instances side by side.
    """
    rows = sorted(report["solvers"], key=lambda row: row["family"])
    families = {name: list(group) for name, group in groupby(rows, lambda row: row["family"])}
    figure, panels = panel_grid(len(families))
    for ax, (family, mine) in zip(panels, families.items(), strict=True):
        places = Places(mine, list(styles))
        for name, style in styles.items():
            own = [row for row in mine if row["solver"] == name]
            found = [chosen_times(row, report["compile_apart"])["tts99"] for row in own]
            draw_estimates(ax, [places.of(row) for row in own], found, style)
            if not places.by_name:
                sizes, middle = _medians(np.array([row["num_variables"] for row in own]), found)
                ax.plot([places.middle(size, name) for size in sizes], middle, **line_style(style))
        ax.set_yscale("log")
        ax.set_title(family)
        places.label(ax)
    for ax in panels[::COLUMNS]:
        ax.set_ylabel("TTS99 (s)")
    return finish(figure, styles, "95 % intervals; arrows: lower bounds, no run succeeded")


def _medians(sizes: NDArray, found: Sequence[dict[str, Any]]) -> tuple[NDArray, NDArray]:
    """Median over the instances of a size, NaN where it is only known to be larger."""
    values = np.array([np.inf if one["value"] is None else one["value"] for one in found])
    each = np.unique(sizes)
    middle = [np.quantile(values[sizes == size], 0.5, method="inverted_cdf") for size in each]
    return each, np.where(np.isfinite(middle), middle, np.nan)


def anytime_figure(shown: Sequence[Contest], near: float, styles: _Styles) -> "Figure":
    """Relative gap to the best known value against wall time: median and quartiles over runs."""
    figure, panels = panel_grid(len(shown))
    # The first is ours.
    banded = next(iter(styles)) if len(styles) > _BANDS else None
    for ax, contest in zip(panels, shown, strict=True):
        grid, scale = time_grid(contest), abs(contest.best) or 1.0
        curves = {name: anytime(contest, name, grid)["gap"] / scale for name in contest.runs}
        floor, top = _gap_range([*curves.values(), np.array([1 - near])])
        for name, gaps in curves.items():
            low, middle, high = np.clip(gaps, floor, None)
            shows = np.isfinite(middle)
            drawn = {"drawstyle": "steps-post", **line_style(styles[name])}
            ax.plot(grid[shows], middle[shows], **drawn)
            if banded is None or name == banded:
                band = {"color": styles[name]["color"], "alpha": 0.15, "linewidth": 0}
                high = np.minimum(high, 9 * top)
                ax.fill_between(grid[shows], low[shows], high[shows], step="post", **band)
        ax.axhline(1 - near, color="0.5", linewidth=0.8, zorder=0)
        ax.set(xscale="log", yscale="log", ylim=(floor / 1.6, 1.6 * top), title=contest.label)
        ax.axhline(floor, color="0.5", linewidth=0.8, linestyle=":", zorder=0)
        ax.annotate("best known", (0.01, floor), (0, 2), ("axes fraction", "data"),
                    "offset points", fontsize="x-small", color="0.35")  # fmt: skip
    for ax in panels[::COLUMNS]:
        ax.set_ylabel("relative gap to best known")
    for ax in panels[-COLUMNS:]:
        ax.set_xlabel("wall time (s)")
    bands = "bands: quartiles" if banded is None else f"band: quartiles of {banded}"
    note = f"median over runs, {bands}; grey line: {percent(near)} of the best known"
    took_part = {name for contest in shown for name in contest.runs}
    return finish(figure, {n: line_style(s) for n, s in styles.items() if n in took_part}, note)


def _gap_range(curves: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Where a gap of zero is drawn, below all others, and the largest that is finite."""
    gaps = np.concatenate([np.ravel(gap) for gap in curves])
    gaps = gaps[np.isfinite(gaps) & (gaps > 0)]
    return (float(gaps.min()) / 3, float(gaps.max())) if gaps.size else (1e-6, 1e-3)


def profile_figure(report: dict[str, Any], styles: _Styles) -> "Figure":
    """Share of instances on which a solver is within a factor of the fastest.

    E. D. Dolan & J. J. More, Math. Program. 91, 201 (2002), doi:10.1007/s101070100263; a solver
    that never arrived on an instance is within no factor.
    """
    factors = performance_ratios(report)
    goal = percent(report["near"]) + " of best known" if report["metric"] == "near" else "best"
    figure, (ax,) = panel_grid(1)
    known = np.concatenate([np.ones(1), *factors.values()])
    last = 2 * float(known[np.isfinite(known)].max())
    for name, ratios in factors.items():
        steps = np.sort(ratios[np.isfinite(ratios)])
        share = np.arange(steps.size + 1) / ratios.size
        drawn = {"where": "post", **line_style(styles[name])}
        ax.step([1, *steps, last], [0, *share[1:], share[-1]], **drawn)
    ax.set(xscale="log", xlim=(0.97, last), ylim=(-0.03, 1.03), ylabel="share of instances")
    ax.set_xlabel(f"time to {goal}, over that of the fastest solver")
    return finish(figure, {name: line_style(style) for name, style in styles.items()}, "")


def performance_ratios(report: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Expected time over that of the fastest, [instances], inf where a solver never arrived.

    Instances that not all solvers ran are left out.

    Example:
        >>> def row(solver, seconds):
        ...     times = {"time_to_near": {"value": seconds}}
        ...     return {"instance": "G1", "solver": solver, "included": times, "apart": None}
        >>> rows = [row("a", 2.0), row("b", 6.0), row("c", None)]
        >>> found = performance_ratios({"solvers": rows, "metric": "near", "compile_apart": False})
        >>> [found[name].tolist() for name in "abc"]
        [[1.0], [3.0], [inf]]
    """
    names = list(dict.fromkeys(row["solver"] for row in report["solvers"]))
    table = []
    for _, group in groupby(report["solvers"], lambda row: row["instance"]):
        times = {row["solver"]: chosen_times(row, report["compile_apart"]) for row in group}
        if len(times) == len(names):
            found = [times[name][f"time_to_{report['metric']}"]["value"] for name in names]
            table.append([np.inf if value is None else value for value in found])
    ratios = np.array(table, np.float64).reshape(-1, len(names))
    least = ratios.min(axis=1, keepdims=True, initial=np.inf)
    ratios = np.divide(ratios, least, out=np.full_like(ratios, np.inf), where=np.isfinite(ratios))
    return {name: ratios[:, k] for k, name in enumerate(names)} if table else {}


def _family(contest: Contest) -> str:
    return contest.target.family
