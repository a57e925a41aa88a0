"""What identifies a public file: SHA-256 of its text, or of its words where layouts differ."""

import hashlib
import re
from collections.abc import Callable

Digest = Callable[[bytes], str]

_DIMACS = re.compile(rb"^p\s+(cnf|edges?|col)\s", re.MULTILINE)
_LAYOUT_IS_FREE = ("cnf", "col", "tsp", "qap", "knapsack")


def digest(content: bytes) -> str:
    """SHA-256 of a text file, hexadecimal, with line ends as on Unix: mirrors differ in them.

    Example:
        >>> digest(b"2 1\\r\\n1 2 1\\r\\n") == digest(b"2 1\\n1 2 1\\n")
        True
    """
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def words_digest(content: bytes) -> str:
    """SHA-256 of a file's words with one blank between them, hexadecimal.

    Of DIMACS files neither comments count nor what follows a line that starts with ``%``: SATLIB
    ends its formulas so, while copies elsewhere have lost the lines, and blanks of the header.

    Example:
        >>> words_digest(b"p cnf 2  1 \\n 1 -2 0\\n%\\n0\\n\\n") == words_digest(
        ...     b"c a copy\\np cnf 2 1\\n1 -2 0\\n"
        ... )
        True
        >>> words_digest(b"p cnf 2 1\\n1 2 0\\n") == words_digest(b"p cnf 2 1\\n1 -2 0\\n")
        False
    """
    if _DIMACS.search(content):
        body = re.split(rb"^%", content, maxsplit=1, flags=re.MULTILINE)[0]
        content = re.sub(rb"^\s*c\b.*$", b"", body, flags=re.MULTILINE)
    words = content.replace(b":", b" : ").split()  # TSPLIB has `TYPE: TSP` and `TYPE : TSP`
    return hashlib.sha256(b" ".join(words)).hexdigest()


def digest_for(format: str) -> Digest:
    """What the table of public instances holds for a format.

    Example:
        >>> digest_for("rudy") is digest, digest_for("cnf") is words_digest
        (True, True)
    """
    return words_digest if format in _LAYOUT_IS_FREE else digest
