"""Inference of a network in arrays: images a second beside CrossSim's and aihwkit's, one core.

All sides get the same weights, ranges and images, and are measured in turn in one process that is
pinned to one core with one thread for every library.  Times are CPU time; ratios are of calls in
the same round.  Compiling and set-up are told apart and, for many images, together.
"""

import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pbits.bench import inference_peers
from pbits.bench.crossbar import Times, in_turn
from pbits.bench.entrant import Unsupported
from pbits.bench.inference_work import Ours, Settings, Work
from pbits.bench.process import on_one_thread
from pbits.bench.summary import spread

_PEERS = ("CrossSim", "Aihwkit")
MORE = 4  # times as many images, for memory


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
    work = Work(settings)
    runs = [_one(work, wire) for wire in (0.0, settings.wire)]
    return {"runs": runs, "targets": _targets(runs) if settings.is_target else []}


def _one(work: Work, wire: float) -> dict[str, Any]:
    """All sides, with or without wires."""
    work.layers  # noqa: B018 - not part of any side's set-up
    sides, begun, missing = _sides(work, wire)
    calls: dict[str, Callable[[], Any]] = {}
    for key, side in sides.items():
        calls |= {f"{key} set_up": side.set_up} | {
            f"{key} {part}": call for part, (call, _) in _parts(work, side, wire).items()
        }
    times = in_turn(calls, work.settings)
    each = {key: _each(work, side, times, key, wire) for key, side in sides.items()}
    found = [_facts(work, side, key, times, begun[key], each, wire) for key, side in sides.items()]
    for fact in found:
        fact |= _errors(work, sides[fact["key"]], sides["Ours"], wire)
        fact["memory"] = None if wire else _memory(work, sides[fact["key"]])
    return {"wire": wire, "sides": found + missing}


def _sides(work: Work, wire: float) -> tuple[dict[str, Any], dict[str, float], list]:
    """Sides, CPU time that making each took the first time, and those that there are not."""
    makers: dict[str, Callable[[], Any]] = {"Ours": lambda: Ours(work, wire)}
    makers |= {name: lambda name=name: getattr(inference_peers, name)(work, wire)
               for name in _PEERS}  # fmt: skip
    sides, begun, missing = {}, {}, []
    for name, make in makers.items():
        start = time.process_time()
        try:
            sides[name] = make()
        except Unsupported as reason:
            missing.append({"key": name, "name": name, "status": "not measured",
                            "reason": str(reason)})  # fmt: skip
        begun[name] = time.process_time() - start
    return sides, begun, missing


def _parts(work: Work, side: Any, wire: float) -> dict[str, tuple[Callable[[], Any], float]]:
    """What is timed of a side, and how often an image takes it."""
    if not wire or isinstance(side, Ours):
        return {"run": (side.run, 1 / side.images)}
    vectors = work.settings.peer_vectors
    return {
        name: (lambda layer=layer: side.some(layer), layer.products / min(vectors, len(layer.rows)))
        for name, layer in work.layers.items()
    }


def _each(work: Work, side: Any, times: dict[str, Times], key: str, wire: float) -> list[float]:
    """CPU seconds of an image in each round."""
    parts = _parts(work, side, wire)
    found = [np.multiply(times[f"{key} {part}"].cpu, often) for part, (_, often) in parts.items()]
    return np.sum(found, axis=0).tolist()


def _facts(
    work: Work,
    side: Any,
    key: str,
    times: dict[str, Times],
    begun: float,
    each: dict[str, list[float]],
    wire: float,
) -> dict[str, Any]:
    """One side; ratios are of its time to ours."""
    total = work.settings.total
    begin = {name: times[f"{name} set_up"].cpu for name in each}
    compiling = {name: _compiling(times, name) for name in each}
    compiling[key] += max(0.0, begun - float(np.median(begin[key])))
    reckoned = bool(wire) and key != "Ours"
    return {
        "key": key, "name": side.name, "version": side.version, "status": "ok",
        "images": None if reckoned else side.images,
        "vectors": work.settings.peer_vectors if reckoned else None,
        "set_up_seconds": spread(begin[key]), "compile_seconds": compiling[key],
        "seconds_per_image": spread(each[key]),
        "images_per_second": spread([1 / s for s in each[key]]),
        "total_seconds": compiling[key] + float(np.median(begin[key]))
        + total * float(np.median(each[key])),
        "ratio": spread([a / b for a, b in zip(each[key], each["Ours"], strict=True)]),
        "share_of_products": _share(side),
    }  # fmt: skip


def _compiling(times: dict[str, Times], key: str) -> float:
    """What first calls took longer."""
    return sum(
        found.facts()["compile_seconds"] for name, found in times.items()
        if name.startswith(f"{key} ")
    )  # fmt: skip


def _share(side: Any) -> float | None:
    """Of a peer's CPU time for a call, how much is its own products."""
    if isinstance(side, Ours) or not side.in_products:
        return None
    start = time.process_time()
    side.run()
    return side.in_products / max(time.process_time() - start, 1e-9)


def _errors(work: Work, side: Any, ours: Ours, wire: float) -> dict[str, Any]:
    """Root mean squares over that of exact products, the median over layers and the largest.

    All sides get the same rows of each layer; without wires the network's outputs too, of as many
    images as all get.
    """
    layers, beside = [], []
    for layer in work.layers.values():
        rows = layer.rows[: work.settings.peer_vectors]
        exact = layer.exact[: len(rows)]
        found = ours.layer(layer.name, rows) if side is ours else side.some(layer)
        layers.append(_rms(found - exact, exact))
        beside.append(_rms(found - ours.layer(layer.name, rows), exact))
    images = work.settings.peer_images
    outputs = None if wire else _rms(side.run()[:images] - work.exact[:images],
                                     work.exact[:images])  # fmt: skip
    return {
        "layer_error": float(np.median(layers)), "largest_layer_error": float(np.max(layers)),
        "layer_deviation": float(np.median(beside)), "output_error": outputs,
    }  # fmt: skip


def _rms(difference: Any, exact: Any) -> float:
    return float(np.sqrt(np.mean(np.square(difference)) / np.mean(np.square(exact))))


def _memory(work: Work, side: Any) -> list[dict[str, Any]] | None:
    """Bytes that images take beside what was there: those of a call, and `MORE` times as many."""
    found = []
    if isinstance(side, Ours):
        side.run()  # compiles where it has to
    for count in (side.images, MORE * side.images):
        images = np.resize(work.images, (count, *work.images.shape[1:]))
        peak = peak_bytes(lambda images=images: side.infer(images))
        if peak is None:
            return None
        found.append({"images": count, "bytes": peak})
    return found


def peak_bytes(call: Callable[[], Any]) -> int | None:
    """By how much the memory of this process grows in a call at most; None where Linux is not.

    Example:
        >>> found = peak_bytes(lambda: np.ones(10**7))
        >>> found is None or 7e7 < found < 9e7
        True
    """
    try:
        # What was freed already would be taken again unseen.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        before = _kilobytes("VmRSS")
        call()
        return 1024 * max(_kilobytes("VmHWM") - before, 0)
    except (OSError, KeyError, AttributeError):
        return None


def _kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(facts[field].split()[0])


def _targets(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was aimed at, beside what was measured; None where CrossSim is missing."""
    rows = []
    for run, wires, target in zip(runs, ("without", "with"), (5.0, 100.0), strict=True):
        ratios = [s["ratio"]["median"] for s in run["sides"]
                  if s["key"] == "CrossSim" and s["status"] == "ok"]  # fmt: skip
        value = ratios[0] if ratios else None
        rows.append({
            "name": f"CrossSim / pbits, an image, {wires} wires", "measured": value,
            "aim": "at least", "target": target, "met": None if value is None else value >= target,
        })  # fmt: skip
    return rows
