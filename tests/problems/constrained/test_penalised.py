"""Penalised constrained models against dimod's exact solver."""

import dimod
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import check_ground_states

from problems.constrained import penalise
from problems.library.integers import ENCODINGS

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
    except ValueError as error:
        assert best is None, error
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


@SOME
@given(models(quadratic=True), st.sampled_from(list(ENCODINGS)))
def test_constraints_with_products(cqm, encoding):
    check(cqm, encoding)
