"""Values of each format against its definition, term by term from the text over all states."""

import itertools
import json

import dimod
import numpy as np
import pytest

from problems.formats import Instance, bqp, read
from problems.formats.text import FormatError, split_lines
from problems.model import ising

STATES = np.array(list(itertools.product([-1, 1], repeat=4)))
BITS = (STATES + 1) // 2
# Off-diagonal entries in both orders, a diagonal, a variable (index 3) that no line names.
ENTRIES = [(0, 0, -3), (0, 1, 4), (2, 1, -7), (2, 2, 5)]


def quadratic(off_diagonal):
    """[16] sum of q x_i x_j over ENTRIES, i != j taken `off_diagonal` times."""
    total = np.zeros(16)
    for i, j, q in ENTRIES:
        total += (1 if i == j else off_diagonal) * q * BITS[:, i] * BITS[:, j]
    return total


def write_entries(path, header, base, entries=ENTRIES):
    rows = [f"{i + base} {j + base} {q}" for i, j, q in entries]
    path.write_text("\n".join([*header, *rows, ""]))
    return path


def test_sparse_minimises_with_doubled_off_diagonals(tmp_path):
    instance = read(write_entries(tmp_path / "p.sparse", ["4 4"], 1))
    assert not instance.maximise_source
    np.testing.assert_array_equal(instance.values(STATES), quadratic(2))
    np.testing.assert_array_equal(instance.problem.energies(STATES), quadratic(2))


def test_bqp_maximises_with_doubled_off_diagonals(tmp_path):
    instance = read(write_entries(tmp_path / "p.bqp", ["1", "4 4"], 1))
    assert instance.maximise_source
    np.testing.assert_array_equal(instance.values(STATES), quadratic(2))
    np.testing.assert_array_equal(instance.problem.energies(STATES), -quadratic(2))


def test_bqp_without_the_number_of_problems(tmp_path):
    instance = read(write_entries(tmp_path / "p.bqp", ["4 4"], 1))
    np.testing.assert_array_equal(instance.values(STATES), quadratic(2))


QBSOLV = ["c offset of nothing", "p qubo 0 4 2 2"]
NODES_FIRST = sorted(ENTRIES, key=lambda entry: entry[0] != entry[1])


def test_qubo_minimises_what_it_lists(tmp_path):
    instance = read(write_entries(tmp_path / "p.qubo", QBSOLV, 0, NODES_FIRST))
    assert instance.format == "qubo"
    np.testing.assert_array_equal(instance.values(STATES), quadratic(1))
    np.testing.assert_array_equal(instance.problem.energies(STATES), quadratic(1))


def test_the_same_file_read_as_bqp_is_maximised(tmp_path):
    path = write_entries(tmp_path / "p.qubo", QBSOLV, 0, NODES_FIRST)
    instance = read(path, format="bqp")
    assert (instance.format, instance.maximise_source) == ("bqp", True)
    np.testing.assert_array_equal(instance.values(STATES), quadratic(1))
    np.testing.assert_array_equal(instance.problem.energies(STATES), -quadratic(1))


@pytest.mark.parametrize(
    ("name", "text", "format", "sign"),
    [
        ("p.qubo", "c offset 2.5\np qubo 0 1 0 0\n", "qubo", 1),
        ("p.qubo", "c offset 2.5\np qubo 0 1 0 0\n", "bqp", -1),
        ("p.bqp", "# offset 2.5\n1\n1 0\n", "bqp", -1),
        ("p.sparse", "# offset 2.5\n1 0\n", "sparse", 1),
        ("p.coo", "# vartype=SPIN\n# offset 2.5\n0 0 0\n", "coo", 1),
    ],
)
def test_a_leading_offset_comment_is_the_constant_of_the_objective(
    tmp_path, name, text, format, sign
):
    (tmp_path / name).write_text(text)
    instance = read(tmp_path / name, format)
    assert instance.values([1]) == 2.5
    assert instance.problem.offset == sign * 2.5


@pytest.mark.parametrize("index", [1, 2, 3])
def test_one_of_several_problems(tmp_path, index):
    path = tmp_path / "bqp.txt"
    path.write_text("3\n1 1\n1 1 5\n2 1\n1 2 6\n1 1\n1 1 -7\n")
    instance = bqp.read(path, index)
    assert instance.name == f"bqp.{index}"
    assert instance.values(np.ones(instance.problem.num_variables)) == [5, 12, -7][index - 1]


def test_only_problems_that_the_file_has(tmp_path):
    path = tmp_path / "bqp.txt"
    path.write_text("2\n1 1\n1 1 5\n2 1\n1 2 6\n")
    for index in (0, 3, None):
        with pytest.raises(FormatError, match=r"expected an index in 1\.\.2"):
            bqp.read(path, index)


def cut_weights(edges, states):
    return sum(w * (states[:, i] != states[:, j]) for i, j, w in edges)


@pytest.mark.parametrize("weights", [(3, -5, 2), (0.1, 0.2, -0.7)])
def test_cut_values_are_the_weights_that_cross(tmp_path, weights):
    edges = [(0, 1, weights[0]), (1, 2, weights[1]), (3, 0, weights[2])]
    instance = read(write_entries(tmp_path / "p.rud", ["4 3"], 1, edges))
    expected = cut_weights(edges, STATES)
    values = instance.values(STATES)
    assert values.dtype == (np.int64 if isinstance(weights[0], int) else np.float64)
    np.testing.assert_allclose(values, expected, atol=1e-15)
    energies = instance.problem.energies(STATES)
    np.testing.assert_allclose(instance.value_from_energy(energies), expected, atol=1e-15)
    np.testing.assert_allclose(instance.energy_from_value(expected), energies, atol=1e-15)
    assert instance.maximise_source


def test_weights_that_are_missing_are_one(tmp_path):
    (tmp_path / "p.rud").write_text("3 2\n1 2\n2 3\n")
    assert read(tmp_path / "p.rud").values([1, -1, 1]) == 2


def test_targets_of_integer_cuts_stay_integers():
    instance = Instance(ising([0, 0], [0], [1], [7]), "edge", "rudy", "cut", True)
    assert instance.energy_from_value(7) == -7
    assert isinstance(instance.energy_from_value(7), int)
    assert isinstance(instance.value_from_energy(-7), int)
    assert instance.value_from_energy(-6) == 6.5


def test_targets_of_files_to_be_maximised_change_sign():
    instance = Instance(ising([1], [], [], []), "one", "bqp", "energy", True)
    assert (instance.energy_from_value(2098), instance.value_from_energy(-2098)) == (-2098, 2098)


@pytest.mark.parametrize("objective", ["cut", "energy"])
def test_values_keep_leading_axes_and_check_states(objective):
    instance = Instance(ising([0] * 4, [0], [1], [2]), "p", "x", objective)
    assert instance.values(STATES.reshape(2, 8, 4)).shape == (2, 8)
    with pytest.raises(ValueError, match=r"shape \[\.\.\., 4\]"):
        instance.values(np.ones(3))
    with pytest.raises(ValueError, match="-1 or \\+1"):
        instance.values(np.zeros(4))


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_files_of_dimod_have_the_energies_of_dimod(tmp_path, vartype, dtype):
    generator = np.random.default_rng(3)
    bqm = dimod.BQM(vartype, dtype=dtype)
    for label in ("d", ("a", 1), 5, "b"):
        bqm.add_variable(label, generator.normal())
    pairs = itertools.combinations(bqm.variables, 2)
    for u, v in [*pairs][:5]:
        bqm.add_interaction(u, v, generator.normal())
    bqm.offset = 0.75
    values = STATES if vartype == "SPIN" else BITS
    expected = bqm.energies((values, bqm.variables))
    (tmp_path / "p.json").write_text(json.dumps(bqm.to_serializable()))
    for version in (1, 2):
        with bqm.to_file(version=version) as file:
            (tmp_path / f"p{version}.bqm").write_bytes(file.read())
    for name in ("p.json", "p1.bqm", "p2.bqm"):
        problem = read(tmp_path / name).problem
        assert list(problem.labels) == list(bqm.variables)
        np.testing.assert_allclose(problem.energies(STATES), expected, rtol=1e-6)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_coo_text_of_dimod(tmp_path, vartype):
    from dimod.serialization import coo

    bqm = dimod.BQM({2: 1.5, 0: -2.0, 7: 1.0, 4: 0.5}, {(0, 2): 0.25, (7, 4): -3}, 0.0, vartype)
    (tmp_path / "p.coo").write_text(coo.dumps(bqm, vartype_header=True))
    problem = read(tmp_path / "p.coo").problem
    assert list(problem.labels) == [0, 2, 4, 7]
    values = STATES if vartype == "SPIN" else BITS
    np.testing.assert_allclose(problem.energies(STATES), bqm.energies((values, [0, 2, 4, 7])))


def test_dimod_reads_our_coo_text(tmp_path):
    from dimod.serialization import coo

    from problems.formats import write

    problem = ising([1e-7, 0, 0, 2], [0, 1], [1, 3], [1.5e20, -1 / 3])
    write(problem, tmp_path / "p.coo")
    bqm = coo.loads((tmp_path / "p.coo").read_text())
    np.testing.assert_array_equal(bqm.energies((STATES, [0, 1, 2, 3])), problem.energies(STATES))


def test_coo_without_a_vartype_is_spins(tmp_path):
    (tmp_path / "p.coo").write_text("0 0 1\n0 1 -2\n")
    assert read(tmp_path / "p.coo").problem.h.tolist() == [1, 0]


def test_integers_beyond_int64_are_read_as_floats(tmp_path):
    (tmp_path / "p.rud").write_text("3 2\n1 2 9223372036854775807\n2 3 99999999999999999999\n")
    assert read(tmp_path / "p.rud").problem.coupling.tolist() == [2.0**63, 1e20]


def test_integer_sums_do_not_wrap_around(tmp_path):
    (tmp_path / "p.sparse").write_text("2 3\n1 2 5000000000000000000\n1 1 1\n2 2 1\n")
    assert read(tmp_path / "p.sparse").values([1, 1]) == 1e19


def test_lines_of_a_text_keep_their_numbers():
    lines = split_lines("demo", "# c\r\n\r\n1 2\r\n  # c\r\n3 4")
    assert list(lines.data()) == [(3, "1 2"), (5, "3 4")]
    assert list(lines.data(3)) == [(5, "3 4")]


QPLIB_TAIL = "1e30 # infinity\n0.0\n0\n0.0\n0\n0\n0\n"


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_qplib_halves_what_it_lists_and_adds_linear_terms_and_a_constant(tmp_path, sense):
    """An entry counts q / 2 once, on the diagonal too; index k of a file is variable k - 1."""
    rows = "".join(f"{i + 1} {j + 1} {q}\n" for i, j, q in ENTRIES)
    linear = "1.5 # default\n1\n4 -6\n7.0 # constant\n"
    head = f"name\nQBN\n{sense}\n4 # variables\n{len(ENTRIES)} # terms\n"
    (tmp_path / "p.qplib").write_text(head + rows + linear + QPLIB_TAIL)
    instance = read(tmp_path / "p.qplib")
    expected = quadratic(1) / 2 + BITS @ [1.5, 1.5, 1.5, -6] + 7
    np.testing.assert_array_equal(instance.values(STATES), expected)
    sign = -1 if sense == "maximize" else 1
    assert instance.maximise_source == (sign < 0)
    np.testing.assert_array_equal(instance.problem.energies(STATES), sign * expected)


def test_a_linear_objective_of_qplib_has_no_list_of_quadratic_terms(tmp_path):
    text = "name\nLBN\nminimize\n4\n2.0\n1\n3 5\n-1\n"
    (tmp_path / "p.qplib").write_text(text + QPLIB_TAIL)
    expected = BITS @ [2, 2, 5, 2] - 1
    np.testing.assert_array_equal(read(tmp_path / "p.qplib").values(STATES), expected)
