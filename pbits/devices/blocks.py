"""Devices in blocks whose state stays in a core's cache, blocks shared out among cores.

What a step computes on the way is a block wide, however many devices there are.
"""

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

LARGEST = 8192
_LANES = 16  # numbers of 32 bits in the widest register


class Layout:
    """Devices in blocks [blocks, width], blocks split over cores.

    Blocks are of equal width, at most `LARGEST`, so that few places stay unused.

    Example:
        >>> layout = Layout(10_000, 1)
        >>> layout.blocks, layout.width
        (2, 5008)
    """

    def __init__(self, count: int, num_cores: int) -> None:
        self.count = count
        each = -(-count // num_cores)
        apart = -(-each // LARGEST)
        width = -(-each // apart)
        self.width = width if apart == 1 else -(-width // _LANES) * _LANES
        self.blocks = apart * num_cores
        self.total = self.blocks * self.width
        self.numbers = np.arange(self.total, dtype=np.uint32).reshape(self.blocks, self.width)

    def spread(self, values: NDArray) -> NDArray:
        """[..., count] to [blocks, ..., width], the last device filling up."""
        spare = (0, self.total - self.count)
        filled = np.pad(values, [(0, 0)] * (values.ndim - 1) + [spare], "edge")
        split = filled.reshape(*values.shape[:-1], self.blocks, self.width)
        return np.ascontiguousarray(np.moveaxis(split, -2, 0))

    def split(self, magnet: Any) -> tuple[Any, Any]:
        """What is equal for all devices, and what is not: None in the other's place."""
        leaves, structure = jax.tree.flatten(magnet)
        single, many = [], []
        for leaf in leaves:
            values = np.asarray(leaf, np.float64)
            if values.ndim and values.shape != (self.count,):
                raise ValueError(
                    f"a field of the magnet has shape {values.shape}; expected a number or "
                    f"({self.count},), one for each device"
                )
            single.append(np.float32(values) if not values.ndim else None)
            many.append(self.spread(values.astype(np.float32)) if values.ndim else None)
        return structure.unflatten(single), structure.unflatten(many)

    def joined(self, blocks: Any) -> NDArray[np.float32]:
        """[blocks, ..., width] to [..., count]: arrays of the requested devices."""
        moved = np.moveaxis(np.asarray(blocks), 0, -2)
        return moved.reshape(*moved.shape[:-2], self.total)[..., : self.count]
