"""Named machines: every number has an origin and a use, and parts are what they are said to be."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

from pbits.devices import presets as junctions
from pbits.devices import summary
from pbits.machine import devices, preset_parts, presets
from problems import ising
from problems.generators import ferromagnet, sherrington_kirkpatrick

SMALL = ferromagnet((4, 4))
KNOWN = {
    name
    for function in (preset_parts.neurons_of, preset_parts.coupling_of)
    for name in inspect.signature(function).parameters
} - {"others"} | {"clock", "wait"}  # fmt: skip


def test_names_and_descriptions():
    assert presets.names()[0] == "default"
    assert "ideal" in presets.names()
    assert all(presets.describe(name).text for name in presets.names())


@pytest.mark.parametrize("name", presets.names())
def test_every_number_has_an_origin_and_a_use(name):
    for key, number in presets.describe(name).numbers.items():
        assert key in KNOWN
        assert number.label in ("measured", "simulated", "memory", "assumed")
        assert len(number.source) > 5


@pytest.mark.parametrize("name", [name for name in presets.names() if name != "ideal"])
def test_numbers_become_the_machine(name):
    numbers = {key: number.value for key, number in presets.describe(name).numbers.items()}
    machine = presets.get(name)
    design = machine.coupling.design
    assert (design.rows, design.columns, machine.coupling.arrays) == (
        numbers["rows"], numbers["columns"], numbers["arrays"],
    )  # fmt: skip
    assert (design.weight_bits, design.adc.bits) == (numbers["weight_bits"], numbers["adc_bits"])
    assert float(design.wire.word) == numbers["wire"]
    assert machine.clocking.wait == numbers["wait"]
    assert machine.neurons.cost.input_bits == numbers.get("input_bits", 0)
    assert machine.neurons.input_bits == (numbers.get("input_bits") or None)
    assert machine.neurons.spread.slope == numbers.get("slope_spread", 0)


def test_the_ideal_preset_is_the_exact_sampler():
    assert presets.get("ideal").load(SMALL).is_exact
    assert not presets.get("cmos").load(SMALL).is_exact


def test_telegraph_has_the_junctions_time_and_current():
    junction = junctions.get("in-plane-easy-axis")
    neurons = preset_parts.telegraph_neurons("in-plane-easy-axis")
    half = 0.5493061443340549 / neurons.slope
    assert float(summary.transfer(junction, half)[0]) == pytest.approx(0.5, abs=0.01)
    law = neurons.model
    assert np.asarray(law.transfer(np.array([-half, 0, half]))) == pytest.approx([-0.5, 0, 0.5])
    # Two rates of a linear law: tanh all the way, which is what makes a machine Boltzmann's.
    x = np.linspace(-2, 2, 9)
    assert np.asarray(law.transfer(x / neurons.slope)) == pytest.approx(np.tanh(x), abs=1e-5)


def test_presets_and_junctions_make_the_same_pbits():
    made = devices.from_junction("in-plane-easy-axis")
    preset = presets.get("default").neurons
    assert (preset.model, preset.slope, preset.offset) == (made.model, made.slope, made.offset)
    assert preset.cost._replace(input_bits=0) == made.cost


def test_a_telegraphs_power_reads_and_drives_it():
    neurons = preset_parts.telegraph_neurons("in-plane-easy-axis")
    ohms = 1 / np.asarray(junctions.get("in-plane-easy-axis").conductance([-1.0, 1.0], 0.1))
    half = np.arctanh(0.5) / neurons.slope
    read = 0.1**2 * (1 / ohms).mean()
    low = 1 / np.asarray(junctions.get("in-plane-easy-axis").conductance([-1.0, 1.0]))
    assert neurons.cost.power == pytest.approx(read + half**2 * low.mean(), rel=1e-3, abs=0)


def test_a_telegraph_slows_down_as_its_junction_does():
    # n = 2; a linear law would be 6 % too fast at twice I50.
    junction, neurons = (
        junctions.get("in-plane-easy-axis"),
        preset_parts.telegraph_neurons("in-plane-easy-axis"),
    )
    current = 2 * np.arctanh(0.5) / neurons.slope
    exact = summary.times(junction, current).correlation
    own = float(neurons.model.correlation_time(current))
    assert own == pytest.approx(exact, rel=0.05, abs=0)
    linear = replace(neurons.model.law, critical=neurons.model.law.critical / 2, exponent=1.0)
    wrong = float(replace(neurons.model, law=linear).correlation_time(current))
    assert wrong != pytest.approx(exact, rel=0.05, abs=0)


def test_a_dividers_logistic_curve_is_next_to_its_transfer_curve():
    neurons = preset_parts.divider_neurons("easy-plane-disk")
    inputs = neurons.offset + np.linspace(-0.75, 0.75, 7) / neurons.slope
    ideal = np.tanh(neurons.slope * (inputs - neurons.offset))
    mean = np.asarray(neurons.model.transfer(inputs))
    assert np.abs(mean - ideal).max() < 0.08  # an arcsine is no tanh
    middle = np.tanh(0.75 * neurons.slope * (inputs - neurons.offset))  # its slope in the middle
    assert np.abs(mean - middle).max() > 0.12


def test_spreads_are_in_units_of_the_tanhs_argument():
    neurons = presets.get("low-cost", offset_spread=0.3).neurons
    shifts = neurons.devices(4000)[1] * neurons.slope
    assert shifts.std() == pytest.approx(0.3, abs=0.02)


def test_digital_pbits_take_their_clock_and_converters_their_energy():
    loaded = presets.get("cmos").load(SMALL)
    counts = loaded.counts(10, 4)
    assert counts.path["pbit.wait"] == pytest.approx(counts.clocks * 1e-9, rel=1e-9, abs=0)
    assert "pbit.input" not in counts.events
    slower = presets.get("cmos", digital_clock=3e-9).load(SMALL).counts(10, 4)
    assert slower.path["pbit.wait"] == pytest.approx(3 * counts.path["pbit.wait"], rel=1e-9, abs=0)
    own = presets.get("cmos")
    cost = own.neurons.cost._replace(input_bits=8)
    neurons = type(own.neurons)(cost=cost)
    told = presets.get("cmos", neurons=neurons).load(SMALL).counts(10, 4)
    assert told.events["pbit.input"] == pytest.approx(
        told.updates * 256e-15 * 0.64, rel=1e-9, abs=0
    )


def test_holders_are_those_that_load():
    wide = ising(np.zeros(3), [0, 1], [1, 2], [1, 20])
    assert "low-cost" not in presets.holders(wide)
    assert set(presets.holders(SMALL)) == set(presets.names())
    large = sherrington_kirkpatrick(600, seed=0)
    assert "low-cost" not in presets.holders(large)
    for problem in (wide, large):
        with pytest.raises(ValueError, match="does not fit"):
            presets.get("low-cost").load(problem)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("best", {}, "expected one of default"),
        ("default", {"bits": 3}, "did you mean"),
        ("ideal", {"rows": 3}, "it has pbits, cell, clock"),
        ("default", {"converter": "fast"}, "expected one of ideal, sar, flash"),
        ("default", {"pbits": "analog"}, "expected one of ideal, telegraph, divider, digital"),
        ("cmos", {"weight_bits": 1}, "weight_bits is 1"),
        ("default", {"junction": "easy-plane-disk"}, "expected at least 3 kT"),
        ("fast", {"junction": "pma-memory"}, "expected one in plane"),
    ],
)
def test_impossible_machines(name, changes, message):
    with pytest.raises(ValueError, match=message):
        presets.get(name, **changes)
