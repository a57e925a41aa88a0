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


def test_answers_have_the_best_objective_of_either_sense():
    states = {kind: KINDS[kind].build(**KINDS[kind].example) for kind in ("knapsack", "max-cut")}
    for encoded in states.values():
        every = all_states(encoded.problem.num_variables)
        known = [encoded.certificate(encoded.decode(state)) for state in every]
        best = max(one.objective for one in known if one.feasible)
        assert encoded.answer(every).certificate.objective == best


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("travelling-salesman", {"distances": [[0, 9.5, 15], [9.5, 0, 6.767], [15, 6.767, 0]]}),
        ("quadratic-assignment", {"flow": [[0, 0.5], [0.5, 0]], "distance": [[0, 2], [2, 0]]}),
        ("job-assignment", {"costs": [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]}),
        ("job-assignment", {"costs": [[2.5]]}),
        ("job-assignment", {"costs": [[1.0, 1.0, 7.5]]}),
    ],
)
def test_equal_solutions_still_have_penalties_that_count(name, data):
    """All solutions cost the same in these, so that only the size of the data sets a scale."""
    encoded = KINDS[name].build(**data)
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    good = [encoded.certificate(encoded.decode(state)).feasible for state in states]
    assert energies[~np.array(good)].min() > energies.min() + 1e-3


def test_jobs_of_no_length_have_a_machine():
    encoded = KINDS["job-scheduling"].build(lengths=[0], machines=2)
    for solution in [(0,), (1,)]:
        again = encoded.decode(encoded.encode(solution))
        assert encoded.certificate(again).feasible


def test_factors_go_in_either_order():
    encoded = KINDS["factoring"].build(number=35, bits_x=3, bits_y=4)
    wide = KINDS["factoring"].build(number=39, bits_x=3, bits_y=4)
    assert sorted(encoded.decode(encoded.encode((7, 5)))) == [5, 7]
    assert wide.decode(wide.encode((13, 3))) == (3, 13)


def test_parallel_edges_add_up():
    encoded = KINDS["max-cut"].build(graph=[[0, 1, 2], [1, 0, 3]])
    assert encoded.certificate({0: 0, 1: 1}).objective == 5
