"""Files of public instances on disk: found, checked by their SHA-256, fetched, written whole."""

import hashlib
import http.client
import lzma
import os
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from problems.formats import Instance

ENVIRONMENT = "PBITS_DATA_DIR"
_PACKED = ("", ".gz", ".xz", ".bz2")
_PLAIN = ("", ".txt")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")


def digest(content: bytes) -> str:
    """SHA-256 of a text file, hexadecimal, with line ends as on Unix: mirrors differ in them.

    Example:
        >>> digest(b"2 1\\r\\n1 2 1\\r\\n") == digest(b"2 1\\n1 2 1\\n")
        True
    """
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def folders() -> list[Path]:
    """``PBITS_DATA_DIR`` where it is set, then the user's cache folder."""
    from platformdirs import user_cache_dir

    given = os.environ.get(ENVIRONMENT, "").strip()
    cache = Path(user_cache_dir("pbits")) / "instances"
    return [Path(given).expanduser(), cache] if given else [cache]


def find(places: Sequence[Path], family: str, file: str, sha256: str) -> bytes | None:
    """Uncompressed content of the first file of that name and digest; None where no file is.

    Args:
        places: folders, each with a folder per family or with the files themselves.
        family: name of the inner folder.
        file: name of the file, with a folder where it needs one.
        sha256: expected :func:`digest`.

    Raises:
        ValueError: where files of that name are there, but all with another content.
    """
    differing = []
    for place in places:
        for folder in (place / family, place):
            for found, content in _candidates(folder, file):
                if digest(content) == sha256:
                    return content
                differing.append((found, digest(content)))
    if differing:
        found, other = differing[0]
        raise ValueError(
            f"{found} has SHA-256 {other}; expected {sha256}: it is damaged or another file, "
            "remove it"
        )
    return None


def holds(path: Path, sha256: str) -> bool:
    """Whether `path` is a file of that digest."""
    return path.is_file() and digest(path.read_bytes()) == sha256


def parse(content: bytes, file: str, format: str) -> "Instance":
    """The instance that a file of this content, name and format holds."""
    from problems.formats import read

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file).name
        path.write_bytes(content)
        return read(path, format=format)


def fetch(url: str, path: Path, sha256: str, timeout: float) -> None:
    """Download a file, compressed or not, to `path`; a crash leaves the old file or the new one.

    Raises:
        ValueError: where the content has another digest; nothing is written then.
        ConnectionError: where the address cannot be reached or breaks off.
        OSError: where the file cannot be written.
    """
    from problems.formats.text import FormatError, read_bytes

    packed = _download(url, timeout)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".download-") as folder:
        scratch = Path(folder) / path.name
        scratch.write_bytes(packed)
        try:
            content = read_bytes(scratch)
        except FormatError as error:
            raise ValueError(f"{url} is not a complete file; try again later") from error
        if digest(content) != sha256:
            raise ValueError(
                f"{url} has SHA-256 {digest(content)}; expected {sha256}: the file was cut short "
                "or changed by its publisher, and is not kept"
            )
        scratch.write_bytes(content)
        scratch.replace(path)


def _download(url: str, timeout: float) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return response.read()
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ConnectionError(
            f"{url} cannot be downloaded ({reason}); check the connection or the address, or put "
            f"the file into a folder named by {ENVIRONMENT}"
        ) from error


def _candidates(folder: Path, file: str) -> Iterator[tuple[str, bytes]]:
    """Files of that name in a folder or in its tar archives: what to call them, and content."""
    from problems.formats.text import read_bytes

    for suffix in (plain + packed for plain in _PLAIN for packed in _PACKED):
        path = folder / f"{file}{suffix}"
        if path.is_file():
            yield str(path), read_bytes(path)
    for archive in sorted(folder.glob("*.t*")):
        content = _member(archive, file) if archive.name.endswith(_ARCHIVES) else None
        if content is not None:
            yield f"{archive}:{file}", content


def _member(archive: Path, file: str) -> bytes | None:
    """Content of the first member of a tar archive whose path ends with `file`."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.isfile() and f"/{member.name}".endswith(f"/{file}"):
                    stream = tar.extractfile(member)
                    return stream.read() if stream else None
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError) as error:
        raise ValueError(f"{archive} is not a readable tar archive ({error}); remove it") from error
    return None
