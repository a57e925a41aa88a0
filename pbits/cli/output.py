"""Files that a command leaves behind: checked before the work, written whole or not at all."""

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pbits.cli.errors import fail

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PICTURES = (".png", ".pdf", ".svg")


def check_writable(path: Path, option: str) -> None:
    """End the command where `path`, the value of `option`, cannot be written."""
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if _is_special(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(0, "no permission")
        else:
            tempfile.TemporaryFile(dir=path.resolve().parent).close()
    except (OSError, ValueError) as error:
        _cannot_write(path, option, error)


def check_picture_name(path: Path, option: str = "--plot") -> None:
    """End the command where `path`, the value of `option`, is no kind of picture."""
    if path.suffix.lower() not in _PICTURES:
        fail(f"{option} {path} names no picture; expected one of {', '.join(_PICTURES)}")


def check_picture(path: Path) -> None:
    """End the command where `path`, the value of `--plot`, is no picture that can be written."""
    check_picture_name(path)
    check_writable(path, "--plot")


def write_picture(path: Path, figure: "Figure", dpi: int = 150, option: str = "--plot") -> None:
    """Write a figure to the value of `option`, as the kind of picture that its name says."""
    data = BytesIO()
    figure.savefig(data, format=path.suffix.lower()[1:], dpi=dpi)
    write_whole(path, data.getvalue(), option)


def write_whole(path: Path, data: bytes, option: str) -> None:
    """Write `data` to `path`; a crash leaves the old file or the new one, never half of one."""
    try:
        if _is_special(path):
            path.write_bytes(data)
            return
        # A link keeps pointing at the file that it names.
        real = path.resolve()
        scratch = real.with_name(f".{real.name}.{os.getpid()}.tmp")
        try:
            scratch.write_bytes(data)
            scratch.replace(real)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        _cannot_write(path, option, error)


def _is_special(path: Path) -> bool:
    """True for a device or pipe, which must be written to, not replaced."""
    return path.exists() and not path.is_file()


def _cannot_write(path: Path, option: str, error: Exception) -> None:
    reason = getattr(error, "strerror", None) or error
    fail(f"{option} {path} cannot be written ({reason}); name a file in a folder that can")
