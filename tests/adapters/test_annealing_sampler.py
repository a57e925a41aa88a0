"""AnnealingSampler: dimod's conformance tests, dwave-samplers' arguments, and keeping states."""

import inspect
import json
import time
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import AnnealingSampler

LABELS = ["b", ("a", 1), 0]
PAIRS = {("b", ("a", 1)): 1, (("a", 1), 0): 1, ("b", 0): 1}
COLD = (20.0, 20.0)


def triangle(vartype="SPIN", offset=0.5):
    """Antiferromagnetic triangle with mixed labels; every SPIN test shares its compiled program."""
    return dimod.BQM({}, PAIRS, offset, "SPIN").change_vartype(vartype, inplace=False)


def anneal(bqm=None, **kwargs):
    options = {"num_reads": 8, "num_sweeps": 20, "seed": 7}
    return AnnealingSampler().sample(triangle() if bqm is None else bqm, **(options | kwargs))


@dimod.testing.load_sampler_bqm_tests(AnnealingSampler)
class TestConformance(unittest.TestCase):
    def test_api(self):
        dimod.testing.assert_sampler_api(AnnealingSampler())


def test_arguments_are_those_of_dwave_samplers():
    dwave = pytest.importorskip("dwave.samplers").SimulatedAnnealingSampler
    theirs = list(inspect.signature(dwave.sample).parameters.values())[:-1]
    ours = list(inspect.signature(AnnealingSampler.sample).parameters.values())
    for mine, other in zip(ours, theirs, strict=False):
        assert (mine.name, mine.default, mine.kind) == (other.name, other.default, other.kind)
    assert set(dwave().parameters) < set(AnnealingSampler().parameters)
    assert set(dwave().properties) < set(AnnealingSampler().properties)


def test_parameters_name_the_keywords_and_existing_properties():
    sampler = AnnealingSampler()
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred == set(sampler.properties)


def test_every_argument_of_dwave_samplers_is_taken_without_warning():
    given = {
        "beta_range": [0.1, 3.0],
        "num_reads": 8,
        "num_sweeps": 20,
        "num_sweeps_per_beta": 2,
        "beta_schedule_type": "linear",
        "seed": 3,
        "interrupt_function": lambda: False,
        "beta_schedule": None,
        "initial_states": {"b": 1, ("a", 1): 1, 0: 1},
        "initial_states_generator": "tile",
        "randomize_order": True,
        "proposal_acceptance_criteria": "Metropolis",
    }
    found = AnnealingSampler().sample(triangle(), **given)
    assert found.info["beta_schedule_type"] == "linear"
    assert found.info["beta_range"] == [0.1, 3.0]
    assert "randomize_order" in found.info["notes"][-1]


def test_unknown_keyword_warns():
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning, match="num_read"):
        anneal(num_read=3)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("criteria", ["Metropolis", "Gibbs"])
def test_ground_state_and_form_of_the_sample_set(vartype, criteria):
    bqm = triangle(vartype)
    found = anneal(bqm, proposal_acceptance_criteria=criteria)
    assert found.vartype is bqm.vartype
    assert list(found.variables) == list(bqm.variables)
    assert found.record.sample.dtype == np.int8
    assert found.record.energy.tolist() == [-0.5] * 8
    dimod.testing.assert_sampleset_energies(found, bqm)


def frustrated(vartype="SPIN", scale=1):
    """Twelve variables on a ring with chords, fields and couplings +-1 by a fixed seed."""
    draw = np.random.default_rng(5).choice
    h = {i: scale * int(draw([-1, 1])) for i in range(12)}
    J = {(i, (i + k) % 12): scale * int(draw([-1, 1])) for i in range(12) for k in (1, 3)}
    return dimod.BQM(h, J, scale, "SPIN").change_vartype(vartype, inplace=True)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("scale", [1, 0.37])
def test_ground_states_of_frustrated_problems(vartype, scale):
    bqm = frustrated(vartype, scale)
    found = anneal(bqm, num_reads=32, num_sweeps=300)
    assert found.first.energy == pytest.approx(dimod.ExactSolver().sample(bqm).first.energy)
    np.testing.assert_allclose(found.record.energy, bqm.energies(found), rtol=1e-12)


def test_disconnected_models_with_idle_variables():
    bqm = dimod.BQM({"x": 2.1, "idle": 0, "y": -1}, {("q", "p"): -3.3}, 0, "SPIN")
    found = anneal(bqm)
    assert found.first.energy == pytest.approx(-6.4)
    assert list(found.variables) == list(bqm.variables) != sorted(bqm.variables)


def test_seeds_repeat_and_reads_differ():
    options = {"num_reads": 32, "num_sweeps": 0}
    first, again, other = (anneal(frustrated(), seed=s, **options) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.record.sample, again.record.sample)
    assert (first.record.sample != other.record.sample).any()
    assert len(np.unique(first.record.sample, axis=0)) > 24  # of 4096 states


def test_a_seed_that_was_drawn_repeats_the_run():
    first, second = anneal(seed=None), anneal(seed=None)
    assert first.info["seed"] != second.info["seed"]
    again = anneal(seed=first.info["seed"])
    np.testing.assert_array_equal(first.record.sample, again.record.sample)


def test_default_numbers_of_reads_and_sweeps():
    empty = dimod.BQM("SPIN")  # nothing to compile
    assert len(anneal(empty, num_reads=None)) == AnnealingSampler().properties["default_num_reads"]
    assert anneal(num_sweeps=None).info["num_sweeps"] == 1000
    assert anneal(num_sweeps=None, num_sweeps_per_beta=7).info["num_sweeps"] == 1001


def test_custom_schedule():
    betas = np.linspace(0.1, 5.0, 30)
    found = anneal(
        num_sweeps=None,
        beta_schedule_type="custom",
        beta_schedule=betas,
        num_sweeps_per_beta=3,
        beta_range=(0.1, 5.0),
    )
    assert found.info["num_sweeps"] == 90
    assert found.info["beta_range"] == pytest.approx([0.1, 5.0])


SPINS = np.array([[1, 1, 1], [-1, -1, -1], [1, 1, -1]], np.int8)
BITS = SPINS > 0


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize(
    "states",
    [
        (SPINS, LABELS),
        (SPINS[:, [2, 0, 1]], [LABELS[i] for i in (2, 0, 1)]),
        (BITS, LABELS),
        (BITS.astype(np.uint8), LABELS),
        (BITS.astype(np.float64), LABELS),
        [dict(zip(LABELS, row, strict=True)) for row in SPINS.tolist()],
        dimod.SampleSet.from_samples((SPINS, LABELS), "SPIN", 0),
        dimod.SampleSet.from_samples((BITS.astype(np.int8), LABELS), "BINARY", 0),
    ],
    ids="spins reordered bool uint8 float dicts spin_set binary_set".split(),
)
def test_no_sweeps_return_the_initial_states(vartype, states):
    bqm = triangle(vartype)
    found = anneal(bqm, num_reads=None, num_sweeps=0, initial_states=states)
    values = found.record.sample[:, [found.variables.index(v) for v in LABELS]]
    np.testing.assert_array_equal(values, SPINS if vartype == "SPIN" else BITS)
    np.testing.assert_array_equal(SPINS > 0, BITS)  # nothing was converted in place


def test_too_few_initial_states_are_completed_or_refused():
    states = (SPINS[:2], LABELS)
    tiled = anneal(num_sweeps=0, initial_states=states, initial_states_generator="tile")
    order = [LABELS.index(v) for v in tiled.variables]
    np.testing.assert_array_equal(tiled.record.sample, np.tile(SPINS[:2, order], (4, 1)))
    mixed = anneal(num_sweeps=0, initial_states=states, num_reads=32)
    np.testing.assert_array_equal(mixed.record.sample[:2], SPINS[:2, order])
    assert len(np.unique(mixed.record.sample, axis=0)) > 2
    assert len(anneal(num_sweeps=0, initial_states=states, num_reads=1)) == 1
    for generator in ("none", "tile"):
        with pytest.raises(ValueError, match=r"initial states"):
            anneal(initial_states_generator=generator)


@pytest.mark.parametrize("up", [-1, 1])
@pytest.mark.parametrize("criteria", ["Metropolis", "Gibbs"])
def test_cold_sweeps_keep_each_ground_state_of_a_ferromagnet(up, criteria):
    bqm = dimod.BQM({}, dict.fromkeys(PAIRS, -1), 0, "SPIN")
    found = anneal(
        bqm,
        num_sweeps=2,
        beta_range=COLD,
        initial_states=dict.fromkeys(LABELS, up),
        initial_states_generator="tile",
        proposal_acceptance_criteria=criteria,
    )
    assert np.all(found.record.sample == up)


def test_no_read_returns_worse_than_its_initial_state():
    ground = {"b": 1, ("a", 1): 1, 0: -1}
    found = anneal(initial_states=ground, initial_states_generator="tile", beta_range=(1e-3, 1e-3))
    assert found.record.energy.tolist() == [-0.5] * 8


def test_target_energy_stops_the_anneal():
    found = anneal(num_restarts=None, target_energy=-0.5)
    assert found.info["stopped_by"] == "target"
    assert found.first.energy == -0.5


def test_time_limit_stops_the_anneal():
    anneal()  # compiled here, so that only the limit takes time below
    began = time.perf_counter()
    found = anneal(num_restarts=None, time_limit=0.2, target_energy=-100)
    assert found.info["stopped_by"] == "time_limit"
    assert found.info["num_restarts"] >= 1
    assert 0.2 < time.perf_counter() - began < 10
    assert 2e8 <= found.info["timing"]["sampling_ns"] < 5e9


def test_restarts_are_counted_and_sweep_more():
    found = anneal(num_restarts=3)
    assert found.info["num_restarts"] == 3
    assert found.info["num_sweeps"] == 60
    assert found.info["stopped_by"] == "schedule"


def test_interrupt_function_ends_the_run_and_keeps_all_reads():
    answers = iter([False, False, True])
    found = anneal(num_restarts=None, interrupt_function=lambda: next(answers))
    assert found.info["stopped_by"] == "interrupt"
    assert len(found) == 8
    dimod.testing.assert_sampleset_energies(found, triangle())


def fail(*_):
    raise OSError("no disk")


@pytest.mark.parametrize("name", ["interrupt_function", "progress"])
def test_failing_callbacks_lose_no_state(name):
    ground = {"b": 1, ("a", 1): 1, 0: -1}
    with pytest.warns(RuntimeWarning, match=f"{name} raised OSError"):
        found = anneal(initial_states=ground, num_reads=1, num_sweeps=10_000, **{name: fail})
    assert found.info["stopped_by"] == "interrupt"
    assert found.info["num_sweeps"] < 10_000
    assert found.first.energy == -0.5
    assert "no disk" in found.info["notes"][-1]


def test_ctrl_c_in_a_callback_loses_no_state():
    def press(*_):
        raise KeyboardInterrupt

    with pytest.warns(RuntimeWarning, match="KeyboardInterrupt"):
        assert len(anneal(interrupt_function=press)) == 8


def test_progress_is_reported():
    reports = []
    anneal(progress=reports.append)
    assert reports[-1].sweep == reports[-1].num_sweeps == 20
    assert reports[-1].best_energy == pytest.approx(-0.5)


def test_info_is_plain_json():
    info = anneal(trace=True).info
    assert json.loads(json.dumps(info)) == info
    assert {
        "beta_range", "beta_schedule_type", "kernel", "notes", "num_devices", "num_restarts",
        "num_sweeps", "seed", "stopped_by", "timing", "trace", "versions",
    } == set(info)  # fmt: skip
    assert set(info["versions"]) == {"pbits", "jax", "dimod"}


def test_timing_is_in_whole_nanoseconds_that_add_up():
    began = time.perf_counter_ns()
    timing = anneal().info["timing"]
    elapsed = time.perf_counter_ns() - began
    total = timing.pop("total_ns")
    assert set(timing) == {"preprocessing_ns", "compile_ns", "sampling_ns", "postprocessing_ns"}
    assert all(isinstance(v, int) and v >= 0 for v in timing.values())
    assert sum(timing.values()) == total <= elapsed


def test_trace():
    trace = anneal(num_sweeps=100, beta_range=(0.1, 3.0), trace=True).info["trace"]
    assert {len(column) for column in trace.values()} == {len(trace["sweep"])}
    assert trace["sweep"][-1] == 100
    assert trace["beta"][-1] == pytest.approx(3.0)
    assert trace["best_energy"] == sorted(trace["best_energy"], reverse=True)
    assert trace["best_energy"][-1] == pytest.approx(-0.5)
    assert np.all(np.array(trace["mean_energy"]) >= np.array(trace["best_energy"]) - 1e-6)
    assert "trace" not in anneal().info


def test_a_fractional_offset_added_later_survives():
    found = anneal(triangle(offset=0)).change_vartype("BINARY", energy_offset=0.25)
    assert found.first.energy == -0.75


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_empty_model(vartype):
    found = anneal(dimod.BQM({}, {}, 1.5, vartype), trace=True)
    assert found.record.energy.tolist() == [1.5] * 8
    assert found.info["trace"]["sweep"] == []
    assert found.vartype is dimod.as_vartype(vartype)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta_schedule_type": "cubic"}, "'cubic'"),
        ({"beta_schedule_type": "custom"}, "beta_schedule is None"),
        ({"beta_schedule_type": "custom", "beta_schedule": []}, "sequence of betas"),
        ({"beta_schedule_type": "custom", "beta_schedule": [1, 2]}, "num_sweeps is 20"),
        ({"beta_schedule_type": "custom", "beta_schedule": [1, -2], "num_sweeps": 2}, "negative"),
        (
            {
                "beta_schedule_type": "custom",
                "beta_schedule": [1, 2],
                "num_sweeps": 2,
                "beta_range": [1, 3],
            },
            "ends of beta_schedule",
        ),
        ({"beta_schedule": [1, 2]}, "expected 'custom'"),
        ({"beta_range": 3}, "beta_range is 3"),
        ({"beta_range": [1]}, "beta_range"),
        ({"beta_range": [1, 2, 3]}, "beta_range"),
        ({"beta_range": [-1, 2]}, "beta"),
        ({"beta_range": [0, 2]}, "geometric"),
        ({"beta_range": [np.nan, 2]}, "beta_range"),
        ({"num_sweeps": 21, "num_sweeps_per_beta": 2}, "multiple"),
        ({"num_sweeps": -1}, "num_sweeps"),
        ({"num_sweeps_per_beta": 0}, "num_sweeps_per_beta"),
        ({"num_reads": 0}, "num_reads"),
        ({"num_reads": 2.5}, "num_reads"),
        ({"num_reads": 2.5, "initial_states": (SPINS, LABELS)}, "num_reads"),
        ({"seed": -1}, "seed"),
        ({"seed": "a"}, "seed"),
        ({"proposal_acceptance_criteria": "Glauber"}, "Glauber"),
        ({"initial_states_generator": "zeros"}, "initial_states_generator"),
        ({"initial_states": {"b": 1}}, "variables"),
        ({"initial_states": (2 * SPINS, LABELS)}, "vartype"),
        ({"num_restarts": None}, "interrupt_function"),
        ({"num_restarts": 0}, "num_restarts"),
        ({"time_limit": -1}, "time_limit"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        anneal(**arguments)


@pytest.mark.parametrize("name", ["interrupt_function", "progress"])
def test_callbacks_must_be_callable(name):
    with pytest.raises(TypeError, match=name):
        anneal(**{name: 3})


def test_only_bqms_are_sampled():
    with pytest.raises(ValueError, match="BinaryQuadraticModel"):
        anneal(dimod.DiscreteQuadraticModel())
