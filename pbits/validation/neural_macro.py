"""Networks on the digital macro: software twins, an equation, fewer toggles (N10-N12).

No published weights are at hand for what these rows compare with, but for one network of N10; the
rest is trained here, and the claims say so.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import numpy as np

from crossbar.digital import DigitalMacro, OperatingPoint
from pbits.neural import accuracy, data, shapes, train
from pbits.neural.integers import input_steps
from pbits.neural.macro import MacroNetwork, MacroRun, measure, on_macros
from pbits.neural.physics import Burgers, Heat, points, relative_error, solve
from pbits.neural.toggles import ToggleAware
from pbits.validation import network_files
from pbits.validation.network_files import images as images_of
from pbits.validation.rows import Measured, NotRun, Row

_LI = "Li et al., Nat. Electron. 8, 1046 (2025)"
_HERE = "no published number; trained here"


# N10: the digital macro.


@cache
def _residual() -> MacroNetwork:
    """ResNet-8 of half the usual width, trained on the digits, in 8 bits."""
    images, labels = images_of("digits", "train")
    start = shapes.resnet((8, 8, 1), 10, (8, 16, 32), seed=1)
    trained = train(start, images, labels, epochs=5, rate=5e-3, seed=1).network
    return on_macros(trained, images[:50])


@cache
def _published() -> MacroNetwork:
    """The published ResNet-20, in 8 bits; its steps are from images of the training set."""
    network = network_files.network("cifar10_resnet20")
    seen = images_of("cifar10", "train", 40).images
    return on_macros(network, data.PREPROCESS["imagenet"](seen))


@cache
def _judged(full: bool) -> tuple[np.ndarray, np.ndarray]:
    images, labels = images_of("cifar10", "test", 400 if full else 120)
    return data.PREPROCESS["imagenet"](images), labels


def _different(
    mapped: Callable[[], MacroNetwork], images: Callable[[bool], Any], full: bool
) -> float:
    """Outputs of the macros that are not those of the software twin, to the last bit."""
    network, x = mapped(), images(full)[0][: 100 if full else 40]
    return float(np.count_nonzero(np.asarray(network(x)) != np.asarray(network.twin(x))))


def _digits(full: bool) -> data.Labelled:
    return images_of("digits", "test")


def _rounding(full: bool) -> float:
    """Points of accuracy between float and 8 bits, all test digits."""
    mapped, (images, labels) = _residual(), _digits(full)
    return 100 * abs(
        accuracy(mapped.network, images, labels) - accuracy(mapped.twin, images, labels, 180)
    )


@cache
def _usual(full: bool) -> float:
    return accuracy(_published().twin, *_judged(full), 50)


def _rounding_published(full: bool) -> float:
    """Points of accuracy between float and 8 bits."""
    return 100 * abs(accuracy(_published().network, *_judged(full), 50) - _usual(full))


def _lost(voltage: float, full: bool) -> Measured:
    """Points of accuracy lost to weak cells, mean of chips; error from the spread between them."""
    mapped, (images, labels) = _published(), _judged(full)
    usual = _usual(full)
    chips = []
    for chip in range(3 if full else 2):
        weak = mapped.at(OperatingPoint(voltage)).with_weak_cells(jax.random.key(chip), None)
        chips.append(100 * (usual - accuracy(weak, images, labels, 50)))
    return Measured(float(np.mean(chips)), float(np.std(chips, ddof=1) / len(chips) ** 0.5))


# N11: an equation solved.


@cache
def _errors(equation: Heat | Burgers) -> dict[int, float]:
    """Errors of a solution in float (0) and in 8 and 16 bits."""
    try:
        solved = solve(equation)
    except ImportError as missing:
        raise NotRun(str(missing)) from missing
    t, x = np.meshgrid(np.linspace(0, 1, 15), np.linspace(-1, 1, 17))
    found = {0: solved.error}
    for bits in (8, 16):
        mapped = on_macros(solved.network, points(t, x), DigitalMacro(bits, bits))
        found[bits] = relative_error(equation, mapped)
    return found


def _solution(equation: Heat | Burgers, full: bool) -> float:
    return _errors(equation)[0]


def _sixteen(equation: Heat | Burgers, full: bool) -> float:
    return _errors(equation)[16] / _errors(equation)[0]


def _eight(equation: Heat | Burgers, full: bool) -> float:
    return _errors(equation)[8] / _errors(equation)[0]


# N12: training that counts toggles.


@cache
def _toggling(name: str) -> tuple[MacroRun, MacroRun]:
    """A perceptron on the macro, trained as usual and then on with toggles and zeros counted."""
    images, labels = images_of(name, "train", 12000)
    unseen = images_of(name, "test", 2000)
    epochs = 20 if name == "digits" else 5
    start = shapes.mlp(images.shape[1:], 10, (128, 128), seed=1)
    usual = train(start, images, labels, epochs=epochs, rate=3e-3, seed=1).network
    steps = input_steps(usual, images[:200], 8)
    aware = ToggleAware.of(steps, 8, 8, toggles=1e-3, zeros=1e-5)
    hooks = {"linear": aware.linear, "penalty": aware.penalty}
    quiet = train(usual, images, labels, epochs=epochs, rate=2e-3, seed=1, **hooks).network
    mapped = (on_macros(network, images[:1], steps=steps) for network in (usual, quiet))
    first, second = (measure(network, *unseen, batch=500) for network in mapped)
    return first, second


def _quieter(name: str, compare: Callable[[MacroRun, MacroRun], float], full: bool) -> float:
    if name == "mnist" and not full:
        raise NotRun("only in full")
    return compare(*_toggling(name))


def _points_lost(usual: MacroRun, quiet: MacroRun) -> float:
    return max(0.0, 100 * (usual.accuracy - quiet.accuracy))


def _toggles_left(usual: MacroRun, quiet: MacroRun) -> float:
    return quiet.toggle_rate / usual.toggle_rate


def _energy_left(usual: MacroRun, quiet: MacroRun) -> float:
    return quiet.joules_per_image / usual.joules_per_image


ROWS = (
    Row("N10.1", "ResNet-8 shape trained here on digits, digital macros at 8 bits: outputs unlike "
        "the rounded software twin's", f"{_LI}: software-equivalent", 0.0, 0.5,
        partial(_different, _residual, _digits)),
    Row("N10.2", "the same: points of accuracy between 8 bits and float", f"{_LI}: "
        "software-equivalent", 0.0, 1.0, _rounding),
    Row("N10.3", "published ResNet-20 (CIFAR-10), digital macros at 8 bits: outputs unlike the "
        "rounded software twin's", f"{_LI}: software-equivalent", 0.0, 0.5,
        partial(_different, _published, _judged)),
    Row("N10.4", "the same: points of accuracy between 8 bits and float", f"{_LI}: "
        "software-equivalent", 0.0, 1.5, _rounding_published),
    Row("N10.5", "the same: points of accuracy that weak cells cost at 0.65 V (0.29 % of bits); "
        "between 1 and 25 passes", f"{_LI}: bits are misread; no published accuracy", 13.0, 12.0,
        partial(_lost, 0.65)),
    *(
        row
        for first, name, equation in ((1, "Burgers'", Burgers()), (4, "heat", Heat()))
        for row in (
            Row(f"N11.{first}", f"{name} equation solved by a network trained here: error relative "
                "to the exact solution, float", _HERE, 0.0, 0.03, partial(_solution, equation)),
            Row(f"N11.{first + 1}", "the same on digital macros at 16 bits: error over that of "
                "float", f"{_LI}: equal at 16 bits; a few percent allowed", 1.0, 0.05,
                partial(_sixteen, equation)),
            Row(f"N11.{first + 2}", "the same at 8 bits: error over that of float; 1.5 to 20 "
                "passes", f"{_LI}: visibly worse at 8 bits, no number", 10.75, 9.25,
                partial(_eight, equation)),
        )
    ),
    *(
        row
        for first, name in ((1, "digits"), (4, "mnist"))
        for row in (
            Row(f"N12.{first}", f"toggle-aware training, {name}, macros at 8 bits: points of "
                "accuracy it costs", "half a point allowed", 0.0, 0.5,
                partial(_quieter, name, _points_lost)),
            Row(f"N12.{first + 1}", "the same: measured toggles of input lines, over those "
                "of usual training; below 0.9 passes", _HERE, 0.45, 0.45,
                partial(_quieter, name, _toggles_left)),
            Row(f"N12.{first + 2}", "the same: energy of an image, over that of usual "
                "training; below 0.9 passes", _HERE, 0.45, 0.45,
                partial(_quieter, name, _energy_left)),
        )
    ),
)  # fmt: skip
