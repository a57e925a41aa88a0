"""Disks in a field, and coupled disks, against the exact law, the LLG equation and themselves."""

from functools import cache

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest
from scipy.special import iv, modstruve

from pbits.devices import presets
from pbits.devices.field_disk import BiasedDisk, FieldDisk, coupled_layers, field_disk
from pbits.devices.kubo import EasyPlane, double_layer, easy_plane
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.pair import Pair, alignment
from pbits.devices.rotor import Rotor
from pbits.devices.simulation import safe_step, simulate
from pbits.devices.sphere import SphericalMagnet

MOMENT, HARD = 1.5e-18, 0.8  # kappa = 145
DISK = easy_plane(MOMENT, HARD, 0.1)


@pytest.mark.parametrize(("kappa", "bias"), [(5.01, 0.5), (5.01, 2.0), (20.0, 1.0), (20.0, -3.0)])
def test_means_are_those_of_the_exact_law(kappa, bias):
    """The Fokker-Planck equation on the sphere, its z along the field and the bit."""
    law = SphericalMagnet((kappa, 0.0, 0.0), 0.5, (0.0, 0.0, bias), degree=50)
    moment = 2 * kappa * magnets.THERMAL / HARD
    pbit = field_disk(moment, HARD, 0.1)
    field = bias * magnets.THERMAL / moment
    assert float(pbit.transfer(field)) == pytest.approx(law.mean_sign(), abs=0.005)
    assert float(pbit.mean_direction(field)) == pytest.approx(law.mean(2), abs=0.005)
    # Negative control: a field of the wrong unit (half of it) is told apart.
    assert abs(float(pbit.transfer(field / 2)) - law.mean_sign()) > 0.05


def test_the_phase_follows_von_mises():
    """Flat disks: Bessel's and Struve's functions."""
    flat = EasyPlane(1e10, 1e9)
    for bias in (-2.0, 0.3, 5.0):
        pbit = FieldDisk(flat, thermal=1.0)
        assert float(pbit.mean_direction(bias)) == pytest.approx(
            iv(1, bias) / iv(0, bias), abs=1e-5
        )
        exact = modstruve(0, bias) / iv(0, bias)
        assert float(pbit.transfer(bias)) == pytest.approx(exact, abs=1e-5)
    levels = np.linspace(-1.2, 1.2, 7)
    unbiased = BiasedDisk(flat).transfer(levels)
    assert np.asarray(unbiased) == pytest.approx(np.asarray(flat.transfer(levels)), abs=1e-5)


@cache
def simulated(alpha, field, count=16_000):
    """Phases of LLG disks, equilibrated in a field: times, [k, devices]."""
    rng = np.random.default_rng(1)
    angles = rng.vonmises(0, MOMENT * field / magnets.THERMAL, count)
    out = rng.normal(size=count) * np.sqrt(magnets.THERMAL / (MOMENT * HARD))
    across = np.sqrt(1 - out**2)
    start = np.stack([across * np.cos(angles), across * np.sin(angles), out])
    dt = magnets.turned(0.2, HARD)
    every = round(3e-11 / dt)
    run = simulate(
        Magnet(MOMENT, alpha, Vector(0.0, 0.0, -HARD), field=Vector(x=field)), dt=dt,
        num_steps=20 * every, record_every=every, num_devices=count, seed=2, start=start,
    )  # fmt: skip
    assert run.m is not None
    return run.times, np.concatenate([start[None, 0], run.m[:, 0]])


@pytest.mark.parametrize("alpha", [0.01, 0.1])
@pytest.mark.parametrize("field", [1e-3, 4e-3])
def test_bits_forget_as_the_macrospin_does(alpha, field):
    """With a field the magnet swings about it: a Kubo disk without one is told apart."""
    times, m = simulated(alpha, field)
    bits, pbit = np.where(m > 0, 1.0, -1.0), field_disk(MOMENT, HARD, alpha)
    mean = float(pbit.transfer(field))
    error = 4 / np.sqrt(bits.shape[1])
    assert bits.mean(axis=1) == pytest.approx(mean, abs=error)
    assert m.mean(axis=1) == pytest.approx(float(pbit.mean_direction(field)), abs=error)
    seen = (np.mean(bits[0] * bits[1:], axis=1) - mean**2) / (1 - mean**2)
    exact = np.asarray(pbit.autocorrelation(times, field))
    assert seen == pytest.approx(exact, abs=error / (1 - mean**2) + 0.01)
    if field > 2e-3:
        assert np.abs(seen - np.asarray(pbit.disk.autocorrelation(times))).max() > 0.1


@pytest.mark.parametrize("level", [0.0, 0.5])
@pytest.mark.parametrize("damping", [0.05, 0.3, 3.0])
def test_without_a_field_it_is_kubos(damping, level):
    """Harmonics in float64 against the closed form."""
    rotor, disk = Rotor(damping, 0.02, 0.0, level), EasyPlane(1.0, damping, 0.02)
    times = np.linspace(0, 4, 9)
    exact = np.asarray(disk.autocorrelation(times, level))
    assert rotor.autocorrelation(times) == pytest.approx(exact, abs=3e-3)
    assert rotor.correlation_time() == pytest.approx(
        float(disk.correlation_time(level)), rel=5e-3, abs=0
    )


@pytest.mark.parametrize("bias", [0.5, -3.0])
def test_von_mises_law_stays(bias):
    """The generator against Boltzmann's law, diffusion and its drift included."""
    rotor = Rotor(0.3, 2.0, bias)
    orders = np.arange(-24, 25)
    law = np.zeros((rotor.generator.shape[0] // 49, 49))
    law[0] = iv(np.abs(orders), abs(bias)) * np.sign(bias) ** orders
    change = (rotor.generator @ law.ravel()).reshape(law.shape)
    assert np.abs(change[:, 1:-1]).max() < 1e-10
    assert np.abs(Rotor(0.3, 2.0, 0.9 * bias).generator @ law.ravel()).max() > 1e-2


@pytest.mark.parametrize("bias", [0.0, 2.0, -3.0])
def test_correlation_time_is_the_integral(bias):
    rotor = Rotor(0.3, 0.02, bias, 0.2)
    times = np.linspace(0, 30, 601)
    area = np.trapezoid(rotor.autocorrelation(times), times)
    assert rotor.correlation_time() == pytest.approx(area, rel=5e-3, abs=0)


@pytest.mark.parametrize("parts", [1, 6])
def test_samples_follow_the_model_at_any_interval(parts):
    pbit, field, devices, gap = field_disk(MOMENT, HARD, 0.1), 3e-3, 40_000, 1.2e-10
    run = pbit.sample(np.full(devices, field), dt=gap / parts, num_samples=parts + 1, seed=4)
    spins, mean = run.spins.astype(float), float(pbit.transfer(field))
    error = 4 / np.sqrt(devices)
    assert spins.mean(axis=1) == pytest.approx(mean, abs=error)
    seen = (np.mean(spins[0] * spins[parts]) - mean**2) / (1 - mean**2)
    assert seen == pytest.approx(float(pbit.autocorrelation(gap, field)), abs=error / (1 - mean**2))


def test_dwells_by_rice():
    pbit = FieldDisk(EasyPlane(turning=1e10, damping=1e8), thermal=1.0)
    run = pbit.sample(np.full(4000, 1.5), dt=2e-12, num_samples=500, seed=5)
    flips = np.sum(run.spins[1:] != run.spins[:-1])
    assert 4000 * 499 * 2e-12 / flips == pytest.approx(float(pbit.mean_dwell(1.5)), rel=0.05, abs=0)


def test_the_transfer_curve_differentiates():
    pbit = field_disk(MOMENT, HARD, 0.1)
    slope = jax.jit(jax.grad(pbit.transfer))(1e-3)
    finite = (pbit.transfer(1.1e-3) - pbit.transfer(0.9e-3)) / 2e-4
    assert float(slope) == pytest.approx(float(finite), rel=2e-3, abs=0)
    of_moment = jax.grad(lambda m: field_disk(m, HARD, 0.1).transfer(1e-3))(MOMENT)
    # One number, M B / kT, but for the length of m in the plane.
    assert float(of_moment) * MOMENT == pytest.approx(float(slope) * 1e-3, rel=0.02, abs=0)
    many = jax.vmap(pbit.correlation_time)(jnp.array([0.0, 2e-3]))
    assert many[1] == pytest.approx(float(pbit.correlation_time(2e-3)), rel=1e-5, abs=0)


PRESET = presets.get("double-free-layer")


@cache
def preset_alignments(voltage, count=6000):
    """m_1 . m_2 of LLG pairs of the preset, equilibrated; [k, devices] 0.4 ns apart."""
    layer, (across, along) = PRESET.magnet(), PRESET.coupling_field()
    field = Vector(across, across, along)
    push = float(np.asarray(PRESET.magnet(voltage=voltage).damping_like.x))
    pair = Pair(layer, layer, field, field, push, -push)
    dt = safe_step(pair)
    steps = round(3e-9 / dt / 8) * 8
    run = simulate(
        pair, num_steps=2 * steps, record_every=steps // 8, dt=dt, num_devices=count, seed=3
    )
    assert run.m is not None
    return alignment(run.m[8:])


def preset_pbit():
    hard = float(PRESET.hard_field())
    return coupled_layers(PRESET.moment, hard, PRESET.alpha, PRESET.coupling_field())


def test_coupled_layers_prefer_antiparallel():
    """Against LLG pairs of the preset; kappa is 7.6 only, so 0.02."""
    pbit, seen = preset_pbit(), preset_alignments(0.0)
    assert float(pbit.mean_direction()) == pytest.approx(seen.mean(), abs=0.02)
    assert float(pbit.transfer(0.0)) == pytest.approx(np.sign(seen).mean(), abs=0.025)
    for level in (-0.5, 0.5):
        found = np.where(seen > -level, 1, -1).mean()
        assert float(pbit.transfer(level)) == pytest.approx(found, abs=0.06)
    # Without stray fields there is no preference: that model is rejected.
    alone = coupled_layers(PRESET.moment, 1.0053, PRESET.alpha, (0.0, 0.0))
    assert abs(float(alone.mean_direction()) - seen.mean()) > 0.15


def test_coupled_layers_forget_as_pairs_do():
    layer, (across, along) = PRESET.magnet(), PRESET.coupling_field()
    field = Vector(across, across, along)
    pair, pbit, count = Pair(layer, layer, field, field), preset_pbit(), 8000
    dt = safe_step(pair)
    warm = simulate(pair, num_steps=round(4e-9 / dt), dt=dt, num_devices=count, seed=6)
    every = round(1e-11 / dt)
    run = simulate(
        pair, num_steps=8 * every, record_every=every, dt=dt, num_devices=count, seed=7,
        start=warm.final,
    )  # fmt: skip
    assert run.m is not None
    # Perpendicular stray fields favour m_z alike: the motion apart is the stiffer one.
    apart, alike = (np.var(warm.final[0, 2] + s * warm.final[1, 2]) for s in (-1, 1))
    hard = float(PRESET.hard_field())
    single = double_layer(easy_plane(PRESET.moment, hard, PRESET.alpha))
    stiffer = float(pbit.disk.turning / single.turning) ** 2
    assert stiffer == pytest.approx(1 + along / hard, rel=1e-4, abs=0)
    assert alike / apart == pytest.approx(stiffer / (2 - stiffer), rel=4 * np.sqrt(4 / count))
    first, later = np.sign(alignment(warm.final)), np.sign(alignment(run.m))
    mean = first.mean()
    seen = (np.mean(first * later, axis=1) - mean**2) / (1 - mean**2)
    exact = np.asarray(pbit.autocorrelation(run.times))
    assert np.abs(seen - exact).max() < 0.08
    alone = np.asarray(
        double_layer(easy_plane(PRESET.moment, 1.0053, 0.01)).autocorrelation(run.times)
    )
    assert np.abs(seen - alone).max() > 1.5 * np.abs(seen - exact).max()


@pytest.mark.parametrize("voltage", [-0.2, -0.1, 0.1, 0.2])
def test_alignment_of_the_preset_is_flat_to_a_fifth_of_a_volt(voltage):
    """T20 asks for 0.05 up to 0.3 V."""
    change = preset_alignments(voltage).mean() - preset_alignments(0.0).mean()
    assert abs(change) < 0.05 + 0.01


@pytest.mark.parametrize("voltage", [-0.3, 0.3])
def test_alignment_of_the_preset_moves_at_three_tenths(voltage):
    """What is true beyond: torques of 111 mT, 22 times alpha B_d / 2, leave 0.07 less."""
    change = preset_alignments(voltage).mean() - preset_alignments(0.0).mean()
    assert 0.05 < change < 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: field_disk(MOMENT, HARD, 0.1).transfer(0.3), "simulate"),
        (lambda: BiasedDisk(DISK, 100.0), "at most 0.25"),
        (lambda: FieldDisk(DISK, thermal=0.0), "thermal"),
        (lambda: field_disk(1e-20, 0.1, 0.01), "leaves its plane"),
    ],
)
def test_fields_beyond_the_model_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
