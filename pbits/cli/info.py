"""``pbits info``: what would run, and on what; what `--hardware` can be."""

import json
from typing import Any

from pbits.cli.arguments import AsJson
from pbits.cli.errors import fail


def info(as_json: AsJson = False) -> None:
    """Show versions, devices, the folder of compiled programs, and presets of hardware.

    With --json every number of a preset comes with its source.
    """
    from pbits import runtime

    try:
        facts = runtime.describe()
    except ValueError as error:
        fail(error)
    facts["hardware"] = _hardware()
    print(json.dumps(facts) if as_json else _table(facts))


def _hardware() -> dict[str, Any]:
    """Presets of machines, ready for JSON."""
    from pbits.machine import presets

    described = {name: presets.describe(name) for name in presets.names()}
    return {
        name: {
            "text": preset.text,
            "numbers": {key: number._asdict() for key, number in preset.numbers.items()},
        }
        for name, preset in described.items()
    }


def _table(facts: dict[str, Any]) -> str:
    rows = list(facts["versions"].items())
    rows += [("device", device) for device in facts["devices"]]
    rows += [
        ("CPU cores", facts["cpu_count"]),
        ("cache", facts["cache_dir"] or "off"),
    ]
    rows += [("note", note) for note in facts["notes"]]
    lines = [f"{name:<11}{value}" for name, value in rows]
    wide = 2 + max(map(len, facts["hardware"]))
    lines += ["", "hardware   of `pbits solve FILE --hardware NAME`:"]
    lines += [f"  {name:<{wide}}{its['text']}" for name, its in facts["hardware"].items()]
    lines += ["  their numbers, which NAME,rows=64 changes, with sources: `pbits info --json`"]
    return "\n".join(lines)
