"""Problems of the library on the command line: solved, decoded, written, verified, listed."""

import json

import pytest

TRIANGLE = {"problem": "graph-colouring", "graph": [[0, 1], [1, 2], [2, 0], [2, 3]], "colours": 3}


@pytest.fixture
def triangle(tmp_path):
    path = tmp_path / "triangle.json"
    path.write_text(json.dumps(TRIANGLE))
    return path


def test_solves_decodes_and_verifies(solve_json, invoke, triangle, tmp_path):
    written, drawn = tmp_path / "triangle.sol", tmp_path / "triangle.png"
    facts = solve_json(triangle, "--out", written, "--draw", drawn)
    colours = dict(facts["answer"]["solution"])
    assert all(colours[u] != colours[v] for u, v in TRIANGLE["graph"])
    assert (facts["best"], facts["sense"], facts["format"]) == (0, "minimise", "natural")
    assert facts["answer"]["feasible"]
    assert drawn.read_bytes().startswith(b"\x89PNG")
    told = invoke("verify", triangle, written, "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["facts"] == {"colours_used": 3}


def test_infeasible_is_said(solve_json, invoke, triangle, tmp_path):
    facts = solve_json(triangle, "--set", "colours=2", "--target", 0)
    assert facts["best"] is None
    assert facts["target_reached"] is False
    assert (facts["answer"]["feasible"], facts["answer"]["num_violations"]) == (False, 1)
    shown = invoke("solve", triangle, "--set", "colours=2").stdout
    assert "NOT feasible" in shown
    assert "violated" in shown
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[[0, 0], [1, 0], [2, 1], [3, 0]]")
    told = invoke("verify", triangle, wrong)
    assert told.exit_code == 1
    assert "nodes 0 and 1 both have colour 0" in told.stdout


def test_target_is_of_the_objective(solve_json, triangle):
    assert solve_json(triangle, "--target", 0)["target_reached"] is True


def test_states_of_spins_are_verified(invoke, tmp_path):
    graph, spins = tmp_path / "edge.rud", tmp_path / "spins.json"
    graph.write_text("2 1\n1 2 3\n")
    spins.write_text('{"spins": [1, -1]}')
    told = invoke("verify", graph, spins, "--json")
    assert json.loads(told.stdout)["objective"] == 3
    spins.write_text("[1]")
    assert invoke("verify", graph, spins).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "colours"), "expected NAME=VALUE"),
        (("--set", "hues=3"), "has no 'hues'; expected graph, colours"),
        (("--set", "colours=0"), "colours is 0; expected a whole number from 1"),
        (("--draw", "a.txt"), "--draw a.txt names no picture"),
    ],
)
def test_refusals(complaint, triangle, words, said):
    assert said in complaint("solve", triangle, *words)


def test_settings_and_drawings_need_a_problem_of_the_library(complaint, tmp_path):
    graph = tmp_path / "edge.rud"
    graph.write_text("2 1\n1 2 3\n")
    assert "file of spins" in complaint("solve", graph, "--set", "colours=3")
    drawn = tmp_path / "edge.png"
    assert "is only spins" in complaint("solve", graph, "--draw", drawn)
    assert not drawn.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"problem": "coloring"}', "problem 'coloring'; expected one of max-cut"),
        ('{"problem": "graph-colouring"}', "needs 'graph'"),
        ('{"problem": 3}', "no"),
        ('{"problem": "graph-colouring", ', "no JSON"),
    ],
)
def test_bad_files(complaint, tmp_path, text, said):
    path = tmp_path / "bad.json"
    path.write_text(text)
    assert said in complaint("solve", path)


def test_lists_the_library(invoke):
    shown = invoke("problems").stdout
    assert "graph-colouring" in shown
    assert ".tsp" in shown
    one = json.loads(invoke("problems", "graph-colouring", "--json").stdout)
    assert {"name": "graph", "needed": True} in one["settings"]
    assert invoke("problems", "hues").exit_code == 2
