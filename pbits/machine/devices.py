"""P-bits of a machine from a junction: one set of numbers from the magnet to the bill.

A junction's own numbers (:class:`pbits.devices.junction.Junction`, or the name of one of
`pbits.devices.presets`) give the model, its slope and offset, its correlation time and what a
decision costs.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from pbits import checks
from pbits.devices import presets, summary
from pbits.devices.calibration import fit_response
from pbits.devices.junction import Junction
from pbits.devices.kubo import double_layer
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.telegraph import Telegraph
from pbits.machine.neurons import Neurons
from pbits.machine.pbit_costs import decision_cost, divider_pbit, junction_power

_TWO_STATES, _MEMORY = 3.0, 40.0  # kT
_HALF = float(np.arctanh(0.5))  # slope times I50, where the mean spin is a half
_GENTLE = 0.02  # of the critical current: where the slope is taken
_POINTS, _MOST, _COUNT = 41, 0.9, 1e6
_FINE, _WIDE = 4001, 3.0  # gate voltages in which the curve is looked for, V to each side


def from_junction(junction: Junction | str, **options: Any) -> Neurons:
    """P-bits of a junction, in the circuit that suits it.

    A magnet of two states (an easy axis, a barrier of at least 3 kT) becomes a `telegraph`; one in
    its plane without an easy axis, single or double, a `disk` in a divider.

    Args:
        junction: or the name of a preset.
        options: of `telegraph` or `disk`.

    Raises:
        ValueError: on a junction that neither describes.

    Example:
        >>> neurons = from_junction("easy-plane-disk")
        >>> fast, slow = neurons.correlation_times(10)
        >>> f"{slow * 1e12:.0f} ps, {neurons.cost.joules:.2g} J"
        '136 ps, 1.7e-14 J'
    """
    given = _junction(junction)
    if given.barrier().value >= _TWO_STATES:
        return telegraph(given, **options)
    if given.orientation == "in-plane":
        return disk(given, **options)
    raise ValueError(
        f"the junction is perpendicular with a barrier of {given.barrier().value:.3g} kT; expected "
        f"at least {_TWO_STATES:g} kT, where it has two states, or a junction in plane: what lies "
        "between (pbits.devices.axial_pbit) has to be tabulated and cannot be clocked in a machine"
    )


def telegraph(
    junction: Junction | str,
    *,
    read_voltage: float = summary.READ_VOLTAGE,
    leakage: float = 0.0,
    **changes: Any,
) -> Neurons:
    """A magnet of two states, driven by spin transfer: inputs are currents in A, positive to +1.

    Rates are those of `BarrierRates` with n = 2, a torque along the axis, whose mean spin is a tanh
    up to the critical input: the barrier is the junction's, time and slope at no field those of its
    exact law, so that the critical input, ``2 delta / slope``, is no free number.  It is not the
    junction's critical current, since m_z has a spread in a well.

    Args:
        junction: or the name of a preset.
        read_voltage: V, on the junction while it is waited for, whose torque is left out.
        leakage: W, of each p-bit.
        changes: of `Neurons`, for instance `spread`, `seed`, `temperatures`.

    Raises:
        ValueError: on a barrier below 3 or above 40 kT, or a junction without resistance.

    Example:
        >>> neurons = telegraph("in-plane-easy-axis")
        >>> [f"{time * 1e9:.1f} ns" for time in neurons.correlation_times(2)]
        ['17.7 ns', '17.7 ns']
    """
    given = _junction(junction)
    barrier = given.barrier()
    _check_barrier(barrier.value)
    checks.positive("read_voltage", read_voltage)
    tau = summary.times(given).correlation
    current = _GENTLE * given.critical_current().to_parallel
    slope = float(np.arctanh(summary.transfer(given, [current])[0]) / current)
    delta = float(barrier.value)
    law = BarrierRates(delta, 2 * tau * float(np.exp(-delta)), critical=2 * delta / slope)
    model = Telegraph(law)
    watts = junction_power(given, read_voltage) + _drive_power(given, _HALF / slope)
    cost = decision_cost(model, watts, leakage=leakage)
    notes = (
        f"p-bits are read with {read_voltage:g} V, which does not move them",
        "p-bits are driven by I50 all the time, beside the current that reads them",
    )
    own: dict[str, Any] = {"temperature": given.temperature} | changes
    return Neurons(model, slope, 0.0, cost=cost._replace(notes=(*cost.notes, *notes)), **own)


def _check_barrier(barrier: float) -> None:
    if not _TWO_STATES <= barrier <= _MEMORY:
        raise ValueError(
            f"the barrier is {barrier:.3g} kT; expected at least {_TWO_STATES:g} kT for two states "
            "(use machine.devices.disk for a junction in plane), and at most "
            f"{_MEMORY:g}: beyond it is a memory"
        )


def _drive_power(junction: Junction, current: float) -> float:
    """W, of a current through a junction as often parallel as antiparallel."""
    return current**2 * sum(0.5 / float(junction.conductance(c)) for c in (-1.0, 1.0))


def disk(
    junction: Junction | str, *, supply: float = 0.8, leakage: float = 0.0, **changes: Any
) -> Neurons:
    """A magnet in its plane, or two on either side of the oxide, in a divider: inputs are volts.

    The gate of the transistor is the input (`pbit_costs.divider_pbit`).  The transfer curve is no
    hyperbolic tangent: slope and offset are those of the logistic curve next to it where the mean
    spin is within +-0.9.  An arcsine reaches +-1: from inputs of about 0.8 on a disk is certain
    where an ideal p-bit is not, so that networks in strong fields freeze.  `believing` a larger
    slope keeps inputs small, at the price of a higher temperature.

    Args:
        junction: or the name of a preset.
        supply: V.
        leakage: W, of each p-bit.
        changes: of `Neurons`.

    Raises:
        ValueError: on a junction out of plane, without resistance, or too small for its plane.

    Example:
        >>> neurons = disk("easy-plane-disk")
        >>> bool(abs(neurons.model.transfer(neurons.offset)) < 0.02)
        True
    """
    given = _junction(junction)
    model, gate = divider_pbit(given, supply)
    if given.spacing is not None:
        model = replace(model, device=double_layer(model.device))
    slope, offset = _logistic(model, gate)
    cost = decision_cost(model, model.power(gate), gate, swing=supply, leakage=leakage)
    notes = ["current through the p-bits at zero field stands for all fields"]
    if given.spacing is not None:
        notes.append("what the two free layers do to each other is left out")
    cost = cost._replace(notes=(*cost.notes, *notes))
    own: dict[str, Any] = {"temperature": given.temperature} | changes
    return Neurons(model, slope, offset, cost=cost, **own)


def _junction(junction: Junction | str) -> Junction:
    return presets.get(junction) if isinstance(junction, str) else junction


def _logistic(model: Any, gate: float) -> tuple[float, float]:
    """Slope and offset of the logistic curve next to a rising transfer curve."""
    volts = np.linspace(gate - _WIDE, gate + _WIDE, _FINE)
    mean = np.asarray(model.transfer(volts.astype(np.float32)), np.float64)
    inside = volts[np.abs(mean) < _MOST]
    inputs = np.linspace(inside[0], inside[-1], _POINTS)
    ups = (1 + np.asarray(model.transfer(inputs.astype(np.float32)), np.float64)) / 2
    fit = fit_response(inputs, _COUNT * ups, _COUNT)
    return float(fit.slope), float(fit.offset)
