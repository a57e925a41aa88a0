"""Copies of spins: fan-in, ground states and energies stay what they are promised to be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems import IsingProblem, ising
from problems.chains import SHAPES, torque_strength
from problems.copies import limit_fan_in
from problems.generators import sherrington_kirkpatrick


def all_states(size: int) -> np.ndarray:
    return (2 * ((np.arange(2**size)[:, None] >> np.arange(size)) & 1) - 1).astype(np.int8)


def ground_states(problem: IsingProblem) -> np.ndarray:
    states = all_states(problem.num_variables)
    energies = problem.energies(states)
    return states[energies <= energies.min() + 1e-9]


def degrees(problem: IsingProblem) -> np.ndarray:
    return np.bincount(np.concatenate([problem.row, problem.col]), minlength=problem.num_variables)


def complete(size: int, h: list, coupling: list, offset: float = 0) -> IsingProblem:
    row, col = np.triu_indices(size, 1)
    return ising(h, row, col, coupling, offset)


@st.composite
def problems(draw: st.DrawFn, largest: int = 5, *, integer: bool = True) -> IsingProblem:
    """Most pairs coupled, some by 0."""
    size = draw(st.integers(2, largest))
    values = st.integers(-3, 3) if integer else st.floats(-3, 3, width=16)
    pairs = size * (size - 1) // 2
    h = draw(st.lists(values.map(lambda x: 2 * x), min_size=size, max_size=size))
    coupling = draw(st.lists(values, min_size=pairs, max_size=pairs))
    return complete(size, h, coupling, draw(values))


@given(problems(), st.integers(3, 4), st.sampled_from(SHAPES))
@settings(max_examples=100, deadline=None)
def test_ground_states_are_those_of_the_original(
    problem: IsingProblem, fan_in: int, shape: str
) -> None:
    """With the guaranteed strength: no broken chain, none missing, none twice, equal energy."""
    copies = limit_fan_in(problem, fan_in, "guaranteed", shape=shape)
    lowest = ground_states(copies.problem)
    decoded = copies.decode(lowest)
    assert copies.is_guaranteed
    assert not decoded.broken.any()
    expected = ground_states(problem)
    assert sorted(map(tuple, decoded.spins.tolist())) == sorted(map(tuple, expected.tolist()))
    assert np.array_equal(decoded.energies, copies.problem.energies(lowest))


@given(problems(4, integer=False), st.sampled_from(SHAPES))
@settings(max_examples=50, deadline=None)
def test_ground_states_of_real_coefficients(problem: IsingProblem, shape: str) -> None:
    copies = limit_fan_in(problem, 3, "guaranteed", shape=shape)
    decoded = copies.decode(ground_states(copies.problem))
    assert decoded.energies == pytest.approx(problem.energies(all_states(len(problem.h))).min())


@given(problems(12), st.integers(3, 9), st.sampled_from(SHAPES), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_fan_in_and_energy(problem: IsingProblem, fan_in: int, shape: str, seed: int) -> None:
    """No copy has more neighbours than allowed, and whole chains have the energy of their spins."""
    copies = limit_fan_in(problem, fan_in, shape=shape)
    assert degrees(copies.problem).max(initial=0) <= fan_in
    assert copies.problem.is_integer
    couplings = problem.coupling[problem.coupling != 0].size
    assert copies.problem.num_interactions == couplings + copies.strength.size
    spins = np.random.default_rng(seed).choice([-1, 1], (5, problem.num_variables))
    encoded = copies.encode(spins)
    assert np.array_equal(copies.problem.energies(encoded), problem.energies(spins))
    decoded = copies.decode(encoded)
    assert np.array_equal(decoded.spins, spins)
    assert not decoded.broken_chains.any()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "fan_in"), [(40, 3), (60, 7), (60, 58)])
def test_as_few_copies_as_any_tree_allows(size: int, fan_in: int, shape: str) -> None:
    copies = limit_fan_in(sherrington_kirkpatrick(size, seed=0), fan_in, shape=shape)
    needed = -(-(size - 1 - 2) // (fan_in - 2))
    assert (copies.sizes == needed).all()
    assert degrees(copies.problem).max() <= fan_in
    assert copies.chains[1] == range(needed, 2 * needed)


def test_shapes() -> None:
    """A path ends in two copies of one bond; in a tree of fan-in 4 the root has four."""
    problem = sherrington_kirkpatrick(20, seed=0)  # 19 neighbours take nine copies
    bonds = {}
    for shape in SHAPES:
        copies = limit_fan_in(problem, 4, shape=shape)
        of_first = copies.row < copies.sizes[0]
        bonds[shape] = np.bincount(np.r_[copies.row[of_first], copies.col[of_first]]).tolist()
    assert bonds["path"] == [1, 2, 2, 2, 2, 2, 2, 2, 1]
    assert bonds["tree"] == [4, 4, 2, 1, 1, 1, 1, 1, 1]


def test_few_neighbours_need_no_copies() -> None:
    problem = ising([1, 2, 3], [0, 1], [1, 2], [1, 1], 5)
    copies = limit_fan_in(problem, 3)
    assert copies.problem.num_variables == 3
    assert copies.problem.energies([1, 1, 1]) == problem.energies([1, 1, 1])
    # A coupling of 0 is no neighbour.
    star = ising([0] * 6, [0] * 5, [1, 2, 3, 4, 5], [1, 1, 1, 0, 0])
    assert limit_fan_in(star, 3).strength.size == 0


def frustrated_star() -> IsingProblem:
    """A hub that half of its leaves want up and half want down."""
    return ising([0, 3, 3, -3, -3], [0] * 4, [1, 2, 3, 4], [2] * 4)


def test_weak_chains_break() -> None:
    """The control: below the bound a ground state is broken, above it none is."""
    copies = limit_fan_in(frustrated_star(), 3, "guaranteed")
    assert copies.guaranteed.tolist() == [5]
    for strength, broken in ((1, True), (3.9, True), (4.1, False), (5, False)):
        trial = limit_fan_in(frustrated_star(), 3, strength)
        decoded = trial.decode(ground_states(trial.problem))
        assert (decoded.broken_chains > 0).all() == decoded.broken.any() == broken, strength
        assert trial.is_guaranteed == (strength == 5)


def test_the_bound_is_that_of_the_lighter_side() -> None:
    """A path of three copies, by hand: sides of one coupling and a third of the bias each."""
    star = ising([6] + [0] * 5, [0] * 5, [1, 2, 3, 4, 5], [1, 1, 3, 1, 1])
    copies = limit_fan_in(star, 3, "guaranteed")
    assert copies.problem.h[:3].tolist() == [2, 2, 2]
    assert copies.guaranteed.tolist() == [2 + 2 + 1, 2 + 2 + 1]
    assert copies.problem.coupling.sum() == 7 - 10


def test_bias_is_split_in_whole_numbers() -> None:
    star = ising([-7, 0, 0, 0, 0, 0], [0] * 5, [1, 2, 3, 4, 5], [1] * 5)
    assert limit_fan_in(star, 3).problem.h[:3].tolist() == [-3, -2, -2]


def test_majority_decides() -> None:
    star = ising([0] * 8, [0] * 7, range(1, 8), [1] * 7)
    copies = limit_fan_in(star, 4)  # three copies
    states = np.ones((3, copies.problem.num_variables), int)
    states[0, 0] = states[1, :2] = states[2, :3] = -1
    decoded = copies.decode(states)
    assert decoded.spins[:, 0].tolist() == [1, -1, -1]
    assert decoded.broken_chains.tolist() == [1, 1, 0]
    assert decoded.broken[:, 0].tolist() == [True, True, False]
    assert np.array_equal(decoded.energies, star.energies(decoded.spins))
    assert copies.decode(states[0]).broken_chains == 1


@pytest.mark.parametrize(
    ("coupling", "leaves", "hub"), [(2, 1, -1), (2, -1, 1), (-2, 1, 1), (-2, -1, -1)]
)
def test_ties_go_to_the_lower_energy(coupling: int, leaves: int, hub: int) -> None:
    copies = limit_fan_in(ising([0] * 5, [0] * 4, [1, 2, 3, 4], [coupling] * 4), 3)  # two copies
    for first in (1, -1):
        decoded = copies.decode([first, -first, *[leaves] * 4])
        assert decoded.spins[0] == hub
        assert decoded.energies == -8


def test_ties_without_a_preference_follow_the_first_copy() -> None:
    copies = limit_fan_in(ising([0] * 5, [0] * 4, [1, 2, 3, 4], [2] * 4), 3)
    for first in (1, -1):
        assert copies.decode([first, -first, 1, 1, -1, -1]).spins[0] == first


def test_tied_neighbours_are_decided_in_turn() -> None:
    """Two coupled hubs, both tied: the second sees what the first became."""
    row, col = [0, 0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6, 7]
    problem = ising([-1, 0] + [0] * 6, row, col, [3, 1, 1, 1, 1, 1, 1])
    copies = limit_fan_in(problem, 3)
    assert copies.sizes[:2].tolist() == [2, 2]
    decoded = copies.decode([1, -1, -1, 1, *[-1, 1, 1], *[1, -1, -1]])
    # The first hub has a field of -1 + 1 = 0 and follows its first copy; the second 3 - 1.
    assert decoded.spins[:2].tolist() == [1, -1]


@given(problems(6), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_decoding_agrees_with_a_count(problem: IsingProblem, seed: int) -> None:
    copies = limit_fan_in(problem, 3)
    states = np.random.default_rng(seed).choice([-1, 1], (6, copies.problem.num_variables))
    decoded = copies.decode(states)
    for state, spins, broken in zip(states, decoded.spins, decoded.broken, strict=True):
        for spin, chain in enumerate(copies.chains):
            values = state[chain.start : chain.stop]
            assert broken[spin] == (len(set(values.tolist())) > 1)
            if values.sum():
                assert spins[spin] == np.sign(values.sum())
    assert np.array_equal(decoded.energies, problem.energies(decoded.spins))
    batch = copies.decode(states.reshape(2, 3, -1))
    assert np.array_equal(batch.spins.reshape(6, -1), decoded.spins)


def test_strengths() -> None:
    """The published rule by hand, whole numbers where the problem has them, the smaller by bond."""
    problem = complete(10, [0] * 10, [(-1) ** k * (1 + k % 2) for k in range(45)])
    assert torque_strength(problem) == pytest.approx(1.414 * np.sqrt(9 * (23 + 22 * 4) / 45))
    torque = limit_fan_in(problem, 4, "torque").strength
    assert set(torque.tolist()) == {int(np.ceil(torque_strength(problem)))}
    both = limit_fan_in(problem, 4)
    assert np.array_equal(both.strength, np.minimum(both.guaranteed, torque))
    real = sherrington_kirkpatrick(10, seed=0)
    assert limit_fan_in(real, 4, "torque").strength[0] == torque_strength(real)
    assert torque_strength(ising([1, 2], [], [], [])) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fan_in": 2}, "fan_in is 2; expected a whole number of at least 3"),
        ({"fan_in": 3.5}, "fan_in is 3.5"),
        ({"fan_in": 3, "chain_strength": 0}, "chain_strength is 0; expected a number above 0"),
        ({"fan_in": 3, "chain_strength": "strong"}, "'guaranteed' or 'torque'"),
        ({"fan_in": 3, "shape": "ring"}, "expected one of path, tree"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        limit_fan_in(frustrated_star(), **arguments)
