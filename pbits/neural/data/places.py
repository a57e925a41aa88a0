"""Where files of images are looked for, and what a set of them is."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from problems import store


class Labelled(NamedTuple):
    """Images float32 [n, h, w, c] between 0 and 1, and their classes int32 [n]."""

    images: np.ndarray
    labels: np.ndarray


def folders(name: str, directory: str | Path | None) -> list[Path]:
    """Folders where files of a set are looked for.

    `directory`, or without it those of :func:`problems.store.folders` (``PBITS_DATA_DIR`` and the
    user's cache); of each also its folders "images" and of the set's name.
    """
    roots = store.folders() if directory is None else [Path(directory).expanduser()]
    return [place for root in roots for place in (root, root / name, root / "images")]


def cache(name: str) -> Path:
    """The folder of the user's cache that downloads go to."""
    return store.folders()[-1] / name


def missing(name: str, split: str, places: Sequence[Path]) -> FileNotFoundError:
    """An error that says where was looked and what to do."""
    looked = "".join(f"\n  {place}" for place in places)
    return FileNotFoundError(
        f"no files of {name} ({split}) in{looked}\nname the folder that has them (directory=, or "
        f"the environment's {store.ENVIRONMENT}), or call pbits.neural.data.download({name!r})"
    )
