"""What is written is read back: exact coefficients where the format has them, else energies."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.formats import FormatError, Instance, read, write
from problems.model import ising
from problems.qubo import ising_from_binary

integers = st.integers(-(2**40), 2**40)
reals = st.floats(-1e6, 1e6) | st.floats(-1e200, 1e200)
moderate = st.floats(-1e3, 1e3)


@st.composite
def terms(draw, values):
    """Linear [n], row, col, quadratic [m] and a constant, with n from 0 to 6."""
    n = draw(st.integers(0, 6))
    pairs = list(itertools.combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    linear = draw(st.lists(values, min_size=n, max_size=n))
    quadratic = draw(st.lists(values, min_size=len(chosen), max_size=len(chosen)))
    row, col = [i for i, _ in chosen], [j for _, j in chosen]
    return linear, row, col, quadratic, draw(values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round_trips")


def assert_same(given_problem, problem):
    for name in ("h", "row", "col", "coupling"):
        expected, actual = getattr(given_problem, name), getattr(problem, name)
        assert expected.dtype == actual.dtype
        np.testing.assert_array_equal(actual, expected, err_msg=name)
    assert problem.offset == given_problem.offset
    assert list(problem.labels) == list(given_problem.labels)


def all_states(n):
    return np.array(list(itertools.product([-1, 1], repeat=n))).reshape(2**n, n)


@pytest.mark.parametrize("suffix", ["coo", "json", "bqm", "coo.gz", "json.xz", "bqm.bz2"])
@given(numbers=terms(integers) | terms(reals), shift=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_ising_formats_keep_every_coefficient_and_label(folder, suffix, numbers, shift):
    linear = numbers[0]
    problem = ising(*numbers, labels=[3 * k + shift for k in range(len(linear))])
    write(problem, folder / f"p.{suffix}")
    assert_same(problem, read(folder / f"p.{suffix}").problem)


@pytest.mark.parametrize("suffix", ["rud", "mc", "txt", "dat.gz"])
@given(numbers=terms(integers) | terms(reals))
@settings(max_examples=40, deadline=None)
def test_graphs_keep_every_weight(folder, suffix, numbers):
    linear, row, col, weights, _ = numbers
    problem = ising(np.zeros(len(linear)), row, col, weights)
    write(problem, folder / f"g.{suffix}")
    instance = read(folder / f"g.{suffix}")
    assert_same(problem, instance.problem)
    assert instance.objective == "cut"


@pytest.mark.parametrize("suffix", ["qubo", "sparse", "qubo.gz"])
@given(numbers=terms(integers) | terms(moderate))
@settings(max_examples=40, deadline=None)
def test_binary_formats_keep_energies_and_pairs(folder, suffix, numbers):
    problem = ising(*numbers)
    write(problem, folder / f"q.{suffix}")
    again = read(folder / f"q.{suffix}").problem
    states = all_states(problem.num_variables)
    if problem.is_integer:
        assert_same(problem, again)
    scale = sum(abs(v) for v in [*numbers[0], *numbers[3], numbers[4]])
    np.testing.assert_allclose(again.energies(states), problem.energies(states), atol=1e-9 * scale)
    np.testing.assert_array_equal(again.row, problem.row)
    np.testing.assert_array_equal(again.col, problem.col)


@given(numbers=terms(integers) | terms(moderate))
@settings(max_examples=40, deadline=None)
def test_bqp_keeps_energies_and_its_sense(folder, numbers):
    linear, row, col, quadratic, _ = numbers
    problem = ising_from_binary(linear, row, col, quadratic)
    write(problem, folder / "q.bqp")
    instance = read(folder / "q.bqp")
    states = all_states(problem.num_variables)
    energies = problem.energies(states)
    scale = sum(abs(v) for v in [*linear, *quadratic])
    np.testing.assert_allclose(instance.problem.energies(states), energies, atol=1e-9 * scale)
    np.testing.assert_allclose(instance.values(states), -energies, atol=1e-9 * scale)


@given(numbers=terms(integers) | terms(moderate))
@settings(max_examples=40, deadline=None)
def test_qplib_keeps_energies_its_constant_and_pairs(folder, numbers):
    problem = ising_from_binary(*numbers)
    write(problem, folder / "q.qplib")
    instance = read(folder / "q.qplib")
    states = all_states(problem.num_variables)
    scale = sum(abs(v) for v in [*numbers[0], *numbers[3], numbers[4]])
    energies = problem.energies(states)
    np.testing.assert_allclose(instance.values(states), energies, atol=1e-9 * scale)
    assert not instance.maximise_source
    np.testing.assert_array_equal(instance.problem.row, problem.row)
    np.testing.assert_array_equal(instance.problem.col, problem.col)


@pytest.mark.parametrize("suffix", ["json", "bqm"])
def test_labels_of_strings_and_tuples_survive(tmp_path, suffix):
    labels = ["a", ("b", (1, 2)), 7]
    problem = ising([1, 2, 3], [0, 1], [1, 2], [0.5, 0.25], 4, labels)
    write(problem, tmp_path / f"p.{suffix}")
    assert_same(problem, read(tmp_path / f"p.{suffix}").problem)


@pytest.mark.parametrize("suffix", ["rud", "coo", "json", "bqm", "qubo", "sparse", "bqp", "qplib"])
def test_the_empty_problem_survives(tmp_path, suffix):
    write(ising([], [], [], []), tmp_path / f"p.{suffix}")
    problem = read(tmp_path / f"p.{suffix}").problem
    assert problem.num_variables == problem.num_interactions == problem.offset == 0


def test_isolated_variables_of_zero_bias_survive_in_coo(tmp_path):
    write(ising([0, 0, 0], [0], [2], [1]), tmp_path / "p.coo")
    assert read(tmp_path / "p.coo").problem.num_variables == 3


def test_an_instance_is_written_as_its_problem(tmp_path):
    problem = ising([0, 0], [0], [1], [5])
    write(Instance(problem, "edge", "rudy", "cut", True), tmp_path / "p.mc")
    assert_same(problem, read(tmp_path / "p.mc").problem)


def test_gzip_files_carry_no_time_stamp(tmp_path):
    write(ising([0, 0], [0], [1], [5]), tmp_path / "a.rud.gz")
    assert (tmp_path / "a.rud.gz").read_bytes()[4:8] == bytes(4)


GRAPH = ising([0] * 4, [0, 2], [2, 1], [5, -0.5])
# -3 x_0 + 4 x_0 x_1 + 1.5 x_1 x_3; variable 2 stands alone.
QUBO = ising_from_binary([-3, 0, 0, 0], [0, 1], [1, 3], [4, 1.5])
SPINS = ising([0, 2e-7, 0, 0], [0, 1], [2, 2], [1e21, -1], 0.25, labels=[4, 6, 7, 9])


@pytest.mark.parametrize(
    ("problem", "name", "text"),
    [
        (GRAPH, "p.rud", "4 2|1 3 5|2 3 -0.5|"),
        (QUBO, "p.sparse", "4 3|1 1 -3|1 2 2|2 4 0.75|"),
        (QUBO, "p.bqp", "1|4 3|1 1 3|1 2 -2|2 4 -0.75|"),
        (QUBO, "p.qubo", "p qubo 0 4 4 2|0 0 -3|1 1 0|2 2 0|3 3 0|0 1 4|1 3 1.5|"),
        (ising([], [], [], [], 1.5), "p.qubo", "c offset 1.5|p qubo 0 0 0 0|"),
        (ising([], [], [], [], 1.5), "p.sparse", "# offset 1.5|0 0|"),
        (
            SPINS,
            "p.coo",
            "# vartype=SPIN|# offset 0.25|6 6 0.0000002|9 9 0|4 7 1000000000000000000000|6 7 -1|",
        ),
    ],
)
def test_the_text_that_other_programs_read(tmp_path, problem, name, text):
    write(problem, tmp_path / name)
    assert (tmp_path / name).read_text() == text.replace("|", "\n")


@pytest.mark.parametrize(
    ("problem", "name", "message"),
    [
        (ising([1, 0], [0], [1], [1]), "p.rud", "biases or an offset"),
        (ising([0, 0], [0], [1], [1], 2), "p.mc", "biases or an offset"),
        (ising([0, 0], [0], [1], [1]), "p.bqp", "a constant energy of 1 at x = 0"),
        (ising([0], [], [], [], labels=["a"]), "p.coo", "label 'a'; expected non-negative int"),
        (ising([0], [], [], [], labels=[-1]), "p.coo", "label '-1'"),
        (ising([0], [], [], [], labels=[(1, frozenset())]), "p.json", "numbers, strings"),
        (ising([0], [], [], [], labels=[b"a"]), "p.bqm", "numbers, strings and tuples"),
        (ising([0], [], [], []), "p.unknown", "one of the formats rudy, mc"),
        (ising([0], [], [], []), "no/such/folder/p.rud", "cannot be written (No such file"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, problem, name, message):
    with pytest.raises(FormatError) as caught:
        write(problem, tmp_path / name)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert "\n" not in str(caught.value)
