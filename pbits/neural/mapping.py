"""Trained networks on simulated crossbars, without retraining."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.tree_util import register_dataclass
from numpy.typing import ArrayLike

from crossbar.design import Design
from crossbar.programmed import ProgrammedMatrix
from crossbar.write_verify import Verify
from pbits.checks import whole_number
from pbits.neural.checking import checked_design, checked_images, checked_key
from pbits.neural.evaluating import Progress
from pbits.neural.fitting import Aids, fit
from pbits.neural.in_order import fit_in_order
from pbits.neural.linear import Linear
from pbits.neural.network import LinearHook, Network
from pbits.neural.signs import unsigned_layers
from pbits.neural.tiles import is_whole, multiply

Rows = dict[str, np.ndarray]
_BATCH = 16  # images at a time while ranges are looked for


@register_dataclass
@dataclass(frozen=True)
class Mapped:
    """A network whose linear layers are in memory; a pytree.

    Attributes:
        network: as it was given; biases and all other layers are digital, in float32.
        arrays: what each linear layer was programmed into, by name.

    Example:
        >>> import crossbar
        >>> from pbits.neural import mlp
        >>> net = mlp([[[1.0], [0.5]]])
        >>> design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=4, columns=4)
        >>> mapped = map_network(net, design, [[1.0, 0.0], [0.0, 1.0]], random.key(0))
        >>> round(mapped.run([[1.0, 1.0]]).item(), 1)
        1.5
    """

    network: Network
    arrays: dict[str, ProgrammedMatrix]

    def __call__(self, x: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """Outputs of one batch [n, ...]; may be traced.

        Args:
            x: inputs.
            key: of read noise; None for none.
        """
        return self.network.run(x, linear=self.hook(key))

    def run(
        self,
        images: ArrayLike,
        key: jax.Array | None = None,
        batch: int = 100,
        progress: Progress | None = None,
    ) -> np.ndarray:
        """Outputs of images [n, ...], float32 [n, classes], in equal batches.

        Args:
            images: inputs, as the network expects them.
            key: of read noise; None for none.
            batch: images at a time; bounds the memory.
            progress: called with the images done and all images.

        Raises:
            ValueError: where there are no images or some are not finite.
        """
        return self.counted(images, key, batch, progress, count=False)[0]

    def counted(
        self,
        images: ArrayLike,
        key: jax.Array | None = None,
        batch: int = 100,
        progress: Progress | None = None,
        *,
        count: bool = True,
    ) -> tuple[np.ndarray, dict[str, float]]:
        """Outputs, and J that the cells and wires of each layer take for one image.

        The energy is a mean over batches that are full: the last one is filled up with images that
        were there already.
        """
        results, energies, full = [], dict.fromkeys(self.arrays, 0.0), 0
        images, key = checked_images(images), None if key is None else checked_key(key)
        whole = frozenset(name for name, memory in self.arrays.items() if is_whole(memory))
        for place, (x, wanted) in enumerate(_batches(images, batch)):
            part = None if key is None else random.fold_in(key, place)
            found: dict[str, jax.Array] = {}
            hook = self.hook(part, found if count else None, whole)
            results.append(np.asarray(self.network.run(x, linear=hook))[:wanted])
            if wanted == len(x) and count:
                full += wanted
                energies = {name: energies[name] + float(found[name]) for name in energies}
            if progress:
                progress(sum(map(len, results)), len(images))
        each = {name: joules / max(full, 1) for name, joules in energies.items()}
        return np.concatenate(results), each

    def hook(
        self,
        key: jax.Array | None = None,
        energies: dict[str, jax.Array] | None = None,
        whole: Collection[str] = (),
    ) -> LinearHook:
        """The product of each linear layer, for :meth:`Network.run`.

        Args:
            key: of read noise; None for none.
            energies: to be filled with J of each layer; None counts none, which is quicker.
            whole: names of layers that `tiles.is_whole` is true of, which are quicker.
        """
        places = {name: place for place, name in enumerate(self.arrays)}

        def product(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
            own = None if key is None else random.fold_in(key, places[name])
            counted = energies is not None
            result, joules = multiply(
                self.arrays[name], rows, own, counted=counted, whole=name in whole
            )
            if energies is not None:
                energies[name] = energies.get(name, jnp.zeros(())) + joules
            return result

        return product

    def change(self, function: Callable[[ProgrammedMatrix], ProgrammedMatrix]) -> "Mapped":
        """With something done to the arrays of every layer, such as time passing."""
        return Mapped(self.network, {name: function(one) for name, one in self.arrays.items()})


def map_network(
    network: Network,
    design: Design,
    calibration_images: ArrayLike,
    key: jax.Array,
    *,
    aids: Aids | None = None,
    layers: Mapping[str, Mapping[str, Any]] | None = None,
    verify: Verify | None = None,
    vectors: int = 256,
    progress: Progress | None = None,
) -> Mapped:
    """Program every linear layer of a network into arrays.

    Layers that never see a negative number, such as after a rectifier, take unsigned inputs of all
    `input_bits`; others keep the design's encoding, two's complement where it is unsigned.

    Args:
        network: trained; see :func:`pbits.neural.read_onnx` and :func:`pbits.neural.train`.
        design: of all arrays.
        calibration_images: some dozens of typical inputs; labels are not needed.
        key: of `jax.random`: the chip and its programming.
        aids: what is fitted to the images; ranges and gains if None.
        layers: changes of the design for some layers, by name, such as ``{"conv1":
            {"weight_bits": 6}}``.
        verify: how cells are written until they are right; None writes each once.
        vectors: rows of each layer that ranges and gains are fitted to.
        progress: called with the layers done and all layers.

    Raises:
        ValueError: where a layer is not in the network, there are no images or some are not finite,
            a number is out of range, or design or key are none.
    """
    key, design, linears = checked_key(key), checked_design(design), network.linears()
    changes = {} if layers is None else dict(layers)
    unknown = sorted(set(changes) - {node.name for node in linears})
    if unknown:
        names = ", ".join(node.name for node in linears)
        raise ValueError(f"no linear layer is named {unknown[0]!r}; there are {names}")
    images = checked_images(calibration_images, "calibration_images")
    whole_number("vectors", vectors, least=2)
    unsigned = unsigned_layers(network, unsigned_input=bool(images.min() >= 0))
    aids = Aids() if aids is None else aids
    rows, arrays = typical_rows(network, images, vectors), {}
    for place, node in enumerate(linears):
        own = design.replace(**changes.get(node.name, {}))
        own = own.replace(encoding=encoding(own, unsigned=node.name in unsigned))
        matrix = np.asarray(node.matrix, np.float64)
        chip = random.fold_in(key, place)
        given = rows[node.name].astype(np.float64)
        arrays[node.name] = fit(chip, matrix, own, given, aids, verify)
        if progress:
            progress(place + 1, len(linears))
    if aids.in_order:
        arrays = fit_in_order(network, arrays, images, random.fold_in(key, len(linears)))
    return Mapped(network, arrays)


def encoding(design: Design, *, unsigned: bool) -> str:
    """How inputs of a layer are encoded."""
    if unsigned:
        return "unsigned"
    if design.encoding == "unsigned":
        return "twos-complement" if design.dac_bits == 1 else "sign-magnitude"
    return design.encoding


def typical_rows(network: Network, images: np.ndarray, vectors: int) -> Rows:
    """Rows that each linear layer sees of some images, at most about `vectors`, chosen at random.

    Computed by the network itself, in float32.
    """
    choose = np.random.default_rng(0)
    parts = -(-len(images) // _BATCH)
    each = max(-(-vectors // parts), 2)
    found: dict[str, list[np.ndarray]] = {}

    def look(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        chosen = np.sort(choose.permutation(len(rows))[:each])
        found.setdefault(name, []).append(np.asarray(rows[chosen]))
        return jnp.matmul(rows, layer.matrix, precision="highest")

    for start in range(0, len(images), _BATCH):
        network.run(jnp.asarray(images[start : start + _BATCH]), linear=look)
    rows = {name: np.concatenate(parts) for name, parts in found.items()}
    return {name: x if len(x) > 1 else np.repeat(x, 2, axis=0) for name, x in rows.items()}


def _batches(images: np.ndarray, batch: int) -> Iterator[tuple[jax.Array, int]]:
    """Equal batches, the last filled up from the start, and how many of each are wanted."""
    whole_number("batch", batch, least=1)
    size = min(batch, len(images))
    for start in range(0, len(images), size):
        places = np.arange(start, start + size)
        yield jnp.asarray(images[places % len(images)]), int((places < len(images)).sum())
