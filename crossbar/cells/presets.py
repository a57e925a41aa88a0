"""Cells to start from, every number with where it is from and how it is known."""

import difflib
from dataclasses import fields
from typing import Any

from crossbar.cells import granular, pcm, pulse_cell, reram, sot, stt
from crossbar.cells.cell import Cell
from crossbar.cells.origin import Preset

_PRESETS: dict[str, Preset] = {
    name: preset
    for kind in (stt, sot, pulse_cell, granular, reram, pcm)
    for name, preset in kind.PRESETS.items()
}
_FIELDS = {field.name for field in fields(Cell)}


def names() -> tuple[str, ...]:
    """All presets.

    Example:
        >>> "stt" in names(), "sot-multilevel" in names()
        (True, True)
    """
    return tuple(_PRESETS)


def describe(name: str) -> Preset:
    """A preset with the origin of its numbers.

    Raises:
        ValueError: on another name, with those there are.

    Example:
        >>> describe("sot").numbers["tmr"].label
        'measured'
    """
    if name not in _PRESETS:
        raise ValueError(f"preset is {name!r}; expected one of {', '.join(_PRESETS)}")
    return _PRESETS[name]


def get(name: str, **changes: Any) -> Cell:
    """The datasheet of a preset.

    Args:
        name: see `names`.
        changes: numbers of the preset (`describe(name).numbers`), from which levels and spreads
            follow anew, or fields of `Cell`.

    Raises:
        ValueError: on another name, a number the preset does not have, or an impossible value.

    Example:
        >>> round(get("stt", tmr=2.5).contrast, 3)
        3.0
    """
    preset = describe(name)
    unknown = sorted(set(changes) - set(preset.numbers) - _FIELDS)
    if unknown:
        near = difflib.get_close_matches(unknown[0], {*preset.numbers, *_FIELDS}, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "see describe(name).numbers"
        raise ValueError(f"{name} has no number {unknown[0]!r}; {hint}")
    own = {key: value for key, value in changes.items() if key in preset.numbers}
    cell = preset.cell(**{"name": name, **own})
    return cell.replace(**{key: value for key, value in changes.items() if key not in own})
