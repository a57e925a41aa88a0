"""The table of what events and parts cost, each figure with its source and a label.

The values are in ``costs.toml`` beside this file; a user's own file of the same form replaces
entries of it.
"""

import difflib
import functools
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

LABELS = ("measured", "simulated", "assumed", "memory")
_NUMBERS = ("energy", "time", "area")
_TEXTS = ("unit", "source", "label", "node")


class UnknownCostError(KeyError):
    """No entry has this name; `near` holds names like it."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.near = tuple(difflib.get_close_matches(name, known, n=3, cutoff=0.5))
        hint = f"did you mean {' or '.join(self.near)}? " if self.near else ""
        super().__init__(
            f"no cost is called {name!r}; {hint}"
            "Costs.load() lists all names; Costs.load('mine.toml') adds your own"
        )

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Cost:
    """One event or part.

    Attributes:
        name: dotted.
        unit: what one count is.
        source, label: where the figures come from; `label` is one of `LABELS`.
        energy: J per count. time: s per count. area: m^2 per count. None where unknown.
        node: process, or an empty string.
    """

    name: str
    unit: str
    source: str
    label: str
    energy: float | None = None
    time: float | None = None
    area: float | None = None
    node: str = ""

    def figure(self, field: str) -> float:
        """`energy`, `time` or `area`.

        Raises:
            ValueError: when this entry has no such figure.
        """
        value = getattr(self, field)
        if value is None:
            raise ValueError(
                f"cost {self.name!r} has no {field}; add a line '{field} = ...' to an entry "
                f"[{self.name}] of your own cost file and load it with Costs.load(file)"
            )
        return value


class Costs(Mapping[str, Cost]):
    """Entries by dotted name.

    Example:
        >>> costs = Costs.load()
        >>> costs["add.int32"].energy, costs["add.int32"].label
        (1e-13, 'simulated')
    """

    def __init__(self, entries: Mapping[str, Cost]) -> None:
        self._entries = dict(entries)

    @classmethod
    def load(cls, *files: str | Path) -> "Costs":
        """The built-in table, then each of `files`, whose entries replace earlier ones.

        Raises:
            ValueError: on an entry without unit, source or known label, on a figure that is not a
                number of at least 0, and on a file that is not TOML.
            FileNotFoundError: when a file is missing.
        """
        entries = dict(_builtin())
        for file in files:
            entries |= parse(Path(file).read_text(encoding="utf-8"), str(file))
        return cls(entries)

    def __getitem__(self, name: str) -> Cost:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownCostError(name, tuple(self._entries)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@functools.cache
def _builtin() -> Mapping[str, Cost]:
    text = resources.files("crossbar").joinpath("costs.toml").read_text(encoding="utf-8")
    return parse(text, "costs.toml")


def parse(text: str, where: str = "cost file") -> dict[str, Cost]:
    """Entries of a TOML text; a table with a `source` is an entry, and its name is its path.

    Raises:
        ValueError: see `Costs.load`.

    Example:
        >>> text = '[mine.adc]\\nunit="conversion"\\nenergy=1e-13\\nsource="bench"\\n'
        >>> parse(text + 'label="measured"')["mine.adc"].energy
        1e-13
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where} is not valid TOML: {error}") from None
    return {name: _entry(name, table, where) for name, table in _leaves(tables, "", where)}


def _leaves(table: Mapping[str, Any], path: str, where: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        if not isinstance(value, dict):
            raise ValueError(f"{where}: {name!r} stands outside any entry with a 'source'")
        if any(not isinstance(inner, dict) for inner in value.values()):
            yield name, value
        else:
            yield from _leaves(value, name, where)


def _entry(name: str, table: Mapping[str, Any], where: str) -> Cost:
    unknown = sorted(set(table) - {*_NUMBERS, *_TEXTS})
    if unknown:
        raise ValueError(f"{where}: [{name}] has {unknown}; known are {[*_NUMBERS, *_TEXTS]}")
    for field in ("unit", "source", "label"):
        if not isinstance(table.get(field), str) or not table[field]:
            raise ValueError(f"{where}: [{name}] needs a text '{field}'")
    if table["label"] not in LABELS:
        raise ValueError(f"{where}: [{name}] label is {table['label']!r}; expected one of {LABELS}")
    figures = {field: table[field] for field in _NUMBERS if field in table}
    if not figures:
        raise ValueError(f"{where}: [{name}] has no figure; give one of {_NUMBERS}")
    for field, value in figures.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise ValueError(f"{where}: [{name}] {field} is {value!r}; expected a number >= 0 (SI)")
    numbers = {field: float(value) for field, value in figures.items()}
    node = str(table.get("node", ""))
    return Cost(name, table["unit"], table["source"], table["label"], **numbers, node=node)
