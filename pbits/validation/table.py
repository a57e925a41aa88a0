"""All rows, of every file of this package that has `ROWS`."""

from importlib import import_module
from pkgutil import iter_modules

from pbits import validation
from pbits.validation.rows import Row

_LETTERS = ("T", "X", "M", "N")


def all_rows() -> list[Row]:
    """Every row, in the order of their numbers.

    Example:
        >>> all_rows()[0].id
        'T1.1'
    """
    names = (module.name for module in iter_modules(validation.__path__) if module.name != "table")
    families = (import_module(f"{validation.__name__}.{name}") for name in names)
    rows = [row for family in families for row in getattr(family, "ROWS", ())]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[int, int, int]:
    family, _, number = row.id.partition(".")
    letters = family.rstrip("0123456789")
    return _LETTERS.index(letters), int(family[len(letters) :] or 0), int(number)
