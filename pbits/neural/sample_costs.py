"""What samples of a stochastic network cost: tiles by the ledger, p-bits by their decisions.

What no p-bit is before is computed once an image, the rest once a sample.  Layers that are not in
memory, biases and activations are not counted.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from pbits import random
from pbits.machine.pbit_costs import PBitCost
from pbits.neural.linear import Linear
from pbits.neural.monte_carlo import Arrays
from pbits.neural.network import Network
from pbits.neural.stochastic import pbit_counts, randoms, sampled


class SampleCost(NamedTuple):
    """Of one image.

    Attributes:
        once: J, by layer, of what is computed once.
        each: J, by layer, of every sample: tiles, and p-bits.
        seconds_once, seconds_each: along the critical path, layer after layer.
        decisions: of p-bits, in a sample.
        area: m^2, of arrays and p-bits; parts of unknown area are not in it.
    """

    once: Mapping[str, float]
    each: Mapping[str, float]
    seconds_once: float
    seconds_each: float
    decisions: int
    area: float = 0.0

    def joules(self, samples: int = 1) -> float:
        """J, of an image sampled so many times."""
        return sum(self.once.values()) + samples * sum(self.each.values())

    def seconds(self, samples: int = 1) -> float:
        """s, of samples one after another."""
        return self.seconds_once + samples * self.seconds_each


def sample_cost(
    network: Network, images: ArrayLike, arrays: Arrays, pbit: PBitCost, *, seed: int = 0
) -> SampleCost:
    """Energy and time of samples, means over some images.

    Args:
        network: with layers of p-bits.
        images: [n, ...], that are run once: energy of cells depends on the inputs.
        arrays: of linear layers in memory, by name.
        pbit: of one p-bit, such as ``Neurons.cost`` or `pbit_costs.decision_cost`.  All of a layer
            decide at the same time.
        seed: of the spins.

    Raises:
        ValueError: on a network without p-bits.
    """
    x, anew = jnp.asarray(images, jnp.float32), randoms(network)
    joules: dict[str, float] = {}
    seconds = {True: 0.0, False: 0.0}
    areas: list[float] = []

    def tile(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        if name not in arrays:
            return rows @ layer.matrix
        result, events = arrays[name].mvm(rows)
        report = arrays[name].report(events, vectors=len(rows))
        joules[name] = report.energy / len(x)
        seconds[name in anew] += report.latency / len(x)
        areas.append(report.area)
        return result

    key = random.sweep_key(random.seed_key(seed), np.uint32(0))
    network.run(x, tile, sampled(key))
    counts = {name: int(np.prod(shape)) for name, shape in pbit_counts(network).items()}
    each = {name: one for name, one in joules.items() if name in anew}
    each |= {name: count * pbit.joules for name, count in counts.items()}
    seconds[True] += len(counts) * pbit.seconds
    once = {name: one for name, one in joules.items() if name not in anew}
    decisions = sum(counts.values())
    area = sum(areas) + decisions * pbit.area
    return SampleCost(once, each, seconds[False], seconds[True], decisions, area)
