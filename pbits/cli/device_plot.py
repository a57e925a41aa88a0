"""The picture of ``pbits device``: transfer curve, trajectory, autocorrelation."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pbits.devices.junction import Junction

_BLUE, _ORANGE, _GREY = "#0072B2", "#E69F00", "#777777"  # Okabe and Ito
_RECORDS, _MAX_STEPS = 1500, 600_000
_DEVICES, _SETTLING = 300, 60_000  # of the transfer curve: magnets a current, steps
_SCALES = ((1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f"))


def picture(junction: "Junction", facts: dict[str, Any]) -> "Figure":
    """Three panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    first, second, third = figure.subplots(1, 3)
    _draw_transfer(first, junction, facts)
    _draw_trajectory(second, junction, facts)
    _draw_autocorrelation(third, junction, facts)
    figure.suptitle(f"{facts['preset']}, {facts['temperature']:.4g} K")
    # The layout needs the width of labels, which is known after a first drawing.
    figure.draw_without_rendering()
    return figure


def _scale(largest: float) -> tuple[float, str]:
    for unit, prefix in _SCALES:
        if largest >= unit:
            return unit, prefix
    return _SCALES[-1]


def _draw_transfer(ax: Any, junction: "Junction", facts: dict[str, Any]) -> None:
    from pbits.devices import summary

    half = facts["i50"]
    reach = half or facts["critical_current"] or junction.thermal_current
    spherical, span = facts["law"] == "spherical", 3 * reach
    unit, prefix = _scale(span)
    # Far from the middle the law of a magnet in the plane is too sharp to be solved.
    currents = np.linspace(-1, 1, 9 if spherical else 41) * (reach if spherical else span)
    ax.plot(currents / unit, summary.transfer(junction, currents), color=_BLUE, label="exact law")
    points = np.linspace(-span, span, 11)
    found = _simulated(junction, facts, points)
    if found is not None:
        ax.plot(points / unit, found, "o", color=_GREY, markersize=4, label="macrospins")
    if half:
        label = f"I50 = {half / unit:.3g} {prefix}A"
        ax.plot([half / unit], [0.5], "s", color=_ORANGE, label=label)
    ax.legend(loc="upper left", frameon=False)
    if facts["current"] and abs(facts["current"]) <= span:
        ax.axvline(facts["current"] / unit, color=_GREY, linestyle=":")
    ax.set(xlabel=f"current ({prefix}A)", ylabel="mean spin in the long run", ylim=(-1.05, 1.05))
    ax.set_title("transfer")


def _simulated(junction: "Junction", facts: dict[str, Any], currents: Any) -> Any:
    """Mean spin at each current, of macrospins that had time to forget; None where that is long."""
    from pbits.devices.macrospin import GAMMA
    from pbits.devices.simulation import safe_step, simulate

    magnet = junction.magnet(current=np.repeat(currents, _DEVICES))
    if facts["correlation_time"] is None:
        return None
    # Energy of a hard plane decays more slowly than what it dephases.
    damped = GAMMA * junction.alpha * (facts["hard_field"] + facts["anisotropy_field"])
    settling = max(facts["correlation_time"], 1 / damped if damped else 0.0)
    steps = 8 * settling / safe_step(magnet)
    if steps > _SETTLING:
        return None
    found = simulate(
        magnet, num_steps=int(steps) + 1, num_devices=len(currents) * _DEVICES, seed=2,
        keep_directions=False,
    )  # fmt: skip
    signs = np.sign(found.final["xyz".index(junction.axis)])
    return signs.reshape(len(currents), _DEVICES).mean(1)


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
