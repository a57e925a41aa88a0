"""What sampling gave: as a record, as a short table, and as a file of samples."""

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbits.cli.hardware_report import rows as hardware_rows
from pbits.cli.particulars import count
from pbits.cli.report import node_labels

if TYPE_CHECKING:
    from pbits.results import SampleResult
    from problems.formats import Instance

FILES = (".json", ".npz")
# Samples times spins that beta is read from, in less than a second.
_MAX_ENTRIES = 2**21


def record(instance: "Instance", result: "SampleResult", asked: dict[str, Any]) -> dict[str, Any]:
    """Facts about samples, ready for JSON; energies are those of the file's data.

    Args:
        instance: what was sampled.
        result: what came out.
        asked: `reads`, `sweeps`, `thinning` and `update` of the command line.
    """
    from pbits import runtime
    from pbits.diagnostics import summarise

    problem, samples = instance.problem, len(result.spins)
    found = summarise(problem, result, _MAX_ENTRIES)
    burnt_in = result.num_sweeps >= asked["sweeps"] or not problem.num_variables
    complete = burnt_in and samples == asked["reads"]
    if not burnt_in:
        found["warnings"].insert(0, "interrupted before the end of the burn-in")
    found["ess_bulk"], notes = _bulk(result)
    return {
        "instance": instance.name,
        "format": instance.format,
        "num_variables": problem.num_variables,
        "num_interactions": problem.num_interactions,
        "objective": instance.objective,
        "sense": "maximise" if instance.maximise_source else "minimise",
        "beta": result.beta,
        "samples": samples,
        "mean_value": float(instance.value_from_energy(found["mean_energy"])),
        "lowest_energy": result.energies.min().item(),
        **found,
        **asked,
        "stopped_by": "schedule" if complete else "interrupt",
        "sweeps_done": result.num_sweeps,
        "seed": result.seed,
        "kernel": result.kernel,
        "num_devices": result.num_devices,
        "versions": runtime.versions(),
        "notes": [*result.notes, *notes],
    }


def _bulk(result: "SampleResult") -> tuple[float | None, list[str]]:
    """ArviZ's effective sample size, or how to get it."""
    from pbits.diagnostics import ess
    from pbits.diagnostics.inference_data import INSTALL

    try:
        return ess(result), []
    except ValueError:  # too few draws, of which the table tells
        return None, []
    except ImportError:
        return None, [f"no bulk effective sample size without ArviZ: {INSTALL}"]


def table(facts: dict[str, Any]) -> str:
    """The record in a few aligned lines, errors after +-."""
    seconds = facts["seconds"]
    spare = f", {facts['thinning']} sweeps apart" if facts["num_draws"] > 1 else ""
    rows = [
        ("beta", f"{facts['beta']:g}"),
        ("samples", f"{_chains(facts)}{spare}, after {count(facts['sweeps'], 'sweep')}"),
        *_means(facts),
        *_mixing(facts),
        ("beta found", _beta(facts)),
        *(hardware_rows(facts["hardware"]) if "hardware" in facts else []),
        ("seed", str(facts["seed"])),
        ("seconds", f"{seconds['sample']:.3f} sampling, {seconds['total']:.3f} in all"),
        ("kernel", f"{facts['kernel']} on {count(facts['num_devices'], 'device')}"),
        *(("WARNING", text) for text in facts["warnings"]),
        *(("note", text) for text in facts["notes"]),
    ]
    if facts["stopped_by"] == "interrupt":
        rows.insert(2, ("stopped by", "interrupted"))
    title = (
        f"{facts['instance']} ({facts['format']}): {count(facts['num_variables'], 'variable')}, "
        f"{count(facts['num_interactions'], 'interaction')}"
    )
    wide = 15 if "hardware" in facts else 13
    return "\n".join([title, *(f"  {name:<{wide}}{text}" for name, text in rows)])


def _chains(facts: dict[str, Any]) -> str:
    chains, draws = facts["num_chains"], facts["num_draws"]
    each = "one of each" if draws == 1 else f"{draws} of each"
    return f"{facts['samples']}, {each} of {count(chains, 'chain')}"


def _means(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Mean energy, and the mean value of the file's own terms where that is another number."""
    energy, error = facts["mean_energy"], facts["mean_energy_error"]
    rows = [("mean energy", _with_error(energy, error))]
    if facts["sense"] == "maximise":
        cut = facts["objective"] == "cut"
        scaled = error if error is None or not cut else error / 2
        rows.insert(
            0, ("mean cut" if cut else "mean value", _with_error(facts["mean_value"], scaled))
        )
    return rows


def _mixing(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """How chains mix, as far as their length lets one see."""
    if facts["tau_int"] is None:
        return [("mixing", _why_unknown(facts))]
    effective = f"{facts['ess']:.0f} of {facts['samples']} samples for the mean energy"
    if facts["ess_bulk"] is not None:
        effective += f", {facts['ess_bulk']:.0f} in bulk"
    ratio = "infinite" if facts["r_hat"] is None else f"{facts['r_hat']:.3f}"
    return [
        ("tau", f"{_with_error(facts['tau_int'], facts['tau_int_error'])} draws"),
        ("effective", effective),
        ("split R-hat", ratio),
    ]


def _why_unknown(facts: dict[str, Any]) -> str:
    if facts["num_draws"] < 4:
        return "unknown: too few draws of each chain; ask for more --reads or fewer --chains"
    if facts["num_chains"] < 2:
        return "unknown: a single chain has none to compare with; ask for more --chains"
    return "all samples have one energy"


def _beta(facts: dict[str, Any]) -> str:
    note = facts["effective_beta_note"]
    if facts["effective_beta"] is None:
        return note
    text = _with_error(facts["effective_beta"], facts["effective_beta_error"])
    if facts["effective_beta_interval"]:
        text += " (95 %: {:.4g} to {:.4g})".format(*facts["effective_beta_interval"])
    return f"{text}; {note}" if note else text


def _with_error(value: float, error: float | None) -> str:
    """Two digits of the error, and as many of the value."""
    if not error:
        return f"{value:.6g}"
    from math import floor, log10

    places = 1 - floor(log10(error))
    if places <= 0:
        return f"{value:.0f} +- {error:.0f}"
    return f"{value:.{places}f} +- {error:.{places}f}"


def content(
    instance: "Instance", result: "SampleResult", facts: dict[str, Any], path: Path
) -> bytes:
    """All samples in the order drawn, by the ending of `path`; spins are those of `labels`.

    JSON holds the record with `labels`, `energies` and `spins`, a sample a line; NPZ the arrays
    `spins` int8 [samples, n], `energies` and `labels`, and the record as JSON text.
    """
    labels = node_labels(instance)
    if path.suffix.lower() == ".npz":
        return _npz(result, labels, facts)
    head = {**facts, "labels": labels, "energies": result.energies.tolist()}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    rows = ",\n    ".join(json.dumps(row) for row in result.spins.tolist())
    return ("{\n" + ",\n".join([*lines, f'  "spins": [\n    {rows}\n  ]']) + "\n}\n").encode()


def _npz(result: "SampleResult", labels: list, facts: dict[str, Any]) -> bytes:
    import numpy as np

    # Whole numbers stay numbers; anything else is text, which loads without pickle.
    plain = all(isinstance(label, int) for label in labels)
    names = np.array(labels if plain else [str(label) for label in labels])
    data = BytesIO()
    np.savez_compressed(
        data, spins=result.spins, energies=result.energies, labels=names, record=json.dumps(facts)
    )
    return data.getvalue()
