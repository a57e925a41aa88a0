"""Files of the public sets from their publishers, checked by their SHA-256."""

import gzip
import hashlib
import http.client
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from pbits.neural.data.cifar10 import ARCHIVE
from pbits.neural.data.places import cache


class Remote(NamedTuple):
    """A file: its name, its addresses in the order of trial, and SHA-256 of its content.

    Of a file ending in .gz that is no archive the content is what it unpacks to, since mirrors pack
    differently.
    """

    file: str
    addresses: tuple[str, ...]
    sha256: str


_MNIST = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_MNIST_FILES = {
    "train-images-idx3": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
FILES = {
    "mnist": [
        Remote(f"{stem}-ubyte.gz", tuple(f"{site}{stem}-ubyte.gz" for site in _MNIST), sha256)
        for stem, sha256 in _MNIST_FILES.items()
    ],
    "cifar10": [
        Remote(
            ARCHIVE,
            (f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}",),
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        )
    ],
}


def download(name: str, directory: str | Path | None = None, timeout: float = 60.0) -> Path:
    """Fetch a public set into `directory`, by default the user's cache, where `load` finds it.

    Files that are there and whole are kept. What is downloaded is written whole or not at all.

    Args:
        name: "mnist" (11 MB) or "cifar10" (170 MB).
        directory: where to; it is made.
        timeout: seconds to wait for an answer.

    Returns:
        The folder.

    Raises:
        ValueError: where the name is not known, or a file has another SHA-256.
        ConnectionError: where no address of a file can be reached.
    """
    if name not in FILES:
        raise ValueError(f"nothing to download for {name!r}; expected one of {', '.join(FILES)}")
    folder = cache(name) if directory is None else Path(directory).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    for remote in FILES[name]:
        path = folder / remote.file
        if not (path.is_file() and content_sha256(path.name, path.read_bytes()) == remote.sha256):
            _fetch(remote, path, timeout)
    return folder


def content_sha256(name: str, packed: bytes) -> str:
    """SHA-256 of a file's content, of what it unpacks to where it is a single packed file."""
    single = name.endswith(".gz") and not name.endswith(".tar.gz")
    try:
        return hashlib.sha256(gzip.decompress(packed) if single else packed).hexdigest()
    except (OSError, EOFError):
        return "a file that does not unpack"


def _fetch(remote: Remote, path: Path, timeout: float) -> None:
    reasons = []
    for address in remote.addresses:
        try:
            with urllib.request.urlopen(address, timeout=timeout) as response:
                packed = response.read()
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            reasons.append(f"{address} ({reason})")
            continue
        found = content_sha256(remote.file, packed)
        if found == remote.sha256:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".download-") as scratch:
                whole = Path(scratch) / path.name
                whole.write_bytes(packed)
                whole.replace(path)
            return
        raise ValueError(f"{address} has SHA-256 {found}; expected {remote.sha256}; it is not kept")
    raise ConnectionError(
        f"cannot be downloaded: {', '.join(reasons)}; check the connection, or put the file into "
        f"{path.parent}"
    )
