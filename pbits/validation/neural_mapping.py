"""Networks on arrays: cells of two bits (N1), flash converters (N2), accuracy kept (N3)."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import random

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.converters.adc import IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.design import Design, lossless_bits
from crossbar.sensing import sense
from pbits.neural.chips import Chips, evaluate_chips, paired_error
from pbits.neural.cost_report import InferenceCost
from pbits.neural.costing import estimate
from pbits.neural.evaluating import accuracy
from pbits.neural.fitting import Aids
from pbits.neural.hardware import hardware
from pbits.neural.network import Network
from pbits.validation import network_files
from pbits.validation.crossbar_tiles import resnet18
from pbits.validation.rows import Measured, NotRun, Row

_GUPTE = "abstract of Gupte et al., npj Unconv. Comput. 3, 8 (2026)"
_POINTS = 3.0
_ROWS = 128
RESIDUAL = "cifar10_resnet20"
ALL = Aids(codes="measured", in_order=True)
WORDS = {Aids(): "ranges and gains", ALL: "all aids, cells read back"}


def granular(bits: int, flash: bool = False) -> Design:
    """Cells of one or two bits, 8 bits and a sign, converters that lose nothing.

    Arrays of two-bit cells are half as many; each has twice the converters, so that both sides
    have equally many.
    """
    levels = 2**bits
    needed = lossless_bits(_ROWS, levels, 1, signed=True)
    return hardware(
        "granular", cell=get("granular", num_levels=levels), weight_bits=9, encoding="unsigned",
        columns_per_adc=16 // bits, adc=FlashAdc(needed) if flash else IdealAdc(needed),
    )  # fmt: skip


@lru_cache
def resnet18_cost(bits: int, flash: bool = False) -> InferenceCost:
    """Of one image of 32 x 32 through ResNet-18."""
    shapes = [
        (f"layer{i}", rows, columns, products)
        for i, (rows, columns, products) in enumerate(resnet18())
    ]
    return estimate(shapes, granular(bits, flash))


def _gain(what: Callable[[InferenceCost], float], full: bool) -> float:
    """One-bit cells over two-bit cells."""
    return what(resnet18_cost(1)) / what(resnet18_cost(2))


def _flash_gain(full: bool) -> float:
    one, two = (resnet18_cost(bits, flash=True).by_part()["converters"] for bits in (1, 2))
    return one / two


def _flash_over_sar(full: bool) -> float:
    """Comparisons of a conversion, from the counts of a whole image."""
    flash, sar = resnet18_cost(2, flash=True), resnet18_cost(2)
    counts = [
        sum(row.count for layer in cost.layers for row in layer.report.rows
            if row.quantity == "energy" and row.name.startswith("adc"))
        for cost in (flash, sar)
    ]  # fmt: skip
    return counts[0] / counts[1]


def _read_time(tmr: float) -> float:
    """s of all reads of an image, each as long as noise asks for."""
    high = 0.59e-6
    cell = Cell(jnp.array([high / (1 + tmr), high]), read_voltage=0.2)
    cell = cell.replace(read_time=float(sense(cell, _ROWS, 1e-6, columns=2).time))
    cost = estimate([("layer", 576, 64, 1024)], hardware("sot", cell=cell))
    return sum(row.total for row in cost.layers[0].report.rows
               if (row.quantity, row.name) == ("time", "cell.read"))  # fmt: skip


def _slower(full: bool) -> float:
    return _read_time(1.0) / _read_time(2.0)


def _chips(case: str, design: Design, aids: Aids, full: bool) -> Chips:
    if case == RESIDUAL and not full:
        raise NotRun("minutes: run with --full")
    count = 250 if case == RESIDUAL else 500 if full else 200
    network, images, labels, typical = CASES[case](count)
    return evaluate_chips(
        network, design, typical, images, labels, random.key(0), chips=3 if full else 2,
        mapping={"aids": aids}, batch=50,
    )  # fmt: skip


def _loss(case: str, kind: str, aids: Aids, full: bool) -> Measured:
    """Points of accuracy that arrays lose, mean over chips, and its standard error."""
    found = _chips(case, hardware(kind), aids, full)
    return Measured(100 * found.loss, 100 * found.loss_error)


def _kept(full: bool) -> Measured:
    one, two = (_chips("digits", granular(bits), Aids(), full).right for bits in (1, 2))
    lost = one * 1.0 - two
    return Measured(100 * float(lost.mean()), 100 * paired_error(lost))


Case = tuple[Network, np.ndarray, np.ndarray, np.ndarray]


@lru_cache
def _digits(count: int) -> Case:
    from pbits.neural import data, shapes, train

    images, labels = data.load("digits", "train")
    start = shapes.mlp((8, 8, 1), 10, hidden=(32,))
    network = train(start, images, labels, epochs=10, rate=0.01).network
    tested, known = data.load("digits", "test")
    return network, tested, known, images[:64]


def _published(name: str, images: str, preprocess: str, count: int) -> Case:
    from pbits.neural import data

    network, change = network_files.network(name), data.PREPROCESS[preprocess]
    x, labels = network_files.images(images, "test", count)
    typical = network_files.images(images, "train", 64).images
    if accuracy(network, change(x), labels) < 0.75:
        raise ValueError(f"{name} is wrong in float already: other weights or preprocessing?")
    return network, change(x), labels, change(typical)


CASES: dict[str, Callable[[int], Case]] = {
    "digits": _digits,
    "mnist-net_256x2": partial(_published, "mnist-net_256x2", "mnist", "unit"),
    "mnist-net_256x4": partial(_published, "mnist-net_256x4", "mnist", "unit"),
    "mnist-7_cntk": partial(_published, "mnist-7_cntk", "mnist", "bytes"),
    RESIDUAL: partial(_published, RESIDUAL, "cifar10", "imagenet"),
}


def _kept_rows() -> Iterator[Row]:
    """Each network on cells of usual spread, then on cells of a measured spread, with all aids."""
    cases = [(case, kind, Aids()) for case in CASES for kind in ("sot", "stt")]
    cases += [(case, "stt-28nm", ALL) for case in CASES]
    for number, (case, kind, aids) in enumerate(cases, 1):
        claim = f"{case} on {kind}, 8 bits, {WORDS[aids]}: points of accuracy lost, mean of chips"
        yield Row(f"N3.{number}", claim, "within 3 points of float", 0.0, _POINTS,
                  partial(_loss, case, kind, aids))  # fmt: skip


def _row(number: int, claim: str, value: float, width: float, what: Any) -> Row:
    return Row(f"N1.{number}", f"ResNet-18 for CIFAR, one-bit over two-bit granular cells: {claim}",
               _GUPTE, value, width, what)  # fmt: skip


ROWS = (
    _row(1, "arrays", 2.0, 0.005, partial(_gain, lambda cost: cost.arrays)),
    _row(2, "area of cells (converters are equally many)", 2.0, 0.005,
         partial(_gain, lambda cost: cost.area)),
    _row(3, "energy, all parts; up to 1.8", 1.8, 0.1, partial(_gain, lambda cost: cost.energy)),
    _row(4, "latency with equally many converters; up to 1.8", 1.8, 0.1,
         partial(_gain, lambda cost: cost.latency)),
    _row(5, "energy times latency; about 3.2", 3.2, 0.2, partial(_gain, lambda cost: cost.edp)),
    Row("N1.6", "digits: points of accuracy that two-bit cells lose more than one-bit cells",
        "accuracy kept", 0.0, 2.0, _kept),
    Row("N2.1", "the same with flash converters that lose nothing: their energy",
        "2 (2^9 - 1) / (2^10 - 1): a bit more doubles what half the conversions save",
        2 * 511 / 1023, 1e-6, _flash_gain),
    Row("N2.2", "comparisons of such a conversion, two-bit cells", "2^B - 1, B = 10", 1023.0, 1e-6,
        _flash_over_sar),
    Row("N2.3", "time of all reads of a layer at a TMR of 100 % over that at 200 %",
        "((1 + TMR) / TMR)^2", 16 / 9, 1e-3, _slower),
    *_kept_rows(),
)  # fmt: skip
