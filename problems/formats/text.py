"""Files as bytes or ASCII lines, compressed or not, and the error that names file and line."""

import bz2
import gzip
import lzma
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COUNT = re.compile(r"\d{1,18}")
# Guards against a damaged header that would otherwise ask for all of the memory.
MAX_VARIABLES = 10_000_000
# Sums of that many such values stay finite.
LARGEST_VALUE = 1e300

_BY_SUFFIX = {".gz": gzip, ".xz": lzma, ".bz2": bz2}
_BY_MAGIC = {b"\x1f\x8b": gzip, b"\xfd7zXZ\x00": lzma, b"BZh": bz2}
_DAMAGE = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


class FormatError(ValueError):
    """A file that cannot be read or written: ``FILE:LINE: what was found; expected what``."""


def format_error(
    path: str | os.PathLike, line: int | None, found: str, expected: str
) -> FormatError:
    """The one-line :class:`FormatError`; `line` counts from 1, None where no line is to blame.

    Example:
        >>> from problems.formats.text import format_error
        >>> str(format_error("a.rud", 3, "weight 'x'", "a number"))
        "a.rud:3: weight 'x'; expected a number"
    """
    place = os.fspath(path) if line is None else f"{os.fspath(path)}:{line}"
    return FormatError(" ".join(f"{place}: {found}; expected {expected}".splitlines()))


def show(text: str) -> str:
    """`text` quoted for an error message, cut to 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def plain_name(path: str | os.PathLike) -> str:
    """File name without the suffix of a compressed file: ``G1.txt`` for ``data/G1.txt.gz``."""
    name = Path(path).name
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in _BY_SUFFIX else name


def instance_name(path: str | os.PathLike) -> str:
    """File name without its suffixes: ``G1`` for ``data/G1.txt.gz``; ``g05_60.6`` stays whole."""
    return re.sub(r"\.[A-Za-z]\w*$", "", plain_name(path)) or plain_name(path)


def read_bytes(path: str | os.PathLike, size: int = -1) -> bytes:
    """Decompressed content of a plain, gzip, xz or bzip2 file, told apart by its first bytes.

    Args:
        path: the file.
        size: at most so many bytes from the start; -1 for all.

    Raises:
        FormatError: on a file that is missing, unreadable or damaged.
    """
    try:
        raw = open(path, "rb")
    except (OSError, ValueError) as error:
        raise _cannot("read", path, error) from error
    with raw:
        try:
            start = raw.read(6)
            raw.seek(0)
            for magic, module in _BY_MAGIC.items():
                if start.startswith(magic):
                    with module.open(raw) as stream:
                        return stream.read(size)
            return raw.read(size)
        except _DAMAGE as error:
            found = f"damaged or cut data ({error})"
            raise format_error(path, None, found, "a complete file") from error


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    """Write `data`, compressed where the name ends with .gz, .xz or .bz2.

    Raises:
        FormatError: where the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    # No time stamp: equal data gives equal files.
    options = {"mtime": 0} if suffix == ".gz" else {}
    if suffix in _BY_SUFFIX:
        data = _BY_SUFFIX[suffix].compress(data, **options)
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as error:
        raise _cannot("written", path, error) from error


def write_lines(path: str | os.PathLike, lines: Iterable[str]) -> None:
    """Write ASCII lines, each ended by a newline; compressed and failing as `write_bytes`."""
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode("ascii"))


def _cannot(verb: str, path: str | os.PathLike, error: Exception) -> FormatError:
    reason = getattr(error, "strerror", None) or str(error)
    expected = "a readable file" if verb == "read" else "a writable place"
    return format_error(path, None, f"cannot be {verb} ({reason})", expected)


@dataclass(frozen=True)
class Lines:
    """The lines of a text file; those that start with `comment` carry no data."""

    path: str
    lines: list[str]
    comment: str = "#"

    def is_comment(self, line: str) -> bool:
        return line.lstrip().startswith(self.comment)

    def data(self, start: int = 0) -> Iterator[tuple[int, str]]:
        """(line number from 1, text) of lines that are neither blank nor comment.

        Args:
            start: how many lines to pass over first.
        """
        for number, line in enumerate(islice(self.lines, start, None), start + 1):
            if line and not line.isspace() and not self.is_comment(line):
                yield number, line

    def header(self, expected: str) -> tuple[int, str]:
        """Number and text of the first data line; FormatError on a file without data."""
        for number, line in self.data():
            return number, line
        raise format_error(self.path, 1, "no data", expected)

    def offset(self) -> float:
        """Constant of a leading comment ``# offset 1.5``, which our writers leave; else 0."""
        for line in self.lines:
            if line.strip() and not self.is_comment(line):
                break
            words = line.strip().removeprefix(self.comment).split()
            if len(words) == 2 and words[0] == "offset" and NUMBER.fullmatch(words[1]):
                return float(words[1])
        return 0.0


def read_lines(path: str | os.PathLike, comment: str = "#") -> Lines:
    """Lines of an ASCII file; FormatError where it is unreadable, empty or not ASCII."""
    return split_lines(path, read_bytes(path), comment)


def split_lines(path: str | os.PathLike, data: bytes | str, comment: str = "#") -> Lines:
    """Lines of text in memory; `path` is what errors call it.

    Example:
        >>> from problems.formats.text import split_lines
        >>> list(split_lines("demo", "# a comment\\n2 1\\n").data())
        [(2, '2 1')]
    """
    data = data.encode() if isinstance(data, str) else data
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        raise format_error(path, 1, "empty file", "data")
    if not data.isascii():
        place = int(np.argmax(np.frombuffer(data, np.uint8) > 127))
        line = data.count(b"\n", 0, place) + 1
        raise format_error(path, line, f"byte 0x{data[place]:02x}", "ASCII text")
    return Lines(os.fspath(path), data.decode("ascii").split("\n"), comment)


def counts(lines: Lines, number: int, line: str, layout: str) -> list[int]:
    """The non-negative integers of a header line such as ``n m``; the first counts variables.

    Raises:
        FormatError: where words are missing, left over or not counts, or the first is too large.
    """
    words = line.split()
    expected = f"`{layout}`, non-negative integers"
    if len(words) != len(layout.split()):
        raise format_error(lines.path, number, f"header {show(line)}", expected)
    for word in words:
        if not _COUNT.fullmatch(word):
            raise format_error(lines.path, number, f"count {show(word)}", expected)
    if int(words[0]) > MAX_VARIABLES:
        raise format_error(
            lines.path, number, f"{words[0]} variables", f"at most {MAX_VARIABLES:,} of them"
        )
    return [int(word) for word in words]


def number_text(value: int | float) -> str:
    """Shortest text that reads back as `value`; an integer-valued float loses its point."""
    if value == int(value) and abs(value) < 2**53:
        return str(int(value))
    return repr(value.item() if isinstance(value, np.generic) else value)
