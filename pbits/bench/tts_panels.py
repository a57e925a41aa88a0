"""What the figures of a report share: styles of solvers, panels, legends, places of points.

Solvers differ by colour (those of M. Okabe & K. Ito, told apart with any colour vision), by marker
and by line.  What was never reached is a hollow marker with an arrow, at its lower bound.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS, COLUMNS = 6, 3  # of one figure, at most
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))
# Points of one size are spread by this factor at most, and over this part of the gap to the next.
_SPREAD, _PART = 1.5, 0.6


def solver_styles(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Colour, marker and line of each solver, ours first and wider."""
    names = dict.fromkeys(row["solver"] for row in report["solvers"])
    order = sorted(names, key=lambda name: name != report["ours"])
    return {
        name: {
            "color": _COLOURS[k % 7],
            "marker": _MARKERS[(k + k // 7) % 7],
            "linestyle": _LINES[(k + 2 * (k // 7)) % 7],
            "linewidth": 2.2 if name == report["ours"] else 1.4,
            "zorder": 3 if name == report["ours"] else 2,
        }
        for k, name in enumerate(order)
    }


def line_style(style: dict[str, Any]) -> dict[str, Any]:
    """The style without its marker."""
    return {key: value for key, value in style.items() if key != "marker"}


def panel_grid(count: int) -> tuple["Figure", list["Axes"]]:
    """A figure of panels in rows of three, and its axes."""
    from matplotlib.figure import Figure

    columns = min(count, COLUMNS)
    rows = -(-count // COLUMNS)
    wide = 6.4 if columns == 1 else 4.6 * columns
    figure = Figure(figsize=(wide, 0.8 + 3.4 * rows), dpi=150, layout="constrained")
    axes = [figure.add_subplot(rows, columns, k + 1) for k in range(count)]
    for ax in axes:
        ax.grid(which="major", color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
    return figure, axes


def finish(figure: "Figure", styles: dict[str, dict[str, Any]], note: str) -> "Figure":
    """Add one legend below all panels, where it covers nothing, with a note as its title."""
    from matplotlib.lines import Line2D

    rows = -(-len(styles) // (3 * min(len(figure.axes), COLUMNS)))
    columns = -(-len(styles) // max(rows, 1))
    handles = [Line2D([], [], label=name, markersize=5, **style) for name, style in styles.items()]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=max(columns, 1), frameon=False,
        title=note or None, title_fontsize="small", fontsize="small", handlelength=3.5,
    )  # fmt: skip
    return figure


def save(figure: "Figure", path: str | os.PathLike) -> None:
    """Write a figure in the format that its name ends with, without a date."""
    from matplotlib import rc_context

    kind = os.fspath(path).rpartition(".")[2]
    about = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind)
    with rc_context({"svg.hashsalt": "pbits"}):
        figure.savefig(path, metadata=about)


def draw_estimates(
    ax: "Axes", x: Sequence[float], found: Sequence[dict[str, Any]], style: dict[str, Any]
) -> None:
    """Values with intervals, and lower bounds as hollow markers with arrows."""
    colour, marker = style["color"], style["marker"]
    known = [(a, e) for a, e in zip(x, found, strict=True) if e["value"] is not None]
    bound = [(a, e["lower_bound"]) for a, e in zip(x, found, strict=True) if e["value"] is None]
    look = {"color": colour, "marker": marker, "markersize": 5, "linestyle": "none"}
    if known:
        places, values = [a for a, _ in known], [e["value"] for _, e in known]
        low, high = ([e.get(key) or e["value"] for _, e in known] for key in ("low", "high"))
        ax.vlines(places, low, high, color=colour, linewidth=1)
        ax.plot(places, values, **look)
    if bound:
        ax.plot(*zip(*bound, strict=True), **look, markerfacecolor="white", markeredgewidth=1.4)
    unbounded = [(a, e["value"]) for a, e in known if e.get("high") is None]
    for place in bound + unbounded:
        _arrow(ax, *place, colour)


def _arrow(ax: "Axes", x: float, y: float, colour: str) -> None:
    look = {"arrowstyle": "<-", "color": colour, "shrinkA": 0, "shrinkB": 0}
    arrow = ax.annotate("", (x, y), (0, 20), textcoords="offset points", arrowprops=look)
    # The layout need not look at each of them.
    arrow.set_in_layout(False)


class Places:
    """Where rows stand along the axis of sizes, so that none covers another.

    Those of one size stand side by side around it; where all are of one size, each instance has a
    place of its own under its name (`by_name`).
    """

    def __init__(self, rows: Sequence[dict[str, Any]], solvers: Sequence[str]) -> None:
        self._sizes = sorted({row["num_variables"] for row in rows})
        self._names = list(dict.fromkeys(row["instance"] for row in rows))
        self._solvers = solvers
        self._size_of = {row["instance"]: row["num_variables"] for row in rows}
        self.by_name = len(self._sizes) == 1 or self._sizes[0] <= 0
        gaps = np.diff(np.log(self._sizes)) if not self.by_name else []
        self._width = min(np.log(_SPREAD), _PART * min(gaps, default=1.0))

    def of(self, row: dict[str, Any]) -> float:
        """Place of one solver on one instance."""
        count, rank = len(self._solvers), self._solvers.index(row["solver"])
        if self.by_name:
            return self._names.index(row["instance"]) + _PART * ((rank + 0.5) / count - 0.5)
        size = row["num_variables"]
        peers = [name for name in self._names if self._size_of[name] == size]
        # Solvers together, so that the instances of one stand apart from those of another.
        slot = rank * len(peers) + peers.index(row["instance"])
        return size * float(np.exp(self._width * ((slot + 0.5) / (count * len(peers)) - 0.5)))

    def middle(self, size: float, solver: str) -> float:
        """Place of all instances of one size, of one solver."""
        rank = self._solvers.index(solver)
        return size * float(np.exp(self._width * ((rank + 0.5) / len(self._solvers) - 0.5)))

    def label(self, ax: "Axes") -> None:
        """Ticks at the sizes, or at the names of the instances."""
        from matplotlib.ticker import FixedLocator, NullLocator

        if self.by_name:
            tilt = 45 if len(self._names) > 4 else 0
            ax.set_xticks(range(len(self._names)), self._names, rotation=tilt)
            ax.set_xlim(-0.6, len(self._names) - 0.4)
            ax.set_xlabel(f"instance, {self._sizes[0]} variables")
            return
        ax.set_xscale("log")
        ax.set_xlabel("variables")
        ax.xaxis.set_major_locator(FixedLocator(self._sizes))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticklabels([str(size) for size in self._sizes])
