"""Members of tar archives by name or digest; each archive is read once for all of them."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from problems.digests import Digest

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
_KEPT = 2**26  # bytes of an archive's content that stay in memory; the rest is read again


@dataclass(frozen=True)
class Archive:
    """What is in a tar archive.

    Attributes:
        path: of the archive.
        names: name of a member of each digest.
        digests: digest of each member, by its name.
    """

    path: Path
    names: dict[str, str]
    digests: dict[str, str]
    _contents: dict[str, bytes] = field(repr=False)

    def member(self, digest: str) -> bytes | None:
        """Content of the member of that digest, None where there is none."""
        if digest not in self.names:
            return None
        name = self.names[digest]
        if name in self._contents:
            return self._contents[name]
        return next((content for other, content in _read(self.path) if other == name), None)

    def named(self, file: str) -> str | None:
        """Digest of the first member whose path ends with `file`, None where there is none."""
        found = (name for name in self.digests if f"/{name}".endswith(f"/{file}"))
        return next((self.digests[name] for name in found), None)


def open_archive(path: Path, digest: Digest) -> Archive:
    """The archive at `path`; read anew only where the file has changed.

    Raises:
        ValueError: on what is no archive, or a damaged one.
    """
    state = path.stat()
    return _archive(path, digest, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _archive(path: Path, digest: Digest, mtime_ns: int, size: int) -> Archive:
    found, room = Archive(path, {}, {}, {}), _KEPT
    for name, content in _read(path):
        found.digests[name] = digest(content)
        found.names.setdefault(found.digests[name], name)
        room -= len(content)
        if room >= 0:
            found._contents[name] = content
    return found


def _read(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in an archive."""
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                stream = tar.extractfile(member) if member.isfile() else None
                if stream:
                    yield member.name, stream.read()
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise ValueError(f"{path} is not a readable tar archive ({error}); remove it") from error
