"""dimod binary quadratic models as JSON, the content of ``bqm.to_serializable()``.

Written through dimod; read from the fields directly, since a model built from damaged fields may
carry pairs that stand twice or variables that nobody declared.  Labels are kept; the inner lists
of a label are tuples, as in dimod.  Source: ``dimod.BinaryQuadraticModel.to_serializable``, schema
3.0.0.
"""

import json
import os
from collections.abc import Hashable
from numbers import Integral

import numpy as np

from problems.formats.binary import expect_finite, expect_pairs, from_vartype
from problems.formats.instance import Instance, problem_of
from problems.formats.text import format_error, instance_name, read_bytes, show, write_bytes
from problems.model import IsingProblem, real_array
from problems.polynomial import Problem

_FIELDS = (
    "variable_labels",
    "variable_type",
    "offset",
    "linear_biases",
    "quadratic_biases",
    "quadratic_head",
    "quadratic_tail",
)


def read(path: str | os.PathLike) -> Instance:
    """Read a file; the objective is the energy.

    Raises:
        FormatError: on an unreadable file, text that is not JSON (with its line), fields that are
            missing or of unequal length, indices out of range, a pair that stands twice, a value
            that is not a finite number or labels that are not distinct.
    """
    return Instance(parse(path, read_bytes(path)), instance_name(path), "json")


def parse(path: str | os.PathLike, data: bytes | str) -> IsingProblem:
    """Ising problem of the content of a file; `path` is what errors call it.

    Example:
        >>> import json, dimod
        >>> from problems.formats import bqm_json
        >>> bqm = dimod.BQM({"a": 1.0}, {("a", "b"): -1.0}, 0.0, "SPIN")
        >>> bqm_json.parse("two", json.dumps(bqm.to_serializable())).labels
        ('a', 'b')
    """
    fields = _fields(path, data)
    try:
        return _problem(path, fields)
    except (TypeError, OverflowError) as error:
        raise format_error(path, None, f"a wrong field ({error})", "a dimod BQM") from error


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write spins with their labels and offset.

    Raises:
        FormatError: where a label is no number, string or tuple of such, or the file cannot be
            written.
    """
    from problems.bqm import to_bqm

    problem = problem_of(source)
    expect_json_labels(path, problem)
    write_bytes(path, f"{json.dumps(to_bqm(problem).to_serializable())}\n".encode())


def expect_json_labels(path: str | os.PathLike, problem: Problem) -> None:
    """FormatError unless all labels are numbers, strings or tuples of such."""
    for label in problem.labels:
        if not _json_label(label):
            found = f"label {show(str(label))}"
            raise format_error(path, None, found, "numbers, strings and tuples of them")


def _json_label(label: Hashable) -> bool:
    if isinstance(label, tuple):
        return all(_json_label(part) for part in label)
    return isinstance(label, str | Integral | float)


def distinct_labels(path: str | os.PathLike, values: list, n: int) -> list | None:
    """Labels as dimod reads them, JSON lists as tuples; None where they are 0..n-1.

    Raises:
        FormatError: unless there are n distinct ones.
    """
    labels = _tuples(values)
    if len(labels) != n or len(set(labels)) != n:
        found = f"{len(labels)} labels, {len(set(labels))} of them distinct"
        raise format_error(path, None, found, f"{n} distinct ones")
    return None if labels == list(range(n)) else labels


def _tuples(values: list) -> list:
    return [tuple(_tuples(value)) if isinstance(value, list) else value for value in values]


def _fields(path: str | os.PathLike, data: bytes | str) -> dict:
    try:
        fields = json.loads(data)
    except json.JSONDecodeError as error:
        raise format_error(path, error.lineno, f"no JSON ({error.msg})", "a dimod BQM") from error
    except (ValueError, RecursionError) as error:
        raise format_error(path, None, f"no JSON ({error})", "a dimod BQM") from error
    if not isinstance(fields, dict) or fields.get("type") != "BinaryQuadraticModel":
        raise format_error(path, None, "JSON of another kind", "a dimod BinaryQuadraticModel")
    missing = [name for name in _FIELDS if name not in fields]
    if missing or fields.get("use_bytes"):
        found = f"no field {missing[0]!r}" if missing else "fields of bytes"
        raise format_error(path, None, found, "the fields of bqm.to_serializable()")
    return fields


def _problem(path: str | os.PathLike, fields: dict) -> IsingProblem:
    vartype = fields["variable_type"]
    if vartype not in ("SPIN", "BINARY"):
        raise format_error(path, None, f"variable_type {vartype!r}", "SPIN or BINARY")
    linear = _column(path, fields, "linear_biases")
    labels = distinct_labels(path, fields["variable_labels"], linear.size)
    head, tail, quadratic = _interactions(path, fields)
    expect_pairs(path, head, tail, linear.size)
    offset = _column(path, {"offset": [fields["offset"]]}, "offset")[0]
    return from_vartype(vartype, linear, head, tail, quadratic, offset, labels)


def _interactions(path: str | os.PathLike, fields: dict) -> tuple[np.ndarray, ...]:
    names = ("quadratic_head", "quadratic_tail", "quadratic_biases")
    head, tail, bias = (_column(path, fields, name) for name in names)
    if not head.size == tail.size == bias.size:
        found = f"{head.size} heads, {tail.size} tails, {bias.size} quadratic biases"
        raise format_error(path, None, found, "as many of each")
    if head.dtype != np.int64 or tail.dtype != np.int64:
        raise format_error(path, None, "a head or tail with a fraction", "integers")
    return head, tail, bias


def _column(path: str | os.PathLike, fields: dict, name: str) -> np.ndarray:
    """A field as [k] int64 or float64."""
    try:
        column = real_array(name, fields[name] or np.zeros(0, np.int64))
    except ValueError as error:
        raise format_error(path, None, str(error), "finite numbers") from error
    if column.ndim != 1:
        raise format_error(path, None, f"{name} of another shape", "a flat list of numbers")
    expect_finite(path, name, column)
    return column
