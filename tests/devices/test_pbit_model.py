"""What all p-bits have in common: one protocol, samples that do not depend on the cores."""

import json
import os
import subprocess
import sys
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from pbits.devices import presets
from pbits.devices.axial_pbit import AxialComparator, AxialPBit
from pbits.devices.bit_quality import bit_quality
from pbits.devices.circuit import Conductances, Divider, DividerPBit, DividerRates, Transistor
from pbits.devices.energy import bit_energy
from pbits.devices.field_disk import coupled_layers, field_disk
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.kubo import easy_plane
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.telegraph import Telegraph
from pbits.devices.terminals import SpinOrbit, TwoTerminalRates

JUNCTION = Conductances(parallel=1e-4, tmr=1.0, half_voltage=0.5)
DIVIDER = Divider(JUNCTION, Transistor(unit=2e-5, threshold=0.3))
DISK = easy_plane(1.5e-18, 0.8, 0.01)
LAW = BarrierRates(5.0, 1e-9, critical=1e-5)
WEAK = BarrierRates(5.0, 1e-9, critical=0.1)  # no torque to speak of
TWO_TERMINALS = TwoTerminalRates(LAW, JUNCTION)
PRESET = presets.get("double-free-layer")
LAYERS = coupled_layers(PRESET.moment, float(PRESET.hard_field()), 0.01, PRESET.coupling_field())


def barrier(exponent):
    return Telegraph(BarrierRates(5.0, 1e-9, exponent=exponent))


def resistor(voltage):
    """Power of a junction read at a constant voltage, whatever the input."""

    def power(model, inputs):
        states, weights = model.distribution(inputs)
        return voltage**2 * jnp.sum(weights * JUNCTION.at(states, voltage), -1)

    return power


def of_circuit(circuit):
    return lambda model, inputs: circuit.power(inputs, model.distribution(inputs))


# The model, the largest input of its curve's rise, and its power at inputs, W.
MODELS = {
    "ideal": (IdealSigmoid(2.0), 1.0, lambda model, inputs: 1e-7),
    "n=1": (barrier(1.0), 0.1, resistor(0.1)),
    "n=1.5": (barrier(1.5), 0.1, resistor(0.1)),
    "n=2": (barrier(2.0), 0.1, resistor(0.1)),
    "kubo": (DISK, 0.9, resistor(0.1)),
    "disk in a field": (field_disk(1.5e-18, 0.8, 0.01), 4e-3, resistor(0.1)),
    "axial": (AxialPBit(1.0, 1e9), 0.5, resistor(0.1)),
    "comparator": (AxialComparator(AxialPBit(1.0, 1e9)), 0.9, resistor(0.1)),
    "3T-1MTJ": (DividerPBit(DISK, DIVIDER), 0.04, lambda model, gate: model.power(gate)),
    "3T-1MTJ, two states": (
        Telegraph(DividerRates(WEAK, DIVIDER)), 0.04, of_circuit(DIVIDER),
    ),
    "two terminals": (Telegraph(TWO_TERMINALS), 0.01, of_circuit(TWO_TERMINALS)),
    "spin-orbit": (Telegraph(LAW), 1e-6, of_circuit(SpinOrbit(JUNCTION, 800.0))),
    "double layer": (DividerPBit(LAYERS, DIVIDER), 0.04, lambda model, gate: model.power(gate)),
}  # fmt: skip

# Correlation times until bits are independent.  Coupled layers of little damping swing in their
# stray field: a tenth of the correlation is left after four, which lasts as long as the swing does.
WAIT = {"double layer": 12}


@cache
def centre(name):
    """The input of half, and inputs around it."""
    model, reach, _ = MODELS[name]
    middle = 1e-3 if name == "two terminals" else 0.0  # no voltage, no power
    if "two states" in name:
        middle = float(np.asarray(brentq(lambda v: float(DIVIDER.level(v)), 0.5, 0.7)))
    elif "MTJ" in name or "layer" in name:
        middle = float(np.asarray(brentq(lambda v: float(model.transfer(v)), 0.5, 0.7)))
    return middle, middle + reach * np.linspace(-1, 1, 9)


@pytest.mark.parametrize("name", MODELS)
def test_transfer_curves_rise(name):
    model, (_, inputs) = MODELS[name][0], centre(name)
    curve = np.asarray(model.transfer(inputs))
    assert curve.shape == inputs.shape
    assert np.all(np.abs(curve) <= 1)
    if "two states" in name:
        # Chosen, not tuned: one half between both conductances, where torque alone steers.
        assert np.abs(curve[2:7]).max() < 0.01
    else:
        assert np.all(np.diff(curve) > 0)
        assert curve[-1] - curve[0] > 0.3


@pytest.mark.parametrize("name", MODELS)
def test_transfer_curves_compile_map_and_differentiate(name):
    model, (middle, inputs) = MODELS[name][0], centre(name)
    plain = np.asarray(model.transfer(inputs))
    assert np.asarray(jax.jit(model.transfer)(inputs)) == pytest.approx(plain, abs=1e-5)
    mapped = jax.vmap(model.transfer)(jnp.asarray(inputs))
    assert np.asarray(mapped) == pytest.approx(plain, abs=1e-5)
    at, step = float(inputs[5]), 0.02 * (inputs[-1] - middle)
    slope = float(jax.grad(model.transfer)(at))
    finite = float(model.transfer(at + step) - model.transfer(at - step)) / (2 * step)
    # The comparator's curve has corners at the edges of its grid.
    assert slope == pytest.approx(finite, rel=0.05, abs=0)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n == "double layer" else n for n in MODELS],
)
def test_autocorrelations_fall_from_one_over_the_relaxation_time(name):
    model, (middle, _) = MODELS[name][0], centre(name)
    tau = float(model.correlation_time(middle))
    assert np.isfinite(tau)
    assert tau >= 0
    if not tau:
        assert np.asarray(model.autocorrelation(jnp.array([0.0, 1e-12]))).tolist() == [1, 0]
        return
    wait = WAIT.get(name, 4)
    times = np.linspace(0, 2 * wait, 40 * wait + 1) * tau
    seen = np.asarray(model.autocorrelation(times, middle))
    assert seen[0] == pytest.approx(1, abs=1e-3)
    assert np.all(np.abs(seen) <= 1 + 1e-5)
    assert seen[20] < 0.55
    assert np.abs(seen[20 * wait :]).max() < 0.03
    assert np.trapezoid(seen, times) == pytest.approx(tau, rel=0.03, abs=0)
    both = jax.vmap(lambda t: model.autocorrelation(t, middle))(times[:3])
    assert np.asarray(both) == pytest.approx(seen[:3], abs=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_dwells_energy_and_the_quality_of_bits(name):
    model, (middle, _) = MODELS[name][0], centre(name)
    tau, dwell = float(model.correlation_time(middle)), float(model.mean_dwell(middle))
    assert np.isfinite(dwell)
    assert dwell >= 0
    energy = bit_energy(model, MODELS[name][2](model, middle), middle, capacitance=1e-16, swing=0.8)
    power = float(MODELS[name][2](model, middle))
    assert 1e-11 < power < 1e-3
    assert float(energy.at_one) == pytest.approx(power * tau + 6.4e-17, rel=1e-5, abs=0)
    assert float(energy.at_four) >= float(energy.at_one) > 0
    settings = {"num_bits": 400, "num_sequences": 100, "inputs": middle}
    good = bit_quality(model, max(WAIT.get(name, 4) * tau, 1e-12), seed=1, **settings).passing()
    assert good[1] > 0.9
    if tau:
        bad = bit_quality(model, 0.5 * tau, seed=2, **settings).passing()[1]
        # Half a correlation time of a swing is near the first zero of its covariance.
        assert bad < (0.7 if name in WAIT else 0.1)


RUN = """
import hashlib, json, sys
sys.path.insert(0, {tests!r})
import numpy as np
from test_pbit_model import MODELS, centre
from pbits import runtime
found = {{}}
for name in {names!r}:
    model, (middle, inputs) = MODELS[name][0], centre(name)
    many = np.resize(inputs, (3, 367))  # cores get unequal shares
    run = model.sample(many, dt=1e-10, num_samples=3, seed=5)
    more = model.sample(
        many, dt=1e-10, num_samples=2, seed=5, start=run.state, first_sample=run.num_samples
    )
    text = run.spins.tobytes() + more.spins.tobytes()
    found[name] = hashlib.sha256(text).hexdigest(), float(run.spins.mean())
print(json.dumps([len(runtime.devices()), found]))
"""
SAMPLED = ["n=2", "kubo", "disk in a field", "axial", "comparator", "double layer"]


@pytest.mark.slow
def test_samples_do_not_depend_on_the_number_of_cores():
    script = RUN.format(tests=os.path.dirname(__file__), names=SAMPLED)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PBITS_", "JAX_", "XLA_"))}
    kept |= {"JAX_PLATFORMS": "cpu", "PBITS_CACHE_DIR": "off"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", script]
    running = [
        subprocess.Popen(command, env=kept | {"PBITS_NUM_DEVICES": str(n)}, **pipes) for n in (1, 2)
    ]
    outputs = [process.communicate(timeout=300) for process in running]
    results = [json.loads(out) if out else pytest.fail(err) for out, err in outputs]
    assert [used for used, _ in results] == [1, 2]
    assert results[0][1] == results[1][1]
    assert len({digest for digest, _ in results[0][1].values()}) == len(SAMPLED)


def test_any_number_of_devices_has_its_own_noise():
    model = MODELS["n=2"][0]
    one = model.sample(0.0, dt=1e-7, num_samples=64, seed=1)
    assert one.spins.shape == (64,)
    assert one.state.shape == ()
    few, many = (model.sample(np.zeros(n), dt=1e-7, num_samples=64, seed=1) for n in (3, 700))
    # A device's noise does not depend on how many others there are.
    assert np.array_equal(few.spins, many.spins[:, :3])
    assert np.array_equal(one.spins, many.spins[:, 0])
    assert model.sample(np.zeros((0, 2)), dt=1e-7, num_samples=2, seed=1).spins.shape == (2, 0, 2)
    with pytest.raises(ValueError, match="expected at most"):
        model.sample(np.broadcast_to(0.0, 2**26 + 1), dt=1e-7, num_samples=1)
    with pytest.raises(MemoryError, match="sample fewer"):
        model.sample(np.zeros(2**20), dt=1e-7, num_samples=10**9)


def test_rare_flips_keep_their_probability():
    """2**-26 a step: of 24 bits alone it would be four times as much."""
    model = MODELS["n=2"][0]
    chance, samples, devices, runs = 2.0**-26, 500, 2**18, 4
    dt, flips = 2 * chance * float(model.correlation_time()), 0
    for seed in range(runs):
        run = model.sample(np.zeros(devices), dt=dt, num_samples=samples, seed=seed)
        flips += np.count_nonzero(run.spins[1:] != run.spins[:-1])
    expected = runs * devices * (samples - 1) * chance
    assert 4 * expected - 2 * np.sqrt(expected) > 21 > flips
    assert flips > 0
