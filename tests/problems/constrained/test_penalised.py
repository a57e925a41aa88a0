"""Penalised constrained models against dimod's exact solver."""

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import all_states, check_ground_states, check_round_trip

from problems.constrained import penalise
from problems.library.integers import ENCODINGS
from problems.polynomial import PolynomialProblem

SOME = settings(deadline=None, max_examples=40, derandomize=True, database=None)
small = st.integers(-3, 3)


@st.composite
def models(draw, soft=False, quadratic=False):
    """Two bits, a spin and an integer at most; constraints over all of them."""
    cqm = dimod.ConstrainedQuadraticModel()
    names = [cqm.add_variable("BINARY", "a"), cqm.add_variable("BINARY", "b")]
    if draw(st.booleans()):
        names.append(cqm.add_variable("SPIN", "s"))
    if draw(st.booleans()):
        low = draw(st.integers(-2, 1))
        high = low + draw(st.integers(0, 2))
        names.append(cqm.add_variable("INTEGER", "i", lower_bound=low, upper_bound=high))

    def polynomial(with_pairs):
        model = dimod.QuadraticModel()
        for name in names:
            model.add_variable(cqm.vartype(name), name, **bounds(cqm, name))
            model.set_linear(name, draw(small))
        if with_pairs:
            one, other = draw(st.sampled_from([("a", "b"), (names[-1], "a"), ("b", names[-1])]))
            if one != other:
                model.set_quadratic(one, other, draw(small))
        model.offset = draw(small)
        return model

    cqm.set_objective(polynomial(True))
    for k in range(draw(st.integers(1, 1 if quadratic else 2))):
        hardness = {}
        if soft and draw(st.booleans()):
            hardness = {
                "weight": draw(st.integers(1, 3)),
                "penalty": draw(
                    st.sampled_from(["linear", "quadratic"] if "i" not in names else ["linear"])
                ),
            }
        sense = draw(st.sampled_from(["<=", ">=", "=="]))
        cqm.add_constraint_from_model(
            polynomial(quadratic), sense, draw(small), label=f"c{k}", **hardness
        )
    return cqm


def bounds(cqm, name):
    if cqm.vartype(name) is not dimod.INTEGER:
        return {}
    return {"lower_bound": cqm.lower_bound(name), "upper_bound": cqm.upper_bound(name)}


def exact(cqm):
    """The best feasible objective, None where nothing is feasible."""
    found = dimod.ExactCQMSolver().sample_cqm(cqm)
    feasible = found.record.energy[found.record.is_feasible]
    return float(feasible.min()) if feasible.size else None


def check(cqm, encoding, limit=12):
    best = exact(cqm)
    try:
        encoded = penalise(cqm, encoding=encoding)
    except ValueError:
        if best is not None:
            raise
        return None
    if encoded.problem.num_variables <= limit:
        check_ground_states(encoded, best)
    return encoded


@SOME
@given(models(), st.sampled_from(list(ENCODINGS)))
def test_ground_states_are_optimal(cqm, encoding):
    check(cqm, encoding)


@SOME
@given(models(soft=True), st.sampled_from(list(ENCODINGS)))
def test_soft_constraints_cost_what_the_model_says(cqm, encoding):
    check(cqm, encoding)


@pytest.mark.parametrize("sense", ["<=", "==", ">="])
def test_the_largest_excess_of_a_soft_constraint_is_charged(sense):
    """All bits up, by far the best, is as far off as can be: by 5 - 1, or by none."""
    bits = list(dimod.Binaries("abcde"))
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(-50 * dimod.quicksum(bits))
    left = dimod.quicksum(bits)
    cqm.add_constraint(left, sense, 1, label="c", weight=3)
    check_ground_states(penalise(cqm), -250 + (0 if sense == ">=" else 12))


def test_bits_that_equations_hold_do_not_mend_other_constraints():
    a, b, c, d = dimod.Binaries("abcd")
    check_ground_states(penalise(model(50 * c + 50 * d, a + b <= 1, a + c == 1, b + d == 1)), 50)


def test_bounds_are_not_lost_to_rounding():
    k = dimod.Integer("k")
    assert penalise(model(-k, 0.1 * k <= 0.3)).parts.variables["k"].number.hi == 3


@pytest.mark.parametrize(("factor", "best"), [(1, 10), (2, 10)])
def test_hard_constraints_outweigh_soft_ones(factor, best):
    """Nothing else is to be minimised: breaking the hard one would save the soft one's cost."""
    a, b, c = dimod.Binaries("abc")
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.add_constraint(factor * a + b + c == factor, label="hard")
    cqm.add_constraint(a + b + c <= 0, label="soft", weight=10)
    check_ground_states(penalise(cqm), best)


@SOME
@given(models(quadratic=True), st.sampled_from(list(ENCODINGS)))
def test_constraints_with_products(cqm, encoding):
    check(cqm, encoding)


def model(objective, *constraints):
    """A model of comparisons."""
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(objective)
    for k, constraint in enumerate(constraints):
        cqm.add_constraint(constraint, label=f"c{k}")
    return cqm


x, y, z = dimod.Binaries("xyz")
s, t = dimod.Spin("s"), dimod.Spin("t")
i = dimod.Integer("i", lower_bound=-3, upper_bound=4)


@pytest.mark.parametrize("encoding", list(ENCODINGS))
@pytest.mark.parametrize(
    ("cqm", "shapes"),
    [
        (model(-2 * x - 3 * y, x + y <= 1), ["table"]),
        (model(-2 * x - 3 * y - 4 * z, x + y + z <= 1), ["pairs"]),
        (model(x + 2 * y + 3 * z, x + y - z >= 1), ["pairs"]),
        (model(-x - y - z, 2 * x + y + z <= 0), ["bound"]),
        (model(-x - y - z, x + y + z == 3), ["bound"]),
        (model(-2 * x - 3 * y - 4 * z, 2 * x + 3 * y + 4 * z <= 5), ["square"]),
        (model(s + t - 2 * x, s + t + 2 * x == 0), ["square"]),
        (model(-i * i + x, i + 2 * x >= -1, i - x <= 2), ["square", "square"]),
        (model(i + x, i + x >= -3, 0 * x <= 1), []),
        (model(-x - y, 0.1 * x + 0.2 * y <= 0.25), ["table"]),
        (model(2.5 * x - y + 1.25, x - y == 0), ["table"]),
        (model(-x * i, x * i + y <= 2), ["square"]),
    ],
)
def test_forms_of_penalties(cqm, shapes, encoding):
    encoded = check(cqm, encoding, limit=15)
    assert [term.shape for term in encoded.parts.terms] == shapes


def test_discrete_and_one_hot_constraints_tighten_the_weights():
    """Nine products, but a state with one bit of each group pays one of them."""
    cqm = dimod.ConstrainedQuadraticModel()
    a, b = [dimod.Binaries([f"{name}{k}" for k in range(3)]) for name in "ab"]
    a, b = list(a), list(b)
    cqm.set_objective(dimod.quicksum(p * q for p in a for q in b))
    cqm.add_discrete([f"a{k}" for k in range(3)], label="a")
    cqm.add_constraint(dimod.quicksum(b) == 1, label="b")
    cqm.add_constraint(2 * a[0] + b[0] + b[1] >= 1, label="c")
    encoded = check(cqm, "binary")
    assert encoded.penalties == {"a": 2, "b": 2, "c": 1}


def test_weights_of_a_knapsack_are_those_of_its_largest_value():
    values, sizes = [5, 7, 3, 9], [2, 3, 1, 4]
    bits = [dimod.Binary(k) for k in range(4)]
    cqm = model(
        -dimod.quicksum(v * b for v, b in zip(values, bits, strict=True)),
        dimod.quicksum(w * b for w, b in zip(sizes, bits, strict=True)) <= 6,
    )
    assert check(cqm, "binary").penalties == {"c0": 10}


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_too_small_a_weight_breaks_the_constraint(encoding):
    """Negative control: just below what one unit of room is worth."""
    cqm = model(-3 * x - 3 * y - 3 * z, x + y + z <= 2, x + y + z >= 1)
    encoded = penalise(cqm, encoding=encoding)
    light = encoded.reweighted({"c0": 2.5})
    states = all_states(light.problem.num_variables)
    ground = states[light.problem.energies(states).argmin()]
    assert not light.certificate(light.decode(ground)).feasible
    assert light.broken(ground)["c0"].tolist() == [True]
    check_ground_states(encoded, -6)


def test_codes_need_their_weight():
    cqm = model(-5 * i, i <= 1)
    encoded = penalise(cqm, encoding="one-hot")
    assert ("code", "i") in encoded.penalties
    light = encoded.reweighted({("code", "i"): 0.01})
    states = all_states(light.problem.num_variables)
    ground = states[light.problem.energies(states).argmin()]
    assert light.broken(ground)["code", "i"].tolist() == [True]
    assert light.decode(ground)["i"] in range(-3, 2)


@pytest.mark.parametrize(
    ("cqm", "words"),
    [
        (lambda: model(x, x + y >= 3), "c0.*cannot hold within"),
        (lambda: model(x, 2 * x + 4 * y == 3), "c0.*common divisor"),
        (lambda: model(x, 0 * x >= 1), "c0.*cannot hold"),
        (lambda: model(x, i >= 5), "'i' has no value"),
        (lambda: model(dimod.Integer("k")), "'k' goes from 0 to inf; expected bounds"),
        (lambda: model(dimod.Real("r", upper_bound=1)), "'r' is real.*real_step"),
        (lambda: model(x, np.pi * x + y + z <= 3), "c0.*without a small common.*resolution"),
        (lambda: model(x * float("nan")), "objective.*not finite"),
        (lambda: dimod.BQM({}, "SPIN"), "expected a dimod.ConstrainedQuadraticModel"),
    ],
)
def test_what_cannot_be(cqm, words):
    with pytest.raises(ValueError, match=words):
        penalise(cqm())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"encoding": "gray"}, "expected one of binary"),
        ({"penalties": 0}, "positive"),
        ({"penalties": {"d": 1}}, "weight of 'd' given"),
        ({"penalties": {"c0": float("inf")}}, "positive"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        penalise(model(x, x + y + z <= 2), **arguments)


def test_integers_without_bounds_take_those_of_constraints():
    k = dimod.Integer("k")
    encoded = penalise(model(-k, 3 * k + x <= 10), encoding="unary")
    assert encoded.parts.variables["k"].number.hi == 3
    assert encoded.answer(all_states(encoded.problem.num_variables)).solution["k"] == 3


def test_reals_go_in_steps_from_their_bound():
    r = dimod.Real("r", lower_bound=0.5, upper_bound=2)
    encoded = penalise(model(-r, r + x >= 1, r <= 1.6), real_step=0.25)
    found = encoded.answer(all_states(encoded.problem.num_variables))
    assert found.solution["r"] == 1.5
    check_round_trip(encoded, found.solution)


def test_a_resolution_rounds_to_the_safe_side():
    cqm = model(-x - y - z, np.pi * x + np.e * y + np.sqrt(2) * z <= 4.2)
    check_ground_states(penalise(cqm, resolution=0.01), -2)
    coarse = penalise(cqm, resolution=1)  # 4 x + 3 y + 2 z <= 4
    check_ground_states(coarse, -1)


def test_large_whole_numbers_stay_exact():
    cqm = model(-(2**40) * x - (2**40 + 1) * y, x + y <= 1)
    large = penalise(cqm)
    energies = large.problem.energies(all_states(2)).tolist()
    assert sorted(energies)[:2] == [-(2**40) - 1, -(2**40) + 1 - 1]
    assert energies.index(-(2**40) - 1) == 1  # x = 0, y = 1
    encoded = penalise(model(x, 3_000_000 * x + 2_000_000 * y >= 2_500_000))
    assert encoded.certificate({"x": 0, "y": 1}).feasible is False
    near = penalise(model(x, 3_000_000 * x + 2_999_999 * y + 5 * z >= 3_000_000))
    assert not near.certificate({"x": 0, "y": 1, "z": 0}).feasible  # dimod's tolerance lets it pass


def test_products_in_constraints_stay_whole():
    encoded = penalise(model(-x - i, x * i <= 1, i <= 2))
    assert isinstance(encoded.problem, PolynomialProblem)
    with pytest.raises(ValueError, match="at most two"):
        _ = encoded.bqm


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        ({"x": 2, "i": 0, "s": 1}, "x is 2; expected 0 to 1"),
        ({"x": 1, "i": 0.5, "s": 1}, "i is 0.5; expected a whole number"),
        ({"x": 1, "i": 9, "s": 1}, "i is 9; expected -3 to 4"),
        ({"x": 1, "i": 0, "s": 0}, "s is 0; expected -1 or"),
        ({"x": 1, "i": 4, "s": 1}, "constraint 'c0': 6 <= 3 does not hold"),
    ],
)
def test_certificates_in_words(solution, words):
    encoded = penalise(model(x + i, x + i + s <= 3))
    assert encoded.certificate(solution).violations[0].startswith(words)


@pytest.mark.parametrize("solution", [{"x": 1}, {"x": 1, "i": None, "s": 1}, {}])
def test_no_solution_of_this_model(solution):
    with pytest.raises(ValueError, match="expected a number for each"):
        penalise(model(x + i + s)).certificate(solution)


def test_labels_of_bits_never_collide():
    odd = dimod.Binary(("bit", "i", 0))
    encoded = penalise(model(odd + i, odd + i <= 1))
    assert len(set(encoded.problem.labels)) == encoded.problem.num_variables
    check_ground_states(encoded, -3)


def test_empty_models():
    encoded = penalise(dimod.ConstrainedQuadraticModel())
    assert encoded.decode([]) == {}
    assert encoded.certificate({}).objective == 0


@SOME
@given(models(soft=True))
def test_repair_is_feasible_or_nothing(cqm):
    best = exact(cqm)
    try:
        encoded = penalise(cqm)
    except ValueError:
        return
    for state in all_states(encoded.problem.num_variables)[:64]:
        solution = encoded.decode(state)
        before, after = (encoded.certificate(one) for one in (solution, encoded.repair(solution)))
        assert after.feasible or encoded.repair(solution) == solution
        improved = encoded.certificate(encoded.improve(encoded.repair(solution)))
        assert improved.feasible == after.feasible
        if after.feasible:
            assert best - 1e-9 <= improved.objective <= after.objective
        assert not before.feasible or after == before


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_many_states_are_read_as_each(encoding):
    k = dimod.Integer("k", lower_bound=-1, upper_bound=2)
    encoded = penalise(model(k + s - x, k + s <= 2, x + s + k >= 0), encoding=encoding)
    shape = (40, encoded.problem.num_variables)
    states = np.random.default_rng(1).choice([-1, 1], shape)
    each = [encoded.decode(state) for state in states]
    assert encoded.values(states).tolist() == [list(one.values()) for one in each]
    known = [encoded.certificate(one) for one in each]
    assert encoded.costs(states).tolist() == [one.objective for one in known]
    flags = encoded.broken(states)
    own = np.array([flags[label] for label in ("c0", "c1")]).any(0)
    assert own.tolist() == [not one.feasible for one in known]


def packing_model(rng):
    """Bits with constraints that mostly pull one way, so that all kinds of weights occur."""
    cqm = dimod.ConstrainedQuadraticModel()
    names = [cqm.add_variable("BINARY", f"b{k}") for k in range(int(rng.integers(3, 6)))]

    def over(chosen, values):
        model = dimod.QuadraticModel()
        for name in names:
            model.add_variable("BINARY", name)
        for k, value in zip(chosen, values, strict=True):
            model.set_linear(names[k], int(value))
        return model

    objective = over(range(len(names)), rng.integers(-5, 6, len(names)))
    for _ in range(int(rng.integers(0, 3))):
        one, other = rng.choice(len(names), 2, replace=False)
        objective.set_quadratic(names[one], names[other], int(rng.integers(-4, 5)))
    cqm.set_objective(objective)
    largest = int(rng.choice([1, 3]))
    for label in range(int(rng.integers(1, 4))):
        chosen = rng.choice(len(names), int(rng.integers(2, len(names) + 1)), replace=False)
        values = rng.integers(1, largest + 1, chosen.size)
        sense = str(rng.choice(["<=", "<=", ">=", "=="]))
        cqm.add_constraint_from_model(
            over(chosen, values), sense, int(rng.integers(1, largest + 2)), label=label
        )
    return cqm


def test_weights_of_every_kind_suffice():
    rng, kinds = np.random.default_rng(1), set()
    for _ in range(40):
        encoded = check(packing_model(rng), "binary", limit=11)
        if encoded is not None:
            kinds |= {term.shape for term in encoded.parts.terms}
            kinds |= {len(set(encoded.penalties.values())) > 1, bool(encoded.parts.group_labels)}
    assert kinds >= {"table", "pairs", "square", True, False}
