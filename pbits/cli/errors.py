"""How a command ends that cannot do what it was asked: one line on stderr, exit status 2."""

import sys
from typing import NoReturn

import typer

BAD_INPUT = 2
INTERRUPTED = 130


def fail(message: object) -> NoReturn:
    """Print `message` as one line on stderr and end the command with status 2."""
    complain(message)
    raise typer.Exit(BAD_INPUT)


def complain(message: object) -> None:
    """Print `message` as one line on stderr.

    Example:
        >>> import contextlib, io
        >>> with contextlib.redirect_stderr(io.StringIO()) as text:
        ...     complain("two\\n  lines")
        >>> text.getvalue()
        'pbits: two lines\\n'
    """
    print("pbits:", " ".join(str(message).split()), file=sys.stderr)
