"""What ``pbits crossbar`` finds and how it is told."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from crossbar.ledger import Report, si
from pbits.cli import crossbar_reading

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from crossbar.assessment import Assessment, Loss
    from crossbar.costs import Costs
    from crossbar.design import Design

WIRE_SOURCE = "NeuroSim's 22-nm wires, 1.56 Ohm over four feature sizes and 4.69 Ohm over twelve"
_WIRE_DEFAULT, _LIMIT, _PULSES = 1.56, 0.05, 50
_UNITS = {"energy": "J", "time": "s"}
_WIDTH = 96
_POOR, _MENDED, _HALF_EMPTY, _SHAKY = 0.1, 0.7, 0.5, 0.25


class Found(NamedTuple):
    """A matrix, what became of it, and what its wires take."""

    weights: np.ndarray
    assessed: "Assessment"
    loss: "Loss"
    vectors: int
    calibrated: bool

    def report(self, costs: "Costs") -> Report:
        """Of one product, the mean over the inputs."""
        events = {name: np.asarray(count) / self.vectors
                  for name, count in self.assessed.events.items()}  # fmt: skip
        return self.assessed.programmed.report(events, 1, costs)


def examine(
    weights: np.ndarray,
    design: "Design",
    vectors: int,
    seed: int,
    verify: float | None,
    calibrated: bool,
) -> Found:
    """Program the matrix and measure it with random inputs."""
    from jax import random

    from crossbar.assessment import assess, wire_loss
    from crossbar.write_verify import Verify

    inputs = np.random.default_rng((seed, 2)).normal(size=(2 * vectors, len(weights)))
    how = None if verify is None else Verify(verify, _PULSES)
    done = assess(
        random.key(seed), weights, design, inputs, verify=how, calibrated=calibrated
    )  # fmt: skip
    return Found(weights, done, wire_loss(done.programmed, _LIMIT), vectors, calibrated)


def record(
    found: Found, preset: str, converter: str, source: str, seed: int, costs: "Costs"
) -> dict[str, Any]:
    """Facts ready for JSON: SI units, shares and relative errors as plain numbers."""
    from crossbar.cells import presets
    from crossbar.writing.programming import programming_cost

    programmed = found.assessed.programmed
    design, layout, report = programmed.design, programmed.layout, found.report(costs)
    rows, columns = found.weights.shape
    described = presets.describe(preset)
    writing = programming_cost(programmed)
    facts: dict[str, Any] = {
        "matrix": {"rows": rows, "columns": columns, "source": source},
        "cell": {
            "preset": preset,
            "text": described.text,
            "levels_siemens": np.asarray(design.cell.levels, np.float64).tolist(),
            "contrast": design.cell.contrast,
            "numbers": {name: _plain(number) for name, number in described.numbers.items()},
        },
        "arrays": {
            "total": layout.arrays, "rows": design.rows, "columns": design.columns,
            "signs": layout.planes, "slices": layout.slices, "along_inputs": layout.blocks,
            "along_outputs": layout.tiles, "mapping": design.mapping, "routing": design.routing,
            "filled": writing.cells / programmed.conductance.size,
        },
        "bits": {
            "weight": design.weight_bits, "input": design.input_bits, "adc": design.adc.bits,
            "adc_lossless": design.lossless_bits,
        },
        "converter": crossbar_reading.converter(design, converter),
        "reading": crossbar_reading.reading(programmed),
        "wires": _wires(design, found.loss),
        "error": found.assessed.errors._asdict(),
        "calibrated": found.calibrated,
        "vectors": found.vectors,
        "product": report.facts()
        | {"joules_per_multiplication": report.energy / (rows * columns),
           "tera_operations_per_joule": 2e-12 * rows * columns / report.energy},
        "programming": {
            name: float(value) if isinstance(value, float) else int(value)
            for name, value in writing._asdict().items()
        },
        "seed": seed,
    }  # fmt: skip
    facts["notes"] = _notes(facts)
    return facts


def _plain(number: Any) -> dict[str, Any]:
    """A number of a preset; infinite ones as words, since JSON has none."""
    value = np.asarray(number.value).tolist()
    finite = not isinstance(value, float) or np.isfinite(value)
    return number._asdict() | {"value": value if finite else str(value)}


def _wires(design: "Design", loss: "Loss") -> dict[str, Any]:
    # Through a program it has become a number of single precision.
    ohm = 0.0 if design.wire is None else float(f"{float(design.wire.word):.6g}")
    usual = ohm == _WIRE_DEFAULT
    return {
        "ohm_per_cell": ohm,
        "source": WIRE_SOURCE if usual else "--wire",
        "label": "simulated" if usual else "given",
        "loss": loss.share,
        "loss_by_law": loss.law,
        "limit": loss.limit,
        "largest_tile": loss.largest,
        "least_resistance_ohm": loss.resistance,
        "mean_resistance_ohm": 1 / float(np.mean(design.cell.levels)),
    }


def _notes(facts: dict[str, Any]) -> list[str]:
    """What a reader should not overlook."""
    notes, wires, error, bits = [], facts["wires"], facts["error"], facts["bits"]
    product, programming, arrays = facts["product"], facts["programming"], facts["arrays"]
    if wires["loss"] > wires["limit"]:
        notes.append(
            f"this array loses {100 * wires['loss']:.2g} % of its current in its wires: to keep "
            f"it to {100 * wires['limit']:g} % use tiles of at most {wires['largest_tile']}, or a "
            f"cell of at least {si(wires['least_resistance_ohm'], 'Ohm')} (mean)"
        )
    if bits["adc"] < bits["adc_lossless"] and error["converter"] > error["quantisation"]:
        notes.append(
            f"a converter of {bits['adc']} bits cannot tell all sums of an array apart and makes "
            f"{100 * error['converter']:.2g} % of error; {bits['adc_lossless']} bits could"
        )
    notes += crossbar_reading.notes(facts["reading"])
    if error["programming"] > _POOR and error["total"] < _MENDED * error["programming"]:
        notes.append(
            f"cells alone would make {100 * error['programming']:.2g} % of error; rounding to "
            "codes as far apart as levels, and gains of columns, undo much of it"
        )
    elif error["programming"] > _POOR:
        notes.append(
            "cells deviate from their levels enough to make "
            f"{100 * error['programming']:.2g} % of error: --verify helps against what changes "
            "from write to write, not against what a device keeps"
        )
    if programming["failed"]:
        notes.append(
            f"{programming['failed']} of {programming['cells']} cells never came within the "
            f"tolerance in {_PULSES} pulses: what a device deviates by it keeps"
        )
    if arrays["filled"] < _HALF_EMPTY:
        notes.append(f"arrays are {100 * arrays['filled']:.2g} % full: a smaller --tile would do")
    if facts["calibrated"] and error["total"] > error["uncalibrated"]:
        notes.append(
            f"calibration with {facts['vectors']} inputs made it worse: give it more with --batch, "
            "or use --no-calibrate"
        )
    unknown = "".join(f"{name} (not known), " for name in product["area_missing"])
    notes.append(f"the area is without {unknown}drivers, adders and registers")
    shares = product["energy_share_by_label"]
    shaky = shares["memory"] + shares["assumed"]
    if shaky > _SHAKY:
        notes.append(
            f"{100 * shaky:.2g} % of the energy rests on figures that are assumed or from memory: "
            "give your own with --costs"
        )
    return notes


def show(facts: dict[str, Any]) -> None:
    """Print the facts: lines, then the breakdown as a table with its sources below."""
    from rich.console import Console

    rows = facts["product"]["breakdown"]
    sources = list(dict.fromkeys(row["source"] for row in rows))
    print(text(facts))
    print()
    # Columns that are cut would hide counts: long lines are better.
    wide = max(Console().width, _WIDTH)
    Console(highlight=False, markup=False, width=wide).print(_breakdown(rows, sources))
    for number, source in enumerate(sources, 1):
        print(f"  [{number}] {source}")
    for note in facts["notes"]:
        print(f"note: {note}")


def text(facts: dict[str, Any]) -> str:
    """All but the breakdown and the notes, in aligned lines."""
    matrix, arrays, bits = facts["matrix"], facts["arrays"], facts["bits"]
    product, writing = facts["product"], facts["programming"]
    ohms = [1 / level for level in facts["cell"]["levels_siemens"]]
    area = f"{product['area_square_metres'] * 1e6:.4g} mm^2"
    energy = product["energy_joules"]
    rows = [
        ("cell", f"{facts['cell']['preset']}: {facts['cell']['text']}, {len(ohms)} levels, "
                 f"{si(ohms[-1], 'Ohm')} to {si(ohms[0], 'Ohm')}"),
        ("arrays", f"{arrays['total']} of {arrays['rows']} x {arrays['columns']}: "
                   f"{arrays['signs']} signs x {arrays['slices']} slices x "
                   f"{arrays['along_inputs']} x {arrays['along_outputs']}, {arrays['mapping']}, "
                   f"{100 * arrays['filled']:.2g} % filled"),
        ("bits", f"weights {bits['weight']}, inputs {bits['input']}, converter {bits['adc']} "
                 f"({crossbar_reading.converter_text(facts['converter'])}; "
                 f"{bits['adc_lossless']} tell all sums of any matrix apart)"),
        ("wires", _wire_text(facts["wires"])),
        *_error_rows(facts),
        ("energy", f"{si(energy, 'J')} a product, {si(product['joules_per_multiplication'], 'J')} "
                   f"a multiplication, {product['tera_operations_per_joule']:.3g} TOPS/W"),
        ("reads", crossbar_reading.reading_text(facts["reading"])),
        ("latency", si(product["latency_seconds"], "s")),
        ("area", area),
        ("programming", f"{si(writing['energy'] + writing['verify_energy'], 'J')} in "
                        f"{si(writing['seconds'], 's')}, {writing['pulses']} pulses for "
                        f"{writing['cells']} cells"),
        ("seed", str(facts["seed"])),
    ]  # fmt: skip
    title = f"{matrix['source']}: {matrix['rows']} inputs x {matrix['columns']} outputs"
    return "\n".join([title, *(f"  {name:<16}{value}" for name, value in rows)])


def _wire_text(wires: dict[str, Any]) -> str:
    if not wires["ohm_per_cell"]:
        return "without resistance"
    return (
        f"{wires['ohm_per_cell']:g} Ohm a cell; {100 * wires['loss']:.3g} % of the current lost "
        f"(small-loss law: {100 * wires['loss_by_law']:.3g} %); from {wires['source']}"
    )


def _error_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    error = facts["error"]
    before = f" ({_percent(error['uncalibrated'])} before calibration)"
    rows = [
        (
            "error",
            f"{_percent(error['total'])} of the exact product's r.m.s., over "
            f"{facts['vectors']} random inputs{before if facts['calibrated'] else ''}",
        )
    ]
    names = ("quantisation", "programming", "wires", "converter", "reading")
    return rows + [(f"  {name}", f"{_percent(error[name])} alone") for name in names]  # fmt: skip


def _percent(share: float) -> str:
    return "0 %" if share < 1e-6 else f"{100 * share:.3g} %"


def _breakdown(rows: list[dict[str, Any]], sources: list[str]) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), header_style="bold")
    for name, justify in (("", "left"), ("of one product", "left"), ("count", "right"),
                          ("amount", "right"), ("share", "right"), ("known by", "left"),
                          ("source", "right")):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["quantity"]] = totals.get(row["quantity"], 0.0) + row["total"]
    for row in rows:
        quantity, total = row["quantity"], row["total"]
        amount = f"{total * 1e6:.4g} mm^2" if quantity == "area" else si(total, _UNITS[quantity])
        table.add_row(
            quantity, row["name"], f"{row['count']:.4g}" if row["each"] != 1 else "", amount,
            f"{total / totals[quantity]:.1%}" if total else "", row["label"],
            str(sources.index(row["source"]) + 1),
        )  # fmt: skip
    return table


def picture(found: Found, costs: "Costs") -> "Figure":
    """Error map, errors and energy."""
    from matplotlib.figure import Figure

    from pbits import crossbar_plots

    figure = Figure(figsize=(13, 4.2), layout="constrained")
    first, second, third = figure.subplots(1, 3, width_ratios=(1.1, 0.9, 1.1))
    crossbar_plots.plot_error_map(found.assessed.programmed, found.weights, first)
    crossbar_plots.plot_errors(found.assessed.errors, second)
    crossbar_plots.plot_energy(found.report(costs), third)
    return figure
