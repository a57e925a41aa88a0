"""Polynomials of any order as JSON, terms by name.

    {"type": "BinaryPolynomial", "vartype": "SPIN",
     "terms": [[["a", "b", "c"], 1.5], [["a"], -1], [[], 2]],
     "labels": ["a", "b", "c", "d"]}

`vartype` is "SPIN" (-1, +1) or "BINARY" (0, 1); a term is a list of labels and its coefficient, and
one without labels is a constant.  `type` and `labels` may be left out; labels give the order of the
variables and those that no term names.  Labels are strings, numbers, or lists of them (tuples).
Source: dimod has no file of its own for a ``BinaryPolynomial``; this is its mapping, item by item.
"""

import json
import os
from typing import Any

from dimod.higherorder.polynomial import BinaryPolynomial

from problems.formats.bqm_json import distinct_labels, expect_json_labels
from problems.formats.instance import Instance
from problems.formats.text import format_error, instance_name, show, write_bytes
from problems.poly import from_poly
from problems.polynomial import PolynomialProblem

_EXPECTED = 'an object with "vartype" and "terms", a list of [[labels], coefficient]'


def is_polynomial(data: bytes | str) -> bool:
    """Whether a file's content is JSON of this kind rather than of a quadratic model.

    Example:
        >>> is_polynomial('{"vartype": "SPIN", "terms": []}'), is_polynomial("{}")
        (True, False)
    """
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and (
        "terms" in fields or fields.get("type") == "BinaryPolynomial"
    )


def parse(path: str | os.PathLike, data: bytes | str) -> PolynomialProblem:
    """Polynomial problem of the content of a file; `path` is what errors call it.

    Raises:
        FormatError: on fields that are missing or of the wrong kind, labels that are not distinct,
            a coefficient that is not a finite number, or BINARY terms too long to expand.

    Example:
        >>> parse("file", '{"vartype": "SPIN", "terms": [[["a", "b", "c"], 2]]}').labels
        ('a', 'b', 'c')
    """
    fields = json.loads(data)
    vartype, terms = fields.get("vartype"), fields.get("terms")
    if vartype not in ("SPIN", "BINARY") or not isinstance(terms, list):
        raise format_error(path, None, f"vartype {vartype!r}, or no list of terms", _EXPECTED)
    items = [_term(path, entry) for entry in terms]
    labels = fields.get("labels")
    try:
        poly = BinaryPolynomial(items, vartype)
        if labels is None:
            return from_poly(poly)
        names = distinct_labels(path, labels, len(labels))
        return from_poly(poly, names or range(len(labels)))
    except (TypeError, ValueError, OverflowError) as error:
        raise format_error(path, None, str(error), _EXPECTED) from error


def instance(path: str | os.PathLike, data: bytes | str) -> Instance:
    """The content of a file; the objective is the energy."""
    return Instance(parse(path, data), instance_name(path), "json")


def write(problem: PolynomialProblem, path: str | os.PathLike) -> None:
    """Write terms of spins with labels and offset.

    Raises:
        FormatError: where a label is no number, string or tuple of such, or the file cannot be
            written.
    """
    expect_json_labels(path, problem)
    labels = list(problem.labels)
    terms: list[Any] = [[[], problem.offset]] if problem.offset else []
    for variables, coefficient in problem.terms:
        for row, value in zip(variables.tolist(), coefficient.tolist(), strict=True):
            terms.append([[labels[i] for i in row], value])
    fields = {"type": "BinaryPolynomial", "vartype": "SPIN", "labels": labels, "terms": terms}
    write_bytes(path, f"{json.dumps(fields)}\n".encode())


def _term(path: str | os.PathLike, entry: Any) -> tuple[tuple, float | int]:
    pair = isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], list)
    if not pair or isinstance(entry[1], bool) or not isinstance(entry[1], int | float):
        raise format_error(path, None, f"term {show(str(entry))}", _EXPECTED)
    return tuple(_hashable(label) for label in entry[0]), entry[1]


def _hashable(label: Any) -> Any:
    return tuple(_hashable(part) for part in label) if isinstance(label, list) else label
