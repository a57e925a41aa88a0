"""Macrospin steps per second against cmtj, on one core, at equal error of the stationary law.

A longer step is worth as much as a faster one, so each side first finds the longest of its steps
whose error of ``<1 - m_z**2>`` of a uniaxial magnet stays within a tolerance; the exact value is
that of Boltzmann's law.  Then both run in turn, so that a computer that is shared slows both, and
what is compared is simulated time per second.  cmtj runs its Heun method: the Euler-Heun method
that it takes by itself has an error of first order in the step.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pbits.bench.machine import installed_version
from pbits.bench.process import on_one_core
from pbits.bench.summary import spread
from pbits.cmtj_magnet import Peer, Spin
from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import GAMMA

# Radians per step, from the longest.
ANGLES = (
    0.5, 0.45, 0.4, 0.35, 0.3, 0.26, 0.22, 0.19, 0.17, 0.15, 0.13, 0.115, 0.1, 0.085, 0.07, 0.05,
)  # fmt: skip
PEER = "cmtj"
_FIELD = 0.1  # T
_MANY = 100_000


@dataclass(frozen=True)
class Settings:
    """The work of the comparison.

    Attributes:
        delta: barrier over kT.
        alpha: Gilbert damping.
        tolerance: relative error of <1 - m_z**2>.
        num_devices: of pbits; cmtj has one.
        seconds: of each measurement, about.
        rounds: measured calls of each side, in turn.
        seed: of the noise.
    """

    delta: float = 5.0
    alpha: float = 0.01
    tolerance: float = 0.02
    num_devices: int = 8192
    seconds: float = 3.0
    rounds: int = 5
    seed: int = 0


def _spin(settings: Settings) -> Spin:
    return Spin(settings.delta, _FIELD, settings.alpha)


class Ours:
    """`pbits.devices.simulation.simulate`, one core."""

    name = "pbits"

    def __init__(self, settings: Settings) -> None:
        self.settings, self.seed = settings, settings.seed
        self.magnet = _spin(settings).magnet()
        self.start: Any = [0.0, 0.0, 1.0]

    def run(self, angle: float, steps: int, records: int, devices: int | None = None) -> Any:
        """<1 - m_z**2> of each record, after `steps` steps in all of all devices."""
        from pbits.devices.simulation import simulate

        count = devices or self.settings.num_devices
        each = max(1, steps // (count * records))
        self.seed += 1
        done = simulate(
            self.magnet, num_steps=each * records, record_every=each, num_devices=count,
            dt=angle / (GAMMA * _FIELD), start=self.start, seed=self.seed, keep_directions=False,
        )  # fmt: skip
        if not devices:
            self.start = done.final
        return 1 - done.square[:, 2], each * records * count


class Cmtj:
    """`cmtj.Junction.runSimulation`: C++, one thread, one magnet."""

    name = PEER

    def __init__(self, settings: Settings) -> None:
        self.peer = Peer(_spin(settings), settings.seed)

    def run(self, angle: float, steps: int, records: int) -> Any:
        """<1 - m_z**2> of equal parts of the run, and its steps."""
        dt = angle / (GAMMA * _FIELD)
        seen = 1 - self.peer.run(dt=dt, num_steps=steps, every=20, axes="z")[0] ** 2
        return np.array([part.mean() for part in np.array_split(seen, records)]), steps


def compare(settings: Settings, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """All measurements in a process of its own with one core, ready for JSON.

    Args:
        settings: the work.
        say: told what is going on.

    Returns:
        Errors of each side against the step, the steps chosen, speeds of all rounds, their
        ratios, and the speed of a hundred thousand devices at once.
    """
    say("measuring on one core")
    return on_one_core(measure, settings)


def measure(settings: Settings) -> dict[str, Any]:
    """As :func:`compare`, in this process."""
    sides: list[Any] = [Ours(settings)]
    result: dict[str, Any] = {"peer": PEER, "status": "ok"}
    if installed_version(PEER):
        sides.append(Cmtj(settings))
    else:
        reason = f"{PEER} is not installed; pip install {PEER}"
        result |= {"status": "not installed", "reason": reason}
    found = [_chosen(side, settings) for side in sides]
    seconds: list[list[float]] = [[] for _ in sides]
    for side, about in zip(sides, found, strict=True):
        side.run(about["angle"], about["steps"], 10)
    for _ in range(settings.rounds):
        for side, about, times in zip(sides, found, seconds, strict=True):
            times.append(_timed(side, about["angle"], about["steps"]))
    for about, times in zip(found, seconds, strict=True):
        about["steps_per_second"] = spread([about["steps"] / s for s in times])
        simulated = about["steps"] * about["angle"] / (GAMMA * _FIELD)
        about["simulated_seconds_per_second"] = spread([simulated / s for s in times])
    result["ours"] = found[0]
    if len(found) > 1:
        result |= {"theirs": found[1], **_ratios(*found)}
    result["many"] = _many(sides[0], found[0]["angle"], settings)
    return result


def _ratios(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    def of(key: str) -> Any:
        pairs = zip(ours[key]["per_round"], theirs[key]["per_round"], strict=True)
        return spread([mine / other for mine, other in pairs])

    return {"ratio": of("simulated_seconds_per_second"), "step_ratio": of("steps_per_second")}


def _timed(side: Any, angle: float, steps: int) -> float:
    began = time.perf_counter()
    side.run(angle, steps, 10)
    return time.perf_counter() - began


def _chosen(side: Any, settings: Settings) -> dict[str, Any]:
    """The longest step within the tolerance, with errors of all that were tried."""
    trial = 100_000 if side.name == PEER else 40 * settings.num_devices
    side.run(ANGLES[-1], trial, 10)  # compiles
    speed = trial / _timed(side, ANGLES[-1], trial)
    steps = int(speed * settings.seconds)
    law = AxialMagnet(settings.delta)
    exact = law.mean(1 - law.centres**2)
    tried = []
    for angle in ANGLES:
        _settle(side, angle, settings)
        seen, _ = side.run(angle, steps, 20)
        error, uncertain = seen.mean() / exact - 1, seen.std() / np.sqrt(seen.size) / exact
        tried.append({"angle": angle, "error": float(error), "standard_error": float(uncertain)})
        # What noise does to this rule favours longer steps of the slower side.
        if abs(error) <= settings.tolerance:
            break
    version = installed_version(side.name)
    return {
        "name": side.name, "version": version, "angle": angle, "steps": steps, "errors": tried,
        "within_tolerance": bool(abs(error) <= settings.tolerance),
    }  # fmt: skip


def _settle(side: Any, angle: float, settings: Settings) -> None:
    """A few relaxation times within a well."""
    steps = int(3 / (settings.alpha * angle))
    side.run(angle, steps * (1 if side.name == PEER else settings.num_devices), 1)


def _many(side: Ours, angle: float, settings: Settings) -> dict[str, Any]:
    """A hundred thousand magnets at once, and how much memory this process has held."""
    side.start = [0.0, 0.0, 1.0]
    steps = (1000 if settings.seconds >= 1 else 50) * _MANY
    side.run(angle, steps, 1, _MANY)
    times = []
    for _ in range(settings.rounds):
        began = time.perf_counter()
        side.run(angle, steps, 1, _MANY)
        times.append(time.perf_counter() - began)
    return {
        "num_devices": _MANY, "steps_per_second": spread([steps / s for s in times]),
        "peak_bytes": _peak_bytes(),
    }  # fmt: skip


def _peak_bytes() -> int | None:
    """Most memory that this process has held; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
