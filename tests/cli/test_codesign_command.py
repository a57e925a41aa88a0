"""``pbits codesign``: tables, facts, files and refusals."""

import json

import pytest

pytest.importorskip("pbits.machine.presets")

RING = "8 9\n" + "".join(f"{i + 1} {(i + 1) % 8 + 1} 1\n" for i in range(8)) + "1 4 2\n"
SMALL = ("--hardware", "default,rows=16,columns=16", "--sweeps", 20, "--reads", 32)


@pytest.fixture
def ring(tmp_path):
    """A max-cut instance whose largest cut is 10: an even ring and a chord."""
    path = tmp_path / "ring.rudy"
    path.write_text(RING)
    return path


def test_ideal_machines_differ_in_sweeps_alone(invoke, ring):
    words = ("codesign", ring, "--hardware", "ideal", "--vary", "num_sweeps=1,50", "--reads", 256)
    result = invoke(*words, "--seed", 1, "--sweeps", 50, "--json")
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    few, many = facts["machines"]
    assert facts["target_value"] == 10
    assert few["success"] < many["success"] == 1.0
    assert (many["best_cut"], many["seconds"]) == (10, 0.0)
    assert facts["affordable"]["values"] == {"num_sweeps": 50}
    assert facts["stopped_by"] == "schedule"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vary", "rows"), "--vary rows: expected NAME=VALUE,VALUE"),
        (("--vary", "rows=1,,2"), "expected NAME=VALUE,VALUE"),
        (("--vary", "rows=8", "--vary", "rows=16"), "rows is given twice"),
        (("--vary", "adc_bit=4"), "did you mean adc_bits"),
        (("--vary", "clocking.wat=4"), "not 'wat'"),
        (("--vary", "cell=sott"), "sott"),
        (("--vary", "rows=many"), "rows"),
        (("--vary", "rows=8", "--hardware", "best"), "expected one of default"),
        (("--vary", "rows=8", "--plot", "a.txt"), "names no picture"),
        (("--vary", "rows=8", "--out", "/nowhere/a.jsonl"), "cannot be written"),
    ],
)
def test_refusals_are_one_line(invoke, ring, words, message):
    result = invoke("codesign", ring, *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_options_reach_the_sweep(invoke, ring, monkeypatch):
    import pbits.machine

    asked = []

    def noting(problem, machine, parameters, **options):
        asked.append((machine, parameters, options))
        raise ValueError("enough")

    monkeypatch.setattr(pbits.machine, "sweep", noting)
    words = ("--vary", "wait=1,2", "--vary", "cell=stt,none", "--subset", 3, "--chips", 2,
             "--reads", 7, "--sweeps", 9, "--target", 4, "--seed", 5)  # fmt: skip
    result = invoke("codesign", ring, "--hardware", "default,rows=16", *words)
    assert (result.exit_code, result.stderr.strip()) == (2, "pbits: enough")
    ((machine, parameters, options),) = asked
    assert machine().coupling.design.rows == 16
    assert parameters == {"wait": [1, 2], "cell": ["stt", None]}
    expected = {"subset": 3, "chips": 2, "num_reads": 7, "num_sweeps": 9, "seed": 5,
                "target_energy": 2.0}  # fmt: skip
    assert {name: options[name] for name in expected} == expected


@pytest.mark.slow  # programs of the machine
def test_a_table_a_picture_and_a_file_to_go_on_with(invoke, ring, tmp_path):
    out, plot = tmp_path / "sweep.jsonl", tmp_path / "sweep.png"
    words = ("codesign", ring, *SMALL, "--out", out, "--vary", "offset_spread=0,3")
    result = invoke(*words, "--plot", plot)
    assert result.exit_code == 0, result.stderr
    assert "offset_spread" in result.stdout
    assert "cheapest machine: offset_spread=" in result.stdout
    assert plot.read_bytes()[:4] == b"\x89PNG"
    before = out.read_text()
    assert len(before.splitlines()) == 2
    facts = json.loads(invoke(*words, "--json").stdout)
    assert out.read_text() == before
    assert facts["machines"][0]["quality"] > facts["machines"][1]["quality"]
    refused = invoke("codesign", ring, "--hardware", "default,arrays=1", "--vary", "rows=4")
    assert refused.exit_code == 2
    assert "no point of the table has a result" in refused.stderr
