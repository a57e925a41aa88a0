"""Spin-torque diodes as sensors in front of an array (X15)."""

from functools import partial

import jax
import numpy as np

from crossbar.cells.cell import without_deviations
from crossbar.cells.presets import get
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.programming import program
from pbits.datasheets import fed_by, power_curve
from pbits.devices.diode import Diode, rectifier, sensitivity
from pbits.devices.diode_examples import PUBLISHED, UNBIASED, unbiased
from pbits.devices.macrospin import GAMMA, Vector
from pbits.validation.rows import Row

_FIELD, _ALPHA = (UNBIASED.numbers[name].value for name in ("effective_field", "alpha"))
_RESONANCE = GAMMA * _FIELD / (2 * np.pi)  # of a small cone about the field
_PRESET = "diode preset (its numbers are chosen)"
_WANG = PUBLISHED["unbiased junction, optimum"]


def _over_published(full: bool) -> float:
    """Logarithm of the sensitivity on a matched line over a published one, mV / mW."""
    found = rectifier(unbiased(), _RESONANCE)
    size = abs(sensitivity(found, impedance=found.resistance)[0])
    return float(np.log10(size / _WANG.value))


def _linewidth(share: float, full: bool) -> float:
    """Under a direct current along the layer, over that of none."""
    diode = unbiased()
    torque = diode.damping_like.x
    critical = _ALPHA * _FIELD / torque
    along = diode._replace(damping_like=Vector(z=-torque))
    still, driven = (
        float(-rectifier(along._replace(current=i), 1e9).decays.real.mean())
        for i in (0.0, share * critical)
    )
    return driven / still


def _spectrum(diode: Diode) -> tuple[float, float]:
    """Even and odd part of the voltage half a width to either side of resonance, over both."""
    half = _ALPHA * _RESONANCE
    low, high = rectifier(diode, [_RESONANCE - half, _RESONANCE + half]).rectification
    size = abs(low) + abs(high)
    return abs(low + high) / size, abs(low - high) / size


def _odd(full: bool) -> float:
    return _spectrum(unbiased())[1]


def _even(full: bool) -> float:
    diode = unbiased()
    return _spectrum(diode._replace(damping_like=Vector(), field_like=diode.damping_like))[0]


def _weighted(full: bool) -> float:
    """Largest error of sums of powers, by the largest sum."""
    rng = np.random.default_rng(8)
    weights = rng.integers(-7, 8, (32, 8))
    powers = rng.uniform(0, 1e-9, (16, 32))
    curve = power_curve(unbiased(), np.array([1e-11, 3e-11, 1e-10, 3e-10, 1e-9]), _RESONANCE)
    design = Design(
        without_deviations(get("sot")), adc=IdealAdc(12), rows=32, columns=16, weight_bits=4,
        input_bits=12,
    )  # fmt: skip
    sensing = fed_by(program(jax.random.key(1), weights, design), curve)
    found, _ = sensing.memory.mvm(curve.volts_at(powers))
    plain = curve.sensitivity * powers @ weights
    return float(np.abs(np.asarray(found) - plain).max() / np.abs(plain).max())


ROWS = (
    Row("X15.1", f"unbiased {_PRESET}, matched line: log10 of its sensitivity over 10 000 mV/mW, "
        "above 0 and below 1", f"{_WANG.source}: optimised junctions exceed it", 0.5, 0.5,
        _over_published),
    *(
        Row(f"X15.{k}", f"the same at {share} of its critical current: linewidth over that of none",
            "alpha (1 - I / I_c)", 1 - share, 1e-3, partial(_linewidth, share))
        for k, share in ((2, 0.5), (3, 0.9))
    ),
    Row("X15.4", "damping-like torque: odd part of the voltage half a width from resonance",
        "J. C. Sankey et al., arXiv:0705.4207: none", 0.0, 1e-3, _odd),
    Row("X15.5", "field-like torque: even part of it, of the order of the damping",
        "J. C. Sankey et al., arXiv:0705.4207: none", 0.0, 3 * _ALPHA, _even),
    Row("X15.6", "32 diodes of up to 1 nW into an ideal array: error of weighted sums of powers",
        "sensitivity P W, linear response", 0.0, 0.01, _weighted),
)  # fmt: skip
