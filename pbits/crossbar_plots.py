"""Pictures of matrices in memory: what is wrong with them, and what they cost.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from crossbar.assessment import Errors
from crossbar.ledger import Report, si
from crossbar.programmed import ProgrammedMatrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour-blind safe (Okabe and Ito).
_BLUE, _ORANGE, _GREY = "#0072B2", "#E69F00", "#999999"
LABEL_COLOURS: Mapping[str, str] = {
    "measured": "#009E73", "simulated": _BLUE, "assumed": _ORANGE, "memory": _GREY,
}  # fmt: skip
# Of sources of error: none that means a label.
_SKY, _PURPLE, _BLACK = "#56B4E9", "#CC79A7", "#444444"
_NOTHING = 1e-4  # percent
_SHADES = 15


def plot_error_map(
    programmed: ProgrammedMatrix, matrix: ArrayLike, ax: "Axes | None" = None
) -> "Axes":
    """What the arrays compute less what was wanted, weight by weight, in the weights' r.m.s.

    Lines separate arrays.  The scale ends at the 99th percentile.

    Args:
        programmed: see `crossbar.program`.
        matrix: what was wanted, [inputs, outputs].
        ax: where to draw; a new figure if None.

    Example:
        >>> import jax, crossbar
        >>> design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=4, columns=4)
        >>> memory = crossbar.program(jax.random.key(0), [[1.0, -1.0], [0.5, 2.0]], design)
        >>> plot_error_map(memory, [[1.0, -1.0], [0.5, 2.0]]).get_xlabel()
        'output'
    """
    from matplotlib import colormaps

    wanted = np.asarray(matrix, np.float64)
    error = np.asarray(programmed.matrix(), np.float64) - wanted
    error = error / max(float(np.sqrt(np.mean(wanted**2))), 1e-300)
    ax = _axes(ax)
    top = max(float(np.percentile(np.abs(error), 99)), 1e-9)
    # Some dozen shades tell as much, in a file a third the size.
    shades = colormaps["RdBu_r"].resampled(_SHADES)
    shown = ax.imshow(
        error, cmap=shades, vmin=-top, vmax=top, interpolation="nearest", aspect="auto"
    )
    design, layout = programmed.design, programmed.layout
    width = design.columns - (layout.planes == 1)
    for row in range(design.rows, wanted.shape[0], design.rows):
        ax.axhline(row - 0.5, color="black", linewidth=0.6)
    for column in range(width, wanted.shape[1], width):
        ax.axvline(column - 0.5, color="black", linewidth=0.6)
    ax.figure.colorbar(shown, ax=ax, label="error of a weight / r.m.s. weight", extend="both")
    ax.set(xlabel="output", ylabel="input")
    ax.set_title(f"error map, r.m.s. {float(np.sqrt(np.mean(error**2))):.2g}")
    return ax


def plot_errors(errors: Errors, ax: "Axes | None" = None) -> "Axes":
    """Each source of error alone, and all of them together.

    Args:
        errors: of `crossbar.assessment.assess`.
        ax: where to draw; a new figure if None.

    Example:
        >>> plot_errors(Errors(0.01, 0.1, 0.0, 0.02, 0.01, 0.3, 0.12)).get_title()
        'error of a product: 12 %'
    """
    ax, shares = _axes(ax), errors._asdict()
    names = [*(name for name in shares if name not in ("uncalibrated", "total")), "uncalibrated"]
    values = [100 * shares[name] for name in (*names, "total")]
    colours = [_SKY] * (len(names) - 1) + [_PURPLE, _BLACK]
    ax.barh([*names[:-1], "all, uncalibrated", "all"], values, color=colours)
    for place, value in enumerate(values):
        text = "0 %" if value < _NOTHING else f"{value:.2g} %"
        ax.annotate(text, (value, place), (3, 0), textcoords="offset points", va="center",
                    fontsize=9)  # fmt: skip
    ax.set_xlim(0, 1.2 * max(*values, _NOTHING))
    ax.invert_yaxis()
    ax.set_xlabel("r.m.s. error / r.m.s. product (%)")
    ax.set_title(f"error of a product: {values[-1]:.2g} %")
    return ax


def plot_energy(report: Report, ax: "Axes | None" = None, least: float = 5e-3) -> "Axes":
    """Energies of a breakdown, coloured by how they are known.

    Args:
        report: of `ProgrammedMatrix.report` or `crossbar.ledger.charge`.
        ax: where to draw; a new figure if None.
        least: share of the total below which rows are left out.

    Example:
        >>> from crossbar.ledger import charge
        >>> plot_energy(charge({"mac.int8": 1000})).get_title()
        'energy: 230 pJ'
    """
    ax = _axes(ax)
    rows = [row for row in report.rows if row.quantity == "energy"]
    rows = [row for row in rows if row.total >= least * report.energy]
    unit, prefix = _scale(max((row.total for row in rows), default=0.0))
    for place, row in enumerate(rows):
        ax.barh(place, row.total / unit, color=LABEL_COLOURS[row.label])
        ax.annotate(f"{row.total / report.energy:.0%}", (row.total / unit, place), (3, 0),
                    textcoords="offset points", va="center", fontsize=9)  # fmt: skip
    ax.set_yticks(range(len(rows)), [row.name for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.margins(x=0.15)
    ax.set_xlabel(f"energy ({prefix}J)")
    ax.set_title(f"energy: {si(report.energy, 'J')}")
    _label_legend(ax, {row.label for row in rows})
    return ax


def _label_legend(ax: "Axes", labels: set[str]) -> None:
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(color=colour, label=label)
        for label, colour in LABEL_COLOURS.items()
        if label in labels
    ]
    ax.legend(handles=handles, loc="lower right", frameon=False, title="known by")


def _scale(largest: float) -> tuple[float, str]:
    for unit, prefix in ((1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p")):
        if largest >= unit:
            return unit, prefix
    return 1e-15, "f"


def _axes(ax: "Axes | None") -> "Axes":
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
