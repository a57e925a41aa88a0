"""Files that a command leaves behind: checked before the work, written whole or not at all."""

import os
import tempfile
from pathlib import Path

from pbits.cli.errors import fail


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
