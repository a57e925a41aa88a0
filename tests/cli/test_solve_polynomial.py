"""``pbits solve`` on a file with terms of more than two spins."""

import json
from collections.abc import Callable
from pathlib import Path

TERMS = [[["a", "b", "c"], 2], [["d", "a", "b"], -1], [["e"], 1]]


def test_a_polynomial_is_solved(tmp_path: Path, solve_json: Callable) -> None:
    path, out = tmp_path / "poly.json", tmp_path / "best.json"
    path.write_text(json.dumps({"vartype": "SPIN", "terms": TERMS}))
    facts = solve_json(path, "--reads", 8, "--sweeps", 20, "--seed", 1, "--out", out)
    assert (facts["best"], facts["num_variables"], facts["num_interactions"]) == (-4, 5, 2)
    assert facts["certificate"]["agrees_with_sampler"]
    solution = json.loads(out.read_text())
    s = dict(zip(solution["labels"], solution["spins"], strict=True))
    assert 2 * s["a"] * s["b"] * s["c"] - s["a"] * s["b"] * s["d"] + s["e"] == -4
