"""``pbits info``: what would run, and on what."""

import json

from pbits.cli.arguments import AsJson
from pbits.cli.errors import fail


def info(as_json: AsJson = False) -> None:
    """Show versions, devices and the folder of compiled programs."""
    from pbits import runtime

    try:
        facts = runtime.describe()
    except ValueError as error:
        fail(error)
    print(json.dumps(facts) if as_json else _table(facts))


def _table(facts: dict) -> str:
    rows = list(facts["versions"].items())
    rows += [("device", device) for device in facts["devices"]]
    rows += [
        ("CPU cores", facts["cpu_count"]),
        ("cache", facts["cache_dir"] or "off"),
    ]
    rows += [("note", note) for note in facts["notes"]]
    return "\n".join(f"{name:<11}{value}" for name, value in rows)
