"""Lists of spin-glass bonds: sign, bonds that stand once or twice, and what is refused."""

import numpy as np
import pytest

from problems.formats import FormatError, read, write
from problems.generators import edwards_anderson
from problems.model import ising


def read_text(folder, text):
    (folder / "glass.txt").write_text(text)
    return read(folder / "glass.txt", format="bonds")


@pytest.mark.parametrize("text", ["0 1 4\n2 1 -3\n", "# c\n0 1 4\n1 0 4\n1 2 -3\n2 1 -3\n"])
def test_energy_has_the_sign_of_physics_and_counts_each_bond_once(tmp_path, text):
    instance = read_text(tmp_path, text)
    assert (instance.format, instance.objective, instance.maximise_source) == (
        "bonds",
        "energy",
        False,
    )
    assert instance.values([[1, 1, 1], [1, 1, -1], [-1, 1, 1]]).tolist() == [-1, -7, 7]


@pytest.mark.parametrize("couplings", ["pm1", "gaussian"])
def test_what_is_written_is_read_back(tmp_path, couplings):
    problem = edwards_anderson((3, 4), couplings=couplings, seed=1)
    write(problem, tmp_path / "p.bonds", format="bonds")
    again = read(tmp_path / "p.bonds", format="bonds").problem
    for name in ("h", "row", "col", "coupling"):
        np.testing.assert_array_equal(getattr(again, name), getattr(problem, name))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("0 1 4\n0 1 4\n", 2, "a bond again in the same order"),
        ("0 1 4\n1 0 4\n1 0 4\n", 3, "a bond again in the same order"),
        ("0 1 4\n1 2 4\n# c\n1 0 -4\n", 4, "another value than in the reverse order"),
        ("0 1 4\n2 2 4\n", 2, "2 joined to itself"),
        ("0 1 4\n-1 2 4\n", 2, "index -1"),
        ("0 1 4\n1 2\n", 2, "2 numbers in '1 2'; expected `i j J`"),
        ("0 1 nan\n", 1, "weight nan"),
        ("0 99999999 1\n", 1, "index 99999999"),
    ],
)
def test_damaged_lists_are_refused(tmp_path, text, line, message):
    with pytest.raises(FormatError) as caught:
        read_text(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'glass.txt'}:{line}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (ising([1, 0], [0], [1], [1]), "biases or an offset"),
        (ising([0, 0], [0], [1], [1], 2), "biases or an offset"),
        (ising([0, 0, 0], [0], [1], [1]), "the last spin has no bond"),
        (ising([], [], [], []), "the last spin has no bond"),
    ],
)
def test_what_a_list_cannot_hold_is_refused(tmp_path, problem, message):
    with pytest.raises(FormatError, match=message):
        write(problem, tmp_path / "p.txt", format="bonds")
