"""Natural JSON files of the kinds that choose among things, into spins and back."""

import json

import numpy as np
import pytest

from problems.library import load
from problems.library.files import natural_json

DATA = {
    "number-partitioning": {"numbers": [3, 1, 1, 2, 2, 1]},
    "knapsack": {"values": [6, 10, 12], "weights": [2, 4, 6], "capacity": 9},
    "quadratic-knapsack": {
        "values": [6, 10, 12],
        "pairs": [[0, 1, 4]],
        "weights": [2, 4, 6],
        "capacity": 9,
    },
    "set-cover": {
        "sets": {"a": [1, 2], "b": [2, 3], "c": [1, 3]},
        "costs": {"a": 1, "b": 2, "c": 1},
    },
    "exact-cover": {"sets": [[1, 2], [[3, 4]], [2, 5, [3, 4]], [5]]},
    "portfolio": {"returns": [1, 2], "covariance": [[1, 0], [0, 1]], "budget": 1},
}


@pytest.mark.parametrize("kind", DATA)
def test_files(tmp_path, kind):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps({"problem": kind} | DATA[kind]))
    encoded = load(path)
    assert encoded.kind == kind
    found = encoded.answer(np.ones(encoded.problem.num_variables, np.int8))
    assert found.certificate.feasible
    text = natural_json.write_solution(encoded, found.solution)
    again = natural_json.read_solution(encoded, text)
    assert encoded.certificate(again) == found.certificate
    with pytest.raises(ValueError, match=r"expected|is no solution"):
        natural_json.read_solution(encoded, '["no such thing"]')
