"""The bill of a machine: every number from its parts, counted a second way."""

import json

import jax
import numpy as np
import pytest

from crossbar.cells.presets import get
from crossbar.converters.sar import SarAdc
from crossbar.costs import Costs
from crossbar.counting import Layout
from crossbar.design import Design
from crossbar.ledger import charge
from crossbar.programming import program
from crossbar.writing.programming import programming_cost
from pbits.devices import presets
from pbits.devices.energy import bit_energy
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.spin_loss import reported_spin_loss
from pbits.devices.telegraph import Telegraph
from pbits.diagnostics.mixing import AutocorrelationTime
from pbits.machine import pbit_costs
from pbits.machine.counts import machine_counts, running_counts
from pbits.machine.field_costs import IDEAL, column_layouts, field_read
from pbits.machine.pbit_costs import (
    PBitCost,
    at_one_and_four,
    cmos_cost,
    decision_cost,
    divider_cost,
    junction_power,
)
from pbits.machine.report import HardwareReport, hardware_report
from pbits.machine.write_costs import device_cells, write_costs
from pbits.validation import machine as rows
from pbits.validation.rows import check

PBIT = PBitCost(seconds=2e-9, power=1e-5, switching=1e-15, leakage=1e-7, area=1e-12)
DESIGN = Design(
    get("sot"), adc=SarAdc(6), rows=8, columns=8, weight_bits=2, input_bits=2,
    encoding="sign-magnitude",
)  # fmt: skip
MODEL = Telegraph(ConstantTime(1e-9))


def run(**changes) -> HardwareReport:
    given = {"num_spins": 10, "num_sweeps": 5, "num_reads": 4, "clocks_per_sweep": 2, "pbit": PBIT}
    return hardware_report(machine_counts(**(given | changes)))


# P-bits


def test_a_decision_is_power_charge_and_leakage():
    found = bit_energy(MODEL, 1e-6, capacitance=1e-15, swing=0.5)
    cost = decision_cost(MODEL, 1e-6, capacitance=1e-15, swing=0.5)
    one, four = at_one_and_four(cost)
    assert one == pytest.approx(float(found.at_one), rel=1e-5, abs=0)
    assert four == pytest.approx(float(found.at_four), rel=1e-5, abs=0)
    assert cost.joules == four
    leaking = decision_cost(MODEL, 1e-6, capacitance=1e-15, swing=0.5, leakage=1e-6, seconds=2e-9)
    assert leaking.joules == pytest.approx(2e-9 * 2e-6 + 0.25e-15, rel=1e-5, abs=0)
    with pytest.raises(ValueError, match="correlation_time is 0"):
        at_one_and_four(PBIT)
    with pytest.raises(ValueError, match="power is"):
        decision_cost(MODEL, -1.0)


def test_a_disk_in_a_divider_takes_some_femtojoules():
    cost = divider_cost()
    junction = presets.get("easy-plane-disk")
    # Junction and transistor of like resistance share the supply: from a fifth to the whole of
    # what the junction alone would draw at it.
    whole = junction_power(junction, 0.8)
    assert 0.2 * whole < cost.power < whole
    assert 2e-15 < at_one_and_four(cost)[0] < at_one_and_four(cost)[1] < 20e-15
    double = divider_cost(junction.replace(resistance_area=2 * junction.resistance_area))
    assert double.power == pytest.approx(cost.power / 2, rel=1e-3, abs=0)
    with pytest.raises(ValueError, match="in plane"):
        divider_cost(presets.get("pma-low-barrier"))


def test_power_of_a_junction_is_the_mean_of_its_two_states():
    junction = presets.get("easy-plane-disk")
    high, low = (float(junction.conductance(c, 0.2)) for c in (1.0, -1.0))
    assert junction_power(junction, 0.2) == pytest.approx(0.02 * (high + low), rel=1e-9, abs=0)


def test_a_digital_pbit_is_counted_from_the_table():
    costs = Costs.load()
    each = 32 * (costs["register.bit"].energy + costs["tree.add_bit"].energy)  # type: ignore[operator]
    table = 32 * costs["sram.8kB.bit"].energy  # type: ignore[operator]
    at_45 = cmos_cost(node=45e-9, voltage=1.0)
    assert at_45.joules == pytest.approx(each + table, rel=1e-9, abs=0)
    assert cmos_cost(node=45e-9, voltage=0.5).joules == pytest.approx(
        at_45.joules / 4, rel=1e-9, abs=0
    )
    assert cmos_cost(node=45e-9, voltage=1.0, table_bits=0).joules == pytest.approx(
        each, rel=1e-9, abs=0
    )
    assert at_45.area > 100 * pbit_costs.small_area()


def test_remembered_costs_of_pbits_say_so():
    costs = Costs.load()
    for name in ("smtj.three_transistors", "smtj.area", "cmos.trng", "junction"):
        assert costs[f"pbit.{name}"].label == "memory"


# Fields


def test_a_read_is_what_the_programmed_matrix_counts():
    """One group of arrays is one matrix: the same events, path and parts as of its own product."""
    weights = np.where(np.arange(16 * 8).reshape(16, 8) % 3 == 0, -1.0, 1.0)
    matrix = program(jax.random.key(0), weights, DESIGN)
    spins = np.where(np.arange(16) % 2, 1.0, -1.0)
    events = matrix.mvm(spins)[1]
    exact = matrix.report(events)
    layout = matrix.layout
    (ours,) = column_layouts(DESIGN, [2], planes=layout.planes, slices=layout.slices)
    assert ours == layout
    read = field_read(DESIGN, [ours], cell_joules=float(events["cell.read"]))
    found = charge(read.events, read.path, read.parts, read.costs)
    assert (found.energy, found.latency, found.area) == pytest.approx(
        (exact.energy, exact.latency, exact.area), rel=1e-6, abs=0
    )
    assert read.seconds == found.latency
    # Without the data: half of the cells of a pair high, the other half low, but for the wires.
    assumed = field_read(DESIGN, [ours]).events["cell.read"]
    assert assumed == pytest.approx(float(events["cell.read"]), rel=0.05, abs=0)


def test_groups_of_arrays_work_side_by_side():
    one, three = (field_read(DESIGN, column_layouts(DESIGN, [4] * k)) for k in (1, 3))
    assert three.seconds == one.seconds
    wires = three.events["wire.bit_mm"] - 3 * one.events["wire.bit_mm"]
    assert wires > 0  # spins to three groups
    for name in set(one.events) - {"wire.bit_mm"}:
        assert three.events[name] == pytest.approx(3 * one.events[name], rel=1e-12, abs=0)
    assert three.cells == 3 * one.cells == 3 * 4 * 2 * 64
    uneven = field_read(DESIGN, column_layouts(DESIGN, [1, 8, 1]))
    assert uneven.seconds == field_read(DESIGN, column_layouts(DESIGN, [8])).seconds
    # One matrix of all twelve arrays would add fields that do not belong together.
    stacked = field_read(DESIGN, [Layout(96, 8, 2, 1, 12, 1)])
    assert stacked.seconds > three.seconds
    assert stacked.events["tree.add_bit"] > three.events["tree.add_bit"]
    half = field_read(DESIGN, column_layouts(DESIGN, [4]), share=0.5)
    assert half.events["dac.bit"] == one.events["dac.bit"] / 2
    assert (half.seconds, half.parts) == (one.seconds, one.parts)
    # Blocks of spins that drive one group each take no wires to others.
    alone = field_read(DESIGN, column_layouts(DESIGN, [4] * 3), row_blocks=12)
    assert alone.events["wire.bit_mm"] == pytest.approx(
        3 * one.events["wire.bit_mm"], rel=1e-9, abs=0
    )
    with pytest.raises(ValueError, match="row_blocks is 3"):
        field_read(DESIGN, column_layouts(DESIGN, [4]), row_blocks=3)
    with pytest.raises(ValueError, match="layouts is empty"):
        field_read(DESIGN, [])
    with pytest.raises(ValueError, match="share is 2"):
        field_read(DESIGN, column_layouts(DESIGN, [1]), share=2.0)


# Runs


def test_a_run_counted_by_hand():
    """10 p-bits, 5 sweeps of 2 clocks, 4 reads: 200 updates in 40 clocks of 2 + 1 ns."""
    report = run(settling=1e-9)
    assert report.updates == 200
    assert report.seconds == pytest.approx(40 * 3e-9, rel=1e-9, abs=0)
    on = 10 * 40 * 3e-9
    assert report.joules == pytest.approx(on * (1e-5 + 1e-7) + 200 * 1e-15, rel=1e-9, abs=0)
    assert report.power == pytest.approx(report.joules / report.seconds, rel=1e-9, abs=0)
    assert report.area_m2 == pytest.approx(1e-11, rel=1e-9, abs=0)
    assert report.flips_per_second == pytest.approx(200 / 1.2e-7, rel=1e-9, abs=0)
    gated = run(settling=1e-9, always_on=False)
    assert gated.joules == pytest.approx(200 * (2e-14 + 1e-15) + on * 1e-7, rel=1e-9, abs=0)


def test_reads_follow_one_another_on_each_chip():
    one, two, three = (run(chips=k) for k in (1, 2, 3))
    assert two.seconds == pytest.approx(one.seconds / 2, rel=1e-9, abs=0)
    assert three.seconds == pytest.approx(two.seconds, rel=1e-9, abs=0)
    assert two.joules == pytest.approx(one.joules, rel=1e-9, abs=0)
    assert three.area_m2 == pytest.approx(3 * one.area_m2, rel=1e-9, abs=0)
    assert run(num_reads=8).seconds == pytest.approx(2 * one.seconds, rel=1e-9, abs=0)


def test_flips_per_second_go_as_spins_until_the_coupling_does():
    assert run(num_spins=1000).flips_per_second == pytest.approx(100 * run().flips_per_second)
    slow = run(coupling=field_read(DESIGN, column_layouts(DESIGN, [2])))
    assert slow.flips_per_second < run().flips_per_second / 5


def test_a_period_is_kept():
    fast = machine_counts(num_spins=10, num_sweeps=5, pbit=PBIT, period=1e-9)
    assert (fast.period, fast.path) == (1e-9, {"pbit.wait": 5e-9})
    slow = machine_counts(num_spins=10, num_sweeps=5, pbit=PBIT, period=1e-8)
    assert slow.path == pytest.approx({"pbit.wait": 1e-8, "pbit.idle": 4e-8}, rel=1e-9, abs=0)
    sticky = decision_cost(MODEL, 1e-6)
    notes = machine_counts(num_spins=1, num_sweeps=1, pbit=sticky, period=5e-10).notes
    assert "p-bits are read after 0.5 correlation times" in notes
    with pytest.raises(ValueError, match=r"period is 1e-09 s and fields take 2e-09 s"):
        machine_counts(num_spins=1, num_sweeps=1, pbit=PBIT, period=1e-9, settling=2e-9)


def test_converters_before_pbits_are_counted():
    numbers, plain = run(input_bits=6), run()
    extra = 200 * 64 * 1e-15 * 0.64
    assert numbers.joules - plain.joules == pytest.approx(extra, rel=1e-6, abs=0)
    assert numbers.seconds == plain.seconds


def test_free_pbits_make_updates_by_themselves():
    pbit = decision_cost(MODEL, 1e-6, capacitance=0.0)
    given = {"num_spins": 10, "seconds": 1e-6, "pbit": pbit, "num_reads": 3}
    report = hardware_report(running_counts(**given, chips=3))
    assert report.updates == pytest.approx(10 * 3 * 1000, rel=1e-6, abs=0)
    assert report.seconds == 1e-6
    assert report.joules == pytest.approx(3 * 10 * 1e-12, rel=1e-6, abs=0)
    coupling = field_read(DESIGN, column_layouts(DESIGN, [2]))
    often, seldom = (
        running_counts(**given, coupling=coupling, refresh=t) for t in (None, 10 * coupling.seconds)
    )
    assert often.events["cell.read"] == pytest.approx(
        10 * seldom.events["cell.read"], rel=1e-9, abs=0
    )
    assert often.path == seldom.path == {"pbit.wait": 3e-6}
    with pytest.raises(ValueError, match="refresh is 1e-09 s and fields take"):
        running_counts(**given, coupling=coupling, refresh=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [{"num_spins": 0}, {"num_sweeps": 0}, {"num_reads": 0.5}, {"chips": 0}, {"settling": -1.0}],
)
def test_impossible_runs_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        run(**wrong)


def test_solutions_and_samples_cost_energy():
    report = run()
    each = report.seconds / 4
    found = report.time_to_solution(2)
    assert found.value == pytest.approx(each * np.log(0.01) / np.log(0.5), rel=1e-9, abs=0)
    energy = report.energy_to_solution(2)
    for name in ("value", "low", "high"):
        one, other = getattr(energy, name), getattr(found, name)
        assert one == pytest.approx(other * report.power, rel=1e-9, abs=0)
    assert report.energy_to_solution(0).value is None
    assert report.energy_to_solution(0, 100).lower_bound > report.energy_to_solution(0).lower_bound
    assert report.joules_per_effective_sample(3.0, 20).value == pytest.approx(
        report.joules * 3 / 20, rel=1e-9, abs=0
    )
    tau = AutocorrelationTime(3.0, 0.3, 9, True)
    sampled = report.joules_per_effective_sample(tau, 20)
    assert sampled.high / sampled.value == pytest.approx(1 + 0.196, rel=1e-3)
    short = report.joules_per_effective_sample(tau._replace(closed=False), 20)
    assert (short.value, short.lower_bound) == (
        None,
        pytest.approx(report.joules * 0.15, rel=1e-9, abs=0),
    )
    with pytest.raises(ValueError, match="all values of the samples are equal"):
        report.joules_per_effective_sample(AutocorrelationTime(None, None, 0, False), 20)


def test_a_report_is_short_and_its_facts_are_complete():
    coupling = field_read(DESIGN, column_layouts(DESIGN, [2, 2]))
    writes = write_costs(np.ones((8, 8, 8), int))
    counts = machine_counts(
        num_spins=16, num_sweeps=5, num_reads=2, pbit=divider_cost(), coupling=coupling
    )
    report = hardware_report(counts, writes[1], writes)
    lines = str(report).splitlines()
    assert 8 <= len(lines) <= 16
    assert max(map(len, lines)) <= 100
    facts = json.loads(json.dumps(report.facts()))
    assert facts["joules"] == pytest.approx(
        sum(row["total"] for row in facts["breakdown"] if row["quantity"] == "energy"),
        rel=1e-9,
        abs=0,
    )
    assert facts["programming_joules"] == pytest.approx(writes[1].joules, rel=1e-9, abs=0)
    assert facts["area_missing"] == ["adc.sar.6"]
    names = {row["name"] for row in facts["breakdown"]}
    assert {"pbit.decision", "cell.read", "memory.stt.leakage", "cell.program"} <= names
    assert "2 reads, one after another on one chip" in facts["assumptions"]
    assert report.power == report.run.energy / report.run.latency
    assert "writing the problem is not counted" in hardware_report(counts).assumptions
    assert IDEAL.seconds == 0


# Writing


def test_writing_is_what_the_programmed_matrix_took():
    matrix = program(jax.random.key(0), np.ones((16, 8)), DESIGN)
    exact = programming_cost(matrix)
    (found,) = write_costs(np.ones(matrix.conductance.shape, int), cells={"sot": get("sot")})
    assert tuple(found.programming) == pytest.approx(tuple(exact), rel=1e-6, abs=0)
    report = found.report()
    assert (report.energy, report.latency) == (found.joules, found.seconds)


def test_schemes_of_writing_are_compared():
    stt, sot, loss = write_costs(np.full((2, 4, 4), 2), 1.0, verified=True)
    assert sot.joules < stt.joules
    assert loss.programming.energy == pytest.approx(sot.programming.energy / 3, rel=1e-6, abs=0)
    cell = get("stt")
    read = float(cell.read_voltage**2 * cell.read_time * cell.levels[-1])
    assert stt.programming.verify_energy == pytest.approx(2 * 32 * read, rel=1e-6, abs=0)
    assert stt.wear == pytest.approx(2 / float(cell.write.endurance), rel=1e-9, abs=0)
    assert all(one.joules == 0 for one in write_costs(np.zeros((4, 4), int)))
    with pytest.raises(ValueError, match="whole numbers"):
        write_costs(np.ones((4, 4)))
    with pytest.raises(ValueError, match="high is outside"):
        write_costs(np.ones((4, 4), int), 2.0)


def test_pulses_come_from_magnets():
    memory = presets.get("pma-memory")
    full, plain = (
        device_cells(memory, strip=reported_spin_loss(loss=x), failure=0.0) for x in (1.0, 0.0)
    )
    ones = np.ones((4, 4), int)
    stt, lossy = write_costs(ones, cells=full)
    assert write_costs(ones, cells=plain)[1].joules == pytest.approx(
        3 * lossy.joules, rel=1e-5, abs=0
    )
    current = 2 * max(abs(part) for part in memory.critical_current())
    volts = float(memory.operating(current).voltage)
    assert stt.joules == pytest.approx(16 * volts * current * 10e-9, rel=1e-5, abs=0)


# Rows of `pbits validate`


@pytest.mark.parametrize("row", rows.ROWS, ids=lambda row: row.id)
def test_machine_rows_pass(row):
    found = check(row)
    assert found.passed, f"{row.claim}: {found.value} for {row.reference}, {found.note}"


@pytest.mark.parametrize(
    ("names", "name", "wrong"),
    [
        ({"M1.1", "M1.2"}, "divider_cost", lambda: divider_cost(supply=2.5)),
        ({"M1.3"}, "cmos_cost", lambda: cmos_cost(node=45e-9, voltage=1.0)),
        ({"M2.2", "M2.3"}, "machine_counts", lambda **k: machine_counts(**k, settling=2e-9)),
        ({"M2.1"}, "column_layouts", lambda d, a: [Layout(64 * sum(a), 64, 2, 1, sum(a), 1)]),
    ],
)
def test_machine_rows_fail_where_they_must(monkeypatch, names, name, wrong):
    monkeypatch.setattr(rows, name, wrong)
    for row in rows.ROWS:
        if row.id in names:
            assert not check(row).passed
