"""Training by gradient descent, small enough to make every network from scratch."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from pbits import checks, random
from pbits.interrupts import deferred_interrupt
from pbits.neural import optimisers
from pbits.neural.augmenting import Augmentation
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.evaluating import accuracy
from pbits.neural.folding import fold
from pbits.neural.network import LinearHook, Network
from pbits.neural.training_step import HookOfKey, make_step, trained

_JUDGING = np.uint32(0xFFFFFFFF)  # number of the step whose key judges held-out images


class Epoch(NamedTuple):
    """What an epoch came to: its number from 1, mean loss, and accuracy on held-out images."""

    number: int
    loss: float
    accuracy: float


class Trained(NamedTuple):
    """The best network of a training.

    Attributes:
        network: folded, for inference.
        unfolded: with batch normalisation, to go on training.
        accuracy: on the held-out images; NaN where no epoch was finished.
        history: every finished epoch.
        interrupted: whether Ctrl-C ended it early.
    """

    network: Network
    unfolded: Network
    accuracy: float
    history: list[Epoch]
    interrupted: bool


def train(
    network: Network,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = 10,
    batch: int = 64,
    optimiser: str = "adam",
    rate: float = 1e-3,
    decay: float = 0.0,
    augmentation: Augmentation | None = None,
    held_out: float | tuple[ArrayLike, ArrayLike] = 0.1,
    linear: LinearHook | None = None,
    digital: HookOfKey | None = None,
    penalty: Callable[[Network], jax.Array] | None = None,
    seed: int = 0,
    progress: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Minimise the cross-entropy of a network's logits; the same seed gives the same network.

    The rate falls to 0 as a cosine over all steps. The network of the epoch with the best accuracy
    on held-out images is kept. Ctrl-C ends after the step in progress; a second one at once.

    Args:
        network: where to start, such as :func:`pbits.neural.shapes.make`.
        images: inputs [n, ...], preprocessed.
        labels: classes, int [n].
        epochs: passes over the images; each in a new random order.
        batch: images a step; a last, smaller batch of an epoch is left out.
        optimiser: "adam", or "sgd" with Nesterov momentum 0.9.
        rate: of learning, at the start.
        decay: share of each weight (not of biases or normalisation) taken away a step, times rate.
        augmentation: random moves of the images.
        held_out: share of the images, or images and labels, that choose the best epoch.
        linear: as in :meth:`Network.run`, to train through another product.
        digital: makes the hook of all other layers from a key, uint32 [2], one for each step, such
            as `stochastic.straight_through`; held-out images are judged through one, too.
        penalty: a function of the network added to the loss.
        seed: of all random choices.
        progress: called after each epoch.

    Raises:
        ValueError: where an argument is out of range, sizes do not fit, images are not finite, or
            labels are not classes.
        FloatingPointError: where the loss is no longer finite; lower the rate.
        ImportError: where optax is not installed.
    """
    classes = network.shapes()[network.nodes[-1].name][-1]
    given = checked_images(images)
    kept, checked = _split(given, checked_classes(labels, len(given), classes), held_out, seed)
    epochs = checks.whole_number("epochs", epochs, least=1)
    batch = min(checks.whole_number("batch", batch, least=1), len(kept[1]))
    steps = len(kept[1]) // batch
    rule, step, score = _programs(
        optimiser,
        checks.positive("rate", rate),
        checks.non_negative("decay", decay),
        epochs * steps,
        linear,
        digital,
        penalty,
        augmentation is not None,
    )
    key, count = random.seed_key(checks.whole_number("seed", seed, least=0)), 0
    state, best, history, top = rule.init(trained(network)), network, [], -1.0
    interrupted = False
    with deferred_interrupt() as asked:
        for number in range(1, epochs + 1):
            losses = []
            for x, y, moves in _batches(kept, batch, augmentation, seed, number):
                network, state, loss = step(network, state, x, y, moves, key, np.uint32(count))
                losses.append(loss)
                count += 1
                if interrupted := asked():
                    break
            if interrupted:
                break
            history.append(Epoch(number, _mean(losses), _score(score, network, checked, key)))
            if progress:
                progress(history[-1])
            if history[-1].accuracy > top:
                best, top = network, history[-1].accuracy
    best = best if history else network
    return Trained(fold(best), best, top if history else np.nan, history, interrupted)


def _split(
    images: np.ndarray,
    labels: np.ndarray,
    held_out: float | tuple[ArrayLike, ArrayLike],
    seed: int,
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Images and labels to learn from, and those that judge."""
    if len(labels) < 2:
        raise ValueError("there is one image; expected two or more, one of them held out")
    if isinstance(held_out, tuple):
        return (images, labels), (np.asarray(held_out[0], np.float32), np.asarray(held_out[1]))
    order = np.random.default_rng([seed, 0]).permutation(len(labels))
    count = max(1, round(checks.share("held_out", held_out) * len(labels)))
    left, right = order[count:], order[:count]
    return (images[left], labels[left]), (images[right], labels[right])


@lru_cache(maxsize=8)
def _programs(
    optimiser: str,
    rate: float,
    decay: float,
    steps: int,
    linear: LinearHook | None,
    digital: HookOfKey | None,
    penalty: Callable[[Network], jax.Array] | None,
    augmented: bool,
) -> tuple[Any, Callable, Callable]:
    """The optimiser, a step and a network's outputs: compiled once for equal settings."""
    rule = optimisers.make(optimiser, rate, steps, decay)

    @jax.jit
    def score(network: Network, x: jax.Array, key: jax.Array) -> jax.Array:
        hook = None if digital is None else digital(random.sweep_key(key, _JUDGING))
        return network.run(x, linear, hook)

    return rule, make_step(rule, linear, digital, penalty, augmented), score


def _batches(
    data: tuple[np.ndarray, np.ndarray],
    batch: int,
    augmentation: Augmentation | None,
    seed: int,
    epoch: int,
) -> Iterator[tuple[jax.Array, jax.Array, jax.Array]]:
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(data[1]))
    for first in range(0, len(order) - batch + 1, batch):
        rows = order[first : first + batch]
        moves = augmentation.draw(random, batch) if augmentation else np.zeros((batch, 3), np.int32)
        yield jnp.asarray(data[0][rows]), jnp.asarray(data[1][rows]), jnp.asarray(moves)


def _mean(losses: list[jax.Array]) -> float:
    mean = float(np.mean([float(loss) for loss in losses]))
    if not np.isfinite(mean):
        raise FloatingPointError("the loss is no longer finite; lower the rate")
    return mean


def _score(
    run: Callable[[Network, jax.Array, jax.Array], jax.Array],
    network: Network,
    data: tuple[np.ndarray, np.ndarray],
    key: jax.Array,
) -> float:
    return accuracy(lambda x: run(network, x, key), *data)
