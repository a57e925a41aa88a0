"""1797 handwritten digits of 8 x 8 pixels (UCI; shipped by scikit-learn)."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pbits.neural.data.places import Labelled

FILE = "sklearn_digits.csv.gz"


def read(split: str, places: Sequence[Path]) -> Labelled | None:
    """Every fifth image, from the first, is a test image."""
    rows = table(places)
    chosen = (np.arange(len(rows)) % 5 == 0) == (split == "test")
    images = (rows[chosen, :64] / 16).reshape(-1, 8, 8, 1).astype(np.float32)
    return Labelled(images, rows[chosen, 64].astype(np.int32))


def table(places: Sequence[Path]) -> np.ndarray:
    """[1797, 65] 64 grey levels 0..16 and a class, in the order of scikit-learn.

    Raises:
        ImportError: without scikit-learn, and without a copy of its file in a folder.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        for path in (place / FILE for place in places):
            if path.is_file():
                with gzip.open(path, "rt") as file:
                    return np.loadtxt(file, delimiter=",")
        raise ImportError(
            "the digits come with scikit-learn: pip install 'pbits[neural]'"
        ) from error
    return np.column_stack(load_digits(return_X_y=True))  # pyright: ignore
