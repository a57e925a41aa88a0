"""The throughput benchmark: what it reports follows from what it recorded; no speed is asserted."""

import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import problems
from pbits.bench import instances, machine, ours, peers, summary, throughput
from pbits.bench.cli import app
from pbits.bench.entrant import Call, Draw, Entrant, Unsupported
from pbits.bench.sides import Side
from pbits.bench.workers import Timed

BETA, READS = 0.4, 2000
NEEDS = {"dwave-samplers": "dwave.samplers", "openjij": "openjij", "thrml": "thrml"}


class Broken:
    """A sampler that refuses every problem; at module level, so that workers can import it."""

    def __init__(self, problem):
        raise Unsupported("no problem suits this one")


def enumerated(problem):
    return np.array(list(itertools.product((-1, 1), repeat=problem.num_variables)), np.int8)


def moments(problem, beta):
    """Exact mean and variance of the energy at one beta."""
    energies = problem.energies(enumerated(problem))
    weights = np.exp(-beta * (energies - energies.mean()))
    mean = np.average(energies, weights=weights)
    return mean, np.average((energies - mean) ** 2, weights=weights)


@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(3)
    row, col = np.triu_indices(6, 1)
    return problems.ising(rng.normal(size=6), row, col, rng.normal(size=15), offset=1.5)


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory):
    """One run through the command line against dwave-samplers and a peer that fails."""
    pytest.importorskip("dwave.samplers")
    path = tmp_path_factory.mktemp("records") / "speed.jsonl"
    words = "throughput --quick --case lattice --cores one --json --seed 5 --record".split()
    table = {
        "dwave-samplers": peers.PEERS["dwave-samplers"],
        "absent": Entrant("absent", "no-such-distribution", Broken, "final"),
        "broken": Entrant("broken", "numpy", Broken, "final"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "PEERS", table)
        result = CliRunner().invoke(app, [*words, str(path)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), [json.loads(line) for line in path.read_text().splitlines()]


def result_of(report, peer):
    return next(r for r in report["results"] if r["peer"] == peer)


def test_report_says_what_ran_where(quick_run):
    report, _ = quick_run
    case = report["cases"][0]
    assert report["benchmark"] == "throughput"
    assert set(report) >= {"date", "hardware", "versions", "commit", "settings", "notes"}
    assert report["hardware"]["num_cores"] == len(machine.cores())
    assert report["versions"]["numpy"] == np.__version__
    assert report["settings"]["rounds"] == 2
    assert (case["num_variables"], case["num_interactions"], case["max_degree"]) == (64, 192, 6)
    assert case["sha256"] == instances.digest(instances.build("lattice", quick=True).problem)


def test_ratios_follow_from_recorded_seconds(quick_run):
    good = result_of(quick_run[0], "dwave-samplers")
    assert good["status"] == "ok"
    rates = {}
    for name in ("ours", "theirs"):
        side = good[name]
        assert side["spin_updates"] == 64 * side["reads"] * side["sweeps"]
        rates[name] = side["spin_updates"] / np.array(side["seconds"])
        assert len(side["seconds"]) == 2
        np.testing.assert_allclose(side["updates_per_second"]["per_round"], rates[name])
        assert side["updates_per_second"]["median"] == pytest.approx(np.median(rates[name]))
    ratio = rates["ours"] / rates["theirs"]
    np.testing.assert_allclose(good["ratio"]["per_round"], ratio)
    assert good["ratio"]["median"] == pytest.approx(np.median(ratio))
    assert (good["ratio"]["min"], good["ratio"]["max"]) == pytest.approx((ratio.min(), ratio.max()))


def test_both_sides_do_the_same_sweeps_at_the_same_betas(quick_run):
    good = result_of(quick_run[0], "dwave-samplers")
    assert good["ours"]["sweeps"] == good["theirs"]["sweeps"] == 20
    assert good["ours"]["reads"] == 64
    assert good["theirs"]["reads"] == 4
    assert good["beta_range"] == pytest.approx(
        throughput.default_beta_range(instances.build("lattice", quick=True).problem)
    )
    assert good["ours"]["info"]["num_devices"] == good["num_cores"] == 1


def test_energies_are_recomputed_and_differ_as_reported(quick_run):
    good = result_of(quick_run[0], "dwave-samplers")
    mine, other = good["ours"], good["theirs"]
    assert mine["energies"]["agree_with_sampler"]
    assert other["energies"]["agree_with_sampler"]
    assert (mine["energies"]["count"], other["energies"]["count"]) == (128, 8)
    assert (mine["energies"]["states"], other["energies"]["states"]) == ("best", "final")
    # The best state of a read is no worse than its last.
    assert mine["energies"]["mean"] <= mine["final_energies"]["mean"]
    assert other["energies"]["mean"] == other["final_energies"]["mean"]
    difference = mine["final_energies"]["mean"] - other["final_energies"]["mean"]
    assert good["energy_difference"]["mean"] == pytest.approx(difference)
    errors = [side["final_energies"]["standard_error"] for side in (mine, other)]
    assert good["energy_difference"]["standard_error"] == pytest.approx(np.hypot(*errors))


def test_compile_time_is_apart(quick_run):
    good = result_of(quick_run[0], "dwave-samplers")
    assert good["ours"]["compile_seconds"] > 0
    assert good["theirs"]["compile_seconds"] is None


def test_missing_and_failing_peers_are_reported_and_the_rest_goes_on(quick_run):
    report, _ = quick_run
    assert [r["peer"] for r in report["results"]] == ["absent", "dwave-samplers", "broken"]
    absent, broken = result_of(report, "absent"), result_of(report, "broken")
    assert absent["status"] == "not installed"
    assert "pip install no-such-distribution" in absent["reason"]
    assert broken["status"] == "failed"
    assert broken["reason"] == "Unsupported: no problem suits this one"


def test_each_recorded_line_stands_alone(quick_run):
    report, lines = quick_run
    assert len(lines) == len(report["results"])
    for line, result in zip(lines, report["results"], strict=True):
        assert line["versions"] == report["versions"]
        assert line["instance"]["sha256"] == report["cases"][0]["sha256"]
        assert line["settings"]["seed"] == 5
        assert {key: line[key] for key in result} == result


def test_tables_show_all_rows(quick_run, capsys):
    from pbits.bench.report import print_tables

    print_tables(quick_run[0])
    text = capsys.readouterr().out
    assert "lattice: 64 spins, 192 couplings" in text
    assert "dwave-samplers" in text
    assert "broken: failed: Unsupported: no problem suits this one" in text
    assert "absent: not installed" in text


@pytest.mark.parametrize("name", NEEDS)
def test_peers_sample_the_same_distribution(small, name):
    """Same sign, same beta, columns in order: the mean energy at one beta is the exact one."""
    pytest.importorskip(NEEDS[name])
    exact, variance = moments(small, BETA)
    error = np.sqrt(variance / READS)
    # The test has teeth: half or twice the beta, or the other sign, would be far off.
    assert min(abs(moments(small, b)[0] - exact) for b in (BETA / 2, 2 * BETA, -BETA)) > 15 * error
    sampler = peers.PEERS[name].make(small)
    draw = sampler.draw(sampler.run(Call(READS, 50, (BETA, BETA), 11)))
    found = small.energies(draw.spins)
    if draw.energies is not None:
        np.testing.assert_allclose(draw.energies, found, atol=1e-9)
    assert len(np.unique(draw.spins, axis=0)) > 10
    # OpenJij runs unseeded: five standard errors fail once in a million runs.
    assert abs(found.mean() - exact) < 5 * error


def test_our_draw_reports_best_and_last_states(small):
    sampler = ours.OURS.make(small)
    draw = sampler.draw(sampler.run(Call(64, 200, (0.1, 3.0), 2)))
    np.testing.assert_array_equal(draw.energies, small.energies(draw.spins))
    assert draw.energies.min() == small.energies(enumerated(small)).min()
    assert draw.final_mean >= draw.energies.mean()


def test_thrml_refuses_what_it_could_not_compile():
    pytest.importorskip("thrml")
    dense = problems.generators.sherrington_kirkpatrick(80)
    with pytest.raises(Unsupported, match="80 or more colours"):
        peers.Thrml(dense)


class OneShare:
    """A team of two whose samplers misreport one energy."""

    num_processes = 2

    def __init__(self, problem):
        self.problem, self.seeds = problem, []

    def run(self, calls):
        self.seeds += [call.seed for call in calls]
        spins = np.ones((calls[0].reads, self.problem.num_variables), np.int8)
        wrong = self.problem.energies(spins) + 1
        return [Timed(start, start + 2, Draw(spins, wrong)) for start in (10.0, 10.5)]


def test_a_batch_lasts_from_first_start_to_last_end_and_lies_are_noticed(small):
    team = OneShare(small)
    side = Side(
        Entrant("liar", "numpy", SimpleNamespace, "final"), team, small, Call(3, 7, (1, 2), 0)
    )
    side.play(1)
    side.play(2)
    facts = summary.summary(side)
    assert facts["seconds"] == [2.5, 2.5]
    assert facts["spin_updates"] == 2 * 3 * 6 * 7
    assert not facts["energies"]["agree_with_sampler"]
    assert facts["energies"]["best"] == small.energies(np.ones(6)).item()
    assert len(set(team.seeds)) == 6
    assert max(team.seeds) < 2**31


@pytest.mark.parametrize("name", instances.CASES)
def test_cases_are_as_described(name):
    case = instances.build(name)
    facts = case.summary()
    sizes = {
        "lattice": (4096, 12288),
        "gaussian": (4096, 12288),
        "skewed": (800, 4694),
        "dense": (1000, 499500),
    }
    assert (facts["num_variables"], facts["num_interactions"]) == sizes.get(
        name, (800, facts["num_interactions"])
    )
    assert facts["sha256"] == instances.build(name).summary()["sha256"]
    if name == "gnp":
        assert 18000 < facts["num_interactions"] < 20500
    if name == "skewed":
        assert facts["max_degree"] > 6 * 2 * 4694 / 800


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--case", "nothing"], "expected one of lattice"),
        (["--peer", "nothing"], "expected one of dwave-samplers"),
        (["--case", "lattice", "--beta-min", "3"], "expected 0 < beta_min < beta_max"),
        (["--file", "/no/such/file.txt"], "/no/such/file.txt"),
        (["--case", "lattice", "--record", "/no/such/folder/speed.jsonl"], "/no/such/folder"),
    ],
)
def test_bad_options_are_refused_before_any_work(words, message):
    with pytest.raises(typer.BadParameter, match=message):
        CliRunner().invoke(
            app, ["throughput", "--quick", *words], standalone_mode=False, catch_exceptions=False
        )


def test_without_any_peer_pbits_is_measured_alone():
    case = instances.build("lattice", quick=True)
    absent = Entrant("absent", "no-such-distribution", Broken, "final")
    work = throughput.Settings(sweeps=5, reads=32, rounds=1)
    first, second = throughput.compare(case, [absent], machine.cores()[:1], work)
    assert first["status"] == "not installed"
    assert (second["peer"], second["status"]) == (None, "ok")
    assert second["ours"]["energies"]["count"] == 32
