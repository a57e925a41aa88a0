"""CIFAR-10: 50,000 and 10,000 colour images of 32 x 32 pixels (Krizhevsky, 2009).

Read from the official binary files or archive, else from folders of pictures, one per class and
split, which may lie in a tar archive named ``cifar10_<split>*.tar.gz``.
"""

import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from pbits.neural.data.places import Labelled

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
ARCHIVE = "cifar-10-binary.tar.gz"
FOLDER = "cifar-10-batches-bin"
BATCHES = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}
_PICTURES = (".jpg", ".jpeg", ".png")
_RECORD = 1 + 3 * 32 * 32
Choice = Callable[[int], np.ndarray]
Key = tuple[int, str]  # class and name of a picture
Picture = tuple[Key, Callable[[], bytes]]


def read(split: str, places: Sequence[Path], choice: Choice = np.arange) -> Labelled | None:
    """The set from the first folder that has it; `choice` picks images by their number."""
    for place in places:
        for source in (_batches(place, split), _archived(place, split)):
            if source is not None:
                images, labels = parse_batches(source)
                chosen = choice(len(labels))
                return Labelled(images[chosen], labels[chosen])
        for pictures in (_loose(place, split), _packed(place, split)):
            if found := sorted(pictures, key=lambda item: item[0]):
                return _decoded([found[i] for i in choice(len(found))])
    return None


def parse_batches(content: bytes) -> Labelled:
    """Records of a class and 3 x 32 x 32 bytes.

    Raises:
        ValueError: where the size is not a whole number of records, or a class is above 9.
    """
    if not content or len(content) % _RECORD:
        raise ValueError(f"{len(content)} bytes are no whole number of CIFAR-10 records")
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD)
    if records[:, 0].max() > 9:
        raise ValueError("a class is above 9: these are not CIFAR-10 batches")
    images = np.moveaxis(records[:, 1:].reshape(-1, 3, 32, 32), 1, -1)
    return Labelled(images.astype(np.float32) / 255, records[:, 0].astype(np.int32))


def _batches(place: Path, split: str) -> bytes | None:
    for folder in (place / FOLDER, place):
        paths = [folder / name for name in BATCHES[split]]
        if all(path.is_file() for path in paths):
            return b"".join(path.read_bytes() for path in paths)
    return None


def _archived(place: Path, split: str) -> bytes | None:
    if not (place / ARCHIVE).is_file():
        return None
    found = {}
    with tarfile.open(place / ARCHIVE) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream and (name := PurePosixPath(member.name).name) in BATCHES[split]:
                found[name] = stream.read()
    return b"".join(found[name] for name in BATCHES[split])


def _loose(place: Path, split: str) -> Iterator[Picture]:
    for number, name in enumerate(CLASSES):
        for path in (place / split / name).glob("*"):
            if path.suffix.lower() in _PICTURES:
                yield (number, path.name), path.read_bytes


def _packed(place: Path, split: str) -> Iterator[Picture]:
    for archive in sorted(place.glob(f"cifar10_{split}*.tar.gz"))[:1]:
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                stream = tar.extractfile(member) if path.suffix.lower() in _PICTURES else None
                if stream and path.parent.name in CLASSES:
                    content = stream.read()
                    yield (CLASSES.index(path.parent.name), path.name), lambda c=content: c


def _decoded(found: Sequence[Picture]) -> Labelled:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading pictures needs pillow: pip install 'pbits[neural]'") from error
    images = np.empty((len(found), 32, 32, 3), np.float32)
    for i, ((_, name), content) in enumerate(found):
        with Image.open(io.BytesIO(content())) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        if pixels.shape != (32, 32, 3):
            raise ValueError(f"{name} has {pixels.shape[:2]} pixels; expected 32 x 32")
        images[i] = pixels
    labels = np.array([number for (number, _), _ in found], np.int32)
    return Labelled(images / 255, labels)
