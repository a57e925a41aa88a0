"""dimod's binary files, ``bqm.to_file()`` and ``BinaryQuadraticModel.from_file``.

Little-endian: magic ``DIMODBQM``, version (2 bytes), header length (4 bytes), a JSON header, the
offset, per variable the start of its neighbourhood and its bias, then all neighbourhoods as pairs
(other variable, bias), each interaction twice; labels in the header (version 1) or in a section
``VARS`` at the end (version 2).

Written through dimod.  Read here, because dimod 0.12.23 trusts the indices of a damaged file and
takes the process down with a segmentation fault.  Source: docstring of
``dimod.BinaryQuadraticModel.to_file`` (format specification 1.0 and 2.0).
"""

import json
import os
import struct
from io import BytesIO

import numpy as np

from problems.formats.binary import expect_finite, expect_pairs, from_vartype
from problems.formats.bqm_json import distinct_labels, expect_json_labels
from problems.formats.instance import Instance, problem_of
from problems.formats.text import (
    MAX_VARIABLES,
    FormatError,
    format_error,
    instance_name,
    read_bytes,
    write_bytes,
)
from problems.model import IsingProblem

MAGIC = b"DIMODBQM"
_DTYPES = {
    "bias": ("float64", "float32"),
    "index": ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
}


def read(path: str | os.PathLike) -> Instance:
    """Read a file; the objective is the energy.

    Raises:
        FormatError: on an unreadable file, one of another kind, or one that is cut or damaged.
    """
    return Instance(parse(path, read_bytes(path)), instance_name(path), "bqm")


def parse(path: str | os.PathLike, data: bytes) -> IsingProblem:
    """Ising problem of the content of a file; `path` is what errors call it.

    Example:
        >>> import dimod
        >>> from problems.formats import bqm_file
        >>> with dimod.BQM({"a": 1.0}, {("a", "b"): -1.0}, 0.0, "SPIN").to_file() as file:
        ...     bqm_file.parse("two", file.read()).labels
        ('a', 'b')
    """
    if not data.startswith(MAGIC):
        raise format_error(path, None, f"first bytes {data[:8]!r}", f"{MAGIC!r}")
    try:
        return _problem(path, BytesIO(data[len(MAGIC) :]))
    except FormatError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, struct.error) as error:
        raise format_error(path, None, f"damaged content ({error})", "a dimod BQM file") from error


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write spins with their labels and offset.

    Raises:
        FormatError: where a label is no number, string or tuple of such, or the file cannot be
            written.
    """
    from problems.bqm import to_bqm

    problem = problem_of(source)
    expect_json_labels(path, problem)
    with to_bqm(problem).to_file() as file:
        write_bytes(path, file.read())


def _problem(path: str | os.PathLike, stream: BytesIO) -> IsingProblem:
    version, length = struct.unpack("<BxI", _take(stream, 6))
    header = json.loads(_take(stream, length))
    n, m = header["shape"]
    vartype = header["vartype"]
    if version not in (1, 2) or vartype not in ("SPIN", "BINARY"):
        found = f"version {version}, vartype {vartype!r}"
        raise format_error(path, None, found, "version 1 or 2, SPIN or BINARY")
    if not 0 <= n <= MAX_VARIABLES or not 0 <= m:
        raise format_error(path, None, f"shape {header['shape']}", "two counts of sensible size")
    bias, index, start = (_dtype(header, key) for key in ("dtype", "itype", "ntype"))
    offset = np.frombuffer(_take(stream, bias.itemsize), bias)
    linear = _records(stream, n, np.dtype([("start", start), ("bias", bias)]))
    links = _records(stream, 2 * m, np.dtype([("other", index), ("bias", bias)]))
    row, col, coupling = _interactions(path, n, linear["start"], links)
    for values in (linear["bias"], coupling, offset):
        expect_finite(path, "bias", values)
    labels = _labels(path, stream, header["variables"], n)
    return from_vartype(vartype, linear["bias"], row, col, coupling, offset[0], labels)


def _take(stream: BytesIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise ValueError(f"the file ends {size - len(data)} bytes early")
    return data


def _records(stream: BytesIO, count: int, dtype: np.dtype) -> np.ndarray:
    return np.frombuffer(_take(stream, count * dtype.itemsize), dtype)


def _dtype(header: dict, key: str) -> np.dtype:
    kind = "bias" if key == "dtype" else "index"
    if header[key] not in _DTYPES[kind]:
        raise ValueError(f"{key} {header[key]!r}")
    return np.dtype(header[key]).newbyteorder("<")


def _interactions(path, n: int, starts: np.ndarray, links: np.ndarray):
    """(row, col, bias) [m] of the links to a lower variable, which those to a higher repeat."""
    bounds = np.append(starts.astype(np.int64), links.size)
    degrees = np.diff(bounds)
    if (n and bounds[0] != 0) or np.any(degrees < 0) or degrees.sum() != links.size:
        raise format_error(path, None, "neighbourhoods that overlap", "one after the other")
    own, other = np.repeat(np.arange(n), degrees), links["other"].astype(np.int64)
    if np.any((other < 0) | (other >= n)):
        raise ValueError(f"a link to a variable outside 0..{n - 1}")
    down, code = other < own, np.minimum(own, other) * n + np.maximum(own, other)
    if not np.array_equal(np.sort(code[down]), np.sort(code[~down])):
        raise format_error(path, None, "a link in one direction only", "each interaction twice")
    expect_pairs(path, other[down], own[down], n)
    return other[down], own[down], links["bias"][down]


def _labels(path, stream: BytesIO, variables: bool | list, n: int) -> list | None:
    """Labels from the header or the ``VARS`` section; None where variables are 0..n-1."""
    if variables is False:
        return None
    if isinstance(variables, list):
        return distinct_labels(path, variables, n)
    if _take(stream, 4) != b"VARS":
        raise ValueError("no section VARS")
    (length,) = struct.unpack("<I", _take(stream, 4))
    return distinct_labels(path, json.loads(_take(stream, length)), n)
