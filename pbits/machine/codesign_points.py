"""Points of a co-design sweep: which values go together, and the machine that has them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from pbits import checks
from pbits.machine.machine import Machine

RUN = ("num_sweeps", "num_reads", "beta_range", "beta_schedule_type")
"""Options of a run, which may be swept as a machine's numbers are."""


class Place(NamedTuple):
    """A point of a sweep.

    Attributes:
        labels: of its parameters, as tables and records have them.
        values: of its parameters.
        machine: with those that are its own.
    """

    labels: dict[str, Any]
    values: dict[str, Any]
    machine: Machine


def combinations(
    machine: Machine | Callable[..., Machine],
    parameters: Mapping[str, Any] | None,
    points: Sequence[Mapping[str, Any]] | None = None,
    subset: int | None = None,
    seed: int = 0,
) -> list[Place]:
    """All points of a sweep.

    Args:
        machine: what is not varied; or a function of the names that are neither paths nor `RUN`.
        parameters: values by path; a mapping gives each its label.
        points: a list of points instead, or after all combinations of `parameters`.
        subset: how many of the combinations, drawn at random; None for all.
        seed: of that draw.

    Raises:
        ValueError: on paths that lead nowhere, values that are not allowed there, or no points.

    Example:
        >>> found = combinations(Machine(), {"clocking.wait": [1, 4], "num_sweeps": [10, 20]})
        >>> [place.labels for place in found][1]
        {'clocking.wait': 1, 'num_sweeps': 20}
    """
    named = {name: _choices(name, given) for name, given in (parameters or {}).items()}
    grid = list(product(*named.values())) if named else []
    if subset is not None:
        count = min(checks.whole_number("subset", subset, 1), len(grid))
        kept = np.random.default_rng(seed).choice(len(grid), count, replace=False)
        grid = [grid[k] for k in sorted(kept)]
    wanted = [dict(zip(named, choice, strict=True)) for choice in grid]
    wanted += [{name: (label_of(v), v) for name, v in point.items()} for point in points or ()]
    if not wanted:
        raise ValueError("no points to sweep; give parameters={path: values}, or points=[...]")
    return [_place(machine, point) for point in wanted]


def _choices(name: str, given: Any) -> list[tuple[Any, Any]]:
    """Pairs of label and value."""
    if isinstance(given, Mapping):
        found = list(given.items())
    elif isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise ValueError(f"{name} is {given!r}; expected a list of values")
    else:
        found = [(label_of(value), value) for value in given]
    if not found:
        raise ValueError(f"{name} has no values; expected at least one")
    if len({str(label) for label, _ in found}) < len(found):
        raise ValueError(
            f"{name} has values of equal names: {[label for label, _ in found]}; leave out "
            "repeated ones, or name them with a mapping {name: value}"
        )
    return found


def _place(
    machine: Machine | Callable[..., Machine], point: Mapping[str, tuple[Any, Any]]
) -> Place:
    values = {name: value for name, (_, value) in point.items()}
    paths = {name: value for name, value in values.items() if name not in RUN}
    words: dict[str, Any] = {}
    if not isinstance(machine, Machine):
        words = {name: paths.pop(name) for name in values if name in paths and "." not in name}
    made = machine if isinstance(machine, Machine) else machine(**words)
    for name, value in paths.items():
        made = with_value(made, name, value)
    return Place({name: label for name, (label, _) in point.items()}, values, made)


def label_of(value: Any) -> Any:
    """What stands for a value in tables and records: itself, or a word.

    Example:
        >>> from crossbar.converters.adc import IdealAdc
        >>> label_of(np.float64(0.5)), label_of((0.1, 3)), label_of(IdealAdc(6))
        (0.5, '(0.1, 3)', 'IdealAdc(bits=6)')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value):
        shown = [f"{f.name}={_short(value, f.name)}" for f in fields(value) if _differs(value, f)]
        return f"{type(value).__name__}({', '.join(shown)})"
    return str(value)


def _short(value: Any, name: str) -> str:
    own = getattr(value, name)
    return type(own).__name__ if is_dataclass(own) or hasattr(own, "shape") else repr(own)


def _differs(value: Any, own: Any) -> bool:
    """From the default, as far as that can be told."""
    found = getattr(value, own.name)
    simple = found is None or isinstance(found, bool | int | float | str)
    return not simple or found != own.default


def with_value(part: Any, path: str, value: Any, whole: str = "") -> Any:
    """A machine, or a part of one, with the value at a path changed.

    A name instead of a cell stands for the preset of that name.

    Raises:
        ValueError: on a path that leads nowhere, with what there is.

    Example:
        >>> with_value(Machine(), "clocking.wait", 2.0).clocking.wait
        2.0
    """
    whole = whole or path
    name, _, rest = path.partition(".")
    if name not in (names := _names(part)):
        inside = f"has {', '.join(names)}" if names else "has no parts"
        more = "" if whole != path else f"; options of the run are {', '.join(RUN)}"
        raise ValueError(f"{whole}: {type(part).__name__} {inside}, not {name!r}{more}")
    own = getattr(part, name)
    if rest:
        value = with_value(own, rest, value, whole)
    elif isinstance(own, Cell) and isinstance(value, str):
        value = get(value)
    changed = {name: value}
    return part._replace(**changed) if hasattr(part, "_replace") else replace(part, **changed)


def _names(part: Any) -> tuple[str, ...]:
    if is_dataclass(part):
        return tuple(own.name for own in fields(part) if own.init)
    return getattr(part, "_fields", ())


def digest(thing: Any) -> str:
    """SHA-256 of everything that a thing is made of, by value.

    Raises:
        ValueError: on a function that has no name of its own.

    Example:
        >>> digest(Machine()) == digest(Machine())
        True
        >>> digest(Machine()) == digest(Machine(common_noise=1.0))
        False
    """
    found = hashlib.sha256()
    _feed(found, thing)
    return found.hexdigest()


def _feed(found: Any, thing: Any) -> None:
    """Each thing with its kind and length, so that no two are written alike."""
    if isinstance(thing, np.generic) or (thing is not None and hasattr(thing, "__array__")):
        values = np.asarray(thing)
        if values.dtype == object:
            _feed(found, values.tolist())
            return
        found.update(f"array {values.dtype.str} {values.shape}:".encode())
        found.update(np.ascontiguousarray(values).tobytes())
    elif thing is None or isinstance(thing, bool | int | float | str | bytes):
        found.update(f"{type(thing).__name__} {thing!r};".encode())
    elif isinstance(thing, Mapping):
        _feed(found, [[key, thing[key]] for key in sorted(thing, key=str)])
    elif _names(thing):
        found.update(f"{type(thing).__module__}.{type(thing).__qualname__} ".encode())
        _feed(found, [[name, getattr(thing, name)] for name in _names(thing)])
    elif isinstance(thing, list | tuple | range):
        found.update(f"list {len(thing)}:".encode())
        for part in thing:
            _feed(found, part)
    elif isinstance(thing, partial):
        _feed(found, ["partial", thing.func, thing.args, thing.keywords])
    elif callable(thing) and hasattr(thing, "__qualname__"):
        if "<" in thing.__qualname__:
            raise ValueError(
                f"{thing.__qualname__} is a function within a function, whose values no record can "
                "name; sweep without out=, or use a function of a module"
            )
        found.update(f"function {thing.__module__}.{thing.__qualname__};".encode())
    else:
        found.update(f"{type(thing).__module__}.{type(thing).__qualname__} ".encode())
        _feed(found, vars(thing))
