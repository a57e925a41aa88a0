"""BoltzmannSampler: dimod's conformance tests and its distribution against enumeration by dimod."""

import inspect
import itertools
import json
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest
from scipy.stats import chisquare

from pbits import BoltzmannSampler

ALPHA = 1e-4  # fixed seeds: a right sampler fails never or always
BETA = 0.7
SAMPLES = 2**17  # beta off by 5 % shifts the chi-square statistic by more than a hundred
LABELS = ["z", ("a", 1), 0]
FERROMAGNET = dimod.BQM({}, {("z", ("a", 1)): -1.1, (("a", 1), 0): -1.3, ("z", 0): -0.7}, 0, "SPIN")


def model(kind="real", vartype="SPIN"):
    """Three variables with real or with integer biases of both signs."""
    h, J = ([0.5, -0.3, 0.1], [-0.8, 0.6, 0.4]) if kind == "real" else ([1, 1, -1], [-1, 1, -1])
    pairs = itertools.combinations(LABELS, 2)
    bqm = dimod.BQM(
        dict(zip(LABELS, h, strict=True)), dict(zip(pairs, J, strict=True)), 3.0, "SPIN"
    )
    return bqm.change_vartype(vartype, inplace=True)


def draw(bqm=None, **kwargs):
    options = {"num_reads": 8, "num_sweeps": 20, "seed": 7}
    return BoltzmannSampler().sample(model() if bqm is None else bqm, **(options | kwargs))


def p_value(found, bqm, beta):
    """Chi-square of a sample set's states against ``exp(-beta E) / Z``."""
    states = np.array(list(itertools.product(sorted(bqm.vartype.value), repeat=3)))
    weight = np.exp(-beta * bqm.energies((states, LABELS)))
    up = found.record.sample[:, [found.variables.index(v) for v in LABELS]] == 1
    counts = np.bincount(up @ [4, 2, 1], minlength=8)
    return chisquare(counts, counts.sum() * weight / weight.sum()).pvalue


@dimod.testing.load_sampler_bqm_tests(BoltzmannSampler)
class TestConformance(unittest.TestCase):
    def test_api(self):
        dimod.testing.assert_sampler_api(BoltzmannSampler())


def test_parameters_name_the_keywords_and_existing_properties():
    sampler = BoltzmannSampler()
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred == set(sampler.properties)


def test_unknown_keyword_warns():
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning, match="beta_range"):
        draw(beta_range=(1, 2))


@pytest.mark.parametrize(
    ("kind", "criteria"), [("real", "Gibbs"), ("real", "Metropolis"), ("integer", "Gibbs")]
)
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_samples_follow_the_boltzmann_distribution(kind, vartype, criteria):
    bqm = model(kind, vartype)
    found = draw(
        bqm, beta=BETA, num_reads=SAMPLES, num_sweeps=50, proposal_acceptance_criteria=criteria
    )
    assert p_value(found, bqm, BETA) > ALPHA


@pytest.mark.parametrize("kind", ["real", "integer"])
@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_the_test_sees_a_wrong_temperature(kind, factor):
    found = draw(model(kind), beta=factor * BETA, num_reads=SAMPLES, num_sweeps=50)
    assert p_value(found, model(kind), BETA) < ALPHA


def test_thinned_chains_follow_the_boltzmann_distribution():
    found = draw(beta=BETA, num_reads=SAMPLES, num_chains=SAMPLES // 4, thinning=50, num_sweeps=50)
    assert len(found) == SAMPLES
    assert found.info["num_sweeps"] == 200
    assert p_value(found, model(), BETA) > ALPHA


def test_short_burn_in_is_seen_too():
    start = dict.fromkeys(LABELS, 1)
    found = draw(
        beta=BETA,
        num_reads=SAMPLES,
        num_sweeps=1,
        initial_states=start,
        initial_states_generator="tile",
    )
    assert p_value(found, model(), BETA) < ALPHA


def test_sample_k_is_draw_k_div_chains_of_chain_k_mod_chains():
    up, down = dict.fromkeys(LABELS, 1), dict.fromkeys(LABELS, -1)
    found = draw(FERROMAGNET, beta=30, num_reads=7, num_chains=2, initial_states=[up, down])
    assert found.record.sample.tolist() == [[1] * 3, [-1] * 3] * 3 + [[1] * 3]


def test_initial_states_set_the_number_of_samples():
    states = [dict.fromkeys(LABELS, 1), dict.fromkeys(LABELS, -1)]
    assert len(draw(FERROMAGNET, num_reads=None, initial_states=states)) == 2
    default = BoltzmannSampler().properties["default_num_reads"]
    assert len(draw(dimod.BQM("SPIN"), num_reads=None)) == default
    assert len(draw(FERROMAGNET, num_reads=None, num_chains=2, initial_states=states)) == default
    assert len(draw(FERROMAGNET, num_reads=2, num_chains=3, initial_states=states)) == 2


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_form_of_the_sample_set(vartype):
    bqm = model(vartype=vartype)
    found = draw(bqm)
    assert found.vartype is bqm.vartype
    assert list(found.variables) == list(bqm.variables)
    dimod.testing.assert_sampleset_energies(found, bqm)


def test_seeds_repeat_and_reads_differ():
    first, again, other = (draw(num_reads=32, beta=0.1, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.record.sample, again.record.sample)
    assert (first.record.sample != other.record.sample).any()
    assert len(np.unique(first.record.sample, axis=0)) > 4


def test_info_is_plain_json():
    info = draw(beta=0.25).info
    assert json.loads(json.dumps(info)) == info
    assert info["beta"] == 0.25
    assert info["stopped_by"] == "schedule"
    assert info["num_sweeps"] == 20
    assert {"kernel", "notes", "num_devices", "seed", "timing", "versions"} < set(info)
    timing = info["timing"]
    assert timing.pop("total_ns") == sum(timing.values())


def test_interrupted_burn_in_is_reported():
    found = draw(num_sweeps=100_000, interrupt_function=lambda: True)
    assert found.info["stopped_by"] == "interrupt"
    assert 0 < found.info["num_sweeps"] < 100_000
    assert len(found) == 8


def test_interrupted_draws_are_kept_and_reported():
    answers = iter([False] * 10 + [True])
    found = draw(num_chains=2, num_reads=100, interrupt_function=lambda: next(answers))
    assert found.info["stopped_by"] == "interrupt"
    assert 2 <= len(found) < 100  # whole draws of two chains
    assert len(found) % 2 == 0


@pytest.mark.parametrize("name", ["interrupt_function", "progress"])
def test_failing_callbacks_lose_no_state(name):
    def fail(*_):
        raise OSError("no disk")

    with pytest.warns(RuntimeWarning, match=f"{name} raised OSError"):
        found = draw(num_sweeps=100_000, **{name: fail})
    assert found.info["stopped_by"] == "interrupt"
    assert len(found) == 8


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_empty_model(vartype):
    found = draw(dimod.BQM({}, {}, 1.5, vartype))
    assert found.record.energy.tolist() == [1.5] * 8
    assert found.info["stopped_by"] == "schedule"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": -1}, "beta is -1"),
        ({"beta": "cold"}, "beta is 'cold'"),
        ({"num_reads": 0}, "num_reads"),
        ({"num_sweeps": -1}, "num_sweeps"),
        ({"num_chains": 0}, "num_chains"),
        ({"num_chains": "two"}, "num_chains"),
        ({"thinning": 5}, "num_chains"),
        ({"num_chains": 2, "thinning": 0}, "thinning"),
        ({"seed": 1.5}, "seed"),
        ({"proposal_acceptance_criteria": "Glauber"}, "Glauber"),
        ({"initial_states_generator": "tile"}, "initial states"),
        ({"initial_states": {"z": 1}}, "variables"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw(**arguments)


def test_callbacks_must_be_callable():
    with pytest.raises(TypeError, match="interrupt_function"):
        draw(interrupt_function=3)
