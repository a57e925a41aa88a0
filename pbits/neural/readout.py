"""One-bit stochastic read-outs of tiles, each layer read as often as it is worth.

A tile behind :class:`crossbar.converters.stochastic.StochasticReadout` gives random bits, whose
mean over n reads is off by a variance that falls as 1/n.  What the logits gain by a read
differs from layer to layer: the reads of a network are shared so that their variance is least
(after the inhomogeneous sampling of StoX-Net, arXiv:2407.12378, which shares by hand).
"""

from collections.abc import Mapping
from dataclasses import replace

import jax
import numpy as np
from numpy.typing import ArrayLike

from crossbar.calibration import calibrate
from crossbar.converters.stochastic import StochasticReadout
from crossbar.design import Design
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program
from pbits import checks
from pbits.neural.checking import checked_design, checked_images, checked_key
from pbits.neural.mapping import typical_rows
from pbits.neural.monte_carlo import Arrays, sample_all
from pbits.neural.network import Network

_VECTORS = 128  # typical inputs of a layer


def in_arrays(
    network: Network, design: Design, images: ArrayLike, key: jax.Array, names: tuple[str, ...] = ()
) -> dict[str, ProgrammedMatrix]:
    """Linear layers written into memory, converters and inputs fitted to typical images.

    Inputs of a layer are what layers before it give at the mean of their p-bits.

    Args:
        network: float.
        design: of all of them.
        images: some dozens.
        key: of `jax.random`: the chip.
        names: of the layers; all by default.

    Raises:
        ValueError: on a name that no linear layer has, images that are not finite, or a design or
            key that is none.
    """
    key, design = checked_key(key), checked_design(design)
    seen = typical_rows(network, checked_images(images), _VECTORS)
    if unknown := set(names) - set(seen):
        raise ValueError(f"no linear layer is called {sorted(unknown)}; there are {sorted(seen)}")
    arrays = {}
    for place, one in enumerate(network.linears()):
        if not names or one.name in names:
            own = jax.random.fold_in(key, place)
            memory = program(own, np.asarray(one.matrix), design)
            arrays[one.name] = calibrate(memory, seen[one.name], key=own)
    return arrays


def reads_of(arrays: Arrays) -> dict[str, int]:
    """Reads of each column and digit, of the layers behind stochastic read-outs with one number."""
    found = {}
    for name, memory in arrays.items():
        adc = memory.design.adc
        if isinstance(adc, StochasticReadout) and isinstance(adc.samples, int):
            found[name] = adc.samples
    return found


def with_reads(arrays: Arrays, reads: Mapping[str, int]) -> dict[str, ProgrammedMatrix]:
    """The same memories, some of them read so many times.

    Raises:
        ValueError: on a layer that has no stochastic read-out.
    """
    result = dict(arrays)
    for name, count in reads.items():
        memory = result.get(name)
        if memory is None or not isinstance(memory.design.adc, StochasticReadout):
            raise ValueError(f"layer {name!r} is not behind a stochastic read-out")
        adc = replace(memory.design.adc, samples=checks.whole_number("reads", count, 1))
        blocks, slices, _, outputs = memory.transfer.shape
        drawn = adc.draw(jax.random.key(0), (blocks, slices, outputs))
        result[name] = memory.replace(design=memory.design.replace(adc=adc), converters=drawn)
    return result


def read_variances(
    network: Network, arrays: Arrays, images: ArrayLike, *, samples: int = 8, seed: int = 0
) -> dict[str, float]:
    """What one read a column of each layer alone adds to the variance of the logits.

    Args:
        network: with p-bits or without.
        arrays: of which those behind stochastic read-outs are asked.
        images: some dozens.
        samples: of each image.
        seed: p-bits draw the same with and without noise.
    """
    images, found = np.asarray(images, np.float32), {}
    given = {"seed": seed, "arrays": dict(arrays), "batch": len(images)}
    quiet = sample_all(network, images, samples, **given)
    for name, reads in reads_of(arrays).items():
        loud = sample_all(network, images, samples, noisy=(name,), **given)
        found[name] = float(np.mean((loud - quiet) ** 2)) * reads
    return found


def share_reads(
    variances: Mapping[str, float], conversions: Mapping[str, float], total: float
) -> dict[str, int]:
    """Reads of each layer that make ``sum variance / n`` least for ``sum n conversions = total``.

    n goes as ``sqrt(variance / conversions)``, rounded, and is at least 1.

    Args:
        variances: of one read, by layer, see :func:`read_variances`.
        conversions: of an image, by layer.
        total: reads of an image, at least one of each.

    Raises:
        ValueError: on a total that is not enough, or other layers.

    Example:
        >>> share_reads({"a": 9.0, "b": 1.0}, {"a": 10, "b": 10}, 80)
        {'a': 6, 'b': 2}
    """
    if set(variances) != set(conversions):
        raise ValueError(f"variances are of {set(variances)}, conversions of {set(conversions)}")
    least = sum(conversions.values())
    if not total >= least:
        raise ValueError(f"total is {total:g} reads; expected at least {least:g}, one of each")
    worth = {name: np.sqrt(variances[name] / conversions[name]) for name in variances}
    scale = sum(worth[name] * conversions[name] for name in worth)
    if not scale > 0:
        return dict.fromkeys(variances, int(total // least))
    return {name: max(1, round(total * worth[name] / scale)) for name in worth}


def conversions_of(network: Network, arrays: Arrays) -> dict[str, float]:
    """Conversions of an image at one read each, by layer."""
    one = with_reads(arrays, dict.fromkeys(reads_of(arrays), 1))
    shapes, found = {n.name: n for n in network.linears()}, {}
    for name in reads_of(arrays):
        rows = np.zeros((1, one[name].inputs), np.float32)
        events = one[name].mvm(rows)[1]
        adc = one[name].design.adc
        assert isinstance(adc, StochasticReadout)
        found[name] = float(events[adc.part]) * shapes[name].products
    return found
