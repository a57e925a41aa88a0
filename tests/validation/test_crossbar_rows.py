"""Rows of crossbars: they pass, and fail where the physics behind them is wrong."""

import dataclasses

import numpy as np
import pytest

from crossbar import sensing
from crossbar.cells import granular
from crossbar.digital.points import OperatingPoint
from crossbar.wires import wire
from crossbar.wires.wire import Wire
from crossbar.writing import pulses
from pbits.devices import spin_loss
from pbits.validation import (
    crossbar_digital,
    crossbar_losses,
    crossbar_tiles,
    crossbar_wires,
    crossbar_writing,
)
from pbits.validation.rows import check, choose
from pbits.validation.table import all_rows

QUICK = [
    "X1.1", "X1.5", "X2", "X3", "X4.3", "X4.7", "X5.1", "X5.5", "X5.24", "X6.5", "X6.6", "X6.7",
    "X7.1", "X7.5", "X7.9", "X7.13", "X7.18", "X7.20", "X8", "X9.1", "X9.8", "X9.9", "X9.10",
    "X9.11", "X9.12", "X9.15", "X10", "X11", "X12", "X13.1", "X13.3", "X13.5",
    "X14", "X15.1", "X15.2", "X15.3", "X15.4", "X15.5", "X16",
]  # fmt: skip


def row(name):
    (found,) = choose(all_rows(), [name])
    return found


@pytest.mark.parametrize("one", choose(all_rows(), QUICK), ids=lambda one: one.id)
def test_rows_pass(one):
    found = check(one)
    assert found.passed, f"{one.claim}: {found.value} for {one.reference}, {found.note}"


@pytest.mark.parametrize(
    "name", ["X2.5", "X3.1", "X5.24", "X7.1", "X8.1", "X9.1", "X12.1", "X15.3", "X16.3"]
)
def test_a_wrong_reference_fails(name):
    right = row(name)
    wrong = dataclasses.replace(right, reference=right.reference + 3 * right.tolerance)
    assert check(right).passed
    assert not check(wrong).passed


def test_swapped_wires_fail(monkeypatch):
    """badcrossbar's arrays, and part of the table of losses, tell word from bit lines."""
    usual = crossbar_wires.effective
    monkeypatch.setattr(
        crossbar_wires,
        "effective",
        lambda cells, w: usual(cells, dataclasses.replace(w, word=w.bit, bit=w.word)),
    )
    assert not check(row("X4.7")).passed


def test_wires_of_another_resistance_fail(monkeypatch):
    """Five percent are seen where the table has digits enough."""
    monkeypatch.setattr(crossbar_losses, "Wire", lambda word, bit: Wire(1.05 * word, 1.05 * bit))
    crossbar_losses._loss.cache_clear()
    assert not check(row("X5.24")).passed
    crossbar_losses._loss.cache_clear()


def test_a_law_without_its_factor_fails(monkeypatch):
    """N^2 r G instead of two thirds of it."""
    monkeypatch.setattr(wire, "_mean_drop", lambda cells, ends: cells**2 / 2)
    assert not check(row("X6.5")).passed
    assert not check(row("X6.7")).passed


def test_grains_of_a_wrong_law_fail(monkeypatch):
    """Deviations that are the same at all levels: the ends are tight no more."""

    def even(cell, grains):
        levels = np.asarray(cell.levels, float)
        return (levels[-1] - levels[0]) * 0.5 / np.sqrt(grains) / levels

    monkeypatch.setattr(granular, "grain_spread", even)
    assert not check(row("X7.1")).passed
    assert not check(row("X7.13")).passed


def test_more_wrong_bits_fail(monkeypatch):
    usual = OperatingPoint.read_error_bound.fget
    assert usual is not None
    monkeypatch.setattr(
        OperatingPoint, "read_error_bound", property(lambda point: 1.3 * usual(point))
    )
    assert not check(row("X3.1")).passed
    assert not check(row("X3.2")).passed
    assert not check(row("X3.4")).passed


def test_sums_without_sign_fail(monkeypatch):
    usual = crossbar_digital.multiply
    monkeypatch.setattr(
        crossbar_digital, "multiply", lambda *given: usual(*given, signed_cycle=False)
    )
    assert not check(row("X1.5")).passed


def test_products_that_are_off_by_one_fail(monkeypatch):
    usual = crossbar_digital.DigitalMacro.program

    def off(macro, weights):
        changed = weights.copy()
        changed[5, 5] ^= 1
        return usual(macro, changed)

    monkeypatch.setattr(crossbar_digital.DigitalMacro, "program", off)
    assert check(row("X1.1")).value > 0
    assert not check(row("X1.1")).passed


def test_energies_five_percent_off_fail(monkeypatch):
    usual = pulses.pulse_energy
    monkeypatch.setattr(pulses, "pulse_energy", lambda *given: 1.05 * usual(*given))
    assert not any(check(row(f"X9.{k}")).passed for k in (1, 2, 3, 4))


def test_torque_of_both_faces_together_fails(monkeypatch):
    """What the faces absorb must be subtracted."""
    usual = spin_loss.spin_loss_torque

    def together(strip, current):
        return usual(strip._replace(bottom=strip.bottom + strip.top, top=0.0), current)

    monkeypatch.setattr(crossbar_writing, "spin_loss_torque", together)
    assert not check(row("X9.11")).passed


def test_noise_of_another_size_fails(monkeypatch):
    """Of half the power, as if the spectrum were two-sided."""
    usual = sensing.tunnel_density
    monkeypatch.setattr(sensing, "tunnel_density", lambda *given: usual(*given) / 2**0.5)
    assert not check(row("X16.5")).passed
    assert check(row("X16.4")).passed


def test_cells_of_one_bit_more_fail(monkeypatch):
    """Weights with a sign in their 8 bits take 7 cells or 4: no halving."""
    monkeypatch.setattr(crossbar_tiles, "_WEIGHT_BITS", 8)
    assert not check(row("X8.1")).passed
    assert not check(row("X8.6")).passed
    assert not check(row("X8.8")).passed


def test_the_network_is_the_usual_one():
    """ResNet-18 for CIFAR: 20 convolutions and a classifier, 11.16 M weights, 555 M products."""
    layers = list(crossbar_tiles.resnet18())
    assert len(layers) == 21
    assert sum(a * b for a, b, _ in layers) == pytest.approx(11.16e6, rel=1e-3)
    assert sum(a * b * c for a, b, c in layers) == pytest.approx(555e6, rel=2e-3)
