"""What a problem of one's own is written with."""

import itertools
from functools import cached_property

import numpy as np
import pytest
from matplotlib.figure import Figure

from problems.library import Binaries, Encoded, certificate, one_state


class Apart(Encoded[list]):
    """Two bits that are to differ."""

    def decode(self, spins):
        return one_state(spins, 2).tolist()

    def encode(self, solution):
        return np.array(solution, np.int8)

    def certificate(self, solution):
        return certificate(0, ["alike"] if len(set(solution)) == 1 else [])


class Whole(Apart):
    @cached_property
    def problem(self):
        energy = Binaries(2)
        energy.alike(0, 1, 1)
        return energy.problem()


def test_alike_counts_equal_bits():
    rng = np.random.default_rng(0)
    row, col, value = rng.integers(0, 4, 9), rng.integers(0, 4, 9), rng.integers(-9, 10, 9)
    energy = Binaries(4)
    energy.alike(row, col, value)
    energy.alike(0, [1, 2], 5)
    states = np.array(list(itertools.product((-1, 1), repeat=4)))
    wanted = (value * (states[:, row] == states[:, col])).sum(1)
    wanted += 5 * (states[:, :1] == states[:, 1:3]).sum(1)
    assert energy.problem().energies(states).tolist() == wanted.tolist()


def test_the_parts_that_are_needed():
    assert Whole().answer([[1, 1], [1, -1]]).certificate.feasible
    assert not Whole().answer([[1, 1], [-1, -1]]).certificate.feasible
    assert Whole().kind == "own problem"
    with pytest.raises(TypeError, match="problem"):
        Apart()  # pyright: ignore[reportAbstractUsage]
    axes = Figure().subplots()
    Whole().draw([1, -1], axes)
    assert [text.get_text() for text in axes.texts] == [Whole().words([1, -1])]
