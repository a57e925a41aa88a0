"""P-bits as neurons: layers whose activations are random spins, beside layers that are not.

Called, a layer of :class:`PBits` gives its devices' mean spin, so that the network is an ordinary
one: that trains it by expected values.  Under the hook of :func:`sampled` the same layer shows
spins, and under :func:`straight_through` spins whose derivative is that of the mean (Bengio et
al., arXiv:1308.3432).  Everything else of a network may be float, tiles, or any other hook.

Each image has a chip of its own, that was idle (at no input) before: consecutive samples of an
image go on from one another, so that p-bits that are not waited for remember.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import register_dataclass

from pbits import checks, random
from pbits.devices.clocked import Clocked, heard
from pbits.devices.pbit_model import Draw, fine_uniforms
from pbits.machine.neurons import Neurons
from pbits.neural.network import DigitalHook, Network

_IDLE = np.uint32(0xFFFFFFFF)  # number of the sample before the first
_MOST = 2**26  # lanes of `random.words`
_WAITS = 4.0  # correlation times, if nothing else is said


@register_dataclass
@dataclass(frozen=True)
class PBits:
    """Neurons that are +1 or -1, with mean ``tanh(x)`` where they are ideal.

    Attributes:
        devices: p-bits in the shape of the layer, see :func:`with_devices`; None for ideal ones.

    Example:
        >>> layer = PBits()
        >>> round(float(layer(jnp.array(0.5))), 4)
        0.4621
    """

    devices: Clocked | None = None

    def __call__(self, x: jax.Array) -> jax.Array:
        """Mean spin in the long run; differentiable, and hence without the inputs' rounding."""
        if self.devices is None:
            return jnp.tanh(x)
        exact = self.devices._replace(code=None, most=None)
        return exact.model.transfer(heard(exact, -2 * x))

    def idle(self, draw: Draw, shape: tuple[int, ...]) -> Any:
        """State of p-bits [n, ...] after a long time at no input."""
        spins = jnp.broadcast_to(jnp.where(draw(0) < 0.5, -1, 1), shape).astype(jnp.int8)
        return spins if self.devices is None else self.devices.model.showing(spins)

    def tick(self, draw: Draw, state: Any, x: jax.Array) -> tuple[jax.Array, Any]:
        """Spins float32 of x's shape after `devices.dt` at these inputs, and the state."""
        if self.devices is None:
            spins = jnp.where(draw(0) < jax.nn.sigmoid(2 * x), 1, -1).astype(jnp.int8)
            return spins.astype(x.dtype), spins
        model = self.devices.model
        given = model.propagator(heard(self.devices, -2 * x), self.devices.dt)
        state = model.step(draw, state, given)
        return jnp.broadcast_to(model.spin(state, given), x.shape).astype(x.dtype), state


def sampled(
    key: jax.Array, states: dict[str, Any] | None = None, images: jax.Array | None = None
) -> DigitalHook:
    """A `digital` hook of :meth:`Network.run` under which layers of p-bits show spins.

    Args:
        key: uint32 [2], of this sample: ``random.sweep_key(random.seed_key(seed), sample)``.
        states: of the layers by name, taken and put back; p-bits were idle where it has none.
        images: uint32 [n], their numbers, for their randomness; 0, 1, ... by default.

    Example:
        >>> from pbits.neural import chain
        >>> net = chain([PBits()], (3,))
        >>> x = jnp.array([[-9.0, 0.0, 9.0]])
        >>> net.run(x, digital=sampled(random.seed_key(1)))[0, ::2].tolist()
        [-1.0, 1.0]
    """
    states = {} if states is None else states

    def digital(name: str, layer: Any, *inputs: jax.Array) -> jax.Array:
        if not isinstance(layer, PBits):
            return layer(*inputs)
        (x,) = inputs
        draw, before = drawer(key, name, x.shape, images), states.get(name)
        if before is None:
            before = layer.idle(drawer(key ^ _IDLE, name, x.shape, images), x.shape)
        spins, states[name] = layer.tick(draw, before, x)
        return spins

    return digital


def straight_through(key: jax.Array) -> DigitalHook:
    """As :func:`sampled`, with the derivative of the mean: for ``train(..., digital=...)``.

    Example:
        >>> from pbits.neural import chain
        >>> net = chain([PBits()], (1,))
        >>> def spin(x):
        ...     return net.run(x, digital=straight_through(random.seed_key(1))).sum()
        >>> abs(float(spin(jnp.zeros((1, 1))))), float(jax.grad(spin)(jnp.zeros((1, 1)))[0, 0])
        (1.0, 1.0)
    """
    show = sampled(key)

    def digital(name: str, layer: Any, *inputs: jax.Array) -> jax.Array:
        if not isinstance(layer, PBits):
            return layer(*inputs)
        mean = layer(*inputs)
        return mean + jax.lax.stop_gradient(show(name, layer, *inputs) - mean)

    return digital


def drawer(
    key: jax.Array, name: str, shape: tuple[int, ...], images: jax.Array | None = None
) -> Draw:
    """Uniforms of one sample of the p-bits [n, ...] of a layer, for `PBitModel.step`.

    A function of key, name, number of the image and place in the layer.

    Raises:
        ValueError: on more p-bits in a layer than there are numbers.
    """
    size = int(np.prod(shape[1:]))
    if size >= _MOST:
        raise ValueError(f"layer {name!r} has {size} p-bits; expected fewer than {_MOST}")
    rows = jnp.arange(shape[0], dtype=jnp.uint32) if images is None else images
    keys = random.row_keys(random.sweep_key(key, np.uint32(zlib.crc32(name.encode()))), rows)
    lane = jnp.arange(size, dtype=jnp.uint32)

    def draw(number: int, part: Any = 0) -> jax.Array:
        first = random.mix(keys.first ^ jnp.asarray(part, jnp.uint32), keys.second)
        found = fine_uniforms(random.RowKeys(first, keys.second), lane, number)
        return found.reshape(shape)

    return draw


def with_pbits(network: Network, kinds: tuple[type, ...] | type) -> Network:
    """The same network with ideal p-bits in place of all layers of some kinds.

    Example:
        >>> from pbits.neural import chain, layers
        >>> with_pbits(chain([layers.Tanh()], (2,)), layers.Tanh).nodes[0].layer
        PBits(devices=None)
    """
    return network.replace({n.name: PBits() for n in network.nodes if isinstance(n.layer, kinds)})


def pbit_counts(network: Network) -> dict[str, tuple[int, ...]]:
    """Shape of each layer of p-bits, by name.

    Raises:
        ValueError: where there is none.
    """
    shapes = network.shapes()
    found = {n.name: shapes[n.name] for n in network.nodes if isinstance(n.layer, PBits)}
    if not found:
        raise ValueError("the network has no layer of p-bits; give it some, see pbit_mlp and PBits")
    return found


def with_devices(network: Network, neurons: Neurons, wait: float | None = None) -> Network:
    """The same network with real p-bits in all of its layers of them: one chip.

    A p-bit is told ``offset + x / slope`` and hears its own: gain, shift and barrier differ.

    Args:
        network: with layers of :class:`PBits`.
        neurons: model, spread, converter of the inputs, and what calibration believes.
        wait: s, from input to reading; by default that of `neurons.cost`, or where it has none
            four correlation times of the nominal device.

    Raises:
        ValueError: on a network without p-bits, a wait not above 0, or calibration of another
            number of p-bits.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> from pbits.neural import chain
        >>> chip = with_devices(chain([PBits()], (3,)), Neurons(Telegraph(ConstantTime(1e-9))))
        >>> float(f"{chip.nodes[0].layer.devices.dt:.3g}")
        4e-09
    """
    shapes = pbit_counts(network)
    if wait is not None:
        checks.positive("wait", wait)
    if neurons.model is None:
        return network.replace({name: PBits() for name in shapes})
    total = sum(int(np.prod(shape)) for shape in shapes.values())
    parameters = neurons.parameters(total, _wait(neurons, wait))
    layers, first = {}, 0
    for name, shape in shapes.items():
        last = first + int(np.prod(shape))
        layers[name] = PBits(_part(parameters, total, slice(first, last), shape))
        first = last
    return network.replace(layers)


def _wait(neurons: Neurons, wait: float | None) -> float:
    if wait is not None:
        return checks.positive("wait", wait)
    assert neurons.model is not None
    nominal = _WAITS * float(np.max(np.asarray(neurons.model.correlation_time(neurons.offset))))
    return neurons.cost.seconds or nominal or 1.0  # what forgets at once may wait for anything


def _part(parameters: Clocked, total: int, place: slice, shape: tuple[int, ...]) -> Clocked:
    def cut(leaf: Any) -> Any:
        if np.shape(leaf) != (total, 1):
            return jnp.asarray(leaf, jnp.float32)
        return jnp.asarray(leaf, jnp.float32)[place, 0].reshape(shape)

    return jax.tree.map(cut, parameters)


def randoms(network: Network) -> set[str]:
    """Names of the nodes that depend on a p-bit: what each sample computes anew.

    Example:
        >>> from pbits.neural import chain, layers
        >>> net = chain([layers.Relu(), PBits(), layers.Relu()], (2,), ("a", "b", "c"))
        >>> sorted(randoms(net))
        ['b', 'c']
    """
    found: set[str] = set()
    for node in network.nodes:
        if isinstance(node.layer, PBits) or found & set(node.inputs):
            found.add(node.name)
    return found
