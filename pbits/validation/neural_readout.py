"""Networks in sums of resistances, and read as random signs (N13-N14).

No published weights are at hand for what these rows compare with; networks are trained here, and
the claims say so.
"""

from functools import cache, partial

import jax
import numpy as np

from crossbar.cells import presets
from crossbar.converters.adc import IdealAdc
from crossbar.converters.stochastic import StochasticReadout
from crossbar.costs import Cost, Costs
from crossbar.design import Design
from crossbar.ledger import Report
from pbits.neural import accuracy, binary, shapes, train
from pbits.neural.network import Network
from pbits.neural.partial_sums import PartialSums, readout_cost
from pbits.validation.network_files import images as images_of
from pbits.validation.rows import Measured, Row

_JUNG = "Jung et al., Nature 601, 211 (2022)"
_STOX = "StoX-Net, arXiv 2407.12378 v2"

# N13: sums of resistances.


def _cropped(images: np.ndarray) -> np.ndarray:
    """24 x 24 pixels, nine times 64 rows, dark ones below 0."""
    return images[:, 2:-2, 2:-2] - 0.5


@cache
def _signs(full: bool) -> Network:
    images, labels = images_of("mnist", "train")
    start = binary.perceptron((24, 24, 1), 10, seed=1)
    options = {"epochs": 10 if full else 6, "batch": 200, "rate": 5e-3, "held_out": 0.05}
    return train(start, _cropped(images), labels, linear=binary.product, seed=1, **options).unfolded


@cache
def _software(full: bool) -> float:
    images, labels = images_of("mnist", "test")
    network = _signs(full)
    return 100 * accuracy(
        jax.jit(lambda x: network.run(x, binary.product)), _cropped(images), labels, 2000
    )


@cache
def _chips(full: bool) -> Measured:
    images, labels = images_of("mnist", "test")
    seen = _cropped(images_of("mnist", "train", 2000).images)
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
    images, labels = images_of("digits", "train")
    unseen = images_of("digits", "test")
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
