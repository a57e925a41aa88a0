"""What results and sample sets say about themselves, in `info` and to ArviZ; energy overlaps."""

import json
import sys

import dimod
import numpy as np
import pytest
from scipy.stats import norm

from pbits import BoltzmannSampler, diagnostics, sample
from pbits.diagnostics import effective_beta, energy_overlap, summarise, to_arviz
from problems import from_bqm, ising, to_bqm
from problems.generators import edwards_anderson

GLASS = edwards_anderson((8, 8), seed=1)
CHAINS = {"num_reads": 400, "num_chains": 8, "seed": 1}
# Two valleys of different depth that no chain leaves when cold, and two spins on their own.
VALLEYS = ising([0.3] * 8, range(5), range(1, 6), [-3.0] * 5)


@pytest.fixture(scope="module")
def drawn():
    return sample(GLASS, beta=0.3, **CHAINS)


@pytest.fixture(scope="module")
def found():
    bqm = to_bqm(GLASS, "BINARY")
    return BoltzmannSampler().sample(bqm, beta=0.3, **CHAINS)


@pytest.fixture
def no_arviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz", None)


def test_summary_holds_what_the_functions_say(drawn):
    facts = summarise(GLASS, drawn)
    time = diagnostics.autocorrelation_time(drawn)
    assert (facts["num_chains"], facts["num_draws"]) == (8, 50)
    assert (facts["tau_int"], facts["tau_int_error"]) == (time.tau, time.error)
    assert facts["ess"] == 400 / time.tau
    assert facts["r_hat"] == diagnostics.r_hat(drawn)
    assert facts["mean_energy"] == drawn.energies.mean()
    error = drawn.energies.std(ddof=1) * np.sqrt(time.tau / 400)
    assert facts["mean_energy_error"] == pytest.approx(error)
    beta = effective_beta(GLASS, drawn)
    assert facts["effective_beta"] == pytest.approx(beta.beta)
    assert facts["effective_beta_interval"] == pytest.approx(list(beta.interval))
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_a_few_entries_are_enough_for_beta(drawn):
    few = summarise(GLASS, drawn, max_entries=400 * 16)
    whole = summarise(GLASS, drawn)
    assert few["effective_beta_error"] > 1.5 * whole["effective_beta_error"]
    assert abs(few["effective_beta"] - 0.3) < 4 * few["effective_beta_error"]
    tiny = summarise(GLASS, drawn, max_entries=1)
    assert tiny["effective_beta"] is not None


def test_good_chains_give_no_warnings():
    drawn = sample(GLASS, beta=0.3, num_reads=3200, num_chains=8, seed=1)
    assert summarise(GLASS, drawn)["warnings"] == []


def test_chains_in_different_valleys_are_flagged():
    start = np.repeat([[-1] * 8, [1] * 8], 4, axis=0)
    stuck = sample(VALLEYS, beta=2, initial_spins=start, num_sweeps=10, **CHAINS)
    facts = summarise(VALLEYS, stuck)
    assert "split R-hat" in "".join(facts["warnings"])
    assert facts["r_hat"] > 1.5
    frozen = sample(VALLEYS, beta=30, initial_spins=start, num_sweeps=10, **CHAINS)
    facts = summarise(VALLEYS, frozen)
    assert "every chain is stuck at its own energy" in facts["warnings"]
    assert any("too short to see tau" in text for text in facts["warnings"])
    assert facts["r_hat"] is None
    assert "infinite" in facts["effective_beta_note"]
    assert json.dumps(facts, allow_nan=False)


def test_too_little_burn_in_shows_in_beta():
    hot = sample(GLASS, beta=3, num_sweeps=0, thinning=1, **CHAINS | {"num_reads": 32})
    assert any("look like beta" in text for text in summarise(GLASS, hot)["warnings"])


@pytest.mark.parametrize(
    "problem",
    [ising([], [], [], []), ising([0], [], [], []), ising([0.5], [], [], [])],
    ids=["empty", "free", "one"],
)
@pytest.mark.parametrize("chains", [None, 1, 4])
def test_small_problems_leave_no_nan(problem, chains):
    run = sample(problem, beta=0.5, num_reads=20, num_chains=chains, seed=1)
    facts = summarise(problem, run)
    assert json.dumps(facts, allow_nan=False)
    assert (facts["tau_int"] is None) == (chains != 4 or not problem.h.any())
    assert summarise(problem, sample(problem, beta=0.5, num_reads=1))["mean_energy_error"] is None


def test_info_of_a_sample_set(found):
    problem = from_bqm(to_bqm(GLASS, "BINARY"))
    assert (found.info["num_chains"], found.info["num_samples"]) == (8, 400)
    facts = found.info["diagnostics"]
    assert facts["r_hat"] == pytest.approx(diagnostics.r_hat(found))
    assert facts["effective_beta"] == pytest.approx(effective_beta(problem, found).beta)
    alone = BoltzmannSampler().sample(dimod.BQM("SPIN"), num_reads=3)
    assert alone.info["diagnostics"]["tau_int"] is None


def test_a_sample_set_without_its_rows_has_no_chains(found):
    repeated = BoltzmannSampler().sample_ising({"a": 0.3}, {}, num_reads=40, num_chains=4, seed=1)
    assert diagnostics.r_hat(repeated) < 2
    with pytest.raises(ValueError, match="does not tell its chains; expected one of Boltzmann"):
        diagnostics.r_hat(repeated.aggregate())
    with pytest.raises(ValueError, match="does not tell its chains"):
        to_arviz(found.truncate(10))


@pytest.mark.parametrize("spins", [False, True])
def test_arviz_sees_chains(drawn, spins):
    data = to_arviz(drawn, spins=spins)
    assert dict(data.posterior.sizes) == {"chain": 8, "draw": 50} | (
        {"variable": 64} if spins else {}
    )
    assert ("spin" in data.posterior) == spins
    for k in (0, 7, 8, 399):
        at = {"chain": k % 8, "draw": k // 8}
        assert data.posterior.energy[at] == data.sample_stats.energy[at] == drawn.energies[k]
        assert data.posterior.magnetization[at] == drawn.spins[k].mean()
        if spins:
            np.testing.assert_array_equal(data.posterior.spin[at], drawn.spins[k])
    assert data.posterior.attrs["beta"] == 0.3


def test_arviz_sees_sample_sets(found):
    data = to_arviz(found, spins=True)
    assert list(data.posterior.variable.values) == list(found.variables)
    np.testing.assert_array_equal(data.posterior.energy[3, 2], found.record.energy[2 * 8 + 3])
    assert set(np.unique(data.posterior.spin)) == {-1, 1}


def test_without_arviz_the_command_is_told(drawn, no_arviz):
    assert diagnostics.r_hat(drawn) > 0.9
    for function in (diagnostics.ess, to_arviz):
        with pytest.raises(ImportError, match=r"pip install 'arviz>=0.20,<1'"):
            function(drawn)


def test_overlap_of_equal_and_disjoint_energies(drawn):
    assert energy_overlap(drawn, drawn) == pytest.approx(1)
    assert energy_overlap([1, 1, 2], [3, 4]) == 0
    assert energy_overlap([0, 0, 1, 1], [0, 1, 1, 1]) == 0.75
    rng = np.random.default_rng(1)
    assert energy_overlap(rng.random(500), 5 + rng.random(500)) == 0


@pytest.mark.parametrize("distance", [0.5, 1.0, 3.0])
def test_overlap_of_normal_energies(distance):
    first, second = np.random.default_rng(2).standard_normal((2, 20_000))
    exact = 2 * norm.cdf(-distance / 2)
    for bins in (None, 50):
        assert energy_overlap(first, second + distance, bins) == pytest.approx(exact, abs=0.03)


def test_overlap_counts_occurrences_and_falls_with_temperature():
    run = {beta: sample(GLASS, beta=beta, **CHAINS) for beta in (0.1, 0.2, 0.6)}
    near, far = energy_overlap(run[0.1], run[0.2]), energy_overlap(run[0.1], run[0.6])
    assert 0.9 > near > 0.2 > far
    sets = [
        dimod.SampleSet.from_samples(([[1], [1], [-1]], "a"), "SPIN", energy)
        for energy in ([1, 1, -1], [1, -1, -1])
    ]
    assert energy_overlap(sets[0].aggregate(), sets[1]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("energies", [[], [np.nan]])
def test_no_energies_to_overlap(energies):
    with pytest.raises(ValueError, match="expected at least one, all finite"):
        energy_overlap(energies, [1.0])
