"""1797 handwritten digits of 8 x 8 pixels (UCI; shipped by scikit-learn)."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pbits.neural.data.places import Labelled

FILE = "sklearn_digits.csv.gz"


def read(split: str, places: Sequence[Path]) -> Labelled | None:
    """Every fifth image, from the first, is a test image."""
    table = _table(places)
    chosen = (np.arange(len(table)) % 5 == 0) == (split == "test")
    images = (table[chosen, :64] / 16).reshape(-1, 8, 8, 1).astype(np.float32)
    return Labelled(images, table[chosen, 64].astype(np.int32))


def _table(places: Sequence[Path]) -> np.ndarray:
    """Rows of 64 grey levels 0..16 and a class."""
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
