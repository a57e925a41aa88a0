"""Events of one small design, counted by hand; each kind of converter at its own price."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.converters.ramp import RampAdc
from crossbar.converters.sar import SarAdc
from crossbar.converters.sense import SenseAmplifier
from crossbar.converters.stochastic import StochasticReadout
from crossbar.cost_formulas import adc_survey, neurosim_sar
from crossbar.costs import Cost, Costs
from crossbar.counting import (
    Layout,
    accumulator_bits,
    array_pitch,
    converter_name,
    count_events,
    count_parts,
    count_path,
    with_converter,
)
from crossbar.design import Design
from crossbar.ledger import charge
from crossbar.programming import program

CELL = Cell(jnp.array([1e-6, 3e-6]), read_time=5e-9, area=1e-13)
# 7 inputs in arrays of 4 rows, 10 outputs in arrays of 4 columns; 4 bits are 3 slices in pairs.
LAYOUT = Layout(7, 10, planes=2, slices=3, blocks=2, tiles=3)


def design_of(adc: Any, **changes: Any) -> Design:
    return Design(
        CELL, adc=adc, rows=4, columns=4, weight_bits=4, input_bits=5, columns_per_adc=3
    ).replace(**changes)


def test_the_layout_is_that_of_a_programmed_matrix() -> None:
    memory = program(random.key(0), np.ones((7, 10)), design_of(SarAdc(6)))
    assert memory.layout == LAYOUT
    assert LAYOUT.arrays == 36


def test_events_by_hand() -> None:
    """5 digits; a conversion for each digit, row of arrays, slice and column."""
    design = design_of(SarAdc(6))
    events = count_events(design, LAYOUT, 2)
    conversions, wide = 5 * 2 * 3 * 10, 6 + 5 + 4
    pitch = np.sqrt(2 * 16 * 1e-13)
    assert float(array_pitch(design)) == pytest.approx(pitch, rel=1e-6, abs=0)
    # Two arrays are joined: 10 sums of 16 bits; both numbers go half the way.
    joined, gathered = 10 * 16, 10 * 2 * 15 * pitch / 2
    # 18 copies of each digit: pairs, slices and arrays along the outputs.
    branches = [18 * 0.5, 9 * 0.5, 5 * 1.0, 3 * 1.0, 2 * 2.0]
    spread = 7 * 5 * sum(branches) * pitch
    assert events["adc.sar.6"] == 2 * conversions
    assert events["dac.bit"] == 2 * 5 * 7 * 18
    assert events["register.bit"] == 2 * conversions * wide
    assert events["tree.add_bit"] == 2 * (conversions * wide + joined)
    assert float(events["wire.bit_mm"]) == pytest.approx(
        2 * (gathered + spread) / 1e-3, rel=1e-6, abs=0
    )
    assert len(events) == 5


def test_a_digit_of_several_bits_drives_them_all() -> None:
    design = design_of(SarAdc(6), encoding="sign-magnitude", dac_bits=2)
    events = count_events(design, LAYOUT, 1)
    assert events["dac.bit"] == 2 * 2 * 7 * 18
    assert events["adc.sar.6"] == 2 * 2 * 3 * 10


@pytest.mark.parametrize(("kind", "steps"), [("h-tree", 3), ("bus", 6), ("mesh", 4)])
def test_the_path_by_hand(kind: str, steps: int) -> None:
    """Digits one after another, 3 columns in turn; then one addition and those of the route."""
    layout = Layout(28, 10, planes=2, slices=3, blocks=7, tiles=3)
    path = count_path(design_of(SarAdc(6), routing=kind), layout, 2)
    assert path["cell.read"] == pytest.approx(2 * 5 * 5e-9, rel=1e-6, abs=0)
    assert path["adc.sar.6"] == 2 * 5 * 3
    assert path["tree.add_bit"] == 2 * (1 + steps)
    narrow = Layout(28, 2, planes=2, slices=3, blocks=7, tiles=1)
    assert count_path(design_of(SarAdc(6)), narrow, 1)["adc.sar.6"] == 5 * 2


def test_arrays_share_no_converters() -> None:
    """4, 4 and 2 columns by threes are 2 + 2 + 1, for each row of arrays and slice."""
    parts = count_parts(design_of(SarAdc(6)), LAYOUT)
    assert parts["adc.sar.6"] == 2 * 3 * (2 + 2 + 1)
    assert parts["cell.area"] == pytest.approx(36 * 16 * 1e-13, rel=1e-6, abs=0)
    # One column of each array is the reference: 3, 3, 3 and 1.
    shared = Layout(7, 10, planes=1, slices=4, blocks=2, tiles=4)
    assert count_parts(design_of(SarAdc(6)), shared)["adc.sar.6"] == 2 * 4 * 4
    # Nor can an array convert more columns than it has.
    many = design_of(SarAdc(6), columns_per_adc=64)
    assert count_parts(many, LAYOUT)["adc.sar.6"] == 2 * 3 * 3
    assert count_path(many, LAYOUT, 1)["adc.sar.6"] == 5 * 4


def test_a_flash_converter_is_many_comparators_at_once() -> None:
    design, name = design_of(FlashAdc(3)), "adc.flash.comparator"
    assert count_events(design, LAYOUT, 1)[name] == 300 * 7
    assert count_path(design, LAYOUT, 1)[name] == 5 * 3
    assert count_parts(design, LAYOUT)[name] == 30 * 7


@pytest.mark.parametrize(("samples", "reads"), [(4, 12), ((1, 2, 6), 9)])
def test_a_stochastic_read_out_reads_several_times(samples: Any, reads: int) -> None:
    """Slices are read side by side, so the one that is read most often takes longest."""
    design, name = design_of(StochasticReadout(samples=samples)), "adc.sense_amplifier"
    assert count_events(design, LAYOUT, 1)[name] == 5 * 2 * 10 * reads
    assert count_path(design, LAYOUT, 1)[name] == 5 * 3 * np.max(samples)
    assert count_parts(design, LAYOUT)[name] == 30


@pytest.mark.parametrize(
    ("adc", "name", "energy", "time"),
    [
        # Four cells of 2 uS on average, in parallel.
        (SarAdc(6), "adc.sar.6", *neurosim_sar(6, 1 / (4 * 2e-6))),
        (SarAdc(7), "adc.sar.7", *neurosim_sar(7, 1 / (4 * 2e-6))),
        (IdealAdc(8), "adc.sar.8", *neurosim_sar(8, 1 / (4 * 2e-6))),
        (RampAdc(5), "adc.ramp.5", adc_survey(5), 32e-9),
        (FlashAdc(3), "adc.flash.comparator", 5e-14, 1e-9),
        (SenseAmplifier(), "adc.sense_amplifier", 1.6e-15, 1e-9),
        (StochasticReadout(samples=(1, 2, 6)), "adc.sense_amplifier", 1.6e-15, 1e-9),
        (IdealAdc(None), "adc.none", 0.0, 0.0),
    ],
)
def test_each_converter_at_its_own_price(adc: Any, name: str, energy: float, time: float) -> None:
    design = design_of(adc)
    table = with_converter(Costs.load(), design)
    assert name in count_events(design, LAYOUT, 1)
    assert table[name].energy == pytest.approx(energy, rel=1e-6, abs=0)
    assert table[name].time == pytest.approx(time, rel=1e-6, abs=0)
    charged = charge(
        {**count_events(design, LAYOUT, 1), "cell.read": 1e-15},
        count_path(design, LAYOUT, 1),
        count_parts(design, LAYOUT),
        table,
    )
    assert charged.energy > 0


def test_ones_own_price_wins() -> None:
    """Also where it is computed otherwise; other entries are left alone."""
    for adc in (SarAdc(6), SarAdc(7), RampAdc(5), FlashAdc(3)):
        name = converter_name(design_of(adc))
        mine = Cost(name, "conversion", "bench", "measured", 1e-18, 2e-9, 3e-12)
        table = with_converter(Costs({**Costs.load(), name: mine}), design_of(adc))
        assert table[name] == mine
        other = with_converter(Costs.load(), design_of(adc))
        assert other[name] != mine
        assert {key: value for key, value in other.items() if key != name} == {
            key: value for key, value in Costs.load().items() if key != name
        }


def test_bits_that_no_formula_reaches_are_explained() -> None:
    with pytest.raises(ValueError, match="tabulated for 4 to 8 bits"):
        with_converter(Costs.load(), design_of(RampAdc(9)))


def test_sums_of_digits_and_slices_fit_the_accumulator() -> None:
    """All digits and slices at the largest code."""
    for input_bits, weight_bits, bits in ((5, 4, 6), (8, 8, 8), (2, 2, 4)):
        design = design_of(SarAdc(bits), input_bits=input_bits, weight_bits=weight_bits)
        largest = 2 ** (bits - 1) * (2**input_bits - 1) * (2 ** (weight_bits - 1) - 1)
        assert 2 * largest < 2 ** accumulator_bits(design)
    assert accumulator_bits(design_of(IdealAdc(None))) == 24 + 5 + 4
