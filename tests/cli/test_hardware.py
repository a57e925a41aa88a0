"""``--hardware``: reports of a simulated machine, and what is refused before it runs."""

import json

import numpy as np
import pytest

from pbits.cli import hardware_report
from pbits.machine import presets
from problems import ising

# Digital p-bits on one small array, which compile quickly.
SMALL = "cmos,rows=16,columns=16,wire=0,converter=ideal"
QUICK = ("--reads", 16, "--sweeps", 50, "--seed", 1)


@pytest.fixture
def graph(tmp_path):
    """Seven nodes on a ring, weights 1 and one of 2: a maximal cut of 7."""
    path = tmp_path / "ring.txt"
    edges = "".join(f"{i + 1} {(i + 1) % 7 + 1} {1 + (i == 0)}\n" for i in range(7))
    path.write_text(f"7 7\n{edges}")
    return path


def test_solve_tells_what_the_hardware_takes(solve_json, graph):
    facts = solve_json(graph, "--hardware", SMALL, "--target", 7, *QUICK)
    its = facts["hardware"]
    assert (facts["method"], facts["update"], facts["best"]) == ("anneal", "gibbs", 7)
    assert facts["certificate"]["agrees_with_sampler"]
    assert (its["preset"], its["changes"]["rows"], its["arrays"]["arrays"]) == ("cmos", 16, 1)
    assert min(its["seconds"], its["joules"], its["area_m2"]) > 0
    total = sum(row["total"] for row in its["breakdown"] if row["quantity"] == "energy")
    assert total == pytest.approx(its["joules"], rel=1e-9, abs=0)
    goal = its["to_solution"]
    assert (goal["value"], goal["kind"], goal["reads"]) == (7, "--target", 16)
    assert goal["joules"]["value"] == pytest.approx(
        goal["seconds"]["value"] * its["power_watts"], rel=1e-9, abs=0
    )
    cpu = its["cpu"]
    assert (cpu["best_value"], cpu["reads"], cpu["num_sweeps"]) == (7, 16, 50)
    assert cpu["seconds"] > 0
    assert "measured" in cpu["method"]
    told = dict(hardware_report.rows(its | {"broken_chains": 0.25, "p_bits": 12}))
    assert told["copies"] == "12 p-bits, 25 % of their chains broken"


def test_all_reads_end_though_the_target_is_reached(solve_json, graph):
    facts = solve_json(graph, "--hardware", SMALL, "--target", 5, *QUICK)
    assert (facts["stopped_by"], facts["sweeps_done"]) == ("schedule", 50)
    assert facts["target_reached"]


def test_a_target_out_of_reach_has_bounds(invoke, graph, monkeypatch):
    from pbits.machine import cpu

    monkeypatch.setattr(cpu, "_LEAST", 0.05)
    shown = invoke("solve", graph, "--hardware", SMALL, "--target", 8, *QUICK).stdout
    assert "to solution    8 (--target): more than" in shown
    assert "0 of 16 reads reached it; its best is" not in shown
    assert "not reached in" in shown


def test_ctrl_c_during_the_comparison_keeps_the_report(invoke, graph, monkeypatch):
    import signal

    from pbits.machine import cpu

    real = cpu.exact_anneal

    def interrupted(*arguments):
        signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    monkeypatch.setattr(cpu, "exact_anneal", interrupted)
    shown = invoke("solve", graph, "--hardware", SMALL, *QUICK, "--json")
    assert shown.exit_code == 130
    facts = json.loads(shown.stdout)["hardware"]
    assert (facts["cpu"], facts["to_solution"]["reads"]) == (None, 16)


def test_the_table_is_readable(invoke, graph):
    shown = invoke("solve", graph, "--hardware", SMALL, *QUICK)
    assert shown.exit_code == 0
    lines = {line[2:17].strip(): line[17:] for line in shown.stdout.splitlines()[1:]}
    # The preset's own words hold for the preset alone.
    assert lines["hardware"].startswith(f"{SMALL}; cmos unchanged: digital p-bits")
    assert lines["of energy"].endswith("%, writing included")
    assert lines["arrays"].startswith("1 of 16 x 16, ")
    assert "16 anneals, one after another" in lines["it takes"]
    assert "(best of this run)" in lines["to solution"]
    assert lines["this computer"].startswith("measured on ")


def test_copies_are_counted(invoke, tmp_path):
    path = tmp_path / "star.txt"
    path.write_text("7 6\n" + "".join(f"1 {i} 1\n" for i in range(2, 8)))
    shown = invoke("solve", path, "--hardware", f"{SMALL},fan_in=4", *QUICK).stdout
    assert "best cut       6" in shown
    assert "% of their chains broken" in shown


def test_the_ideal_preset_takes_nothing(solve_json, graph):
    facts = solve_json(graph, "--hardware", "ideal", *QUICK)
    assert (facts["hardware"]["seconds"], facts["hardware"]["joules"]) == (0, 0)
    plain = solve_json(graph, "--method", "anneal", "--update", "gibbs", *QUICK)
    assert (facts["best"], facts["kernel"]) == (plain["best"], plain["kernel"])
    assert "hardware" not in plain


def test_sample_tells_what_a_sample_takes(invoke, graph):
    words = ("sample", graph, "--beta", 0.3, "--hardware", SMALL, "--seed", 1, "--reads", 256,
             "--chains", 16, "--sweeps", 20)  # fmt: skip
    facts = json.loads(invoke(*words, "--json").stdout)
    its = facts["hardware"]
    assert its["reads"] == 16
    assert 0.3 < its["joules_per_effective_sample"]["value"] * 256 / its["run_joules"] < 3
    assert its["cpu"]["samples"] == 256
    shown = invoke(*words).stdout
    assert "per effective sample" in shown
    assert "16 chains, one after another" in shown


def test_a_published_instance_has_its_best_known_value(tmp_path):
    from pbits.cli.hardware import _known
    from problems import registry
    from problems.formats import Instance

    known = registry.entry("bqp50-1")
    fake = ising(np.zeros(3), [0], [1], [1])
    assert _known(Instance(fake, "bqp50-1", "bqp", "qubo", True)) is None
    n, m = known.num_variables, known.num_interactions
    row, col = (part[:m] for part in np.triu_indices(n, 1))
    same = ising(np.zeros(n), row, col, np.ones(m))
    maximised = known.sense == "max"
    assert _known(Instance(same, "bqp50-1", "bqp", "qubo", maximised)) == known.best_known
    assert _known(Instance(same, "bqp50-1", "bqp", "qubo", not maximised)) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--hardware", "quantum"), "expected one of default, ideal"),
        (("--hardware", "default,row=3"), "did you mean rows"),
        (("--hardware", "default,rows"), "'rows' is no change; expected NAME=VALUE"),
        (("--hardware", "cmos,rows=many"), "rows is 'many'"),
        (("--hardware", "cmos", "--method", "temper"), "--hardware anneals and --method is temper"),
        (("--hardware", "cmos", "--update", "metropolis"), "whose rule is heat bath"),
        (("--hardware", "cmos", "--slices", 4), "takes no --slices"),
    ],
)
def test_what_is_refused(complaint, graph, words, message):
    assert message in complaint("solve", graph, *words)


def test_what_does_not_fit_says_what_would(complaint, tmp_path):
    path = tmp_path / "wide.txt"
    path.write_text("3 2\n1 2 1\n2 3 20\n")
    told = complaint("solve", path, "--hardware", "low-cost")
    assert "use weight_bits=6, or allow weight_error=" in told
    assert told.endswith("presets that hold it: default, ideal, fast, stt, cmos")
    assert "heat bath" in complaint(
        "sample", path, "--beta", 1, "--hardware", "cmos", "--update", "metropolis"
    )


def test_higher_orders_need_an_ideal_coupling(complaint, tmp_path):
    path = tmp_path / "cubic.json"
    path.write_text(json.dumps({"vartype": "SPIN", "terms": [[["a", "b", "c"], 2], [["a"], 1]]}))
    told = complaint("solve", path, "--hardware", "cmos")
    assert "presets that hold it: ideal" in told


def test_info_lists_presets(invoke):
    shown = invoke("info").stdout
    told = json.loads(invoke("info", "--json").stdout)["hardware"]
    assert tuple(told) == presets.names()
    for name, its in told.items():
        assert f"  {name} " in shown
        assert its["text"] in shown
        assert all(number["source"] for number in its["numbers"].values())
