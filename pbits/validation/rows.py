"""One result to reproduce, and what came of it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Row:
    """A reference value and the function that computes it anew.

    Args:
        id: family and number, such as ``T1.3``.
        claim: what the number is.
        source: of the reference value.
        reference: the value.
        tolerance: largest difference that passes, in the value's unit.
        compute: takes whether to run in full, and returns the value; it may raise.

    Raises:
        ValueError: on an id without a family, or a tolerance not above 0.

    Example:
        >>> check(Row("X1.1", "two and two", "arithmetic", 4.0, 1e-9, lambda full: 2 + 2)).passed
        True
    """

    id: str
    claim: str
    source: str
    reference: float
    tolerance: float
    compute: Callable[[bool], float]

    def __post_init__(self) -> None:
        if not all(self.id.partition(".")):
            raise ValueError(f"id is {self.id!r}; expected a family and a number, such as T1.3")
        if not (math.isfinite(self.reference) and self.tolerance > 0):
            raise ValueError(f"{self.id} needs a finite reference and a tolerance above 0")

    @property
    def family(self) -> str:
        """What the id begins with, such as T1."""
        return self.id.partition(".")[0]


class Checked(NamedTuple):
    """What a row gave.

    Attributes:
        row: that was computed.
        value: NaN where it could not be.
        passed: whether the value is within the tolerance.
        seconds: it took.
        error: what was raised, or None.
    """

    row: Row
    value: float
    passed: bool
    seconds: float
    error: str | None = None

    def facts(self) -> dict:
        """For JSON, where NaN is None."""
        row, value = self.row, self.value
        return {
            "id": row.id,
            "claim": row.claim,
            "source": row.source,
            "reference": row.reference,
            "tolerance": row.tolerance,
            "value": value if math.isfinite(value) else None,
            "pass": self.passed,
            "seconds": round(self.seconds, 3),
        }


def check(row: Row, *, full: bool = False) -> Checked:
    """Compute a row; what it raises makes it fail and is kept."""
    start, error = time.perf_counter(), None
    try:
        value = float(row.compute(full))
    except Exception as problem:
        value, error = math.nan, f"{type(problem).__name__}: {problem}"
    seconds = time.perf_counter() - start
    # False for NaN.
    return Checked(row, value, abs(value - row.reference) <= row.tolerance, seconds, error)


def choose(rows: Iterable[Row], only: Iterable[str]) -> list[Row]:
    """Rows of these ids or families, all if none is named; letters of either case.

    Raises:
        ValueError: on a name that no row has.

    Example:
        >>> rows = [Row(f"X1.{k}", "", "", 0.0, 1.0, float) for k in (1, 2)]
        >>> [row.id for row in choose(rows, ["x1"])], [row.id for row in choose(rows, ["X1.2"])]
        (['X1.1', 'X1.2'], ['X1.2'])
    """
    rows, wanted = list(rows), {name.upper() for name in only}
    known = {name.upper() for row in rows for name in (row.id, row.family)}
    for name in sorted(wanted - known):
        families = ", ".join(dict.fromkeys(row.family for row in rows))
        raise ValueError(
            f"no row is called {name!r}; expected a family ({families}) or one of its rows, "
            f"such as {rows[0].id}"
        )
    return [row for row in rows if not wanted or {row.id.upper(), row.family.upper()} & wanted]


def check_all(rows: Iterable[Row], *, full: bool = False) -> Iterator[Checked]:
    """Rows one after another, each as soon as it is done."""
    for row in rows:
        yield check(row, full=full)
