"""What a trained machine is for: new data, missing parts of data, and classes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.boltzmann import likelihood
from pbits.boltzmann.data import checked_classes, one_up
from pbits.boltzmann.graph import Graph
from pbits.boltzmann.model import BoltzmannMachine
from pbits.boltzmann.samplers import BlockGibbs, Draw, Sampler, States, random_states
from problems.model import as_states

_BLOCK = 4096  # rows of data held at once


def generate(
    machine: BoltzmannMachine,
    count: int,
    *,
    label: int | None = None,
    num_sweeps: int = 1000,
    start: ArrayLike | None = None,
    sampler: Sampler = BlockGibbs(),  # noqa: B008
    seed: int = 0,
) -> States:
    """New data [count, num_seen], each from a chain of its own.

    Args:
        machine: that learnt from data.
        count: how many.
        label: class that is held, so that data of one class appear.
        num_sweeps: of each chain.
        start: [count, num_seen] where chains begin; random if None.
        sampler: that draws them.
        seed: of the chains.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from pbits.boltzmann import initialise, rbm
        >>> generate(initialise(rbm(4, 2, num_labels=2)), 3, label=1)[:, 4:].tolist()
        [[-1, 1], [-1, 1], [-1, 1]]
    """
    graph, sweeps = machine.graph, checks.whole_number("num_sweeps", num_sweeps, 1)
    count, seed = checks.whole_number("count", count, 1), checks.whole_number("seed", seed, 0)
    states = random_states(machine, count, seed)
    if start is not None:
        rows, _ = as_states(start, graph.num_seen)
        if len(rows) != count:
            raise ValueError(f"start has {len(rows)} rows; expected {count}, one a chain")
        states[:, : graph.num_seen] = rows
    held = np.zeros(graph.num_units, bool)
    if label is not None:
        _check_labels(graph, label)
        held[graph.num_visible : graph.num_seen] = True
        states[:, graph.num_visible : graph.num_seen] = one_up(np.array([label]), graph.num_labels)
    return sampler.load(machine)(states, held, sweeps, seed)[:, : graph.num_seen]


def complete(
    machine: BoltzmannMachine,
    images: ArrayLike,
    known: ArrayLike,
    *,
    reads: int = 1,
    num_sweeps: int = 200,
    sampler: Sampler = BlockGibbs(),  # noqa: B008
    seed: int = 0,
) -> NDArray[np.float64]:
    """Mean visible units and labels [k, num_seen], given the known pixels of images.

    Args:
        machine: that learnt from data.
        images: [k, num_visible] of -1 and +1; unknown pixels do not matter.
        known: bool [num_visible].
        reads: chains of each image, whose last states are averaged.
        num_sweeps: of each chain.
        sampler: that draws them.
        seed: of the chains.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from pbits.boltzmann import initialise, rbm
        >>> complete(initialise(rbm(4, 2)), np.ones((1, 4)), [True, True, False, False])[0, :2]
        array([1., 1.])
    """
    draw = sampler.load(machine)
    return _completed(machine, images, known, draw, reads, num_sweeps, seed)


def label_means(
    machine: BoltzmannMachine,
    images: ArrayLike,
    draw: Draw,
    *,
    reads: int = 16,
    num_sweeps: int = 50,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Mean labels [k, num_labels] of images, all pixels held, by a sampler that is loaded."""
    _check_labels(machine.graph, 0)
    known = np.ones(machine.graph.num_visible, bool)
    found = _completed(machine, images, known, draw, reads, num_sweeps, seed)
    return found[:, machine.graph.num_visible :]


def _completed(
    machine: BoltzmannMachine, images: ArrayLike, known: ArrayLike, draw: Draw, reads: int,
    num_sweeps: int, seed: int,
) -> NDArray[np.float64]:  # fmt: skip
    graph, mask = machine.graph, np.asarray(known)
    if mask.shape != (graph.num_visible,) or mask.dtype != bool:
        raise ValueError(
            f"known has shape {mask.shape} and holds {mask.dtype}; expected bool "
            f"({graph.num_visible},), True for each pixel that is known"
        )
    given = np.asarray(images)
    if given.shape[-1:] == mask.shape:
        given = np.where(mask, given, 1)  # whatever stands for the unknown
    pixels, _ = as_states(given, graph.num_visible)
    sweeps = checks.whole_number("num_sweeps", num_sweeps, 1)
    seed = checks.whole_number("seed", seed, 0)
    reads = checks.whole_number("reads", reads, 1)
    held = np.pad(mask, (0, graph.num_units - graph.num_visible))
    found = []
    size = max(_BLOCK // reads, 1)
    for first in range(0, len(pixels), size):
        part = np.repeat(pixels[first : first + size], reads, axis=0)
        states = random_states(machine, len(part), seed + first)
        states[:, held] = part[:, mask]
        states = draw(states, held, sweeps, seed + first)[:, : graph.num_seen]
        found.append(states.reshape(-1, reads, graph.num_seen).mean(1))
    return np.concatenate(found) if found else np.zeros((0, graph.num_seen))


def class_log_weights(machine: BoltzmannMachine, images: ArrayLike) -> NDArray[np.float64]:
    """[k, num_labels] log of the weight of each image with each class, up to one constant.

    Exact for restricted machines, annealed for others (`likelihood.log_weights`).
    """
    graph = machine.graph
    _check_labels(graph, 0)
    pixels, _ = as_states(images, graph.num_visible)
    found = []
    for label in range(graph.num_labels):
        up = np.tile(one_up(np.array([label]), graph.num_labels), (len(pixels), 1))
        rows = np.concatenate([pixels, up], axis=1)
        found.append(likelihood.log_weights(machine, rows).value)
    return np.stack(found, axis=1)


def classify(
    machine: BoltzmannMachine,
    images: ArrayLike,
    *,
    sampler: Sampler | None = None,
    reads: int = 16,
    num_sweeps: int = 50,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Classes [k] of images [k, num_visible].

    Args:
        machine: with labels.
        images: of -1 and +1.
        sampler: None compares the free energies of all classes; with a sampler, pixels are held
            and the label that is up most often wins.
        reads, num_sweeps, seed: of the sampler, see `complete`.
    """
    _check_labels(machine.graph, 0)
    if sampler is None:
        return class_log_weights(machine, images).argmax(1)
    draw = sampler.load(machine)
    means = label_means(machine, images, draw, reads=reads, num_sweeps=num_sweeps, seed=seed)
    return means.argmax(1)


def accuracy(
    machine: BoltzmannMachine,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    sampler: Sampler | None = None,
    reads: int = 16,
    num_sweeps: int = 50,
    seed: int = 0,
) -> float:
    """Share of images whose class is found; arguments as `classify`.

    Raises:
        ValueError: where there are no images, or labels are not classes, one an image.
    """
    count = len(np.asarray(images))
    if not count:
        raise ValueError("there are no images; expected at least one")
    wanted = checked_classes(labels, count, machine.graph.num_labels)
    found = classify(
        machine, images, sampler=sampler, reads=reads, num_sweeps=num_sweeps, seed=seed
    )
    return float((found == wanted).mean())


def _check_labels(graph: Graph, label: int) -> None:
    if not 0 <= checks.whole_number("label", label, 0) < graph.num_labels:
        raise ValueError(
            f"label is {label} and the machine has {graph.num_labels}; give its graph num_labels"
        )
