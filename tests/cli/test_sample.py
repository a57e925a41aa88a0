"""``pbits sample``: facts, table, files, refusals and interrupts."""

import json
import signal
import sys

import numpy as np
import pytest

import pbits.sampling
from problems import data, ising, read, write
from problems.generators import edwards_anderson

QUICK = ("--reads", 320, "--chains", 16, "--sweeps", 50, "--seed", 5)

# Tells on stderr when burn-in has begun.
ANNOUNCE = """
import sys
import pbits.sampling as module
sample = module.sample
def announcing(*args, **kwargs):
    seen = []
    def progress(now):
        if len(seen) == 1:
            print("sampling", file=sys.stderr, flush=True)
        seen.append(now)
    return sample(*args, **kwargs | {"progress": progress})
module.sample = announcing
"""


@pytest.fixture
def sample_json(invoke):
    """The facts that ``pbits sample ... --json`` prints."""

    def run(*words):
        result = invoke("sample", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def no_sampling(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("sampling has begun")

    monkeypatch.setattr(pbits.sampling, "sample", refuse)


@pytest.fixture
def pair(tmp_path):
    """Two spins, ``E = -s_0 s_1``, in dimod's coordinate format."""
    path = tmp_path / "pair.coo"
    path.write_text("# vartype=SPIN\n0 1 -1.0\n")
    return path


def arrays(path):
    with np.load(path) as file:
        return dict(file)


def test_reports_the_facts(sample_json):
    facts = sample_json("example", "--beta", 0.3, *QUICK)
    assert facts["instance"] == "torus_24x24"
    assert (facts["beta"], facts["samples"], facts["reads"]) == (0.3, 320, 320)
    assert (facts["num_chains"], facts["num_draws"], facts["thinning"]) == (16, 20, 10)
    assert facts["sweeps_done"] == 50 + 19 * 10
    assert facts["stopped_by"] == "schedule"
    assert facts["mean_value"] == pytest.approx(_mean_cut(facts["mean_energy"]))
    assert abs(facts["effective_beta"] - 0.3) < 4 * facts["effective_beta_error"]
    low, high = facts["effective_beta_interval"]
    assert low < facts["effective_beta"] < high
    assert facts["ess"] == pytest.approx(320 / facts["tau_int"])
    assert facts["ess_bulk"] > 50
    assert 0.9 < facts["r_hat"] < 1.2
    assert facts["mean_energy_error"] > 0
    assert set(facts["seconds"]) == {"load", "prepare", "compile", "sample", "diagnose", "total"}
    assert {"pbits", "jax"} <= set(facts["versions"])


def _mean_cut(energy):
    instance = read(data.path(data.BUNDLED["example"]))
    return (instance.problem.coupling.sum() - energy) / 2


def test_mean_energy_of_two_spins_is_right(sample_json, pair):
    facts = sample_json(pair, "--beta", 0.7, "--reads", 20_000, "--seed", 1)
    assert facts["objective"] == "energy"
    assert facts["mean_value"] == facts["mean_energy"]
    deviation = facts["mean_energy"] + np.tanh(0.7)
    assert abs(deviation) < 4 * facts["mean_energy_error"] < 0.05
    assert facts["warnings"] == []


def test_prints_a_table(invoke):
    result = invoke("sample", "example", "--beta", 0.3, *QUICK)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "torus_24x24 (rudy): 576 variables, 1152 interactions"
    names = [line[2:15].strip() for line in lines[1:]]
    for name in ("beta", "samples", "mean cut", "mean energy", "tau", "split R-hat", "beta found"):
        assert name in names
    assert "  samples      320, 20 of each of 16 chains, 10 sweeps apart, after 50 sweeps" in lines
    assert "\x1b" not in result.stdout
    # Notes are sentences about the machine, as long as they need to be.
    assert max(len(line) for line in lines if not line.startswith("  note")) <= 80


def test_cold_chains_are_warned_of(invoke, tmp_path):
    path = tmp_path / "glass.bqm"
    write(edwards_anderson((12, 12), seed=1, couplings="gaussian"), path)
    text = invoke("sample", path, "--beta", 20, *QUICK).stdout
    assert "WARNING" in text
    assert "R-hat" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--reads", 3, "--chains", 3), "too few draws of each chain; ask for more --reads"),
        (("--reads", 20, "--chains", 1), "a single chain has none to compare with"),
        (("--reads", 1), "1, one of each of 1 chain, after"),
    ],
)
def test_what_cannot_be_known_is_said(invoke, pair, words, says):
    result = invoke("sample", pair, "--beta", 0.5, "--seed", 1, *words)
    assert result.exit_code == 0, result.stderr
    assert says in result.stdout
    assert "nan" not in result.stdout


def test_polynomials_show_their_beta(invoke, sample_json, tmp_path):
    path = tmp_path / "poly.json"
    terms = [[[i, (i + 1) % 8, (i + 3) % 8], 1 - 2 * (i % 2)] for i in range(8)] + [[[0], 1]]
    path.write_text(json.dumps({"vartype": "SPIN", "terms": terms}))
    words = ("--reads", 8000, "--chains", 32, "--seed", 1)
    facts = sample_json(path, "--beta", 0.7, *words)
    assert abs(facts["effective_beta"] - 0.7) < 4 * facts["effective_beta_error"] < 0.1
    assert (facts["effective_beta_note"], facts["warnings"]) == ("", [])
    row = next(
        line
        for line in invoke("sample", path, "--beta", 0.7, *words).stdout.splitlines()
        if line.startswith("  beta found")
    )
    low, high = facts["effective_beta_interval"]
    assert row.endswith(f"(95 %: {low:.4g} to {high:.4g})")


def test_without_arviz_it_still_works(invoke, sample_json, pair, monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz", None)
    facts = sample_json(pair, "--beta", 0.5, *QUICK)
    assert facts["ess_bulk"] is None
    assert "pip install 'arviz" in facts["notes"][-1]
    text = invoke("sample", pair, "--beta", 0.5, *QUICK).stdout
    assert "split R-hat" in text
    assert "in bulk" not in text
    assert "note" in text


@pytest.mark.parametrize("suffix", ["json", "npz"])
def test_writes_all_samples(sample_json, tmp_path, suffix):
    out = tmp_path / f"states.{suffix}"
    facts = sample_json("example", "--beta", 0.3, *QUICK, "--out", out)
    if suffix == "json":
        found = json.loads(out.read_text())
        asked = found
    else:
        found = arrays(out)
        asked = json.loads(str(found["record"]))
    spins, energies = np.array(found["spins"]), np.array(found["energies"])
    problem = read(data.path(data.BUNDLED["example"])).problem
    assert spins.shape == (320, 576)
    np.testing.assert_array_equal(problem.energies(spins), energies)
    assert np.array(found["labels"]).tolist() == list(range(1, 577))
    assert energies.mean() == pytest.approx(facts["mean_energy"])
    assert (asked["seed"], asked["beta"], asked["num_chains"]) == (5, 0.3, 16)


def test_names_are_written(sample_json, tmp_path):
    path, out = tmp_path / "named.json", tmp_path / "out.npz"
    write(ising([0.5, 0], [0], [1], [1], labels="ab"), path)
    sample_json(path, "--beta", 0.3, *QUICK, "--out", out)
    assert arrays(out)["labels"].tolist() == ["a", "b"]


def test_equal_seeds_give_equal_samples(sample_json, pair):
    means = [sample_json(pair, "--beta", 0.5, *QUICK)["mean_energy"] for _ in range(2)]
    assert means[0] == means[1]
    seeds = {sample_json(pair, "--beta", 0.5, "--reads", 32)["seed"] for _ in range(2)}
    assert len(seeds) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--beta", "-1"), "--beta is -1.0; expected a finite number of at least 0"),
        (("--beta", "nan"), "--beta is nan; expected a finite number of at least 0"),
        ((), "Missing option '--beta'"),
        (("--beta", "1", "--reads", "0"), "'--reads'"),
        (("--beta", "1", "--out", "x.txt"), "--out x.txt names no kind of file; expected one of"),
        (("--beta", "1", "--out", "/nowhere/x.json"), "--out /nowhere/x.json cannot be written"),
        (("--beta", "1", "--update", "glauber"), "'--update'"),
    ],
)
@pytest.mark.usefixtures("no_sampling")
def test_bad_words_are_one_line(complaint, pair, words, message):
    assert message in complaint("sample", pair, *words)


@pytest.mark.usefixtures("no_sampling")
def test_the_problem_is_not_overwritten(complaint, tmp_path):
    path = tmp_path / "named.json"
    write(ising([0, 0], [0], [1], [1]), path)
    assert "is the problem itself" in complaint("sample", path, "--beta", 1, "--out", path)


def test_beta_too_large_and_missing_files(complaint, pair):
    assert "rescale the problem" in complaint("sample", pair, "--beta", 1e40)
    assert "nowhere.txt" in complaint("sample", "nowhere.txt", "--beta", 1)


def test_ctrl_c_keeps_the_samples(start, tmp_path):
    out = tmp_path / "states.npz"
    words = ("--beta", 0.5, "--reads", 10**6, "--sweeps", 1, "--thinning", 1000, "--json")
    process = start("sample", "example", *words, "--out", out, before=ANNOUNCE)
    assert process.stderr.readline() == "sampling\n"
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "")
    facts = json.loads(output)
    assert facts["stopped_by"] == "interrupt"
    assert 32 <= facts["samples"] < 10**6
    assert len(arrays(out)["spins"]) == facts["samples"]


def test_a_broken_burn_in_is_told(invoke, monkeypatch):
    draw = pbits.sampling.sample
    monkeypatch.setattr(
        pbits.sampling, "sample", lambda *a, **k: draw(*a, **k | {"interrupt": lambda: True})
    )
    result = invoke("sample", "example", "--beta", 0.5, "--sweeps", 100_000, "--seed", 1)
    assert result.exit_code == 130
    assert "stopped by   interrupted" in result.stdout
    assert "WARNING      interrupted before the end of the burn-in" in result.stdout
