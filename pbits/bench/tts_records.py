"""Records of ``pbits bench tts``: one line of JSON for each run, checked when read."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.formats.text import read_bytes

SCHEMA = 1
# Curves of float objectives may carry the rounding of single precision.
_FLOAT_SLACK = 1e-4
_CLOCK_SLACK = 0.05  # seconds


class RecordError(ValueError):
    """A line of a record that is not a run, with its file and number."""


@dataclass(frozen=True)
class Target:
    """The instance that was run: its size, its sense and the best value known."""

    name: str
    family: str
    num_variables: int
    sense: str  # "max" or "min"
    best_known: float | None
    proven: bool
    integer: bool
    sha256: str | None

    @property
    def sign(self) -> int:
        """+1 where values are maximised."""
        return 1 if self.sense == "max" else -1


@dataclass(frozen=True, eq=False)
class Run:
    """One run of one solver; its curve ends with the value it returned.

    Times are wall seconds since the start of the run, compilation included.
    """

    target: Target
    solver: str
    package: str
    budget: float | None
    num_cores: int | None
    seconds: float
    compile_seconds: float | None
    value: float | None
    stopped_by: str
    times: NDArray[np.float64] = field(repr=False)  # [k]
    values: NDArray[np.float64] = field(repr=False)  # [k], improving
    attempts: NDArray[np.float64] | None = field(repr=False)  # [m, 2], seconds and value
    settings: str = field(repr=False)
    hardware: str = field(repr=False)
    place: str = field(repr=False)


def read_records(paths: Iterable[str | os.PathLike]) -> tuple[list[Run], list[str]]:
    """All runs of some files, plain or compressed (.gz, .xz, .bz2), and notes on what was left out.

    A line that occurs again, in the same or another file, is one run.

    Raises:
        RecordError: on a line that is not a run, as ``file:line: what, expected what``.
        problems.formats.FormatError: on a file that cannot be read.
    """
    runs, seen, again = [], set(), 0
    for path in paths:
        lines = read_bytes(path).decode("utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or text in seen:
                again += bool(text)
                continue
            seen.add(text)
            runs.append(parse_run(text, f"{os.fspath(path)}:{number}"))
    if not runs:
        raise RecordError("no runs in these files; record some with `pbits bench tts --record`")
    _check_instances(runs)
    return runs, [f"{again} repeated line(s) counted once."] if again else []


def parse_run(text: str, place: str = "record:1") -> Run:
    """One line of a record.

    Args:
        text: of the line.
        place: file and number, for messages.

    Raises:
        RecordError: where it is not a run.

    Example:
        >>> line = '''{"benchmark": "tts", "schema": 1, "solver": "sa", "seconds": 1.5, "value": 9,
        ... "instance": {"name": "K4", "num_variables": 4, "sense": "max", "best_known": 10}}'''
        >>> run = parse_run(line.replace("\\n", ""))
        >>> run.times.tolist(), run.values.tolist()
        ([1.5], [9.0])
    """
    try:
        data = json.loads(text, parse_constant=_no_constant)
        if not isinstance(data, dict):
            raise ValueError(f"{type(data).__name__} given; expected an object")
        return _run(_Fields(data, ""), place)
    except ValueError as error:
        raise RecordError(f"{place}: {error}") from None


class _Fields:
    """Fields of an object, taken with their types checked."""

    def __init__(self, data: dict[str, Any], prefix: str) -> None:
        self._data, self._prefix = data, prefix

    def inner(self, name: str) -> "_Fields":
        return _Fields(self._need(name, dict, "an object"), f"{name}.")

    def text(self, name: str, *default: Any) -> Any:
        return self._get(name, str, "text", default)

    def flag(self, name: str, *default: Any) -> Any:
        return self._get(name, bool, "true or false", default)

    def number(self, name: str, *default: Any, least: float = -math.inf) -> Any:
        value = self._get(name, (int, float), f"a number{_least(least)}", default)
        if isinstance(value, bool) or (value is not None and not least <= value < math.inf):
            raise ValueError(f"{self._prefix}{name} is {value!r}; expected a number{_least(least)}")
        return value

    def pairs(self, name: str) -> NDArray[np.float64] | None:
        rows = self._data.get(name)
        if rows is None:
            return None
        try:
            table = np.array(rows, np.float64).reshape(len(rows), 2)
        except (TypeError, ValueError):
            table = np.array([[np.nan, np.nan]])
        if not np.isfinite(table).all() or (table[:, 0] < 0).any():
            raise ValueError(f"{self._prefix}{name} is not a list of pairs [seconds, value]")
        return table

    def same(self, name: str) -> str:
        return json.dumps(self._data.get(name), sort_keys=True)

    def _need(self, name: str, kind: Any, what: str) -> Any:
        if not isinstance(self._data.get(name), kind):
            found = "is missing" if name not in self._data else f"is {self._data[name]!r}"
            raise ValueError(f"{self._prefix}{name} {found}; expected {what}")
        return self._data[name]

    def _get(self, name: str, kind: Any, what: str, default: Sequence[Any]) -> Any:
        if default and self._data.get(name) is None:
            return default[0]
        return self._need(name, kind, what)


def _run(fields: _Fields, place: str) -> Run:
    if (benchmark := fields.text("benchmark")) != "tts":
        raise ValueError(f"benchmark is {benchmark!r}; expected 'tts'")
    if (schema := fields.number("schema")) != SCHEMA:
        raise ValueError(f"schema is {schema!r}; expected {SCHEMA}, that of this version")
    target = _target(fields.inner("instance"))
    seconds, value = fields.number("seconds", least=0), fields.number("value", None)
    solver = fields.text("solver")
    times, values = _curve(fields.pairs("curve"), seconds, value, target)
    compiling = fields.number("compile_seconds", None, least=0)
    if compiling is not None and compiling > seconds + _CLOCK_SLACK:
        raise ValueError(f"compile_seconds is {compiling!r} of {seconds!r} seconds in all")
    return Run(
        target, solver, fields.text("package", solver), fields.number("budget", None, least=0),
        fields.number("num_cores", None, least=1), float(seconds), compiling, value,
        fields.text("stopped_by", "unknown"), times, values, fields.pairs("attempts"),
        fields.same("settings"), fields.same("hardware"), place,
    )  # fmt: skip


def _target(fields: _Fields) -> Target:
    if (sense := fields.text("sense")) not in ("max", "min"):
        raise ValueError(f"instance.sense is {sense!r}; expected 'max' or 'min'")
    best = fields.number("best_known", None)
    return Target(
        fields.text("name"), fields.text("family", "other"),
        int(fields.number("num_variables", least=0)), sense, best, fields.flag("proven", False),
        fields.flag("integer", isinstance(best, int)), fields.text("sha256", None),
    )  # fmt: skip


def _curve(
    curve: NDArray[np.float64] | None, seconds: float, value: float | None, target: Target
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Improvements in order, the last being the value returned; none where nothing was found."""
    table = np.zeros((0, 2)) if curve is None else curve
    if value is None:
        return np.zeros(0), np.zeros(0)
    if (np.diff(table[:, 0]) < 0).any() or (table[:, 0] > seconds + _CLOCK_SLACK).any():
        raise ValueError(f"times of the curve do not rise within the {seconds!r} seconds")
    slack = 0 if target.integer else _FLOAT_SLACK * abs(value)
    if (target.sign * (table[:, 1] - value) > slack).any():
        raise ValueError(f"the curve is better than the value {value!r} of the run")
    table = np.vstack([table, [seconds, value]])
    table[:, 0] = np.minimum(table[:, 0], seconds)
    gains = target.sign * np.minimum(target.sign * table[:, 1], target.sign * value)
    best = target.sign * np.maximum.accumulate(target.sign * gains)
    new = np.concatenate([[True], np.diff(best) != 0])
    return table[new, 0], best[new]


def _check_instances(runs: Sequence[Run]) -> None:
    """One name is one instance."""
    first: dict[str, Run] = {}
    for run in runs:
        known = first.setdefault(run.target.name, run)
        for name in ("sense", "num_variables", "sha256", "integer"):
            old, new = getattr(known.target, name), getattr(run.target, name)
            if old != new and None not in (old, new):
                raise RecordError(
                    f"{run.place}: instance {run.target.name!r} has {name} {new!r}, but {old!r} "
                    f"at {known.place}; expected one instance for each name"
                )


def _least(least: float) -> str:
    return f" of at least {least:g}" if math.isfinite(least) else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON; expected finite numbers or null")
