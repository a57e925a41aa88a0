"""Signs from current to resistance to a circuit's output: any one turned round fails here."""

import jax.numpy as jnp
import numpy as np
import pytest

from pbits.devices import presets
from pbits.devices.circuit import Divider, DividerRates, Transistor
from pbits.devices.junction import Junction
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.simulation import simulate
from pbits.devices.telegraph import Telegraph
from pbits.devices.terminals import TwoTerminalRates

UPRIGHT = Junction(
    1e6, 0.1, 1e-9, diameter=20e-9, perpendicular_field=0.1, resistance_area=10e-12, tmr=1.0,
    half_voltage=0.5,
)  # fmt: skip
FLAT = presets.get("in-plane-easy-axis", alpha=0.1)


@pytest.mark.parametrize("junction", [UPRIGHT, FLAT], ids=["perpendicular", "in plane"])
@pytest.mark.parametrize("drive", ["current", "voltage"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_positive_drive_makes_parallel(junction, drive, sign):
    """From the other state, cold: m.p follows the sign, and with it the conductance."""
    critical = junction.critical_current() if drive == "current" else junction.critical_voltage()
    threshold = critical.to_parallel if sign > 0 else critical.to_antiparallel
    assert np.sign(threshold) == sign
    cold = junction.magnet(**{drive: 3 * threshold})._replace(temperature=0.0)
    index = "xyz".index(junction.axis)
    start = np.full(3, 0.05)
    start[index] = -sign
    found = simulate(cold, num_steps=40_000, dt=1e-12, start=start / np.linalg.norm(start), seed=1)
    cosine = found.final[index, 0]
    if junction is UPRIGHT:
        assert cosine == pytest.approx(sign, abs=1e-3)
    middle, seen = junction.conductance([0.0, float(cosine)])
    assert np.sign(cosine) == np.sign(seen - middle) == sign


@pytest.mark.parametrize("junction", [UPRIGHT, FLAT], ids=["perpendicular", "in plane"])
def test_the_long_run_has_the_same_sign(junction):
    from pbits.devices import summary

    half = summary.half_current(junction)
    assert half is not None
    assert half > 0
    assert summary.transfer(junction, [half, -half]) == pytest.approx([0.5, -0.5], abs=0.01)


def test_a_circuit_reads_the_other_sign():
    """Conductances of both at m = -m.p."""
    circuit = UPRIGHT.conductances()
    for cosine in (-1.0, 0.3, 1.0):
        ours = float(UPRIGHT.conductance(cosine, 0.2))
        assert float(circuit.at(-cosine, 0.2)) == pytest.approx(ours, rel=1e-5, abs=0)
    constant = UPRIGHT.replace(half_voltage=None)
    assert float(constant.conductances().at(1.0, 0.5)) == pytest.approx(
        float(constant.conductance(-1.0, 0.5)), rel=1e-5
    )


def test_the_output_of_a_divider():
    """Antiparallel: +1, whatever the gate; a current that favours parallel pulls it to -1.

    The gate lets through a given conductance, that of m.p = 0, so both outputs occur.
    """
    law = BarrierRates(delta=5.0, tau0=1e-9, critical=UPRIGHT.critical_current().to_parallel)
    divider = Divider(UPRIGHT.conductances(), Transistor(4e-5, threshold=0.3), supply=0.01)
    gates = jnp.linspace(0.2, 0.8, 601)
    gate = float(gates[jnp.argmin(jnp.abs(divider.level(gates)))])
    # The output is +1 where m > -level: the antiparallel state, m.p = -1, and not the parallel.
    level = float(divider.level(gate))
    assert 1 > -level > -1
    spins = {}
    for favours, direction in (("parallel", -1.0), ("antiparallel", 1.0)):
        output = Telegraph(DividerRates(law, divider, direction))
        spins[favours] = float(output.transfer(gate))
    assert spins["parallel"] < -0.1 < 0.1 < spins["antiparallel"]


def test_a_two_terminal_input_is_minus_a_junctions_voltage():
    """The rates of leaving parallel fall with a positive voltage on the junction."""
    critical = UPRIGHT.critical_current().to_parallel
    law = BarrierRates(delta=UPRIGHT.barrier().coherent, tau0=1e-9, critical=critical)
    terminal = TwoTerminalRates(law, UPRIGHT.conductances())
    volts = 0.2 * UPRIGHT.critical_voltage().to_parallel
    up, down = (float(rate) for rate in terminal.log_rates(-volts))
    assert up < down  # m = +1 is antiparallel: it is left sooner
    assert UPRIGHT.axial(voltage=volts).mean_sign() == pytest.approx(
        np.tanh((down - up) / 2), abs=0.1
    )
