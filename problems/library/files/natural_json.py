"""Any problem as JSON: ``{"problem": NAME, ...}``, further keys being its function's arguments."""

import json
import os
from typing import Any

from problems.formats.text import format_error, read_bytes
from problems.library.encoded import Encoded


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and arguments.

    Raises:
        FormatError: on a file that is no JSON object with a name of a problem.
    """
    try:
        data = json.loads(read_bytes(path))
    except ValueError as error:
        raise format_error(path, None, f"no JSON ({error})", "one JSON object") from error
    if not isinstance(data, dict) or not isinstance(data.get("problem"), str):
        raise format_error(path, None, 'no "problem"', 'an object with {"problem": NAME}')
    return data.pop("problem"), data


def write_solution(encoded: Encoded, solution: Any) -> str:
    """``{"problem": NAME, "solution": ...}``."""
    return json.dumps({"problem": encoded.kind, "solution": encoded.plain(solution)}) + "\n"


def read_solution(encoded: Encoded, text: str) -> Any:
    """The solution of such an object, or of a bare JSON value.

    Raises:
        ValueError: on anything else.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the solution is no JSON ({error}); expected one value") from error
    if isinstance(data, dict) and "solution" in data:
        data = data["solution"]
    try:
        return encoded.from_plain(data)
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"{str(data)[:60]} is no solution of {encoded.kind}") from error
