"""Images moved and mirrored at random, so that training sees more of them."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """Random shifts by up to `shift` pixels (zeros come in), and mirror images with `flip`."""

    shift: int = 4
    flip: bool = True

    def draw(self, random: np.random.Generator, count: int) -> np.ndarray:
        """Rows to move down and columns to move right, and -1 where mirrored: int32 [count, 3]."""
        moves = random.integers(-self.shift, self.shift + 1, (count, 2))
        turns = np.where(random.random(count) < 0.5, -1, 1) if self.flip else np.ones(count)
        return np.column_stack([moves, turns]).astype(np.int32)


def moved(images: jax.Array, moves: jax.Array) -> jax.Array:
    """Images [n, h, w, c] moved, then mirrored, as :meth:`Augmentation.draw` says.

    Example:
        >>> import jax.numpy as jnp
        >>> image = jnp.arange(3.0).reshape(1, 1, 3, 1)
        >>> moved(image, jnp.array([[0, 1, 1]])).ravel().tolist()
        [0.0, 0.0, 1.0]
        >>> moved(image, jnp.array([[0, 0, -1]])).ravel().tolist()
        [2.0, 1.0, 0.0]
    """
    n, height, width, _ = images.shape
    rows = jnp.arange(height)[None, :] - moves[:, :1]
    columns = jnp.arange(width)[None, :]
    columns = jnp.where(moves[:, 2:] < 0, width - 1 - columns, columns) - moves[:, 1:2]
    inside = _within(rows, height)[:, :, None] & _within(columns, width)[:, None, :]
    picked = images[
        jnp.arange(n)[:, None, None],
        jnp.clip(rows, 0, height - 1)[:, :, None],
        jnp.clip(columns, 0, width - 1)[:, None, :],
    ]
    return jnp.where(inside[..., None], picked, 0)


def _within(places: jax.Array, size: int) -> jax.Array:
    return (places >= 0) & (places < size)
