"""A classifier that learns by switching: binary synapses, spikes, and winners that take all.

Each pixel is two lines, one that spikes the sooner the brighter it is and one the sooner the
darker. Where the neuron of the largest sum fires, its synapses are written by
:mod:`pbits.devices.plasticity`: set with a probability if their line spiked shortly before, else
reset with another. So every neuron comes to hold, in bits, the images that it wins; labels are
only needed to name neurons afterwards, by votes.  Thresholds rise with every win, so that all win.

After D. Querlioz et al., IEEE Trans. Nanotechnol. 12, 288 (2013) (from memory) and A. F. Vincent et
al., IEEE TBioCAS 9, 166 (2015), with latencies in place of Poisson trains.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from crossbar.cells.cell import Write
from pbits import checks, random
from pbits.devices.plasticity import Rule, probabilities, update
from pbits.devices.write_table import exact_switching
from pbits.devices.writing import Writer
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.linear import Dense
from pbits.neural.network import Network, chain
from pbits.neural.processor import Processor

PROCESSOR = Processor(mac="add.int8", weight_bits=1)
"""A digital one to compare with: an addition and a stored bit for each synapse (assumed)."""
_BIASES = 0.1, 10.0  # currents over the critical one
_START = np.uint32(0xFFFFFFFF)  # number of the event that draws the first weights


@dataclass(frozen=True)
class Learning:
    """How neurons learn.

    Attributes:
        neurons: that compete.
        rule: of the synapses, times against `span`.
        span: s, from the first spike (of a line at 1) to the last (of one at 0); neurons fire then.
        homeostasis: by how much a win raises a neuron's threshold in the first pass, in spikes, and
            by less and less in later ones; the mean of all thresholds stays.

    Raises:
        ValueError: on numbers out of range.
    """

    neurons: int = 200
    rule: Rule = field(default_factory=lambda: Rule(0.2, 0.1, 20e-3, 1.0))
    span: float = 40e-3
    homeostasis: float = 4.0

    def __post_init__(self) -> None:
        checks.whole_number("neurons", self.neurons, 2)
        checks.positive("span", self.span)
        checks.non_negative("homeostasis", self.homeostasis)
        for name, value in (("set", self.rule.set), ("reset", self.rule.reset)):
            checks.share(f"rule.{name}", float(np.asarray(value)))


class Learned(NamedTuple):
    """What was learnt.

    Attributes:
        weights: int8 [lines, neurons], 0 or 1.
        thresholds: float32 [neurons].
        wins: int [neurons], of the last pass.
        events: images that were shown, in all passes.
        sets, resets: mean number of pulses an event that were to set, and to reset.
        switched: synapses that switched, in all.
    """

    weights: NDArray[np.int8]
    thresholds: NDArray[np.float32]
    wins: NDArray[np.int64]
    events: int
    sets: float
    resets: float
    switched: int

    def network(self) -> Network:
        """Sums less thresholds, of lines: a network of one product, to be put on tiles.

        Example:
            >>> from pbits.neural import evaluate, hardware, map_network
            >>> images, labels = np.eye(3), np.array([2, 0, 1])
            >>> found = learn(images, Learning(neurons=3), epochs=30)
            >>> design = hardware("stt", mapping="ternary")
            >>> mapped = map_network(found.network(), design, lines(images), jax.random.key(0))
            >>> named = votes(found, images, labels, classes=3)
            >>> run = evaluate(mapped, lines(images), labels, names=named, processor=PROCESSOR)
            >>> run.accuracy, run.facts()["joules_per_image"] > 0
            (1.0, True)
        """
        weight = jnp.asarray(self.weights, jnp.float32)
        return chain([Dense(weight, -jnp.asarray(self.thresholds))], (len(weight),), ["synapses"])

    def winners(self, images: ArrayLike) -> NDArray[np.int64]:
        """The neuron that fires first, of each image [n, ...]."""
        return np.asarray(self.network()(lines(images))).argmax(-1)

    def write_energy(self, set_joules: float, reset_joules: float) -> float:
        """J, of all pulses of the learning.

        Energies of one pulse are those of :func:`weak_write` or of a cell's datasheet.  Pulses
        that switch nothing cost as much as those that do.
        """
        return self.events * (self.sets * set_joules + self.resets * reset_joules)


def lines(images: ArrayLike) -> jax.Array:
    """How bright each pixel of images [n, ...] of 0 to 1 is, and how dark: [n, 2 * pixels].

    Raises:
        ValueError: on pixels out of range.

    Example:
        >>> lines([[0.25, 1.0]]).tolist()
        [[0.25, 1.0, 0.75, 0.0]]
    """
    given = checked_images(images)
    bright = given.reshape(len(given), -1)
    if not ((bright >= 0) & (bright <= 1)).all():
        raise ValueError(f"pixels are from {bright.min():g} to {bright.max():g}; expected 0 to 1")
    return jnp.asarray(np.concatenate([bright, 1 - bright], axis=1))


def learn(
    images: ArrayLike, learning: Learning | None = None, *, epochs: int = 5, seed: int = 0
) -> Learned:
    """Show images one after another, without labels.

    Args:
        images: [n, ...], 0 to 1.
        learning: how.
        epochs: passes over all images, each in an order of its own.
        seed: of first weights (as often set as not), orders and switching.

    Raises:
        ValueError: on pixels out of range, or no epoch.

    Example:
        >>> found = learn(np.eye(4), Learning(neurons=4), epochs=30)
        >>> sorted(found.winners(np.eye(4)).tolist())  # each neuron has an image of its own
        [0, 1, 2, 3]
    """
    learning, seen = learning or Learning(), lines(images)
    checks.whole_number("epochs", epochs, 1)
    key, (count, size) = random.seed_key(checks.whole_number("seed", seed, 0)), seen.shape
    up, down = probabilities(learning.rule, learning.span * (1 - seen))
    first = _first(key, size, learning.neurons)
    state = first, jnp.zeros(learning.neurons, jnp.float32), jnp.uint32(0)
    wins, switched = np.zeros(learning.neurons, np.int64), 0
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(count)
        rise = learning.homeostasis * (1 - epoch / epochs)
        state, (who, changed) = _pass(
            key, state, seen[order], up[order], down[order], np.float32(rise)
        )
        wins = np.bincount(np.asarray(who), minlength=learning.neurons).astype(np.int64)
        switched += int(np.asarray(changed).sum())
    sets = float(np.mean(np.sum(np.asarray(up) > 0, axis=1)))
    resets = float(np.mean(np.sum(np.asarray(down) > 0, axis=1)))
    weights, thresholds = np.asarray(state[0]), np.asarray(state[1])
    return Learned(weights, thresholds, wins, epochs * count, sets, resets, switched)


def votes(learned: Learned, images: ArrayLike, labels: ArrayLike, classes: int = 10) -> NDArray:
    """The class of each neuron, int [neurons]: of most of the images that it wins.

    Neurons that win none have the class of whichever image suits them best.

    Raises:
        ValueError: on pixels out of range, or labels that are not classes, one an image.

    Example:
        >>> found = learn(np.eye(3), Learning(neurons=3), epochs=30)
        >>> named = votes(found, np.eye(3), [2, 0, 1], classes=3)
        >>> named[found.winners(np.eye(3))].tolist()
        [2, 0, 1]
    """
    sums = np.asarray(learned.network()(lines(images)))
    labels = checked_classes(labels, len(sums), checks.whole_number("classes", classes, 1))
    table = np.zeros((sums.shape[1], classes), int)
    np.add.at(table, (sums.argmax(-1), labels), 1)
    return np.where(table.sum(1) > 0, table.argmax(1), labels[sums.argmax(0)])


def classify(learned: Learned, named: NDArray, images: ArrayLike) -> NDArray:
    """Classes of images [n, ...]: what the winner is called.

    Args:
        named: int [neurons], of :func:`votes`.
    """
    return np.asarray(named)[learned.winners(images)]


@partial(jax.jit, static_argnums=(1, 2))
def _first(key: jax.Array, size: int, neurons: int) -> jax.Array:
    keys = random.row_keys(random.sweep_key(key, _START), jnp.arange(size, dtype=jnp.uint32))
    return (random.uniforms(keys, jnp.arange(neurons, dtype=jnp.uint32)) < 0.5).astype(jnp.int8)


@jax.jit
def _pass(
    key: jax.Array, state: tuple, seen: jax.Array, up: jax.Array, down: jax.Array, rise: jax.Array
) -> tuple:
    number = jnp.arange(seen.shape[1], dtype=jnp.uint32)

    def event(state: tuple, one: tuple) -> tuple:
        (weights, thresholds, count), (line, set_, reset) = state, one
        sums = jnp.matmul(line, weights.astype(jnp.float32), precision="highest") - thresholds
        winner = jnp.argmax(sums)
        before = jnp.take(weights, winner, axis=1)
        after = update(random.sweep_key(key, count), before, set_, reset, number)
        won = jnp.arange(thresholds.size) == winner
        thresholds = thresholds + rise * (won - np.float32(1 / thresholds.size))
        state = weights.at[:, winner].set(after), thresholds, count + np.uint32(1)
        return state, (winner, jnp.sum(before != after))

    return lax.scan(event, state, (seen, up, down))


def weak_write(writer: Writer, seconds: float, probability: float) -> Write:
    """The pulse that switches with some probability, by the Fokker-Planck equation.

    Args:
        writer: axial, of single numbers, such as `writing.junction_writer` of a junction.
        seconds: length of the pulse.
        probability: of switching, above 0 and below 1.

    Raises:
        ValueError: on a probability that no current between a tenth and ten times the critical one
            has.

    Example:
        >>> from pbits.devices import presets, writing
        >>> strong, weak = (
        ...     weak_write(writing.junction_writer(presets.get("sot-three-terminal")), 10e-9, p)
        ...     for p in (0.999, 0.1)
        ... )
        >>> strong.energy > 3 * weak.energy > 0
        True
    """
    delta, unit, critical, ohm = (np.asarray(x, float).item() for x in writer)
    tau, wanted = checks.positive("seconds", seconds) / unit, 1 - probability

    def excess(bias: float) -> float:
        return exact_switching(delta, bias, tau) - wanted

    if not (0 < probability < 1 and excess(_BIASES[0]) > 0 > excess(_BIASES[1])):
        raise ValueError(
            f"probability is {probability!r}; expected one above 0 and below 1 that a pulse of "
            f"{seconds:g} s has at {_BIASES[0]:g} to {_BIASES[1]:g} critical currents"
        )
    current = critical * float(brentq(excess, *_BIASES, xtol=1e-3))  # pyright: ignore
    return Write(current**2 * ohm * seconds, seconds, wanted, current=current)
