"""Layouts on arrays: fields are those of the problem, and no array is taken without need."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbits.machine.layouts import cut_biases
from pbits.machine.orders import ORDERS, adjacency, places
from pbits.machine.placement import Placement, place
from problems import IsingProblem, ising
from problems.generators import edwards_anderson, sherrington_kirkpatrick


def dense_fields(problem: IsingProblem, spins: np.ndarray) -> np.ndarray:
    """``h + J s`` by a dense matrix."""
    matrix = np.zeros((problem.num_variables,) * 2)
    matrix[problem.row, problem.col] = matrix[problem.col, problem.row] = problem.coupling
    return problem.h + spins @ matrix


def random_states(count: int, num_spins: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], (count, num_spins))


def shuffled(problem: IsingProblem, seed: int = 0) -> IsingProblem:
    order = np.random.default_rng(seed).permutation(problem.num_variables)
    return ising(
        problem.h[order.argsort()], order[problem.row], order[problem.col], problem.coupling
    )


@st.composite
def problems(draw: st.DrawFn, *, integer: bool = True) -> IsingProblem:
    size = draw(st.integers(1, 12))
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    kept = draw(st.lists(st.sampled_from(pairs), unique=True) if pairs else st.just([]))
    values = st.integers(-4, 4) if integer else st.floats(-4, 4, width=16)
    h = draw(
        st.lists(st.one_of(st.just(0), values.map(lambda x: 3 * x)), min_size=size, max_size=size)
    )
    coupling = draw(st.lists(values, min_size=len(kept), max_size=len(kept)))
    row, col = np.array(kept, int).reshape(-1, 2).T
    return ising(h, row, col, coupling)


def check_structure(layout: Placement, problem: IsingProblem) -> None:
    """Lines and cells are used once, arrays hold something, and are sorted."""
    lines = np.concatenate([layout.line, layout.bias_line])
    assert np.unique(lines).size == lines.size
    assert np.unique(layout.output).size == layout.output.size
    assert (np.count_nonzero(layout.weights, axis=(1, 2)) > 0).all()
    by_column = [tuple(pair[::-1]) for pair in layout.arrays.tolist()]
    assert by_column == sorted(set(by_column))
    assert layout.arrays.dtype == layout.line.dtype == layout.bias_line.dtype == np.int64
    assert np.count_nonzero(layout.weights) >= 2 * np.count_nonzero(problem.coupling)


@given(problems(), st.integers(1, 9), st.integers(1, 9), st.sampled_from(["auto", *ORDERS]))
@settings(max_examples=150, deadline=None)
def test_fields_are_exact(problem: IsingProblem, rows: int, columns: int, order: str) -> None:
    layout = place(problem, rows, columns, order=order)
    spins = random_states(4, problem.num_variables)
    assert np.array_equal(layout.fields(spins), dense_fields(problem, spins))
    assert np.array_equal(layout.fields(spins[0]), dense_fields(problem, spins)[0])
    check_structure(layout, problem)


@given(problems(integer=False), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_fields_of_real_coefficients(problem: IsingProblem, rows: int) -> None:
    layout = place(problem, rows, 8)
    spins = random_states(4, problem.num_variables)
    assert layout.fields(spins) == pytest.approx(dense_fields(problem, spins), rel=1e-12, abs=1e-12)


@given(problems(), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_no_cell_holds_more_than_the_largest_coupling(problem: IsingProblem, rows: int) -> None:
    """Except where a quarter of the lines of an array is too few for the largest bias."""
    layout = place(problem, rows, 16)
    largest, bias = np.abs(problem.coupling).max(initial=0), np.abs(problem.h).max()
    limit = max(1, rows // 4)
    allowed = max(largest, -(-bias // limit)) if largest else bias
    assert np.abs(layout.weights).max(initial=0) <= allowed
    assert cut_biases(problem, rows).most <= limit


def test_a_missing_coupling_is_noticed() -> None:
    problem = ising([1, 0, 2], [0, 1], [1, 2], [1, -1])
    layout = place(problem, 4, 4)
    spins, wrong = random_states(8, 3), layout.weights.copy()
    wrong[tuple(np.argwhere(wrong)[0])] = 0
    assert np.array_equal(layout.fields(spins), dense_fields(problem, spins))
    assert not np.array_equal(
        replace(layout, weights=wrong).fields(spins), dense_fields(problem, spins)
    )


def test_large_lattice_takes_few_arrays() -> None:
    """A strip of the lattice touches itself and two others: three arrays for each of 79 blocks."""
    layout = place(edwards_anderson((100, 100), seed=0), 128, 128)
    assert layout.facts()["arrays_if_dense"] == 79**2
    assert len(layout.arrays) <= 3.1 * 79
    assert layout.partial_sums <= 5


def test_orders_find_what_shuffling_hides() -> None:
    hidden = shuffled(edwards_anderson((30, 30), seed=0))
    natural, auto = (place(hidden, 64, 64, order=order) for order in ("natural", "auto"))
    assert len(natural.arrays) > 0.9 * natural.facts()["arrays_if_dense"]
    assert len(auto.arrays) < 0.45 * len(natural.arrays)
    assert auto.order == "cuthill-mckee"
    # Components are ordered within: two lattices of 400 take what each of them takes.
    one = edwards_anderson((20, 20), seed=0)
    row, col = (np.concatenate([ends, ends + 400]) for ends in (one.row, one.col))
    two = shuffled(ising([0] * 800, row, col, [1] * row.size))
    single = place(one, 80, 80, order="cuthill-mckee")
    assert len(place(two, 80, 80, order="components").arrays) <= 2 * len(single.arrays) + 2


def test_components_that_fit_are_kept_whole() -> None:
    """Ten cliques of six in arrays of eight: one array each, in any order given."""
    pairs = [(6 * k + i, 6 * k + j) for k in range(10) for i in range(6) for j in range(i)]
    row, col = np.array(pairs).T
    hidden = shuffled(ising([0] * 60, row, col, [1] * len(pairs)))
    layout = place(hidden, 8, 8)
    assert (len(layout.arrays), layout.order) == (10, "components")
    # Biases use the lines that are left over in each block.
    biased = place(ising([1] * 60, hidden.row, hidden.col, hidden.coupling), 8, 8)
    assert (len(biased.arrays), biased.bias_arrays) == (10, 0)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.integers(1, 8),
    st.sampled_from(ORDERS),
    st.integers(0, 99),
)
@settings(max_examples=100, deadline=None)
def test_places_are_taken_once(sizes: list[int], size: int, order: str, seed: int) -> None:
    """Components are paths; those that fit are whole, and no block is opened without need."""
    spins = np.random.default_rng(seed).permutation(sum(sizes))
    parts = np.split(spins, np.cumsum(sizes)[:-1])
    row = np.concatenate([part[:-1] for part in parts])
    col = np.concatenate([part[1:] for part in parts])
    place = places(order, adjacency(row, col, spins.size), size)
    assert np.unique(place).size == spins.size
    assert place.min() >= 0
    if order != "components":
        assert place.max() == spins.size - 1
        return
    for part in parts:
        taken = np.sort(place[part])
        assert part.size == 1 or np.array_equal(taken, np.arange(taken[0], taken[0] + part.size))
        assert np.unique(taken // size).size == -(-part.size // size)
    # No two blocks in use could be one.
    filled = np.bincount(place // size)
    filled = np.sort(filled[filled > 0])
    assert filled.size == 1 or filled[0] + filled[1] > size or max(sizes) > size


def test_small_components_go_where_there_is_room() -> None:
    """Largest first: 5 + 3 and 5 + 3 fill two blocks of 8, and 3 + 3 would leave 5 alone."""
    pairs = [(a + i, a + i + 1) for a, n in ((0, 3), (3, 3), (6, 5), (11, 5)) for i in range(n - 1)]
    row, col = np.array(pairs).T
    assert places("components", adjacency(row, col, 16), 8).max() == 15


def test_dense_problems_take_all_arrays() -> None:
    layout = place(sherrington_kirkpatrick(100, seed=0), 32, 32)
    assert len(layout.arrays) == 16 == layout.facts()["arrays_if_dense"]
    assert (layout.order, layout.fan_in, layout.partial_sums) == ("natural", 99, 4)
    assert layout.occupancy == pytest.approx(100 * 99 / (16 * 32 * 32))


@pytest.mark.parametrize("size", [100, 128])
def test_biases_of_dense_problems_cost_little(size: int) -> None:
    """The last block has lines free, or a row block of bias lines is added: never more."""
    problem = sherrington_kirkpatrick(size, seed=0)
    unit = np.abs(problem.coupling).max()
    biased = ising(np.full(size, 3.5 * unit), problem.row, problem.col, problem.coupling)
    layout = place(biased, 32, 32)
    assert len(layout.arrays) == (16 if size == 100 else 20)
    assert layout.bias_line.size == 4
    assert layout.bias_arrays == (0 if size == 100 else 4)
    assert np.abs(layout.weights).max() == pytest.approx(unit)


def test_too_few_free_lines_open_a_block_of_biases() -> None:
    """The last block has two lines free, and a bias of four times the couplings takes four."""
    chain = ising([4] + [0] * 45, range(45), range(1, 46), [1] * 45)
    layout = place(chain, 16, 16, order="natural")
    assert np.array_equal(layout.fields([1] * 46), dense_fields(chain, np.ones(46)))
    assert np.abs(layout.weights).max() == 1
    assert layout.bias_line.size == 4


def test_a_spin_with_a_bias_alone_opens_one_array() -> None:
    layout = place(ising([0] * 8 + [5], [0], [1], [2]), 4, 4, order="natural")
    assert layout.arrays.tolist() == [[0, 0], [2, 2]]
    assert layout.bias_arrays == 1
    # Ordered otherwise, it stands in the block of the coupled spins and needs none.
    assert place(ising([0] * 8 + [5], [0], [1], [2]), 4, 4).arrays.tolist() == [[0, 0]]
    assert place(ising([0, 0], [], [], []), 4, 4).arrays.shape == (0, 2)


@pytest.mark.parametrize(
    ("rows", "columns", "order", "message"),
    [(0, 4, "auto", "rows is 0"), (4, 2.5, "auto", "columns is 2.5"), (4, 4, "best", "'best'")],
)
def test_wrong_arguments_are_refused(rows: int, columns: int, order: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        place(ising([0, 0], [0], [1], [1]), rows, columns, order=order)


def test_arrays_beyond_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbits.machine.placement.free_bytes", lambda: 1000)
    with pytest.raises(MemoryError, match="16 arrays of 32 x 32"):
        place(sherrington_kirkpatrick(100, seed=0), 32, 32)
