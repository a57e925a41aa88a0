"""Pictures of what Boltzmann machines learn: images, their completion, and training.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour-blind safe (Okabe and Ito).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#999999")
_UNKNOWN = "#56B4E9"
_GAP = 1  # pixels between images


def plot_images(
    images: ArrayLike,
    shape: tuple[int, int],
    ax: "Axes | None" = None,
    *,
    columns: int = 10,
    known: ArrayLike | None = None,
    limit: float = 1.0,
) -> "Axes":
    """Images side by side, -1 white and +1 black.

    Args:
        images: [k, pixels] between -limit and +limit, row by row.
        shape: rows and columns of pixels.
        ax: where to draw; a new figure if None.
        columns: images in a row.
        known: bool [pixels] or [k, pixels]; the others are tinted blue, and means of them are
            shades of it.
        limit: of what is black.

    Raises:
        ValueError: on images of another size.

    Example:
        >>> plot_images(np.ones((3, 4)), (2, 2), columns=2).get_images()[0].get_array().shape
        (7, 7, 3)
    """
    from matplotlib.colors import to_rgb

    pixels = np.asarray(images, np.float64)
    if pixels.ndim != 2 or pixels.shape[1] != shape[0] * shape[1]:
        raise ValueError(
            f"images have shape {pixels.shape}; expected [k, {shape[0] * shape[1]}] for {shape}"
        )
    ink = np.clip(0.5 + pixels / (2 * limit), 0, 1)[..., None]
    mask = np.ones(pixels.shape, bool) if known is None else np.asarray(known, bool)
    mask = np.broadcast_to(mask, pixels.shape)[..., None]
    paper, dark = np.ones(3), np.zeros(3)
    sky = np.array(to_rgb(_UNKNOWN))
    colour = np.where(mask, paper * (1 - ink) + dark * ink, (0.4 * sky + 0.6) * (1 - ink))
    colour = np.where(mask, colour, colour + ink * 0.45 * np.array(to_rgb(_COLOURS[0])))
    ax = _axes(ax)
    ax.imshow(_mosaic(colour, shape, columns), interpolation="nearest")
    ax.set_axis_off()
    return ax


def _mosaic(
    colour: NDArray[np.float64], shape: tuple[int, int], columns: int
) -> NDArray[np.float64]:
    """[rows, columns, 3] of images [k, pixels, 3] in a frame, with gaps between them."""
    count = len(colour)
    columns = max(min(columns, count), 1)
    rows = -(-count // columns)
    height, width = (size + _GAP for size in shape)
    found = np.full((rows * height + _GAP, columns * width + _GAP, 3), 0.82)
    for k, image in enumerate(colour):
        y, x = _GAP + k // columns * height, _GAP + k % columns * width
        found[y : y + shape[0], x : x + shape[1]] = image.reshape(*shape, 3)
    return found


def plot_filters(
    couplings: ArrayLike, shape: tuple[int, int], ax: "Axes | None" = None, *, columns: int = 16
) -> "Axes":
    """What hidden units respond to: images of their couplings, red where a lit pixel lifts them.

    Args:
        couplings: [hidden units, pixels], in the sign of energies.
        shape: rows and columns of pixels.
        ax: where to draw; a new figure if None.
        columns: units in a row.

    Example:
        >>> plot_filters(np.ones((2, 4)), (2, 2)).get_title()
        'couplings of 2 hidden units, up to 1'
    """
    from matplotlib import colormaps

    weights = -np.asarray(couplings, np.float64)
    most = max(float(np.abs(weights).max(initial=0)), 1e-300)
    shades = colormaps["RdBu_r"].resampled(31)
    colour = shades(0.5 + weights / (2 * most))[..., :3]
    ax = _axes(ax)
    ax.imshow(_mosaic(colour, shape, columns), interpolation="nearest")
    ax.set_axis_off()
    ax.set_title(f"couplings of {len(weights)} hidden units, up to {most:.2g}")
    return ax


def plot_scores(
    runs: Mapping[str, tuple[ArrayLike, ArrayLike]],
    ax: "Axes | None" = None,
    *,
    ylabel: str = "score",
    levels: Mapping[str, float] | None = None,
) -> "Axes":
    """Scores against epochs; epochs without a score are passed over.

    Args:
        runs: for each name, epochs [k] and scores [k], as `Trained.history` has them.
        ax: where to draw; a new figure if None.
        ylabel: what a score is.
        levels: numbers to compare with, drawn as lines.

    Example:
        >>> plot_scores({"pcd": ([1, 2, 3], [0.1, np.nan, 0.9])}).get_lines()[0].get_xdata()
        array([1, 3])
    """
    ax = _axes(ax)
    for (name, (epochs, scores)), colour in zip(runs.items(), _cycle(len(runs)), strict=True):
        values = np.asarray(scores, np.float64)
        there = np.isfinite(values)
        ax.plot(np.asarray(epochs)[there], values[there], "o-", ms=3, color=colour, label=name)
    for name, level in (levels or {}).items():
        ax.axhline(level, color=_COLOURS[-1], linewidth=1, linestyle="--")
        ax.annotate(name, (0.01, level), xycoords=("axes fraction", "data"), va="bottom",
                    fontsize=8, color="#666666")  # fmt: skip
    ax.set(xlabel="epochs", ylabel=ylabel)
    if len(runs) > 1:
        ax.legend(frameon=False)
    return ax


def _cycle(count: int) -> Sequence[str]:
    return [_COLOURS[k % len(_COLOURS)] for k in range(count)]


def _axes(ax: "Axes | None") -> "Axes":
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
