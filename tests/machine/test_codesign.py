"""Co-design sweeps: numbers are the machines' own, programs are shared, nothing done is lost."""

import csv
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.converters.adc import IdealAdc
from pbits import engine
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine import (
    Clocking,
    CrossbarCoupling,
    Machine,
    Neurons,
    affordable,
    bipolar,
    codesign_work,
    sweep,
)
from pbits.machine.codesign_choice import Affordable
from pbits.machine.codesign_points import combinations, digest, with_value
from pbits.machine.codesign_records import append_point, read_points
from pbits.machine.codesign_result import Point
from pbits.machine.codesign_table import Table
from pbits.machine.codesign_work import Sweep
from pbits.machine.crossbar_fields import Rounding
from pbits.machine.pbit_costs import PBitCost
from problems import maxcut_from_edges
from problems.model import ising

CUT = maxcut_from_edges(
    8, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 0, 2, 4, 6, 5],
    [2, 1, 1, 3, 1, 2, 1, 1, 2, 1, 1, 3],
)  # fmt: skip
MACHINE = Machine(
    Neurons(Telegraph(ConstantTime(1e-9)), cost=PBitCost(4e-9, 1e-6)),
    CrossbarCoupling(bipolar("sot", rows=16, columns=16)),
)
STATES = np.array([[1 if k >> i & 1 else -1 for i in range(8)] for k in range(256)])
ENERGIES = CUT.problem.energies(STATES)
RUN = {"num_reads": 32, "num_sweeps": 20, "target_energy": float(ENERGIES.min())}
ADC, SPREAD = "coupling.design.adc.bits", "neurons.spread.offset"


def small(**options) -> Table:
    return sweep(CUT, MACHINE, {SPREAD: [0.0, 1.5]}, **RUN, **options)


def alike(table: Table) -> list[dict]:
    """Records without what depends on the weather."""
    return [{k: v for k, v in r.items() if k != "simulated_seconds"} for r in table.records()]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Machine]:
    """Machines that were loaded."""
    found, load = [], Machine.load

    def counting(machine: Machine, problem):
        found.append(machine)
        return load(machine, problem)

    monkeypatch.setattr(Machine, "load", counting)
    return found


def test_numbers_are_those_of_the_machines() -> None:
    table = small(chips=2)
    bad = table.points[1]
    energies, joules = [], []
    for chip in range(2):
        neurons = Neurons(
            MACHINE.neurons.model, spread=Spread(offset=1.5), seed=chip, cost=MACHINE.neurons.cost
        )
        coupling = CrossbarCoupling(bipolar("sot", rows=16, columns=16), seed=chip)
        own = Machine(neurons, coupling).anneal(CUT.problem, num_reads=32, num_sweeps=20, seed=chip)
        energies.append(own.energies)
        joules.append(own.hardware.run.energy)
    assert bad.mean_energy == np.mean(energies)
    assert bad.best_energy == np.min(energies)
    assert bad.successes == (np.array(energies) <= table.target_energy).sum()
    assert bad.joules == pytest.approx(np.mean(joules), rel=1e-12, abs=0)
    assert bad.reads == 64
    own = hardware = Machine(MACHINE.neurons, MACHINE.coupling).load(CUT.problem).report(20, 32)
    good = table.points[0]
    found = own.time_to_solution(good.successes, good.reads)
    assert good.time_to_solution.value == pytest.approx(found.value, rel=1e-9, abs=0)
    assert set(good.writing) == {way.name for way in hardware.writes}


def test_quality_of_a_cut_is_its_share_of_the_targets() -> None:
    table = small()
    best = CUT.cut_values(STATES).max()
    assert table.cut_from_energy(table.target_energy) == best
    for point in table:
        assert point.quality == pytest.approx(table.cut_from_energy(point.mean_energy) / best)
    good, bad = table
    assert good.quality > bad.quality + 3 * bad.quality_error


def test_points_that_differ_in_numbers_share_their_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen, start = [], engine.Engine.__init__

    def noting(self, prepared, *arguments, **options):
        start(self, prepared, *arguments, **options)
        seen.append(self._programs)

    monkeypatch.setattr(engine.Engine, "__init__", noting)
    small()
    assert seen
    sizes = [part._cache_size() for part in seen[0]]
    assert max(sizes) >= 1  # the count does count
    values = {ADC: [3, 5], SPREAD: [0.2], "clocking.wait": [1.0], "coupling.seed": [0, 3]}
    table = sweep(CUT, MACHINE, {**values, "coupling.design.weight_bits": [4, 8]}, chips=2, **RUN)
    assert len(table) == 8
    assert len({id(programs) for programs in seen}) == 1
    assert [part._cache_size() for part in seen[0]] == sizes


@pytest.mark.parametrize("bits", [2, 3, 8, 16])
def test_converters_with_bits_as_numbers_are_the_same(bits: int) -> None:
    values = jnp.asarray(np.random.default_rng(1).normal(0, 40, 500), jnp.float32)
    values = values.at[:9].set(jnp.arange(9) * 0.25)  # ties
    adc, step = IdealAdc(bits), jnp.float32(0.5)
    half = 2 ** (bits - 1)
    own = Rounding(np.float32(-half), np.float32(half - 1)).convert((), values, step)
    np.testing.assert_array_equal(own, adc.convert((), values, step))
    off = Rounding(np.float32(-half), np.float32(half)).convert((), values * 1e5, step)
    assert (np.asarray(off) != np.asarray(adc.convert((), values * 1e5, step))).any()


def test_a_sweep_is_taken_up_where_it_ended(tmp_path: Path, loads: list) -> None:
    out = tmp_path / "sweep.jsonl"
    first = small(out=out)
    assert len(loads) == 2
    again = small(out=out)
    assert len(loads) == 2
    assert again == first
    sweep(CUT, MACHINE, {SPREAD: [0.0, 0.5, 1.5]}, **RUN, out=out)
    assert len(loads) == 3
    small(out=out, seed=1)
    assert len(loads) == 5
    assert len(out.read_text().splitlines()) == 5


def test_half_a_line_is_no_point(tmp_path: Path, loads: list) -> None:
    out = tmp_path / "sweep.jsonl"
    first = small(out=out)
    whole = out.read_bytes()
    out.write_bytes(whole[:-20])
    second = small(out=out)
    assert len(loads) == 3
    assert alike(second) == alike(first)
    assert len(read_points(out)) == len(out.read_text().splitlines()) == 2


def work(**changes) -> Sweep:
    options = {"num_reads": 8, "num_sweeps": 5, "beta": None}
    whole = Sweep(CUT.problem, 20.0, -8.0, -8.0, 0.0, options, 1, 0)
    return replace(whole, **changes)


def test_a_record_is_of_everything_that_numbers_follow_from() -> None:
    place, *others = combinations(MACHINE, {SPREAD: [0.0, 0.5], "num_sweeps": [5, 6]})
    changed: list[dict] = [
        {"chips": 2}, {"seed": 1}, {"target": -7.0}, {"reference": -7.0}, {"total_weight": None},
        {"options": {"num_reads": 9, "num_sweeps": 5, "beta": None}},
        {"problem": ising([1.0] + 7 * [0.0], CUT.problem.row, CUT.problem.col,
                          CUT.problem.coupling)},
    ]  # fmt: skip
    names = [work().fingerprint(place), *(work(**own).fingerprint(place) for own in changed)]
    names += [work().fingerprint(other) for other in others]
    assert len(set(names)) == 1 + len(changed) + 3
    # Sweeps of the point stand for those of the run.
    own = work(options={"num_reads": 8, "num_sweeps": 999, "beta": None})
    assert own.fingerprint(place) == names[0]


def test_quality_falls_on_both_sides_of_the_exact_samplers_energy() -> None:
    sampled = work(options={"beta": 0.5}, total_weight=None)
    assert sampled.quality(-8.0) == 1.0
    assert sampled.quality(-10.0) == sampled.quality(-6.0) == pytest.approx(0.75)
    annealed = work(total_weight=None)
    assert (annealed.quality(-10.0), annealed.quality(-6.0)) == pytest.approx((1.25, 0.75))


def test_errors_are_those_of_chips_where_chips_differ() -> None:
    energies = np.array([[0.0, 2.0], [10.0, 12.0]])
    assert codesign_work._standard_error(energies) == pytest.approx(5.0)  # of means 1 and 11
    assert codesign_work._standard_error(energies.T) == pytest.approx(energies.std(ddof=1) / 2)
    assert codesign_work._standard_error(np.array([[3.0]])) == 0.0


def test_each_chip_is_another() -> None:
    assert codesign_work._chip(MACHINE, 0) is MACHINE
    third = codesign_work._chip(MACHINE, 2)
    assert (third.neurons.seed, third.coupling.seed) == (2, 2)
    assert codesign_work._chip(Machine(), 2).neurons.seed == 2


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "notes"
    out.write_text("remember the milk\n")
    with pytest.raises(ValueError, match="notes:1: no record of a sweep"):
        small(out=out)
    assert out.read_text() == "remember the milk\n"
    append_point(tmp_path / "new", "f", {}, {})
    other = (tmp_path / "new").read_text().replace('"schema": 1', '"schema": 99')
    out.write_text(other)
    with pytest.raises(ValueError, match="schema is 99"):
        read_points(out)


def test_an_interrupted_sweep_keeps_what_is_done(tmp_path: Path, loads: list) -> None:
    out, seen = tmp_path / "sweep.jsonl", []

    def press(now) -> None:
        seen.append((now.sweep, now.num_sweeps))
        os.kill(os.getpid(), signal.SIGINT)

    cut = small(out=out, progress=press)
    assert (len(cut), cut.asked, seen) == (1, 2, [(1, 2)])
    assert "1 of 2 points are missing" in str(cut)
    assert alike(small(out=out)) == alike(small())
    assert len(loads) == 1 + 1 + 2
    assert len(small(interrupt=lambda: True)) == 0


@pytest.mark.slow  # programs of the exact sampler
def test_a_target_that_was_not_found_in_time_is_none() -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep(CUT, MACHINE, {SPREAD: [0.0]}, num_sweeps=20, interrupt=lambda: True)
    with pytest.raises(KeyboardInterrupt):
        sweep(CUT, MACHINE, {SPREAD: [0.0]}, num_sweeps=20, beta=1.0, target_energy=-13.0,
              interrupt=lambda: True)  # fmt: skip


def test_machines_that_are_too_small_are_told_not_run() -> None:
    table = sweep(CUT, MACHINE, {"coupling.arrays": [1], "coupling.design.rows": [4, 16]}, **RUN)
    small_one, fits = table
    assert small_one.refused
    assert np.isnan(small_one.quality)
    assert fits.refused is None
    for point in table:
        assert Point.of(json.loads(json.dumps(point.facts(), allow_nan=False))) == point
    assert "does not fit" in str(table)
    assert small_one.refused.splitlines()[-1] in str(table)
    assert [choice.verdict for choice in affordable(table).choices["coupling.design.rows"]] == [
        "does not fit", "yes"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no point of the table has a result"):
        _ = sweep(CUT, MACHINE, {"coupling.arrays": [1], "coupling.design.rows": [4]}, **RUN).best


@pytest.mark.slow  # programs of the exact sampler
def test_sampling_is_judged_by_the_exact_sampler() -> None:
    table = sweep(CUT, MACHINE, {SPREAD: [0.0, 1.5]}, beta=0.5, num_reads=512, num_sweeps=20)
    good, bad = table
    assert table.target_energy == ENERGIES.min()
    weights = np.exp(-0.5 * ENERGIES)
    exact = ENERGIES @ weights / weights.sum()
    assert abs(good.mean_energy - exact) < 4 * good.mean_energy_error
    assert abs(bad.mean_energy - exact) > 4 * bad.mean_energy_error
    assert table.reference_energy == pytest.approx(exact, abs=4 * ENERGIES.std() / np.sqrt(2048))
    distance = abs(bad.mean_energy - table.reference_energy)
    assert bad.quality == pytest.approx(1 - distance / (CUT.total_weight - table.reference_energy))


def test_options_of_the_run_can_be_swept_and_points_listed() -> None:
    points = [{"num_sweeps": 20, SPREAD: 1.5}, {"num_sweeps": 40}]
    table = sweep(CUT, MACHINE, points=points, **RUN)
    assert alike(table)[0][SPREAD] == 1.5
    assert alike(table)[1][SPREAD] is None
    short, long = table
    assert long.seconds == pytest.approx(2 * short.seconds, rel=1e-6, abs=0)
    assert len(combinations(MACHINE, {SPREAD: range(9), ADC: [2, 3]}, subset=5)) == 5
    cells = combinations(MACHINE, {"coupling.design.cell": ["stt", "sot"]})
    assert [place.labels["coupling.design.cell"] for place in cells] == ["stt", "sot"]
    made = combinations(lambda wait: with_value(MACHINE, "clocking.wait", wait),
                        {"wait": [2.0], SPREAD: [0.1], "num_sweeps": [3]})  # fmt: skip
    assert made[0].machine == with_value(with_value(MACHINE, SPREAD, 0.1), "clocking.wait", 2.0)
    assert digest(cells[0].machine) != digest(cells[1].machine) == digest(MACHINE)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"coupling.desing.rows": [1]}, "CrossbarCoupling has design, .*not 'desing'"),
        ({"num_sweps": [1]}, "options of the run are num_sweeps"),
        ({"clocking.wait.x": [1]}, "float has no parts"),
        ({"clocking.wait": 1.0}, "expected a list of values"),
        ({"clocking.wait": []}, "has no values"),
        ({"clocking.wait": [1.0, 1.0]}, "values of equal names"),
        ({"coupling.design.cell": ["sott"]}, "sott"),
        ({"clocking.wait": [-1.0]}, "wait is -1"),
        ({}, "no points"),
    ],
)
def test_wrong_parameters_are_told_before_anything_runs(
    parameters: dict, words: str, loads: list
) -> None:
    with pytest.raises(ValueError, match=words):
        sweep(CUT, MACHINE, parameters, **RUN)
    assert not loads


def test_problems_that_cannot_tell_machines_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="no variables"):
        sweep(ising([], [], [], []), MACHINE, {SPREAD: [0.0]})
    with pytest.raises(ValueError, match="not below"):
        sweep(CUT.problem, MACHINE, {SPREAD: [0.0]}, **{**RUN, "target_energy": 5.0})


def test_a_table_tells_its_target_in_the_terms_of_the_problem() -> None:
    point = Point({"a": 1}, 1, 8, best_energy=-6.0, quality=0.9, seconds=1.0, joules=1.0)
    cut = Table((point,), 1, -8.0, -8.0, 0.0, 12.0, {})
    assert "target: a cut of 10; quality: mean cut" in str(cut)
    assert " 9 " in str(cut)  # (12 + 6) / 2, the best
    energy = Table((point,), 1, -8.0, -8.0, 0.0, None, {})
    assert "target -8; quality: mean energy" in str(energy)
    sampled = Table((point,), 1, -8.0, -7.0, 0.0, None, {"beta": 0.5})
    assert "distance from the exact sampler" in str(sampled)


def test_tables_are_files(tmp_path: Path) -> None:
    table = small()
    json.dumps(table.records(), allow_nan=False)
    table.to_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["quality"]) for row in rows] == [point.quality for point in table]
    assert [float(row[SPREAD]) for row in rows] == [0.0, 1.5]
    assert {"mean_cut", "time_to_solution_low", "writing.sot.joules"} <= set(rows[0])
    assert len(table.where(neurons__spread__offset=1.5)) == 1
    with pytest.raises(ValueError, match="was not varied"):
        table.where(wait=1)


def synthetic(rows: list, error: float = 0.0) -> Table:
    points = [
        Point(values, 1, 8, quality=q, quality_error=error, joules=joules, seconds=1.0, successes=4)
        for values, q, joules in rows
    ]
    return Table(tuple(points), len(points), -1.0, -1.0, 0.0, None, {})


def test_pareto_points_are_those_that_nothing_beats() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.integers(1, 9, (60, 2)).astype(float)
    table = synthetic([({"k": k}, q, j) for k, (q, j) in enumerate(numbers)])
    kept = {point.parameters["k"] for point in table.pareto("quality", "joules")}
    for k, (q, j) in enumerate(numbers):
        beaten = any(a >= q and b <= j and (a, b) != (q, j) for a, b in numbers)
        assert (k in kept) != beaten
    with pytest.raises(ValueError, match="'qualty' is no objective"):
        table.pareto("qualty")


def judge(rows: list, **options) -> Affordable:
    return affordable(synthetic(rows), **options)


def test_the_cheapest_value_within_the_bound_is_chosen() -> None:
    rows = [
        ({"bits": b}, q, j) for b, q, j in ((2, 0.9, 1), (4, 0.985, 2), (6, 1.0, 3), (8, 0.999, 4))
    ]
    assert judge(rows, loss=0.02).values == {"bits": 4}
    assert judge(rows, loss=0.01).values == {"bits": 6}
    assert judge(rows, loss=0.2).cheapest.joules == 1
    verdicts = [choice.verdict for choice in judge(rows, loss=0.02).choices["bits"]]
    assert verdicts == ["no", "yes", "yes", "yes"]
    noisy = affordable(synthetic(rows, error=0.01), 0.02)
    assert [choice.verdict for choice in noisy.choices["bits"]] == [
        "no",
        "perhaps",
        "yes",
        "perhaps",
    ]


def test_of_values_that_cost_the_same_the_loosest_is_chosen() -> None:
    spreads = [
        ({"spread": s}, q, 1.0) for s, q in ((0, 0.999), (0.1, 1.0), (0.2, 0.995), (0.4, 0.9))
    ]
    assert judge(spreads, loss=0.01).values == {"spread": 0.2}
    waits = [({"wait": s}, q, 1.0) for s, q in ((1, 0.9), (2, 0.995), (3, 0.999), (4, 1.0))]
    assert judge(waits, loss=0.01).values == {"wait": 2}
    words = [({"cell": s}, q, 1.0) for s, q in (("a", 1.0), ("b", 0.995), ("c", 0.5))]
    assert judge(words, loss=0.01).values == {"cell": "b"}


def test_costs_within_two_percent_are_the_same() -> None:
    """Of a shorter wait, which is the looser, dearer by so much."""
    for dearer, chosen in ((1.015, 1), (1.03, 2)):
        waits = [
            ({"wait": w}, q, j) for w, q, j in ((1, 0.99, dearer), (2, 0.992, 1.0), (3, 1.0, 2.0))
        ]
        found = judge(waits, loss=0.02)
        assert found.values == found.cheapest.parameters == {"wait": chosen}


def test_values_affordable_one_by_one_need_not_be_together() -> None:
    rows = [({"a": a, "b": b}, 1.0 - 0.008 * (a + b), 4.0 - a - b) for a in (0, 1) for b in (0, 1)]
    found = judge(rows, loss=0.01)
    assert found.values == {"a": 1, "b": 1}
    assert sum(found.cheapest.parameters.values()) == 1
    text = str(found)
    assert "cheapest machine: a=" in text
    assert "<-" in text
    with pytest.raises(ValueError, match="cost is 'money'"):
        judge(rows, cost="money")


def test_values_by_path_are_frozen_copies() -> None:
    changed = with_value(MACHINE, "neurons.cost.power", 5.0)
    assert changed.neurons.cost.power == 5.0
    assert MACHINE.neurons.cost.power == 1e-6
    assert with_value(MACHINE, "clocking", Clocking("parallel")).clocking.kind == "parallel"
    with pytest.raises(ValueError, match="no record can"):
        digest(lambda: None)
