"""A matrix from a .npy file; nothing in the file is ever executed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC, _ARCHIVE = b"\x93NUMPY", b"PK\x03\x04"
_REAL = "biuf"


def read_matrix(path: Path) -> NDArray[np.float64]:
    """Real numbers, [rows, columns].

    Raises:
        ValueError: on a file that is no such matrix, with what it is and what to do.
        OSError: where it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        if start.startswith(_ARCHIVE):
            raise ValueError(f"{path} is an archive (.npz); save one array with numpy.save")
        if start != _MAGIC:
            name = path.with_suffix(".npy").name if path.suffix else f"{path.name}.npy"
            raise ValueError(f"{path} is no .npy file; write one with numpy.save({name!r}, W)")
        file.seek(0)
        shape, dtype = _header(file, path)
        _check(path, shape, dtype)
        file.seek(0)
        try:
            matrix = np.load(file, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path} is damaged or cut off: {error}") from None
    return matrix.astype(np.float64)


def _header(file, path: Path) -> tuple[tuple[int, ...], np.dtype]:
    # Looked at before any data: an array of objects is a pickle.
    from numpy.lib import format as npy

    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        version = npy.read_magic(file)
        if version not in readers:
            raise ValueError(f"version {version} of the format")
        shape, _, dtype = readers[version](file)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} has a header that cannot be read: {error}") from None
    return shape, dtype


def _check(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if dtype.hasobject:
        raise ValueError(
            f"{path} holds Python objects, a pickle, which is never opened; save numbers: "
            "numpy.save(file, W.astype(float))"
        )
    if dtype.kind == "c":
        raise ValueError(
            f"{path} holds complex numbers; conductances are real: save real and imaginary part "
            "side by side, numpy.hstack([W.real, W.imag])"
        )
    if dtype.kind not in _REAL:
        raise ValueError(
            f"{path} holds values of type {dtype.name}; expected real numbers: save W.astype(float)"
        )
    if len(shape) != 2 or 0 in shape:
        size = " x ".join(map(str, shape)) or "a single number"
        raise ValueError(
            f"{path} holds {len(shape)} dimension{'s' * (len(shape) != 1)} ({size}); expected a "
            "matrix, inputs x outputs, neither 0: W.reshape(inputs, outputs) makes one"
        )
