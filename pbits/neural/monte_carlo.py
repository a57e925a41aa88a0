"""Inference by sampling: the same image through the same chip again and again.

What does not depend on a p-bit is computed once; noise of each sample is a function of seed,
sample, layer, image and neuron, so that the size of a batch changes nothing but products' noise.
"""

import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike

from crossbar.programmed import ProgrammedMatrix
from pbits import checks, random
from pbits.neural.checking import checked_images
from pbits.neural.linear import Linear
from pbits.neural.network import LinearHook, Network
from pbits.neural.predictions import Predictions
from pbits.neural.stochastic import PBits, drawer, pbit_counts, randoms, sampled

Arrays = Mapping[str, ProgrammedMatrix]
_IDLE = np.uint32(0xFFFFFFFF)


def monte_carlo(
    network: Network,
    images: ArrayLike,
    samples: int = 32,
    *,
    seed: int = 0,
    arrays: Arrays | None = None,
    noisy: bool | tuple[str, ...] = False,
    linear: LinearHook | None = None,
    batch: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> Predictions:
    """Outputs of a network with layers of p-bits, sampled.

    Args:
        network: with layers of :class:`~pbits.neural.stochastic.PBits`, ideal or of a chip.
        images: inputs [n, ...].
        samples: of each image, one after another.
        seed: of all randomness.
        arrays: of linear layers in memory, by name, such as ``mapping.Mapped.arrays``; the others
            are float.
        noisy: whether arrays' reads are random: read noise, and one-bit stochastic read-outs
            (without it these give their mean); or the names of the layers whose reads are.
        linear: a hook for linear layers that are not in `arrays`.
        batch: images at a time; it bounds the memory of the network, not of what is returned: 4
            bytes for every sample, image and class.
        progress: called with the images done and all images.

    Raises:
        ValueError: on a network without p-bits (unless reads are random), names of `arrays` that
            no layer has, or no images, or some that are not finite.

    Example:
        >>> from pbits.neural import chain
        >>> found = monte_carlo(chain([PBits()], (2,)), np.zeros((3, 2)), samples=4, seed=1)
        >>> found.logits.shape
        (4, 3, 2)
    """
    arrays = dict(arrays or {})
    if isinstance(noisy, str):
        raise ValueError(f"noisy is {noisy!r}; expected names in a tuple: ({noisy!r},)")
    random_reads = tuple(arrays) if noisy is True else tuple(noisy or ())
    if not random_reads:
        pbit_counts(network)
    logits = sample_all(
        network, images, samples, seed=seed, arrays=arrays, noisy=random_reads, linear=linear,
        batch=batch, progress=progress,
    )  # fmt: skip
    return Predictions(logits, seed)


def sample_all(
    network: Network,
    images: ArrayLike,
    samples: int,
    *,
    seed: int = 0,
    arrays: Arrays | None = None,
    noisy: tuple[str, ...] = (),
    linear: LinearHook | None = None,
    batch: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Logits [samples, n, classes], of networks without anything random too.

    Arguments and errors are those of :func:`monte_carlo`, `noisy` by name.
    """
    arrays, names = dict(arrays or {}), {one.name for one in network.linears()}
    if unknown := (set(arrays) | set(noisy)) - names:
        raise ValueError(f"no linear layer is called {sorted(unknown)}; there are {sorted(names)}")
    checks.whole_number("samples", samples, 1)
    seed = checks.whole_number("seed", seed, 0)
    images, found = checked_images(images), []
    batch = min(checks.whole_number("batch", batch, 1), len(images))
    for first in range(0, len(images), batch):
        part = images[first : first + batch]
        filled = np.concatenate([part, np.zeros((batch - len(part), *part.shape[1:]), np.float32)])
        numbers = np.arange(first, first + batch, dtype=np.uint32)
        keys = random.seed_key(seed), jax.random.fold_in(jax.random.key(seed), first)
        logits = _samples(
            network, arrays, *keys, filled, numbers, samples=samples, linear=linear, noisy=noisy
        )
        found.append(np.asarray(logits)[:, : len(part)])
        if progress:
            progress(first + len(part), len(images))
    return np.concatenate(found, axis=1)


def product(
    arrays: Arrays,
    linear: LinearHook | None = None,
    key: jax.Array | None = None,
    noisy: tuple[str, ...] = (),
) -> LinearHook:
    """The hook of linear layers in memory; those that are not are `linear` or float.

    Args:
        arrays: by name.
        linear: hook of the others.
        key: of `jax.random`, for the reads of the layers in `noisy`.
        noisy: names.
    """

    def hook(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        if name in arrays:
            own = None
            if key is not None and name in noisy:
                own = jax.random.fold_in(key, zlib.crc32(name.encode()))
            return arrays[name].mvm(rows, own)[0]
        if linear is not None:
            return linear(name, layer, rows)
        return jnp.matmul(rows, layer.matrix, precision="highest")

    return hook


@partial(jax.jit, static_argnames=("samples", "linear", "noisy"))
def _samples(
    network: Network,
    arrays: Arrays,
    key: jax.Array,
    read_key: jax.Array,
    x: jax.Array,
    numbers: jax.Array,
    *,
    samples: int,
    linear: LinearHook | None,
    noisy: tuple[str, ...],
) -> jax.Array:
    """Logits [samples, n, classes]."""
    anew = randoms(network) | _after(network, noisy)
    once: dict[str, jax.Array] = {}

    def keep(hook: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
        def keeping(name: str, *given: Any) -> jax.Array:
            once[name] = hook(name, *given)
            return once[name]

        return keeping

    exact = product(arrays, linear)
    # XLA drops what nobody reads of this: all that is random.
    network.run(x, keep(exact), keep(lambda name, layer, *inputs: layer(*inputs)))

    def sample(states: dict[str, Any], k: jax.Array) -> tuple[dict[str, Any], jax.Array]:
        states = dict(states)
        read = product(arrays, linear, jax.random.fold_in(read_key, k), noisy)
        show = sampled(random.sweep_key(key, k), states, numbers)

        def of(hook: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
            return lambda name, *given: hook(name, *given) if name in anew else once[name]

        return states, network.run(x, of(read), of(show))

    counts = jnp.arange(samples, dtype=jnp.uint32)
    return lax.scan(sample, _idle(network, key, numbers), counts)[1]


def _idle(network: Network, key: jax.Array, numbers: jax.Array) -> dict[str, Any]:
    """States of all layers of p-bits before the first sample."""
    shapes, found = network.shapes(), {}
    for node in network.nodes:
        if isinstance(node.layer, PBits):
            shape = (len(numbers), *shapes[node.name])
            found[node.name] = node.layer.idle(
                drawer(key ^ _IDLE, node.name, shape, numbers), shape
            )
    return found


def _after(network: Network, names: tuple[str, ...]) -> set[str]:
    """These nodes and all that depend on them."""
    found = set(names)
    for node in network.nodes:
        if found & set(node.inputs):
            found.add(node.name)
    return found
