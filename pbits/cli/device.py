"""``pbits device``: what a junction is as a p-bit."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbits.cli.arguments import Current, DeviceJson, DevicePicture, Preset, Temperature
from pbits.cli.errors import fail
from pbits.cli.output import check_picture, write_picture

if TYPE_CHECKING:
    from pbits.devices.junction import Junction

_YEAR = 365.25 * 86400
_ROOM, _TWO_STATES = 300.0, 3.0  # K; kT, from which a magnet is a telegraph


def device(
    preset: Preset,
    temperature: Temperature = None,
    current: Current = 0.0,
    plot: DevicePicture = None,
    as_json: DeviceJson = False,
) -> None:
    """Show barrier, times, I50, resistances and energy of a magnetic tunnel junction.

    Numbers come from exact solutions of the Fokker-Planck equation of one
    uniform magnet; notes say where a junction is more than that.

    $ pbits device easy-plane-disk

    $ pbits device pma-low-barrier --current 1e-7 --plot junction.png
    """
    _check(current, plot)
    from pbits.devices import presets

    changes = {} if temperature is None else {"temperature": temperature}
    try:
        junction = presets.get(preset, **changes)
        facts = record(preset, junction, current)
    except ValueError as error:
        fail(error)
    if plot is not None:
        from pbits.cli.device_plot import picture

        write_picture(plot, picture(junction, facts))
    print(json.dumps(facts, allow_nan=False) if as_json else table(facts))


def _check(current: float, plot: Path | None) -> None:
    if not math.isfinite(current):
        fail(f"--current is {current}; expected a finite number of ampere")
    if plot is not None:
        check_picture(plot)


def record(name: str, junction: "Junction", current: float) -> dict[str, Any]:
    """Facts about a junction, ready for JSON: SI units, None where there is no such number."""
    from pbits.devices import presets, summary

    times = summary.times(junction, current)
    barrier, half = junction.barrier(), summary.half_current(junction)
    preset = presets.describe(name)
    facts: dict[str, Any] = {
        "preset": name,
        "text": preset.text,
        "temperature": float(junction.operating(current).temperature),
        "current": current,
        "delta": barrier.value,
        "delta_coherent": barrier.coherent,
        "mechanism": barrier.mechanism,
        "delta_wall": _finite(barrier.wall),
        "magnetisation": float(junction.saturation()),
        "curie_temperature": junction.curie_temperature,
        "anisotropy_field": float(junction.easy_field()),
        "hard_field": float(junction.hard_field()),
        "correlation_time": _finite(times.correlation),
        "dwell_parallel": _finite(times.dwell_up),
        "dwell_antiparallel": _finite(times.dwell_down),
        "mean_spin": times.mean_sign,
        "i50": half,
        "critical_current": junction.critical_current().to_parallel,
        "times_of": "one macrospin, an upper bound"
        if barrier.mechanism == "domain wall"
        else "one macrospin",
        "law": "axial" if summary.is_axial(junction) else "spherical",
    }
    facts |= _electrical(junction, times.correlation, current)
    facts["notes"] = [*junction.notes(), *_notes(facts)]
    facts["numbers"] = {key: number._asdict() for key, number in preset.numbers.items()}
    given = junction.temperature != _ROOM
    facts["numbers"]["temperature"] = {
        "value": junction.temperature,
        "unit": "K",
        "label": "given" if given else "assumed",
        "source": "--temperature" if given else "room temperature, the default",
    }
    return facts


def _electrical(junction: "Junction", correlation: float, current: float) -> dict[str, Any]:
    if junction.resistance_area is None:
        return dict.fromkeys(
            ("tmr", "resistance_parallel", "resistance_antiparallel", "read_current",
             "energy_per_correlation_time", "energy_per_independent_bit", "energy_assumption")
        )  # fmt: skip
    from pbits.devices import summary

    energy = summary.energy_per_bit(junction, correlation, current)
    parallel, anti = (1 / float(junction.conductance(c)) for c in (1.0, -1.0))
    read = summary.READ_VOLTAGE * float(junction.conductance(0.0, summary.READ_VOLTAGE))
    useful = correlation < 1
    return {
        "tmr": junction.tmr,
        "resistance_parallel": parallel,
        "resistance_antiparallel": anti,
        "read_current": abs(current) or read,
        "energy_per_correlation_time": energy.per_correlation if useful else None,
        "energy_per_independent_bit": energy.per_independent if useful else None,
        "energy_assumption": energy.assumption,
    }


def _notes(facts: dict[str, Any]) -> list[str]:
    notes, half, read = [], facts["i50"], facts["read_current"]
    slow = facts["correlation_time"] is None or facts["correlation_time"] > 1
    if slow:
        notes.append(
            "a memory, not a p-bit: its state outlives a second; I50 holds after many dwell times, "
            "a write within nanoseconds takes more than I critical"
        )
    elif half and read and not facts["current"] and read > 0.1 * half:
        notes.append(
            f"the read current, {_unit(read, 'A')}, is {read / half:.2g} of I50: it moves the bit; "
            "times and energy are those of an undisturbed one"
        )
    limit = facts["critical_current"]
    if facts["delta_coherent"] >= 1 and abs(facts["current"]) > limit:
        notes.append("the current is above I critical: only one of the states is stable")
    if facts["delta_coherent"] < _TWO_STATES:
        notes.append(_few_states(facts))
    return notes


def _few_states(facts: dict[str, Any]) -> str:
    text = f"a barrier below {_TWO_STATES:g} kT: no telegraph of two states; "
    if facts["delta_coherent"] < 1:
        text = "no barrier of 1 kT: there are no two states to dwell in; "
    if facts["law"] == "axial":
        return text + "its p-bit is devices.axial_pbit"
    if facts["delta_coherent"] < 1:
        return text + "its p-bit is devices.kubo"
    return text + "its p-bit is the macrospin, devices.simulation"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def table(facts: dict[str, Any]) -> str:
    """The record in aligned lines."""
    other = facts["delta_wall" if facts["mechanism"] == "coherent" else "delta_coherent"]
    kind = "domain wall" if facts["mechanism"] == "coherent" else "coherent"
    beside = f"; {kind}: {other:.4g}" if other else ""
    kinds: dict[str, int] = {}
    for number in facts["numbers"].values():
        kinds[number["label"]] = kinds.get(number["label"], 0) + 1
    how = "1 / lambda_1" if facts["law"] == "axial" else "integral of the autocorrelation"
    bound = "" if facts["mechanism"] == "coherent" else "; of a macrospin, an upper bound"
    half = facts["i50"]
    rows = [
        ("temperature", f"{facts['temperature']:.4g} K"),
        ("current", _unit(facts["current"], "A")),
        ("Delta", f"{facts['delta']:.4g} kT, {facts['mechanism']}{beside}"),
        ("fields", f"easy axis {_unit(facts['anisotropy_field'], 'T')}, "
                   f"hard plane {_unit(facts['hard_field'], 'T')}"),
        *_curie_row(facts),
        ("correlation", f"{_time(facts['correlation_time'])} ({how}{bound})"),
        ("mean dwell", _dwell(facts)),
        ("mean spin", f"{round(facts['mean_spin'], 4) + 0.0:.4f}"),
        ("I50", f"{_unit(half, 'A')} (P = 0.75, in the long run)" if half else "none found"),
        ("I critical", f"{_unit(facts['critical_current'], 'A')} at T = 0"),
        *_electrical_rows(facts),
        ("numbers", ", ".join(f"{count} {label}" for label, count in kinds.items())
                    + "; --json tells the sources"),
        *(("note", text) for text in facts["notes"]),
    ]  # fmt: skip
    title = f"{facts['preset']}: {facts['text']}"
    return "\n".join([title, *(f"  {name:<13}{text}" for name, text in rows)])


def _curie_row(facts: dict[str, Any]) -> list[tuple[str, str]]:
    if facts["curie_temperature"] is None:
        return []
    return [("Ms", f"{_unit(facts['magnetisation'], 'A/m')}, Curie temperature "
                   f"{facts['curie_temperature']:.4g} K")]  # fmt: skip


def _dwell(facts: dict[str, Any]) -> str:
    up, down = facts["dwell_parallel"], facts["dwell_antiparallel"]
    if up is None and down is None:
        return "none"
    return f"{_time(up)} parallel, {_time(down)} antiparallel"


def _electrical_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    if facts["tmr"] is None:
        return [("resistance", "not known: the preset has no resistance-area product")]
    ohms = (facts["resistance_parallel"], facts["resistance_antiparallel"])
    rows = [
        ("TMR", f"{100 * facts['tmr']:.4g} % at no bias"),
        ("resistance", " parallel, ".join(_unit(r, "Ohm") for r in ohms) + " antiparallel"),
    ]
    if facts["energy_per_correlation_time"] is not None:
        one, four = facts["energy_per_correlation_time"], facts["energy_per_independent_bit"]
        rows.append(("energy/bit", f"{_unit(one, 'J')} a correlation time, {_unit(four, 'J')} for "
                                   f"four; {facts['energy_assumption']}"))  # fmt: skip
    return rows


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "forever"
    return f"{seconds / _YEAR:.3g} years" if seconds > _YEAR else _unit(seconds, "s")


def _unit(value: float, unit: str) -> str:
    """With a prefix: 1.5e-9 s is 1.5 ns."""
    if not value or not 1e-18 <= abs(value) < 1e9:
        return f"{value:.3g} {unit}"
    value = float(f"{value:.4g}")
    power = min(2, math.floor(math.log10(abs(value)) / 3 + 1e-9))
    prefix = "afpnum kM"[power + 6].strip()
    return f"{value / 1000.0**power:.4g} {prefix}{unit}"
