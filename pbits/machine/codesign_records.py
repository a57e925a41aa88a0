"""Finished points of a sweep, a line of JSON each, so that a sweep can be taken up again."""

import json
import os
from pathlib import Path
from typing import Any

SCHEMA = 1


def read_points(path: str | os.PathLike) -> dict[str, dict[str, Any]]:
    """Points by fingerprint; none where there is no file.

    A last line that was not written to its end, as when the power fails, is no point.

    Raises:
        ValueError: on a line that is no record of a sweep.
    """
    source = Path(path)
    if not source.exists():
        return {}
    whole, _, _ = source.read_text(encoding="utf-8", errors="replace").rpartition("\n")
    found = {}
    for number, line in enumerate(whole.splitlines(), 1):
        if line.strip():
            fingerprint, point = _parse(line, f"{os.fspath(path)}:{number}")
            found[fingerprint] = point
    return found


def _parse(line: str, place: str) -> tuple[str, dict[str, Any]]:
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("record") != "codesign":
        raise ValueError(
            f"{place}: no record of a sweep; expected lines that sweep(out=...) wrote, or no file"
        )
    if data.get("schema") != SCHEMA:
        raise ValueError(f"{place}: schema is {data.get('schema')!r}; expected {SCHEMA}")
    if not isinstance(data.get("fingerprint"), str) or not isinstance(data.get("point"), dict):
        raise ValueError(f"{place}: a record without fingerprint or point; remove the line")
    return data["fingerprint"], data["point"]


def append_point(
    path: str | os.PathLike, fingerprint: str, point: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Add a line, on disk when this returns; half a line at the end of the file is taken away."""
    record = {"record": "codesign", "schema": SCHEMA, "fingerprint": fingerprint, **facts}
    text = json.dumps({**record, "point": point}, allow_nan=False) + "\n"
    with Path(path).open("ab+") as file:
        _cut_torn_line(file)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _cut_torn_line(file: Any) -> None:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)
