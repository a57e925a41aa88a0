"""Constrained models as files: CPLEX LP text, and dimod's own ``.cqm`` binary files.

LP files go through dimod's reader, where maximisation becomes minimisation of the negative; the
objective of a solution is shown as the file has it (`maximises`).  What that reader passes over in
silence is refused here: sections for special ordered sets, text without an objective section.  A
solution is written as lines ``name value``; JSON is read as well.
"""

import io
import json
import os
import re
from collections.abc import Mapping
from typing import Any

import dimod
from dimod import lp as dimod_lp

from problems.formats.text import format_error, plain_name, read_bytes, show
from problems.library.encoded import Encoded

_OBJECTIVE = re.compile(r"^\s*(minimi[sz]e|maximi[sz]e|minimum|maximum|min|max)\b", re.I | re.M)
_UNREAD = re.compile(
    r"^\s*(sos[12]?|semi-continuous|semis?|lazy\s+constraints|user\s+cuts)\b\s*:?\s*$", re.I | re.M
)
_CQM = b"DIMODCQM"


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and arguments.

    Raises:
        FormatError: on a file that is neither, or has what neither dimod nor this package takes.
    """
    data = read_bytes(path)
    if data.startswith(_CQM) or plain_name(path).lower().endswith(".cqm"):
        return "constrained", {"cqm": _from_cqm(path, data)}
    return "constrained", {"cqm": from_lp(data, path), "maximise": maximises(data)}


def maximises(text: str | bytes) -> bool:
    """Whether the objective section of an LP text asks for the largest value.

    Example:
        >>> maximises("Maximize x Subject To x <= 1 End"), maximises("Minimize x End")
        (True, False)
    """
    found = _OBJECTIVE.search(_plain(text.encode() if isinstance(text, str) else text))
    return found is not None and found.group(1).lower().startswith("max")


def _plain(data: bytes) -> str:
    """LP text without comments, which a backslash begins."""
    return re.sub(r"\\[^\n]*", "", data.decode("ascii", "replace").replace("\r", "\n"))


def from_lp(text: str | bytes, path: str | os.PathLike = "LP text") -> Any:
    """The model of an LP text.

    Args:
        text: what an LP file holds.
        path: what errors call it.

    Raises:
        FormatError: on text that is no LP file or has sections that cannot be taken.
    """
    data = text.encode() if isinstance(text, str) else text
    if not data.isascii() or b"\0" in data:
        raise format_error(path, None, "bytes that are no ASCII text", "an LP file")
    plain = _plain(data)
    if not _OBJECTIVE.search(plain):
        raise format_error(path, None, "no objective", "a section `Minimize` or `Maximize`")
    if unread := _UNREAD.search(plain):
        line = plain.count("\n", 0, unread.start(1)) + 1
        found = f"section {show(unread.group(1))}"
        raise format_error(path, line, found, "Subject To, Bounds, Binary, General, End")
    try:
        return dimod_lp.loads(plain)
    except Exception as error:  # of many kinds, from compiled code
        raise format_error(path, None, f"no LP text ({error})", "an LP file") from error


def _from_cqm(path: str | os.PathLike, data: bytes) -> Any:
    try:
        return dimod.ConstrainedQuadraticModel.from_file(io.BytesIO(data))
    except Exception as error:  # a zip archive, JSON and arrays, each with errors of its own
        raise format_error(
            path, None, f"no model ({error})", "a file of ConstrainedQuadraticModel.to_file"
        ) from error


def write_solution(encoded: Encoded, solution: Any) -> str:
    """Lines ``name value``."""
    return "".join(f"{name} {_number(value)}\n" for name, value in encoded.plain(solution))


def read_solution(encoded: Encoded, text: str) -> Any:
    """Values from lines ``name value``, or from JSON: an object, pairs, ``{"solution": ...}``.

    Raises:
        ValueError: on anything else, or names that are not the model's.
    """
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = json.loads(text)
            if isinstance(data, Mapping) and set(data) <= {"problem", "solution"}:
                data = data.get("solution", data)
            return encoded.from_plain(data)
        except (TypeError, ValueError) as error:
            raise ValueError(f"the solution is no JSON of values by name ({error})") from error
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        try:
            name, value = words
            pairs.append((name, float(value)))
        except ValueError:
            raise ValueError(f"line {number}: {show(line)}; expected `name value`") from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a variable is named twice; expected one value each")
    return encoded.from_plain([(name, _whole(value)) for name, value in pairs])


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _number(value: int | float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
