"""The picture of ``pbits device``: transfer curve, trajectory, autocorrelation."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pbits.devices.junction import Junction

_BLUE, _ORANGE, _GREY = "#0072B2", "#E69F00", "#777777"  # Okabe and Ito
_POINTS, _RECORDS, _MAX_STEPS = 9, 1500, 600_000
_SCALES = ((1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f"))


def picture(junction: "Junction", facts: dict[str, Any], format: str) -> bytes:
    """Three panels as an image file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    first, second, third = figure.subplots(1, 3)
    _draw_transfer(first, junction, facts)
    _draw_trajectory(second, junction, facts)
    _draw_autocorrelation(third, junction, facts)
    figure.suptitle(f"{facts['preset']}, {facts['temperature']:.4g} K")
    # The layout needs the width of labels, which is known after a first drawing.
    figure.draw_without_rendering()
    data = BytesIO()
    figure.savefig(data, format=format, dpi=150)
    return data.getvalue()


def _scale(largest: float) -> tuple[float, str]:
    for unit, prefix in _SCALES:
        if largest >= unit:
            return unit, prefix
    return _SCALES[-1]


def _draw_transfer(ax: Any, junction: "Junction", facts: dict[str, Any]) -> None:
    from pbits.devices import summary

    half = facts["i50"]
    span = 3 * (half or facts["critical_current"] or junction.thermal_current)
    count = _POINTS if facts["law"] == "spherical" else 41
    currents = np.linspace(0, span, count // 2 + 1)
    # The curve is odd but for what a voltage does to the anisotropy.
    both = np.concatenate([-currents[:0:-1], currents])
    unit, prefix = _scale(span)
    found = summary.transfer(junction, both)
    ax.plot(both / unit, found, "o-" if count == _POINTS else "-", color=_BLUE, markersize=4)
    if half:
        ax.plot(
            [half / unit], [0.5], "s", color=_ORANGE, label=f"I50 = {half / unit:.3g} {prefix}A"
        )
        ax.legend(loc="upper left", frameon=False)
    if facts["current"] and abs(facts["current"]) <= span:
        ax.axvline(facts["current"] / unit, color=_GREY, linestyle=":")
    ax.set(xlabel=f"current ({prefix}A)", ylabel="mean spin in the long run", ylim=(-1.05, 1.05))
    ax.set_title("transfer")


def _draw_trajectory(ax: Any, junction: "Junction", facts: dict[str, Any]) -> None:
    from pbits.devices.simulation import safe_step, simulate

    magnet = junction.magnet(current=facts["current"])
    dt, wanted = safe_step(magnet), 20 * (facts["correlation_time"] or np.inf)
    steps = int(min(wanted / dt, _MAX_STEPS))
    every = max(1, steps // _RECORDS)
    axis = "xyz".index(junction.axis)
    start = np.eye(3)[axis] * (1 - 1e-6) + 1e-3
    found = simulate(
        magnet, num_steps=max(steps // every, 1) * every, record_every=every, seed=1,
        start=start / np.linalg.norm(start),
    )  # fmt: skip
    assert found.m is not None
    unit, prefix = _scale(float(found.times[-1]))
    ax.plot(found.times / unit, found.m[:, axis, 0], color=_BLUE, linewidth=0.7)
    ax.axhline(0, color=_GREY, linewidth=0.7)
    ax.set(xlabel=f"time ({prefix}s)", ylabel=f"m_{junction.axis}", ylim=(-1.05, 1.05))
    ax.set_title("one macrospin")


def _draw_autocorrelation(ax: Any, junction: "Junction", facts: dict[str, Any]) -> None:
    from pbits.devices import summary

    ax.set_title(f"autocorrelation of m_{junction.axis}")
    tau = facts["correlation_time"]
    if tau is None or tau > 1e6:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "does not decay\nwithin days", ha="center", transform=ax.transAxes)
        return
    seconds = np.linspace(0, 4 * tau, 41)
    unit, prefix = _scale(4 * tau)
    found = summary.autocorrelation(junction, seconds, facts["current"])
    ax.plot(seconds / unit, found, color=_BLUE, label="exact law")
    ax.plot(seconds / unit, np.exp(-seconds / tau), color=_ORANGE, linestyle="--",
            label=f"exp(-t / {tau / unit:.3g} {prefix}s)")  # fmt: skip
    ax.axhline(0, color=_GREY, linewidth=0.7)
    ax.set(xlabel=f"time ({prefix}s)", ylabel="normalised")
    ax.legend(frameon=False)
