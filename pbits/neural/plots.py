"""Pictures of an inference on arrays: what is taken for what, and where the energy goes.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pbits.neural.cost_report import InferenceCost, energy_parts
from pbits.neural.inference import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour-blind safe (Okabe and Ito), one for each part of a breakdown.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
            "#444444")  # fmt: skip
_PARTS = (
    "converters", "cells and wires", "buffer", "adders", "registers", "drivers", "routing",
    "multiply-accumulate", "weights from memory",
)  # fmt: skip
_MOST = 24  # layers that have room for their names


def plot_confusion(
    evaluation: Evaluation, classes: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Axes":
    """How many images of each class are taken for which, logarithmic shades.

    Args:
        evaluation: of :func:`pbits.neural.inference.evaluate`.
        classes: names; numbers if None.
        ax: where to draw; a new figure if None.
    """
    ax, table = _axes(ax), evaluation.confusion
    names = [str(name) for name in (classes or range(len(table)))]
    ax.imshow(np.log1p(table), cmap="Blues", interpolation="nearest")
    middle = np.log1p(table.max()) / 2
    for (row, column), count in np.ndenumerate(table):
        if count:
            dark = np.log1p(count) > middle
            ax.text(column, row, str(count), ha="center", va="center", fontsize=7,
                    color="white" if dark else "black")  # fmt: skip
    long = max(map(len, names)) > 2
    ax.set_xticks(range(len(names)), names, rotation=90 if long else 0)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="found", ylabel="class")
    found, plain = 100 * evaluation.accuracy, 100 * evaluation.float_accuracy
    ax.set_title(f"accuracy {found:.1f} % (float {plain:.1f} %)")
    return ax


def plot_layers(cost: InferenceCost, ax: "Axes | None" = None) -> "Axes":
    """Energy of each layer for one image, by part.

    Args:
        cost: see `InferenceCost`.
        ax: where to draw; a new figure if None.
    """
    ax = _axes(ax)
    parts = [energy_parts(layer.report) for layer in cost.layers]
    top = max(sum(one.values()) for one in parts)
    unit, word = _unit(top)
    left = np.zeros(len(parts))
    for name in cost.by_part():
        widths = np.array([one.get(name, 0.0) for one in parts]) / unit
        ax.barh(range(len(parts)), widths, left=left, color=_colour(name), label=name)
        left += widths
    if len(parts) <= _MOST:
        names = [layer.name[-22:] for layer in cost.layers]
        ax.set_yticks(range(len(parts)), names, fontsize=9 if len(parts) < 12 else 7)
    ax.invert_yaxis()
    ax.set(xlabel=f"energy of an image ({word})", ylabel="layer")
    ax.set_title("energy by layer")
    ax.legend(fontsize=7, loc="best")
    return ax


def plot_comparison(cost: InferenceCost, ax: "Axes | None" = None) -> "Axes":
    """Energy of each part on arrays, and on a digital processor with its data movement.

    Args:
        cost: see `InferenceCost`.
        ax: where to draw; a new figure if None.
    """
    ax = _axes(ax)
    sides = {"arrays": cost.by_part(), "processor": cost.by_part(digital=True)}
    names = [f"{part}, {side}" for side, parts in sides.items() for part in parts]
    joules = [value for parts in sides.values() for value in parts.values()]
    colours = [_colour(part) for parts in sides.values() for part in parts]
    top, word = _unit(max(joules))
    values = np.array(joules) / top
    ax.barh(range(len(names)), values, color=colours)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set_xscale("log")
    least = max(values.max() * 1e-6, values[values > 0].min())
    ax.set_xlim(least / 2, values.max() * 2)
    ax.axhline(len(sides["arrays"]) - 0.5, color="black", linewidth=0.6)
    ax.invert_yaxis()
    ax.set(xlabel=f"energy of an image ({word})")
    ax.set_title(f"processor: {cost.advantage:,.1f} times the energy")
    return ax


def _colour(part: str) -> str:
    place = _PARTS.index(part) if part in _PARTS else len(_PARTS)
    return _COLOURS[place % len(_COLOURS)]


def _unit(joules: float) -> tuple[float, str]:
    for size, word in ((1e-3, "mJ"), (1e-6, "uJ"), (1e-9, "nJ")):
        if joules >= size:
            return size, word
    return 1e-12, "pJ"


def _axes(ax: "Axes | None") -> "Axes":
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
