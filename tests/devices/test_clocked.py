"""P-bit models in a machine: Boltzmann's law of five spins, by a chi-square of all 32 states."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from pbits.devices.axial_pbit import AxialPBit
from pbits.devices.clocked import Clocked, start, tick
from pbits.devices.field_disk import field_disk
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.kubo import easy_plane
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.kernels.coupled import PBit, Timing, coupled
from pbits.kernels.coupled_model import coupled_model, energy_of, sparse_layout
from pbits.random import seed_key, sweep_key

BETA, READS, P_LEVEL = 0.7, 20_000, 1e-4
H = np.array([0.3, -0.2, 0.1, 0.0, 0.4])
ROW, COL = np.triu_indices(5, 1)
J = np.array([0.5, -0.4, 0.3, 0.2, -0.6, 0.4, 0.1, -0.3, 0.5, -0.2])
STATES = 2 * ((np.arange(32)[:, None] >> np.arange(5)) & 1) - 1
ENERGY = STATES @ H + (STATES[:, ROW] * STATES[:, COL]) @ J
LAW = np.exp(-BETA * ENERGY) / np.exp(-BETA * ENERGY).sum()
TAU = 1e-9
# A barrier of 8 kT needs an input of 0.2 of its critical one where the drive is largest.
MODELS = {
    "ideal": (IdealSigmoid(2.0, 0.1), 2.0, 0.1),
    "constant": (Telegraph(ConstantTime(TAU, 3.0, -0.2)), 3.0, -0.2),
    "barrier": (Telegraph(BarrierRates(8.0, 1e-12, 1e-3)), 16e3, 0.0),
}


LAYOUT = sparse_layout(H, ROW, COL, J)


def made(parameters):
    """Kernel and model; p-bits that remember are clocked together, each colour in its turn."""
    timing = Timing(in_turn=not parameters.model.remembers)
    kernel = coupled(LAYOUT.coupling, PBit(start, tick, "p-bit"), energy_of(LAYOUT), timing)
    return kernel, coupled_model(LAYOUT, pbit=parameters, num_clocks=LAYOUT.num_colours)


def machine(name, dt, slope=1.0):
    model, own, offset = MODELS[name]
    return made(Clocked(model, dt, own * slope, offset))


def run(kernel, model, spins, sweeps, seed):
    """Spins [5, reads] after sweeps in which one p-bit at a time is clocked."""
    assert LAYOUT.num_colours == 5
    state = kernel.load(jnp.asarray(spins), model, jnp.arange(spins.shape[1], dtype=jnp.uint32))
    step, key = jax.jit(kernel.step), seed_key(seed)
    for k in range(sweeps):
        state, _ = step(sweep_key(key, np.uint32(k)), state, model, jnp.float32(BETA))
    return np.asarray(kernel.spins(state, model))[:5]


def pvalue(spins):
    seen = np.bincount((1 << np.arange(5)) @ (spins > 0), minlength=32)
    return stats.chisquare(seen, LAW * seen.sum()).pvalue


def equilibrated(seed):
    chosen = np.random.default_rng(seed).choice(32, READS, p=LAW)
    return STATES[chosen].T.astype(np.int8)


@pytest.mark.parametrize("name", MODELS)
def test_long_clocks_sample_boltzmanns_law(name):
    tau = float(MODELS[name][0].correlation_time(MODELS[name][2]))
    up = np.ones((5, READS), np.int8)
    found = run(*machine(name, 50 * tau + 1e-9), up, 20, 1)
    assert pvalue(found) > P_LEVEL
    # Negative control: inputs a fifth too large.
    assert pvalue(run(*machine(name, 50 * tau + 1e-9, slope=1 / 1.2), up, 20, 1)) < P_LEVEL


@pytest.mark.parametrize("name", ["constant", "barrier"])
def test_short_clocks_keep_the_law_of_spins_updated_in_turn(name):
    tau = float(MODELS[name][0].correlation_time(MODELS[name][2]))
    first = equilibrated(2)
    found = run(*machine(name, 0.2 * tau), first, 5, 3)
    assert pvalue(found) > P_LEVEL
    assert 0.05 < np.mean(found != first) < 0.45  # it moved, and has not forgotten
    # From elsewhere five sweeps are too few.
    assert pvalue(run(*machine(name, 0.2 * tau), np.ones((5, READS), np.int8), 5, 3)) < P_LEVEL


@pytest.mark.parametrize(
    ("model", "slope", "bound"),
    # An arcsine is certain beyond 1, where a hyperbolic tangent is not.
    [
        (easy_plane(1.5e-18, 0.8, 0.1), 0.7, 0.22),
        pytest.param(field_disk(1.5e-18, 0.8, 0.1), 230.0, 0.06, marks=pytest.mark.slow),
    ],
)
def test_models_that_remember_are_carried_on(model, slope, bound):
    """Near the law only, for their transfer curves are no hyperbolic tangents."""
    found = run(*made(Clocked(model, 2e-9, slope)), np.ones((5, 4000), np.int8), 10, 1)
    seen = np.bincount((1 << np.arange(5)) @ (found > 0), minlength=32) / 4000
    assert np.abs(seen - LAW).sum() / 2 < bound
    assert np.abs(seen - 1 / 32).sum() / 2 > 0.2
    # A clock of no time at all shows what there was.
    first = equilibrated(4)
    assert np.array_equal(run(*made(Clocked(model, 1e-20, slope * 1e6)), first, 2, 1), first)


def test_memory_outlives_a_clock():
    """An easy-plane disk's phase spreads over many clocks as over one; a machine that began anew
    at every clock from the spin would never flip."""
    disk = easy_plane(1.5e-18, 0.8, 0.1)
    # Five clocks, one for each colour, in a sweep; no input to speak of.
    found = run(*made(Clocked(disk, 1e-11, 1e6)), np.ones((5, READS), np.int8), 4, 1)
    # The last spin was clocked last, after 20 intervals of 10 ps.
    mean = found[np.argmax(LAYOUT.colour)].mean()
    phases = np.exp(-(np.arange(1, 400, 2) ** 2) * float(disk.memory_variance(2e-10)) / 2)
    # From m_z = 0 the phase gains a Gaussian angle: a square wave, harmonic by harmonic.
    order = np.arange(200)
    exact = 4 / np.pi * np.sum((-1.0) ** order / (2 * order + 1) * phases)
    assert mean == pytest.approx(exact, abs=4 / np.sqrt(READS))
    assert exact < 0.9


def test_a_tabulated_model_says_that_it_cannot():
    with pytest.raises(ValueError, match="use a Telegraph"):
        run(*made(Clocked(AxialPBit(1.0, 1e9), 1e-9, 1.0)), np.ones((5, 16), np.int8), 1, 1)
