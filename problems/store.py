"""Files of public instances on disk: found, checked by their SHA-256, fetched, written whole."""

import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from problems.archives import SUFFIXES, open_archive
from problems.digests import Digest, digest

if TYPE_CHECKING:
    from problems.formats import Instance

ENVIRONMENT = "PBITS_DATA_DIR"
_PACKED = ("", ".gz", ".xz", ".bz2")
_PLAIN = ("", ".txt")


def folders() -> list[Path]:
    """``PBITS_DATA_DIR`` where it is set, then the user's cache folder."""
    from platformdirs import user_cache_dir

    given = os.environ.get(ENVIRONMENT, "").strip()
    cache = Path(user_cache_dir("pbits")) / "instances"
    return [Path(given).expanduser(), cache] if given else [cache]


def find(
    places: Sequence[Path], family: str, file: str, sha256: str, digest: Digest = digest
) -> bytes | None:
    """Uncompressed content of the first file of that name and digest; None where no file is.

    Members of archives may have any name, since copies of a set often have names of their own.

    Args:
        places: folders, each with a folder per family or with the files themselves.
        family: name of the inner folder.
        file: name of the file, with a folder where it needs one.
        sha256: expected digest.
        digest: how it is counted.

    Raises:
        ValueError: where files of that name are there, but all with another content, or where an
            archive cannot be read.
    """
    differing = []
    for place in places:
        for folder in (place / family, place):
            for found, other, content in _candidates(folder, file, sha256, digest):
                if other == sha256:
                    return content
                differing.append((found, other))
    if differing:
        found, other = differing[0]
        raise ValueError(
            f"{found} has SHA-256 {other}; expected {sha256}: it is damaged or another file, "
            "remove it"
        )
    return None


def holds(path: Path, sha256: str, digest: Digest = digest) -> bool:
    """Whether `path` is a file of that digest."""
    return path.is_file() and digest(path.read_bytes()) == sha256


def parse(content: bytes, file: str, format: str, **options: Any) -> "Instance":
    """The instance that a file of this content, name and format holds.

    Args:
        content: of the file, uncompressed.
        file: its name.
        format: a key of `problems.formats.FORMATS` or of `problems.library.FILES`.
        options: of a natural problem, such as `colours`.
    """
    from problems.library.instance import open_instance

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file).name
        path.write_bytes(content)
        return open_instance(path, format, **options)


def fetch(url: str, path: Path, sha256: str, timeout: float, digest: Digest = digest) -> None:
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


def fetch_set(
    url: str, folder: Path, files: Mapping[str, str], timeout: float, digest: Digest = digest
) -> set[str]:
    """Download a tar archive and write those of its members that are known by their digests.

    Args:
        url: of the archive.
        folder: where the files go.
        files: for each digest, where below `folder` its file goes.
        timeout: seconds without any data after which to give up.
        digest: how digests are counted.

    Returns:
        Digests of the files that were written, each whole or not at all.

    Raises:
        ValueError: where what came is no whole archive; nothing is written then.
        ConnectionError: where the address cannot be reached or breaks off.
        OSError: where a file cannot be written.
    """
    packed = _download(url, timeout)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as inner:
        path, scratch = Path(inner) / "set.tar", Path(inner) / "member"
        path.write_bytes(packed)
        try:
            archive = open_archive(path, digest)
        except ValueError as error:
            raise ValueError(f"{url} is not a complete archive; try again later") from error
        written = set(archive.names) & set(files)
        for sha256 in written:
            target = folder / files[sha256]
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_bytes(archive.member(sha256) or b"")
            scratch.replace(target)
    return written


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


def _candidates(
    folder: Path, file: str, sha256: str, digest: Digest
) -> Iterator[tuple[str, str, bytes]]:
    """Files of that name in a folder, or of that name or digest in its archives.

    Gives what to call them, digest and content; no content of members with another digest.
    """
    from problems.formats.text import read_bytes

    for suffix in (plain + packed for plain in _PLAIN for packed in _PACKED):
        path = folder / f"{file}{suffix}"
        if path.is_file():
            content = read_bytes(path)
            yield str(path), digest(content), content
    for path in sorted(folder.glob("*.t*")):
        if not path.name.endswith(SUFFIXES):
            continue
        archive = open_archive(path, digest)
        content = archive.member(sha256)
        if content is not None:
            yield f"{path}:{file}", sha256, content
        elif other := archive.named(file):
            yield f"{path}:{file}", other, b""
