"""Pictures of studies of crossbars: scaling, and analog against digital.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossbar.contrast import Contrast
from crossbar.scaling import Point, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour-blind safe (Okabe and Ito).
_STYLES = {
    "none": ("#000000", "o", "-", "one array, plain"),
    "ranges": ("#E69F00", "s", "-", "+ converters' ranges"),
    "gain": ("#56B4E9", "v", "-", "+ columns' gains"),
    "tree": ("#0072B2", "D", "-", "+ tree of tiles"),
    "all": ("#009E73", "o", "-", "all together"),
    "all but ranges": ("#E69F00", "s", ":", "all but ranges"),
    "all but compensation": ("#CC79A7", "^", ":", "all but compensation"),
    "all but tree": ("#0072B2", "D", ":", "all but the tree"),
}
_MACHINES = {"analog": ("#D55E00", "o"), "digital": ("#0072B2", "s")}


def plot_scaling(study: Study, axes: "Sequence[Axes] | None" = None) -> "list[Axes]":
    """Error, energy and latency of a product against the size of the matrix.

    Solid lines put one thing into a plain array, dotted ones take one away from all of them.  Bars
    are standard errors over chips.  Latencies are those of tiles joined in three ways.

    Args:
        study: of `crossbar.scaling.study`.
        axes: three of them; a new figure's if None.

    Raises:
        ValueError: on other than three axes.
    """
    places = _three(axes)
    for name, (colour, marker, line, label) in _STYLES.items():
        if any(point.variant == name for point in study.points):
            _errors(places[0], study.series(name), colour, marker, line, label)
    _energies(places[1], study)
    _latencies(places[2], study)
    made = study.settings
    shown = [(100 * p.error, 100 * (p.error_se or 0)) for p in study.points if p.error]
    lowest = max(min(error - bar for error, bar in shown), 0.1 * min(shown)[0])
    places[0].set_ylim(0.6 * lowest, 3.2 * max(shown)[0])  # room for words above and below
    _mark_limit(places[0], study)
    places[0].set_title(f"{made['cell']} cells, {made['adc_bits']}-bit converters")
    places[1].set_title(f"{made['weight_bits']}-bit weights, {made['input_bits']}-bit inputs")
    places[2].set_title(f"tiles of {made['tile']} x {made['tile']}")
    for ax in places:
        ax.set_xscale("log", base=2)
        ax.set_xticks(made["sizes"], [str(n) for n in made["sizes"]], rotation=45)
        ax.minorticks_off()
        ax.set_xlabel("N of an N x N matrix")
        ax.grid(alpha=0.3)
    return places


def _errors(
    ax: "Axes", points: Sequence[Point], colour: str, marker: str, line: str, label: str
) -> None:
    shown = [point for point in points if point.error is not None]
    ax.errorbar(
        [point.size for point in shown],
        [100 * (point.error or 0) for point in shown],
        [100 * (point.error_se or 0) for point in shown],
        color=colour, marker=marker, markersize=4, linestyle=line, linewidth=1.3, label=label,
    )  # fmt: skip
    ax.set_yscale("log")
    ax.set_yticks([2, 5, 10, 20, 50, 100], ["2", "5", "10", "20", "50", "100"])
    ax.set_ylabel("error of y, %")
    ax.legend(fontsize=7, frameon=False, ncols=2, loc="upper left")


def _mark_limit(ax: "Axes", study: Study) -> None:
    """From where on "all but the tree" goes without codes for the effective matrix."""
    points = [p for p in study.points if p.variant == "all but tree" and "no remap" in p.note]
    if points and points[0].error is not None:
        text = f"all but the tree: from {points[0].size} on without remap, see the table"
        ax.text(0.02, 0.03, text, transform=ax.transAxes, fontsize=7, color="#0072B2")


def _energies(ax: "Axes", study: Study) -> None:
    for name, colour, label in (
        ("none", "#000000", "one array"),
        ("all", "#009E73", "tiles and tree"),
    ):
        points = [p for p in study.points if p.variant == name and p.energy is not None]
        ax.plot(
            [p.size for p in points],
            [(p.energy or 0) / p.size**2 * 1e12 for p in points],
            color=colour, marker="o", markersize=4, label=label,
        )  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylabel("energy per multiply-accumulate, pJ")
    ax.legend(fontsize=8, frameon=False)


def _latencies(ax: "Axes", study: Study) -> None:
    for kind, colour, marker in (
        ("bus", "#D55E00", "s"),
        ("mesh", "#CC79A7", "x"),
        ("h-tree", "#009E73", "o"),
    ):
        rows = [row for row in study.routes if row[1] == kind]
        ax.plot(
            [row[0] for row in rows], [row[3] * 1e9 for row in rows],
            color=colour, marker=marker, markersize=8 if kind == "bus" else 5, label=kind,
            linestyle="--" if kind == "mesh" else "-", linewidth=3 if kind == "bus" else 1.3,
        )  # fmt: skip
    points = [p for p in study.points if p.variant == "none" and p.latency is not None]
    ax.plot(
        [p.size for p in points], [(p.latency or 0) * 1e9 for p in points],
        color="#000000", linewidth=1, linestyle=":", label="one array, settling left out",
    )  # fmt: skip
    ax.set_ylabel("latency of a product, ns")
    ax.legend(fontsize=8, frameon=False)


def plot_contrast(found: Contrast, axes: "Sequence[Axes] | None" = None) -> "list[Axes]":
    """Analog tile and digital macro: error and energy by bits, error by supply and by spread.

    Args:
        found: of `crossbar.contrast.contrast`.
        axes: three of them; a new figure's if None.

    Raises:
        ValueError: on other than three axes.
    """
    places = _three(axes)
    size = found.settings["size"]
    for machine, (colour, marker) in _MACHINES.items():
        for ax, question in zip(places, ("bits", "supply", "spread"), strict=True):
            rows = found.series(question, machine)
            across = [row.value for row in rows]
            if question == "bits":
                across = [row.energy / size**2 * 1e12 for row in rows]
                for row, x in zip(rows, across, strict=True):
                    ax.annotate(
                        f"{row.value:.0f}", (x, 100 * row.error), xytext=(-3, 7),
                        textcoords="offset points", fontsize=8, color=colour,
                    )  # fmt: skip
            ax.errorbar(
                across, [100 * row.error for row in rows], [100 * row.error_se for row in rows],
                color=colour, marker=marker, markersize=5, label=machine,
            )  # fmt: skip
    _label_contrast(places, found)
    return places


def _label_contrast(places: "Sequence[Axes]", found: Contrast) -> None:
    made = found.settings
    places[0].set_xscale("log")
    places[0].set_xlabel("energy per multiply-accumulate, pJ")
    places[0].set_title("precision: bits of weights and inputs")
    places[0].margins(y=0.12)  # room for the words above
    places[1].set_xlabel(f"supply over nominal ({made['nominal_volt']} V digital)")
    places[1].set_title(f"supply, {made['bits']} bits")
    places[2].set_xlabel("relative spread of cells")
    places[2].set_title(f"spread, {made['bits']} bits")
    for ax in places:
        ax.set_yscale("log")
        ax.set_ylabel("error of y, %")
        ax.grid(alpha=0.3)
        ax.legend(fontsize=8, frameon=False)


def _three(axes: "Sequence[Axes] | None") -> "list[Axes]":
    if axes is None:
        from matplotlib import pyplot

        return list(pyplot.subplots(1, 3, figsize=(12, 4), layout="constrained")[1])
    if len(axes) != 3:
        raise ValueError(f"axes are {len(axes)}; expected three")
    return list(axes)
