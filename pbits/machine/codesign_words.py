"""Numbers, intervals and names of parameters in the tables of co-design."""

from collections.abc import Sequence
from typing import Any

from crossbar.ledger import si
from pbits.diagnostics.tts import Estimate


def word(value: Any) -> str:
    """A parameter's value in a table."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def interval(found: Estimate, unit: str) -> str:
    """A number and its interval in the same unit, or what it is above.

    Example:
        >>> interval(Estimate(2e-3, 1e-3, 4e-3), "s")
        '2 ms (1-4)'
        >>> interval(Estimate(None, lower_bound=1.0), "s")
        '> 1 s'
    """
    if found.value is None:
        return "unknown" if found.lower_bound is None else f"> {_brief(found.lower_bound, unit)}"
    middle = _brief(found.value, unit)
    if found.low is None or not found.value:
        return middle
    per = float(middle.split()[0]) / float(f"{found.value:.3g}")
    low, high = ("" if x is None else _digits(x * per) for x in (found.low, found.high))
    return f"{middle} ({low}-{high})"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _brief(value: float, unit: str) -> str:
    return si(float(f"{value:.3g}"), unit)


_VAGUE = ("bits", "offset", "slope", "noise", "seed", "power", "levels", "kind")


def short_name(name: str, among: Sequence[str]) -> str:
    """The shortest end of a path that is no other's and says something.

    Example:
        >>> short_name("a.adc.bits", ["a.adc.bits"]), short_name("a.c.rows", ["a.c.rows", "b.rows"])
        ('adc.bits', 'c.rows')
    """
    parts = name.split(".")
    for count in range(1, len(parts)):
        end = ".".join(parts[-count:])
        if (
            end not in _VAGUE
            and sum(other == end or other.endswith(f".{end}") for other in among) == 1
        ):
            return end
    return name


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of words in columns, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(w.rjust(n) for w, n in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
