"""Networks on the digital macro, in sums of resistances, and read as random signs (N10-N14).

No published weights are at hand for what these rows compare with, but for one network of N10; the
rest is trained here, and the claims say so.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

from crossbar.cells import presets
from crossbar.converters.adc import IdealAdc
from crossbar.converters.stochastic import StochasticReadout
from crossbar.costs import Cost, Costs
from crossbar.design import Design
from crossbar.digital import DigitalMacro, OperatingPoint
from crossbar.ledger import Report
from pbits.neural import accuracy, binary, data, read_onnx, shapes, train
from pbits.neural.integers import input_steps
from pbits.neural.macro import MacroNetwork, MacroRun, measure, on_macros
from pbits.neural.network import Network
from pbits.neural.partial_sums import PartialSums, readout_cost
from pbits.neural.physics import Burgers, Heat, points, relative_error, solve
from pbits.neural.toggles import ToggleAware
from pbits.validation.rows import Measured, NotRun, Row
from problems import store

_LI = "Li et al., Nat. Electron. 8, 1046 (2025)"
_JUNG = "Jung et al., Nature 601, 211 (2022)"
_STOX = "StoX-Net, arXiv 2407.12378 v2"
_HERE = "no published number; trained here"


def _images(name: str, split: str, count: int | None = None) -> data.Labelled:
    try:
        return data.load(name, split, count=count)
    except (FileNotFoundError, ImportError) as missing:
        raise NotRun(str(missing).partition("\n")[0]) from missing


# N10: the digital macro.


@cache
def _residual() -> MacroNetwork:
    """ResNet-8 of half the usual width, trained on the digits, in 8 bits."""
    images, labels = _images("digits", "train")
    start = shapes.resnet((8, 8, 1), 10, (8, 16, 32), seed=1)
    trained = train(start, images, labels, epochs=5, rate=5e-3, seed=1).network
    return on_macros(trained, images[:50])


@cache
def _published() -> MacroNetwork:
    """The published ResNet-20, in 8 bits; its steps are from images of the training set."""
    found = [folder / "nets" / "cifar10_resnet20.onnx" for folder in store.folders()]
    files = [path for path in found if path.is_file()]
    if not files:
        raise NotRun(f"no {found[0].name} in the folder nets of {store.ENVIRONMENT}")
    try:
        network = read_onnx(Path(files[0]))
    except ImportError as missing:
        raise NotRun(str(missing)) from missing
    seen = _images("cifar10", "train", 40).images
    return on_macros(network, data.PREPROCESS["imagenet"](seen))


@cache
def _judged(full: bool) -> tuple[np.ndarray, np.ndarray]:
    images, labels = _images("cifar10", "test", 400 if full else 120)
    return data.PREPROCESS["imagenet"](images), labels


def _different(
    mapped: Callable[[], MacroNetwork], images: Callable[[bool], Any], full: bool
) -> float:
    """Outputs of the macros that are not those of the software twin, to the last bit."""
    network, x = mapped(), images(full)[0][: 100 if full else 40]
    return float(np.count_nonzero(np.asarray(network(x)) != np.asarray(network.twin(x))))


def _digits(full: bool) -> data.Labelled:
    return _images("digits", "test")


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
    images, labels = _images(name, "train", 12000)
    unseen = _images(name, "test", 2000)
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


# N13: sums of resistances.


def _cropped(images: np.ndarray) -> np.ndarray:
    """24 x 24 pixels, nine times 64 rows, dark ones below 0."""
    return images[:, 2:-2, 2:-2] - 0.5


@cache
def _signs(full: bool) -> Network:
    images, labels = _images("mnist", "train")
    start = binary.perceptron((24, 24, 1), 10, seed=1)
    options = {"epochs": 10 if full else 6, "batch": 200, "rate": 5e-3, "held_out": 0.05}
    return train(start, _cropped(images), labels, linear=binary.product, seed=1, **options).unfolded


@cache
def _software(full: bool) -> float:
    images, labels = _images("mnist", "test")
    network = _signs(full)
    return 100 * accuracy(
        jax.jit(lambda x: network.run(x, binary.product)), _cropped(images), labels, 2000
    )


@cache
def _chips(full: bool) -> Measured:
    images, labels = _images("mnist", "test")
    seen = _cropped(_images("mnist", "train", 2000).images)
    found = []
    for chip in range(5 if full else 3):
        written = binary.ResistanceNetwork.program(jax.random.key(chip), _signs(full))
        found.append(100 * accuracy(written.calibrated(seen), _cropped(images), labels, 2000))
    return Measured(float(np.mean(found)), float(np.std(found, ddof=1) / len(found) ** 0.5))


def _loss(full: bool) -> Measured:
    chips = _chips(full)
    return Measured(_software(full) - chips.value, chips.standard_error)


# N14: random signs in place of converters.


@cache
def _gains(bits: int) -> tuple[Report, Report]:
    """ResNet-20 read by converters of some bits, eight columns each, and by p-bits of their own."""
    network = shapes.make("resnet20", (32, 32, 3), 10)
    design = Design(presets.get("sot"), weight_bits=4, input_bits=4)
    table = Costs.load()
    survey = table[f"adc.survey.{bits}"]
    facts = f"{survey.source}; a bit a ns and one more assumed"
    timed = Cost(survey.name, survey.unit, facts, "assumed", survey.energy, (bits + 1) * 1e-9)
    converted = design.replace(adc=IdealAdc(bits, part="adc.survey"))
    random = design.replace(adc=StochasticReadout(), columns_per_adc=1)
    usual = readout_cost(network, converted, Costs({**table, survey.name: timed}))
    return usual, readout_cost(network, random)


def _gain(quantity: str, bits: int, full: bool) -> float:
    usual, random = _gains(bits)
    return float(np.log10(getattr(usual, quantity) / getattr(random, quantity)))


def _reads_lost(full: bool) -> Measured:
    """Points of accuracy between float and eight reads a sum, sixteen in the last layer."""
    images, labels = _images("digits", "train")
    unseen = _digits(full)
    start = shapes.mlp((8, 8, 1), 10, (256,), seed=1)
    options = {"epochs": 20, "rate": 5e-3, "seed": 1}
    usual = accuracy(train(start, images, labels, **options).network, *unseen)
    last = (("dense2", 16),)
    sums = PartialSums(reads=2, more=last)
    network = train(start, images, labels, linear=sums.training, **options).network
    often = PartialSums(reads=8, more=last)
    run = jax.jit(lambda x, key: network.run(x, often.hook(network, key)))
    found = [
        100 * (usual - accuracy(lambda x, k=k: run(x, jax.random.key(k)), *unseen, batch=360))
        for k in range(8)
    ]
    return Measured(float(np.mean(found)), float(np.std(found, ddof=1) / len(found) ** 0.5))


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
    Row("N13.1", "binary perceptron, two layers, 128 hidden (chosen; not in open text), trained "
        "here: software accuracy on MNIST, %", _JUNG, 95.24, 1.0, _software),
    Row("N13.2", "the same in sums of 64 resistances (spread 1.6 and 2.0 kOhm, 4-bit delays, "
        "thresholds calibrated), mean of chips, %", _JUNG, 93.23, 1.0, _chips),
    Row("N13.3", "the same: points lost to the array", _JUNG, 95.24 - 93.23, 1.0, _loss),
    Row("N14.1", "ResNet-20 at 4 bits, sums read as random signs rather than by 8-bit converters: "
        "gain in latency, decades", f"{_STOX}: 8 times; costs of our table", np.log10(8), 0.1,
        partial(_gain, "latency", 8)),
    Row("N14.2", "the same: gain in energy, decades (a factor of three allowed)", f"{_STOX}: 16 "
        "times; costs of our table", np.log10(16), 0.5, partial(_gain, "energy", 8)),
    Row("N14.3", "the same: gain in energy times delay, decades (a factor of three allowed)",
        f"{_STOX}: 130 times; costs of our table", np.log10(130), 0.5, partial(_gain, "edp", 8)),
    Row("N14.4", "the same over 4-bit converters, decades (a factor of two allowed)",
        f"{_STOX}: 24 times over sparse low-bit converters; costs of our table", np.log10(24), 0.3,
        partial(_gain, "edp", 4)),
    Row("N14.5", "perceptron trained here through random signs, digits, 8 reads a sum, 16 in the "
        "last layer: points of accuracy below float", f"{_STOX}: near software", 0.0, 2.0,
        _reads_lost),
)  # fmt: skip
