"""SAT and MAX-SAT against brute force over truth values."""

import itertools
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.generators import planted_satisfiability
from problems.library.satisfiability import satisfiability

DATA = Path(os.environ.get("PBITS_DATA_DIR") or Path(__file__).parents[4] / "shared" / "data")
ARCHIVE = DATA / "sat" / "satlib_small.tar.xz"
at_hand = pytest.mark.skipif(not ARCHIVE.is_file(), reason="SATLIB files are not at hand")


def holds(clause, values):
    return any(values[abs(v) - 1] == (v > 0) for v in clause)


def false_weight(clauses, weights, values):
    return sum(w for c, w in zip(clauses, weights, strict=True) if not holds(c, values))


def assignments(n):
    return list(itertools.product((False, True), repeat=n))


def formulas(n=4, most=6):
    """Repeated literals, tautologies and empty clauses included."""
    literal = st.integers(1, n).flatmap(lambda v: st.sampled_from((v, -v)))
    return st.lists(st.lists(literal, max_size=4), max_size=most)


@QUICK
@given(formulas(), st.booleans())
def test_energy_is_the_number_of_false_clauses(clauses, quadratic):
    encoded = satisfiability(clauses, 4, quadratic=quadratic)
    ones = [1] * len(clauses)
    costs = {values: false_weight(clauses, ones, values) for values in assignments(4)}
    for values, cost in costs.items():
        known = encoded.certificate(values)
        assert (known.objective, known.feasible) == (cost, cost == 0)
        assert encoded.problem.energies(encoded.encode(values)) == cost
    best = min(costs.values())
    if encoded.problem.num_variables <= 14:
        assert encoded.problem.energies(all_states(encoded.problem.num_variables)).min() == best
        if best == 0:
            check_ground_states(encoded, 0)


@pytest.mark.parametrize("quadratic", [False, True])
@pytest.mark.parametrize("length", range(1, 9))
def test_the_least_over_auxiliary_spins_is_the_clause(length, quadratic):
    """All states of the auxiliary spins, for each state of the variables, and a weight."""
    clause = [v if v % 3 else -v for v in range(1, length + 1)]
    encoded = satisfiability([clause], weights=[7], quadratic=quadratic)
    spins = encoded.problem.num_variables
    assert spins == length + max(0, length - (2 if quadratic else 5))
    if spins > 13:
        pytest.skip("too many states for a fast test")
    energies = encoded.problem.energies(all_states(spins)).reshape(2**length, -1)
    wanted = [0 if holds(clause, values) else 7 for values in assignments(length)]
    assert energies.min(1).tolist() == wanted
    found = [encoded.problem.energies(encoded.encode(v)).item() for v in assignments(length)]
    assert found == wanted


@QUICK
@given(formulas(most=4), formulas(most=3), st.data())
def test_ground_states_hold_what_must_hold(soft, hard, data):
    weights = data.draw(st.lists(st.integers(0, 9), min_size=len(soft), max_size=len(soft)))
    encoded = satisfiability(soft, 4, weights, hard)
    fine = [v for v in assignments(4) if all(holds(c, v) for c in hard)]
    best = min((false_weight(soft, weights, v) for v in fine), default=None)
    check_ground_states(encoded, best)


def test_too_light_hard_clauses_are_broken():
    """Negative control, and that the bound is tight: x and y must not both hold but earn 3 each."""
    soft, hard = [[1, 3], [2, 3], [-3]], [[-1, -2], [-3]]
    encoded = satisfiability(soft, weights=[3, 3, 1], hard=hard)
    check_ground_states(encoded, 3)
    light = satisfiability(soft, weights=[3, 3, 1], hard=hard, hard_weight=1)
    states = all_states(3)
    ground = states[light.problem.energies(states).argmin()]
    assert not light.certificate(light.decode(ground)).feasible


def test_clauses_of_one_variable_count_by_their_difference():
    encoded = satisfiability([[1], [-1], [2, 3]], weights=[10, 8, 1], hard=[[1, 2]])
    assert encoded.hard_weight == 4


def test_large_whole_weights_stay_exact():
    weights = [2**45, 1, 2**45 + 1]
    encoded = satisfiability([[1], [2, 3, 1], [-1, -2]], weights=weights)
    for values in assignments(3):
        cost = false_weight([[1], [2, 3, 1], [-1, -2]], weights, values)
        assert encoded.certificate(values).objective == cost
        assert int(encoded.problem.energies(encoded.encode(values))) == cost
    beyond = satisfiability([[1]], weights=[2**63 + 1])
    assert beyond.certificate((False,)).objective == 2**63 + 1


def test_formulas_of_nothing():
    assert satisfiability([]).certificate(()).feasible
    assert satisfiability([], 3).answer(np.ones(3)).certificate.feasible
    never = satisfiability([[]], 1)
    assert never.problem.energies([[1], [-1]]).tolist() == [1, 1]
    assert never.certificate((True,)).violations == ("clauses[0] is false",)
    check_round_trip(satisfiability([[1, -1]], weights=[0.5]), (True,))


def test_repair_changes_single_variables():
    encoded = satisfiability([[1, 2], [-3, -1], [3, 4]])
    assert encoded.certificate(encoded.repair((False,) * 4)).feasible
    stuck = satisfiability([[1], [-1]])
    assert stuck.repair((True,)) == (True,)
    soft = satisfiability([[-1]], weights=[5], hard=[[1]])
    assert soft.repair((False,)) == (True,)


def pigeons(holes):
    """Pigeon p of holes + 1 sits in some hole, and no two in the same: impossible."""
    place = lambda p, h: p * holes + h + 1  # noqa: E731
    some = [[place(p, h) for h in range(holes)] for p in range(holes + 1)]
    pairs = itertools.combinations(range(holes + 1), 2)
    return some + [[-place(p, h), -place(q, h)] for p, q in pairs for h in range(holes)]


@pytest.mark.parametrize("quadratic", [False, True])
def test_pigeons_are_never_reported_to_have_room(quadratic):
    encoded = satisfiability(pigeons(6), quadratic=quadratic)
    states = np.random.default_rng(1).choice([-1, 1], (200, encoded.problem.num_variables))
    known = encoded.answer(states).certificate
    assert not known.feasible
    assert known.objective == known.facts["false_clauses"] == known.num_violations > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"clauses": [[1, 0]]}, r"clauses\[0\] has literal 0"),
        ({"clauses": [[1, 1.5]]}, "literal 1.5"),
        ({"clauses": [[True]]}, "literal True"),
        ({"clauses": [1, 2]}, "a list of literals"),
        ({"clauses": "ab"}, "lists of literals"),
        ({"clauses": [[3]], "num_variables": 2}, "from 3"),
        ({"num_variables": -1}, "num_variables is -1"),
        ({"weights": [1, 2]}, "expected 1"),
        ({"weights": [-1]}, "0 or more"),
        ({"weights": [float("nan")]}, "finite"),
        ({"weights": ["a"]}, "finite"),
        ({"hard": [[0]]}, r"hard\[0\]"),
        ({"hard_weight": -1}, "positive"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        satisfiability(**({"clauses": [[1]]} | change))


@pytest.mark.parametrize("solution", [(True,), (True, 2), "ab", None, (0.5, 0.5), [[1], [1, 2]]])
def test_no_assignment(solution):
    with pytest.raises(ValueError, match="expected 2 truth values"):
        satisfiability([[1, 2]]).certificate(solution)


@pytest.mark.parametrize("data", [[3], [0], [1, -1], ["a"], [True]])
def test_no_literals(data):
    with pytest.raises(ValueError, match="expected"):
        satisfiability([[1, 2]]).from_plain(data)


@pytest.mark.parametrize("balanced", [False, True])
def test_planted_formulas_hold(balanced):
    formula = planted_satisfiability(200, 840, balanced=balanced, seed=3)
    encoded = satisfiability(formula.clauses.tolist())
    assert encoded.certificate(formula.values.tolist()).feasible
    assert all(len(set(map(abs, clause))) == 3 for clause in formula.clauses.tolist())


def test_balanced_formulas_do_not_point_at_their_solution():
    """Share of literals that hold: 1/2 or 4/7, with 30,000 of them; p 1e-4 is 3.9 sigma."""
    for balanced, share in ((True, 1 / 2), (False, 4 / 7)):
        formula = planted_satisfiability(500, 10_000, balanced=balanced, seed=1)
        found = np.mean(formula.values[np.abs(formula.clauses) - 1] == (formula.clauses > 0))
        sigma = np.sqrt(share * (1 - share) / 30_000)
        assert abs(found - share) < 3.9 * sigma
        assert abs(found - (15 / 14 - share)) > 3.9 * sigma


@pytest.mark.slow
@at_hand
def test_unsatisfiable_files_are_never_satisfied(tmp_path):
    """aim and pigeon-hole instances, by anneals of both encodings; the satisfiable aim are read."""
    from pbits.schedules import default_beta_range
    from pbits.solving.host import host_anneal
    from problems.library import load

    with tarfile.open(ARCHIVE) as archive:
        members = [m for m in archive if "dimacs" in m.name and m.isfile()]
        archive.extractall(tmp_path, members, filter="data")
    paths = sorted(tmp_path.rglob("*.cnf"))
    assert len(paths) == 15
    satisfied = 0
    for path in paths:
        for quadratic in (False, True):
            encoded = load(path, quadratic=quadratic)
            span = default_beta_range(encoded.problem)
            *_, last = itertools.islice(host_anneal(encoded.problem, span), 192)
            found = encoded.answer(last.spins)
            satisfied += found.certificate.feasible
            if "/sat_" not in str(path):
                assert not found.certificate.feasible
    assert satisfied >= 1  # so that the test can tell
