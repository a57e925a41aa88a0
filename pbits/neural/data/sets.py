"""Sets of labelled images by name."""

from pathlib import Path

import numpy as np

from pbits.checks import whole_number
from pbits.neural.data import cifar10, digits, mnist
from pbits.neural.data.places import Labelled, folders, missing

SETS = {
    "digits": tuple(map(str, range(10))),
    "mnist": tuple(map(str, range(10))),
    "cifar10": cifar10.CLASSES,
}  # names of the classes


def load(
    name: str, split: str = "test", directory: str | Path | None = None, count: int | None = None
) -> Labelled:
    """Images float32 [n, h, w, c] between 0 and 1, with their classes int32 [n].

    Nothing is downloaded: see :func:`~pbits.neural.data.download`.

    Args:
        name: "digits", "mnist" or "cifar10".
        split: "train" or "test".
        directory: folder of the files; without it those of ``PBITS_DATA_DIR`` and of the user's
            cache. The digits need none.
        count: only so many images, evenly spaced over the set (files may be sorted by class).

    Raises:
        FileNotFoundError: where no folder has the files; the message lists the folders.
        ValueError: where an argument or a file is not what is expected.
        ImportError: where scikit-learn or pillow is needed and not there.
    """
    if name not in SETS:
        raise ValueError(f"no set is named {name!r}; expected one of {', '.join(SETS)}")
    if split not in ("train", "test"):
        raise ValueError(f"split is {split!r}; expected 'train' or 'test'")
    wanted = None if count is None else whole_number("count", count, least=1)

    def choice(n: int) -> np.ndarray:
        return np.arange(n) if wanted is None else np.arange(min(wanted, n)) * n // min(wanted, n)

    places = folders(name, directory)
    if name == "cifar10":
        found = cifar10.read(split, places, choice)
    else:
        whole = (digits if name == "digits" else mnist).read(split, places)
        chosen = None if whole is None else choice(len(whole.labels))
        found = None if whole is None else Labelled(whole.images[chosen], whole.labels[chosen])
    if found is None:
        raise missing(name, split, places)
    return found
