"""The p-bit computer against the exact sampler and against plain NumPy, one core, in turn.

All sides sample one graph with as many reads at one temperature; a call begins with random spins
and ends with spins on the host.  CPU time of one thread; ratios are of calls in the same round.
"""

from collections.abc import Callable
from typing import Any

from pbits.bench import machine_peers
from pbits.bench.crossbar import Times, in_turn
from pbits.bench.entrant import Unsupported
from pbits.bench.machine_work import LAWS, Settings, Side, Work
from pbits.bench.process import on_one_thread
from pbits.bench.summary import spread

REFERENCE, AS_IT_RUNS, SIMULATED = (
    "exact sampler", "ideal machine", "ideal machine, p-bit by p-bit",
)  # fmt: skip
_LEAST_SHARE, _LEAST_UPDATES = 0.25, 50e6


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
    work, missing = Work(settings), []
    sides = work.plain() + work.devices() + work.crossbars() + machine_peers.numpy_sides(work)
    try:
        sides.append(machine_peers.thrml(work))
    except Unsupported as reason:
        missing = [{"name": "thrml", "status": "not measured", "reason": str(reason)}]
    times = in_turn({side.name: side.run for side in sides}, settings)
    found = [_facts(work, side, times, sides) for side in sides] + missing
    return {"sides": found, "targets": _targets(found) if settings.is_target else []}


def _facts(work: Work, side: Side, times: dict[str, Times], sides: list[Side]) -> dict[str, Any]:
    """One side: updates a second, and ratios to the exact sampler and to its peer."""
    rates = {one.name: [one.updates / s for s in times[one.name].cpu] for one in sides}
    own = rates[side.name]

    def over(name: str) -> dict[str, Any] | None:
        return spread([a / b for a, b in zip(own, rates[name], strict=True)])

    peer = f"NumPy, {side.law}"
    has_peer = side.law in LAWS and side.name != peer
    taken = times[side.name].facts()
    return {
        "name": side.name, "status": "ok", "law": side.law, "updates": side.updates,
        "updates_per_second": spread(own), "ratio": over(REFERENCE),
        "peer": peer if has_peer else None, "peer_ratio": over(peer) if has_peer else None,
        "energy": work.energy(side.run()), **taken,
    }  # fmt: skip


def _targets(sides: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was aimed at, beside what was measured."""
    by_name = {side["name"]: side for side in sides}
    rows = [
        (f"{name} / {REFERENCE}", by_name[name]["ratio"]["median"], _LEAST_SHARE)
        for name in (AS_IT_RUNS, SIMULATED)
    ]
    rows += [
        (f"telegraphs, {law}: updates a second",
         by_name[f"telegraphs, {law}"]["updates_per_second"]["median"], _LEAST_UPDATES)
        for law in LAWS
    ]  # fmt: skip
    return [
        {"name": name, "measured": value, "aim": "at least", "target": target,
         "met": value >= target}
        for name, value, target in rows
    ]  # fmt: skip
