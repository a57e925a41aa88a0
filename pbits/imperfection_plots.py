"""Pictures of what a p-bit computer's imperfections cost, and of how fast to clock it.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pbits.machine.dynamics import ClockPoint
from pbits.machine.imperfection_study import StudyRow
from pbits.machine.imperfections import IMPERFECTIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_losses(studies: Sequence[Sequence[StudyRow]], axes: "Axes | None" = None) -> "Axes":
    """Share of the exact sampler's energy that is lost, over the size of each imperfection.

    Sizes are in units of each study's largest, which the legend tells.  Bars are two standard
    errors.

    Args:
        studies: of `pbits.machine.imperfection_study`, one line each, of sizes that are numbers.
        axes: to draw on; a new figure's if None.

    Raises:
        ValueError: on a study without rows, or sizes that are no numbers above 0.
    """
    ax = _axes(axes)
    for study in studies:
        if not study:
            raise ValueError("a study has no rows; expected at least one")
        name = study[0].name
        if not all(isinstance(row.size, int | float) and row.size > 0 for row in study):
            raise ValueError(f"sizes of {name!r} are no numbers above 0; use a table instead")
        sizes = np.array([row.size for row in study], float)
        losses = np.array([100 * row.loss.share for row in study])
        bars = np.array([200 * row.loss.mean_error / row.loss.scale for row in study])
        unit = IMPERFECTIONS[name].unit
        label = f"{name}, up to {sizes.max():g} {unit}".rstrip()
        ax.errorbar(sizes / sizes.max(), losses, bars, marker="o", capsize=2, label=label)
    ax.axhline(0, color="0.6", linewidth=0.8)
    ax.set_xscale("log")
    ax.set_xlabel("size of the imperfection, over its largest")
    ax.set_ylabel("energy lost to the exact sampler, %")
    ax.legend()
    ax.grid(alpha=0.3)
    return ax


def plot_clocks(points: Sequence[ClockPoint], axes: "Axes | None" = None) -> "Axes":
    """Time of an independent sample over the period of the clock, its least marked.

    Args:
        points: of `dynamics.clock_study`.
        axes: to draw on; a new figure's if None.

    Raises:
        ValueError: without points.
    """
    if not points:
        raise ValueError("there are no points; expected those of dynamics.clock_study")
    ax = _axes(axes)
    shown = sorted(points)
    periods = np.array([1e9 * point.period for point in shown])
    seconds = np.array([1e9 * point.seconds for point in shown])
    bars = np.array([2e9 * point.seconds_error for point in shown])
    ax.errorbar(periods, seconds, bars, marker="o", capsize=2)
    best = int(seconds.argmin())
    ax.plot(periods[best], seconds[best], "o", markersize=12, fillstyle="none", color="0.2",
            label=f"least: {periods[best]:.3g} ns")  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("period of the clock, ns")
    ax.set_ylabel("time of an independent sample, ns")
    ax.legend()
    ax.grid(alpha=0.3)
    return ax


def _axes(axes: "Axes | None") -> "Axes":
    if axes is not None:
        return axes
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(6, 4), layout="constrained")[1]
