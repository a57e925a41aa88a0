"""Pictures of co-design sweeps of the p-bit computer.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pbits.diagnostics.tts import Estimate
from pbits.machine.codesign_choice import COSTS
from pbits.machine.codesign_result import Point, value_of
from pbits.machine.codesign_table import Table
from pbits.machine.codesign_words import short_name, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour-blind safe (Okabe and Ito).
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#999999"
_MOST_NAMES = 6
_LEAST_SPAN = 12  # of a logarithmic axis
_FREE = (
    "no point takes time and energy; give p-bits and couplings that do, such as "
    "Neurons(model, cost=...) and a CrossbarCoupling"
)
_LABELS = {
    "joules_per_read": "energy of a read",
    "energy_to_solution": "energy to solution",
    "seconds_per_read": "time of a read",
    "time_to_solution": "time to solution (TTS99)",
    "area_m2": "area",
}


def plot_pareto(table: Table, ax: "Axes | None" = None) -> "Axes":
    """Energy against time to solution, quality by colour; what no other point beats is ringed.

    Bars are intervals (95 %) of both, which have the success probability in common.  Points that
    never succeeded are triangles at their lower bounds.

    Args:
        table: of `pbits.machine.codesign.sweep`.
        ax: where to draw; a new figure's if None.

    Raises:
        ValueError: where no point takes time and energy, as those of ideal p-bits do not.
    """
    shown = [point for point in table.done if point.seconds > 0 and point.joules > 0]
    if not shown:
        raise ValueError(_FREE)
    ax = _axes(ax, 1)[0]
    solved = [point for point in shown if point.successes]
    failed = [point for point in shown if not point.successes]
    # Points that never succeed would take up all colours.
    look = _colours(solved or shown)
    for point in solved:
        _cross(ax, point)
    for points, marker in ((failed, "^"), (solved, "o")):
        if points:
            _scatter(ax, points, marker, look)
    best = [point for point in table.pareto() if point.successes and point.seconds > 0]
    _mark(ax, best, table, lambda point: (
        _place(point.time_to_solution), _place(point.energy_to_solution)
    ))  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    _units(ax, "x", "s")
    _units(ax, "y", "J")
    ax.set_xlabel("time to solution (TTS99)")
    ax.set_ylabel("energy to solution")
    ax.grid(alpha=0.3)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=8, frameon=False, loc="best")
    _colour_bar(ax, shown, look)
    return ax


def plot_quality(table: Table, ax: "Axes | None" = None) -> "Axes":
    """Quality over the energy of a read: what sets machines apart that never reach the target.

    Bars are two standard errors; what no other point beats in both is ringed.

    Args:
        table: of `pbits.machine.codesign.sweep`.
        ax: where to draw; a new figure's if None.

    Raises:
        ValueError: where no point takes energy, as those of ideal p-bits do not.
    """
    shown = [point for point in table.done if point.joules > 0]
    if not shown:
        raise ValueError(_FREE)
    ax = _axes(ax, 1)[0]
    ax.errorbar(
        [point.joules_per_read for point in shown], [100 * point.quality for point in shown],
        [200 * point.quality_error for point in shown], color=_BLUE, fmt="o", capsize=3,
    )  # fmt: skip
    best = [point for point in table.pareto("joules_per_read", "quality") if point.joules > 0]
    _mark(ax, best, table, lambda point: (point.joules_per_read, 100 * point.quality))
    ax.set_xscale("log")
    _units(ax, "x", "J")
    ax.set_xlabel(_LABELS["joules_per_read"])
    ax.set_ylabel("quality, %")
    ax.grid(alpha=0.3)
    ax.legend(fontsize=8, frameon=False)
    return ax


def plot_parameter(
    table: Table,
    name: str,
    axes: "Sequence[Axes] | None" = None,
    cost: str = "joules_per_read",
) -> "list[Axes]":
    """Quality and cost against one parameter.

    Grey lines are the points of equal other parameters; the coloured one has, for each value, the
    best quality and the least cost of all of them.

    Args:
        table: of `pbits.machine.codesign.sweep`.
        name: path of the parameter.
        axes: two of them; a new figure's if None.
        cost: one of `codesign_choice.COSTS`.

    Raises:
        ValueError: on a parameter that was not varied, another cost, or other than two axes.
    """
    if name not in table.parameters:
        raise ValueError(f"{name!r} was not varied; there are {', '.join(table.parameters)}")
    if cost not in COSTS:
        raise ValueError(f"cost is {cost!r}; expected one of {', '.join(COSTS)}")
    left, right = _axes(axes, 2)
    points = [point for point in table.done if name in point.parameters]
    values = list(dict.fromkeys(point.parameters[name] for point in points))
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    where = {v: float(v) if numbers else float(k) for k, v in enumerate(values)}
    order = sorted(values, key=lambda value: where[value])
    _families(left, right, points, name, where, cost)
    best = [max((p for p in points if p.parameters[name] == v), key=lambda p: p.quality)
            for v in order]  # fmt: skip
    left.errorbar(
        [where[v] for v in order], [100 * p.quality for p in best],
        [100 * p.quality_error for p in best],
        color=_BLUE, marker="o", capsize=3, zorder=3, label="others at their best",
    )  # fmt: skip
    least = [min((c for p in points if p.parameters[name] == v
                  if (c := value_of(p, cost)) is not None), default=np.nan)
             for v in order]  # fmt: skip
    right.plot(
        [where[v] for v in order], least, color=_ORANGE, marker="o", zorder=3,
        label="others at their cheapest",
    )  # fmt: skip
    left.set_ylabel("quality, %")
    right.set_ylabel(_LABELS[cost])
    right.set_yscale("log")
    _units(right, "y", COSTS[cost])
    for ax in (left, right):
        ax.set_xlabel(short_name(name, table.parameters))
        ax.set_xticks([where[v] for v in order], [word(v) for v in order])
        ax.grid(alpha=0.3)
        ax.legend(fontsize=8, frameon=False)
    return [left, right]


def _families(
    left: "Axes", right: "Axes", points: Sequence[Point], name: str, where: dict[Any, float],
    cost: str,
) -> None:  # fmt: skip
    """A thin line for each setting of the other parameters."""
    groups: dict[tuple, list[Point]] = {}
    for point in sorted(points, key=lambda p: where[p.parameters[name]]):
        others = tuple((k, v) for k, v in point.parameters.items() if k != name)
        groups.setdefault(others, []).append(point)
    for group in groups.values():
        x = [where[point.parameters[name]] for point in group]
        thin: dict[str, Any] = {"color": _GREY, "linewidth": 0.8, "alpha": 0.6, "marker": "."}
        left.plot(x, [100 * point.quality for point in group], **thin)
        costs = [value_of(point, cost) for point in group]
        right.plot(x, [np.nan if c is None else c for c in costs], **thin)


def _colours(points: Sequence[Point]) -> dict[str, Any]:
    qualities = [100 * point.quality for point in points]
    low, high = min(qualities), max(qualities)
    # Less than a percent is no difference that colours should make much of.
    return {"cmap": "viridis", "vmin": min(low, high - 1), "vmax": high}


def _scatter(ax: "Axes", points: Sequence[Point], marker: str, look: dict[str, Any]) -> None:
    solved = marker == "o"
    times = [_place(p.time_to_solution) for p in points]
    energies = [_place(p.energy_to_solution) for p in points]
    shades = [100 * p.quality for p in points]
    drawn = ax.scatter(
        times, energies, c=shades, marker=marker,
        s=46 if solved else 34, zorder=3, linewidths=0 if solved else 1.2,
        label="solved" if solved else "never solved: lower bounds", **look,
    )  # fmt: skip
    if not solved:  # hollow
        drawn.set_edgecolor(drawn.to_rgba(np.array(shades)).tolist())
        drawn.set_facecolor("none")


def _colour_bar(ax: "Axes", points: Sequence[Point], look: dict[str, Any]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    shades = ScalarMappable(Normalize(look["vmin"], look["vmax"]), look["cmap"])
    below = any(100 * point.quality < look["vmin"] for point in points)
    assert ax.figure is not None
    ax.figure.colorbar(shades, ax=ax, label="quality, %", extend="min" if below else "neither")


def _place(found: Estimate) -> float:
    value = found.lower_bound if found.value is None else found.value
    return np.nan if value is None else value


def _cross(ax: "Axes", point: Point) -> None:
    """Intervals of time and energy move together: one line along both."""
    time, energy = point.time_to_solution, point.energy_to_solution
    if time.value is None or energy.value is None or time.low is None or energy.low is None:
        return
    ends = (time.low, time.value if time.high is None else time.high)
    other = (energy.low, energy.value if energy.high is None else energy.high)
    ax.plot(ends, other, color=_GREY, linewidth=0.8, alpha=0.6, zorder=1)


def _mark(
    ax: "Axes", best: Sequence[Point], table: Table,
    place: Callable[[Point], tuple[float, float]],
) -> None:  # fmt: skip
    """Ring and, where they are few, name the best compromises, neighbours at different heights."""
    names = table.parameters
    for k, point in enumerate(sorted(best, key=place)):
        x, y = place(point)
        ax.scatter([x], [y], s=130, facecolors="none", edgecolors="black", zorder=4)
        if len(best) <= _MOST_NAMES:
            told = ", ".join(f"{short_name(k, names)} {word(v)}"
                             for k, v in point.parameters.items())  # fmt: skip
            ax.annotate(
                told,
                (x, y),
                xytext=(9, 9 * (k % 3) - 3),
                textcoords="offset points",
                fontsize=7,
                zorder=5,
            )
    if best:
        ax.scatter([], [], s=130, facecolors="none", edgecolors="black", label="not beaten")


def _units(ax: "Axes", which: str, unit: str) -> None:
    """Words such as 20 ms on a logarithmic axis; three of each decade where there are few."""
    from matplotlib.ticker import EngFormatter, LogLocator

    axis = getattr(ax, f"{which}axis")
    low, high = getattr(ax, f"get_{which}lim")()
    if high < _LEAST_SPAN * low:
        middle = np.sqrt(low * high)
        low, high = middle / np.sqrt(_LEAST_SPAN), middle * np.sqrt(_LEAST_SPAN)
        getattr(ax, f"set_{which}lim")(low, high)
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 150 * low else (1.0,)))
    axis.set_major_formatter(EngFormatter(unit) if unit != "m^2" else "{x:.2g} m$^2$")
    axis.set_minor_formatter("")


def _axes(axes: "Axes | Sequence[Axes] | None", count: int) -> "list[Axes]":
    if axes is None:
        from matplotlib import pyplot as plt

        _, found = plt.subplots(
            1, count, figsize=(7 if count == 1 else 9, 4.6 if count == 1 else 3.6),
            layout="constrained", squeeze=False,
        )  # fmt: skip
        return list(found[0])
    found = list(axes) if isinstance(axes, Sequence | np.ndarray) else [axes]
    if len(found) != count:
        raise ValueError(f"{len(found)} axes given; expected {count}")
    return found
