"""Outputs and accuracy over many images, in batches that bound the memory."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from pbits.checks import whole_number
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.network import Network

Run = Callable[[jax.Array], jax.Array]
Progress = Callable[[int, int], None]


def outputs(
    network: Network | Run,
    images: ArrayLike,
    batch: int = 200,
    progress: Progress | None = None,
) -> np.ndarray:
    """What a network gives for images [n, ...]: float32 [n, classes], of equal batches.

    Args:
        network: a network (compiled once), or any function of a batch [batch, ...], such as
            ``lambda x: net.run(x, linear=hook)``, which is called as it is.
        images: inputs, as the network expects them.
        batch: images at a time; the last batch is filled up with zeros.
        progress: called with the images done and all images after each batch.

    Raises:
        ValueError: where there are no images, or values that are not finite.

    Example:
        >>> import numpy as np
        >>> outputs(lambda x: 2 * x, np.ones((3, 1)), batch=2).ravel().tolist()
        [2.0, 2.0, 2.0]
    """
    whole_number("batch", batch, least=1)
    images = checked_images(images)
    batch = min(batch, len(images))
    results = []
    for first in range(0, len(images), batch):
        part = images[first : first + batch]
        filled = np.concatenate([part, np.zeros((batch - len(part), *part.shape[1:]), np.float32)])
        x = jnp.asarray(filled)
        result = _run(network, x) if isinstance(network, Network) else network(x)
        results.append(np.asarray(result)[: len(part)])
        if progress:
            progress(first + len(part), len(images))
    return np.concatenate(results)


def accuracy(
    network: Network | Run,
    images: ArrayLike,
    labels: ArrayLike,
    batch: int = 200,
    progress: Progress | None = None,
) -> float:
    """Share of images whose largest output is their class; arguments as :func:`outputs`.

    Args:
        labels: int [n].

    Raises:
        ValueError: as :func:`outputs`, and where labels are not classes, one an image.

    Example:
        >>> accuracy(lambda x: x, [[0.0, 1.0], [0.0, 1.0]], [1, 0])
        0.5
    """
    images = checked_images(images)
    wanted = checked_classes(labels, len(images))
    found = outputs(network, images, batch, progress)
    checked_classes(wanted, len(images), found.shape[-1])
    return float((found.argmax(-1) == wanted).mean())


def share_error(share: float, count: int) -> float:
    """Standard error of a share of so many draws.

    Example:
        >>> share_error(0.5, 100)
        0.05
    """
    return float(np.sqrt(share * (1 - share) / count))


@jax.jit
def _run(network: Network, x: jax.Array) -> jax.Array:
    return network(x)
