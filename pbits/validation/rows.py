"""One result to reproduce, and what came of it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class NotRun(Exception):
    """Raised by a row that cannot be computed here, with what is missing: no failure."""


class Measured(NamedTuple):
    """A value with its statistical standard error."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class Row:
    """A reference value and the function that computes it anew.

    Args:
        id: family and number, such as ``T1.3``.
        claim: what the number is.
        source: of the reference value.
        reference: the value.
        tolerance: largest difference that passes, in the value's unit.
        compute: takes whether to run in full, and returns a number or :class:`Measured`; it may
            raise, :class:`NotRun` where something optional is missing.
        full_tolerance: in place of `tolerance` where more samples allow less.

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
    compute: Callable[[bool], float | Measured]
    full_tolerance: float | None = None

    def __post_init__(self) -> None:
        if not all(self.id.partition(".")):
            raise ValueError(f"id is {self.id!r}; expected a family and a number, such as T1.3")
        widths = [one for one in (self.tolerance, self.full_tolerance) if one is not None]
        if not (math.isfinite(self.reference) and all(0 < one < math.inf for one in widths)):
            raise ValueError(f"{self.id} needs a finite reference and finite tolerances above 0")

    @property
    def family(self) -> str:
        """What the id begins with, such as T1."""
        return self.id.partition(".")[0]

    def allowed(self, full: bool) -> float:
        """The tolerance that holds."""
        return self.tolerance if self.full_tolerance is None or not full else self.full_tolerance


class Checked(NamedTuple):
    """What a row gave.

    Attributes:
        row: that was computed.
        value: NaN where it could not be.
        passed: whether the value is within the tolerance; None where the row was not run.
        seconds: it took.
        tolerance: that held.
        standard_error: of the value, where it was sampled and the row knows.
        note: what was raised, or why it was not run.
    """

    row: Row
    value: float
    passed: bool | None
    seconds: float
    tolerance: float
    standard_error: float | None = None
    note: str | None = None

    def facts(self) -> dict:
        """For JSON, where NaN is None."""
        row, value = self.row, self.value
        return {
            "id": row.id,
            "claim": row.claim,
            "source": row.source,
            "reference": row.reference,
            "tolerance": self.tolerance,
            "value": value if math.isfinite(value) else None,
            "standard_error": self.standard_error,
            "pass": self.passed,
            "note": self.note,
            "seconds": round(self.seconds, 3),
        }


def check(row: Row, *, full: bool = False) -> Checked:
    """Compute a row; what it raises makes it fail and is kept.

    Example:
        >>> def peer(full):
        ...     raise NotRun("no peer")
        >>> print(check(Row("X1.1", "as a peer", "peer", 0.0, 1.0, peer)).passed)
        None
    """
    start, passed, note = time.perf_counter(), False, None
    value, error, allowed = math.nan, None, row.allowed(full)
    try:
        found = row.compute(full)
        value, error = found if isinstance(found, Measured) else (float(found), None)
        # False for NaN.
        passed = bool(abs(value - row.reference) <= allowed)
    except NotRun as missing:
        passed, note = None, str(missing)
    except Exception as problem:
        note = f"{type(problem).__name__}: {problem}"
    return Checked(row, value, passed, time.perf_counter() - start, allowed, error, note)


def summary(done: Iterable[Checked]) -> str:
    """How many rows pass, of those that were run.

    Example:
        >>> summary([check(Row("X1.1", "", "", 0.0, 1.0, lambda full: 0.5))])
        '1 of 1 rows pass'
    """
    verdicts = [one.passed for one in done]
    missing = verdicts.count(None)
    text = f"{verdicts.count(True)} of {len(verdicts) - missing} rows pass"
    return f"{text}, {missing} not run" if missing else text


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
