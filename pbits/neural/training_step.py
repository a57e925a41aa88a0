"""One step of training: slopes of the loss, what the optimiser makes of them, running moments."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from pbits import random
from pbits.neural.augmenting import moved
from pbits.neural.network import DigitalHook, LinearHook, Network
from pbits.neural.normalising import Moments, by_batch, remembering

HookOfKey = Callable[[jax.Array], DigitalHook]


def trained(network: Network) -> dict[str, jax.Array]:
    """All parameters by their place, but those of devices, which no training changes."""
    leaves = jax.tree_util.tree_flatten_with_path(network)[0]
    fixed = jax.tree_util.GetAttrKey("devices")
    return {jax.tree_util.keystr(path): leaf for path, leaf in leaves if fixed not in path}


def _with(network: Network, parameters: dict[str, jax.Array]) -> Network:
    return jax.tree_util.tree_map_with_path(
        lambda path, leaf: parameters.get(jax.tree_util.keystr(path), leaf), network
    )


def make_step(
    rule: Any,
    linear: LinearHook | None,
    digital: HookOfKey | None,
    penalty: Callable[[Network], jax.Array] | None,
    augmented: bool,
) -> Callable[..., tuple[Network, Any, jax.Array]]:
    """A compiled step: (network, state, images, labels, moves, key, count) -> (.., .., loss).

    Args:
        rule: of :func:`optimisers.make`; its state is one of :func:`trained`.
        linear, digital, penalty: as :func:`pbits.neural.train`'s.
        augmented: whether images are moved, by `moves`.
    """

    def loss(
        parameters: dict, network: Network, x: jax.Array, y: jax.Array, key: jax.Array
    ) -> tuple[jax.Array, dict]:
        network = _with(network, parameters)
        moments: Moments = {}
        other = None if digital is None else digital(key)
        logits = network.run(x, linear, by_batch(moments, other))
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)
        extra = 0.0 if penalty is None else penalty(network)
        return -jnp.mean(chosen) + extra, moments

    @jax.jit
    def step(
        network: Network,
        state: Any,
        x: jax.Array,
        y: jax.Array,
        moves: jax.Array,
        key: jax.Array,
        count: jax.Array,
    ):
        x = moved(x, moves) if augmented else x
        own = random.sweep_key(key, count)
        given = trained(network)
        (value, moments), slope = jax.value_and_grad(loss, has_aux=True)(given, network, x, y, own)
        changes, state = rule.update(slope, state, given)
        network = _with(network, jax.tree.map(jnp.add, given, changes))
        return remembering(network, moments), state, value

    return step
