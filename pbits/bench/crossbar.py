"""The crossbar against peers and against plain products, one core for each side, in turn.

Three measurements, each with its own meaning of equal work:

- the effective matrix of one array, against nodal analysis (SciPy) and badcrossbar;
- a layer with exact wires, against the same layer without wires and against plain products;
- set-up and products of the same layer, against CrossSim (`crossbar_peers`), with the errors of
  both sides, so that speed is compared at equal accuracy.

All run in one process that is pinned to one core, with one thread for every library.  Times are CPU
time of that process, which other programs on a shared computer disturb less than wall time (that is
recorded too); ratios are of calls in the same round.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pbits.bench import crossbar_peers
from pbits.bench.crossbar_work import Arrays, Layer, Settings
from pbits.bench.entrant import Unsupported
from pbits.bench.process import on_one_thread
from pbits.bench.summary import spread

Run = Callable[[], Any]


@dataclass(frozen=True)
class Times:
    """CPU and wall time of one call in each round, and of the first of all."""

    first: float
    cpu: list[float]
    wall: list[float]

    def facts(self, vectors: int | None = None) -> dict[str, Any]:
        """Ready for JSON; compiling is what the first call took longer."""
        found = {
            "seconds": spread(self.cpu), "wall_seconds": spread(self.wall),
            "compile_seconds": max(0.0, self.first - float(np.median(self.cpu))),
        }  # fmt: skip
        each = spread([seconds / vectors for seconds in self.cpu]) if vectors else None
        return found | ({"seconds_per_vector": each} if vectors else {})


def compare(settings: Settings, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """All measurements in a process of its own with one core and one thread, ready for JSON.

    Args:
        settings: the work.
        say: told what is going on.
    """
    say("measuring on one core")
    return on_one_thread(measure, settings)


def measure(settings: Settings) -> dict[str, Any]:
    """As :func:`compare`, in this process."""
    layer = Layer(settings)
    found = {
        "set_up": _set_up(settings),
        "inference": _inference(layer),
        "layers": [_layer(layer, wire) for wire in (0.0, settings.wire)],
    }
    return found | {"targets": _targets(found) if settings.is_target else []}


class Amount(Protocol):
    """How long and how often a side is measured."""

    @property
    def seconds(self) -> float:
        """Of a measurement, at least."""
        ...

    @property
    def rounds(self) -> int:
        """Measured calls of each side."""
        ...


def in_turn(runs: dict[str, Run], settings: Amount) -> dict[str, Times]:
    """Times of all sides, one after another in each round."""
    found, calls = {}, {}
    for name, run in runs.items():
        found[name] = Times(_timed(run, 1)[0], [], [])
        calls[name] = int(np.ceil(settings.seconds / max(_timed(run, 1)[0], 1e-6)))
    for _ in range(settings.rounds):
        for name, run in runs.items():
            cpu, wall = _timed(run, calls[name])
            found[name].cpu.append(cpu)
            found[name].wall.append(wall)
    return found


def _timed(run: Run, calls: int) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(calls):
        run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return max(cpu, 1e-9) / calls, max(wall, 1e-9) / calls


def _ratio(slow: list[float], fast: list[float]) -> dict[str, Any] | None:
    return spread([one / other for one, other in zip(slow, fast, strict=True)])


def _set_up(settings: Settings) -> list[dict[str, Any]]:
    """One array's effective matrix; ratios are of the side's time to ours in float32."""
    arrays, missing = Arrays(settings), []
    runs: dict[str, Run] = {
        "pbits float32": arrays.single, "pbits float64": arrays.double, "scipy": arrays.nodal,
    }  # fmt: skip
    try:
        runs["badcrossbar"] = crossbar_peers.bad_crossbar(arrays)
    except Unsupported as reason:
        missing = [{"name": "badcrossbar", "status": "not measured", "reason": str(reason)}]
    times = in_turn(runs, settings)
    reference = np.asarray(arrays.nodal())
    ours = times["pbits float32"].cpu
    return [
        {"name": name, "status": "ok", **found.facts(), "ratio": _ratio(found.cpu, ours),
         "error": float(np.abs(np.asarray(runs[name]()) - reference).max() / reference.max())}
        for name, found in times.items()
    ] + missing  # fmt: skip


def _inference(layer: Layer) -> list[dict[str, Any]]:
    """A batch; ratios are of exact wires' time to the side's."""
    times = in_turn(layer.products(), layer.settings)
    wires, vectors = times["exact wires"].cpu, layer.settings.batch
    return [
        {"name": name, **found.facts(vectors), "ratio": _ratio(wires, found.cpu)}
        for name, found in times.items()
    ]


def _layer(layer: Layer, wire: float) -> dict[str, Any]:
    """Ours and CrossSim's set-up and products; a batch's time counts the set-up once."""
    settings = layer.settings
    result: dict[str, Any] = {"wire": wire, "status": "ok"}
    sides: dict[str, Any] = {"ours": layer.ours(wire)}
    try:
        sides["theirs"] = crossbar_peers.CrossSim(layer, wire)
    except Unsupported as reason:
        result |= {"status": "not measured", "reason": str(reason)}
    runs = {f"{key} {part}": getattr(side, part)
            for key, side in sides.items() for part in ("set_up", "product")}  # fmt: skip
    times = in_turn(runs, settings)
    whole = {}
    for key, side in sides.items():
        begin, each = times[f"{key} set_up"], times[f"{key} product"]
        per_vector = [seconds / side.vectors for seconds in each.cpu]
        whole[key] = [b + settings.batch * e for b, e in zip(begin.cpu, per_vector, strict=True)]
        result[key] = {
            "name": side.name, "version": side.version, "vectors": side.vectors,
            "set_up": begin.facts(), "product": each.facts(side.vectors),
            "batch_seconds": spread(whole[key]), **layer.errors(side.product(), wire),
        }  # fmt: skip
    if "theirs" in sides:
        ours, theirs = ([seconds / sides[key].vectors for seconds in times[f"{key} product"].cpu]
                        for key in ("ours", "theirs"))  # fmt: skip
        result["ratio"] = _ratio(whole["theirs"], whole["ours"])
        result["product_ratio"] = _ratio(theirs, ours)
    return result


def _targets(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What was aimed at, beside what was measured; None where a peer is missing."""
    inference = {side["name"]: side["ratio"]["median"] for side in found["inference"]}
    without, wires = ((one.get("ratio") or {}).get("median") for one in found["layers"])
    set_up = found["set_up"][0]["seconds"]["median"]
    rows = [
        ("set-up of an array, float32, seconds", set_up, "at most", 0.2),
        ("exact wires / bit-serial matmul", inference["bit-serial matmul"], "at most", 1.5),
        ("CrossSim / pbits without wires, set-up included", without, "at least", 5.0),
        ("CrossSim / pbits with wires, set-up included", wires, "at least", 100.0),
    ]
    return [
        {"name": name, "measured": value, "aim": aim, "target": target,
         "met": None if value is None else value <= target if aim == "at most" else value >= target}
        for name, value, aim, target in rows
    ]  # fmt: skip
