"""The example of every kind: as a file, into spins and back; and junk in its place."""

import json

import numpy as np
import pytest
from oracle import all_states

from problems.library import KINDS, load
from problems.library.files import natural_json

JUNK = [
    None, "x", "", 3, -1, 2.5, {}, [], [[]], [[1]], [[1, 2]], [None], ["a"], [[0, None]], {"a": 1},
    {"edges": 3}, {"nodes": [{}], "edges": []}, float("nan"), True, [float("nan")], [{}], [[0, {}]],
    10**30, 10**400, [10**400], [[10**400]], [["AND", ["a", []], "c"]], {"x": [[1]]}, {"a": {}},
    [[1, 2], [3]], [[0, 1, 1e308], [1, 2, 1e308]],
]  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_examples(tmp_path, name):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps({"problem": name} | KINDS[name].example))
    encoded = load(path)
    assert encoded.kind == name
    assert encoded.problem.num_variables <= 16
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    found = encoded.answer(states[energies.argmin()], repair=False)
    known = found.certificate
    assert known.feasible
    assert energies.min() == pytest.approx(encoded.energy_of(known.objective))
    text = natural_json.write_solution(encoded, found.solution)
    again = natural_json.read_solution(encoded, text)
    assert encoded.certificate(again) == known
    words = encoded.words(found.solution)
    assert words
    assert "\n" not in words
    for state in states[:: max(len(states) // 20, 1)]:
        solution = encoded.decode(state)
        before, mended = encoded.certificate(solution), encoded.repair(solution)
        assert encoded.certificate(mended).feasible or not before.feasible


@pytest.mark.parametrize("name", KINDS)
def test_junk_is_refused_in_words(name):
    """Whatever JSON can hold: a problem, a solution, or a ValueError."""
    kind = KINDS[name]
    encoded = kind.build(**kind.example)
    for parameter in kind.parameters:
        for junk in JUNK:
            try:
                kind.build(**kind.example | {parameter: junk})
            except ValueError as error:
                assert len(str(error)) > 12  # noqa: PT017
    for junk in JUNK:
        try:
            encoded.certificate(encoded.from_plain(junk))
        except ValueError as error:
            assert len(str(error)) > 12  # noqa: PT017
    with pytest.raises(ValueError, match=r"expected|is no solution"):
        natural_json.read_solution(encoded, '["no such thing"]')
    with pytest.raises(ValueError, match="spins must be"):
        encoded.decode(np.zeros(encoded.problem.num_variables, np.int8))


WORDS = {
    "max-cut": ([["a", 0], ["b", 1], ["c", None]], "a | b | (c)"),
    "qubo": ([1, 0], "a=1 b=0"),
    "number-partitioning": ([1, 0, 0, 1, 0, 0], "1 1 2 1 | 3 2"),
    "independent-set": ([4, 0], "0 4"),
    "graph-colouring": ([[0, 1], [1, 0], [2, 1], [3, None], [4, 2]], "0:1 1:0 2:1 3:- 4:2"),
    "sat": ([1, -2, 3], "1 -2 3"),
    "xorsat": ([1, 0, 1], "1 0 1"),
    "factoring": ([3, 5], "3 * 5"),
    "circuit": ({"a": 1, "b": 1, "sum": 0, "carry": 1}, "a=1 b=1 sum=0 carry=1"),
    "labs": ([1, 1, 1, -1, -1, 1, -1], "+++--+-"),
    "travelling-salesman": ([0, 2, None, 1, 3], "0 > 2 > - > 1 > 3 > 0"),
    "quadratic-assignment": ([2, None, 0], "0:2 1:- 2:0"),
    "job-assignment": ([2, 1, None], "0:2 1:1 2:-"),
    "job-scheduling": ([0, 1, 1, None, 0], "0 4 | 1 2 | (3)"),
    "knapsack": ([0, 2], "0 2"),
    "set-cover": (["a", "c"], "a c"),
    "constrained": ([["x", 1], ["y", 0]], "x=1 y=0"),
    "portfolio": ([1, 0, 1], "0:1 2:1"),
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    plain, words = WORDS[name]
    encoded = KINDS[name].build(**KINDS[name].example)
    assert encoded.words(encoded.from_plain(plain)) == words
