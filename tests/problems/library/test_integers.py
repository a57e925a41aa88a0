"""Whole numbers as bits: every state of small ranges."""

import numpy as np
import pytest
from oracle import all_states

from problems.library.binaries import Binaries
from problems.library.integers import ENCODINGS, Binary, OneHot, integer_bits
from problems.library.slack import best_slack, keep_nonnegative, slack_bits

SIZES = {"binary": int.bit_length, "unary": int, "domain-wall": int, "one-hot": lambda m: m + 1}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("lo", [0, -3])
@pytest.mark.parametrize("span", range(9))
def test_all_states(encoding, lo, span):
    number = integer_bits(encoding, lo, lo + span)
    n = number.num_bits
    assert n == SIZES[encoding](span)
    energy = Binaries(n)
    number.penalise(energy, np.arange(n), 2)
    states = all_states(n)
    seen = set()
    for state, penalty in zip(states, energy.problem().energies(states), strict=True):
        value = number.decode(state > 0)
        assert (penalty == 0) == (value is not None)
        assert penalty >= 0 if value is not None else penalty >= 2
        if value is not None:
            assert value == number.constant + number.coefficients @ (state > 0)
            seen.add(value)
    assert seen == set(range(lo, lo + span + 1))
    assert all(number.decode(number.encode(value)) == value for value in seen)


def test_wide_ranges_in_binary():
    number = Binary(-(2**40), 2**52 + 12345)
    for value in (number.lo, -1, 0, 2**40 + 7, 2**52 - 1, 2**52, number.hi):
        assert number.decode(number.encode(value)) == value


def test_one_hot_of_no_or_two_bits_means_nothing():
    assert OneHot(0, 2).decode([0, 0, 0]) is None
    assert OneHot(0, 2).decode([1, 1, 0]) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gray", 0, 3), "one of binary"),
        (("binary", 3, 0), "lo <= hi"),
        (("binary", 0, 2.5), "whole number"),
        (("binary", 0, float("inf")), "whole number"),
        (("binary", 0, 2**60), "2\\^53"),
        (("unary", 0, 2**30), "'binary' takes 31"),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises(ValueError, match=words):
        integer_bits(*arguments)


@pytest.mark.parametrize("value", [-1, 4, 1.5, float("nan")])
def test_no_such_number(value):
    with pytest.raises(ValueError, match="expected a whole number from 0 to 3"):
        integer_bits("binary", 0, 3).encode(value)


@pytest.mark.parametrize("bits", [[0], [0, 2], [[0, 1]], [-1, 1]])
def test_no_bits_of_this_number(bits):
    with pytest.raises(ValueError, match="expected 2 values"):
        integer_bits("binary", 0, 3).decode(bits)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_half_the_slack_is_enough(encoding):
    """g = 2 a + 3 b + c - 2: the best slack costs nothing from 0 on, as the triangle below."""
    for bits in all_states(3) > 0:
        gap = int(np.array([2, 3, 1]) @ bits) - 2
        slack = slack_bits(encoding, 4)
        energy = Binaries(3 + slack.num_bits)
        place = 3 + np.arange(slack.num_bits)
        keep_nonnegative(energy, range(3), [2, 3, 1], -2, 5, slack, place)
        inner = all_states(slack.num_bits)
        states = np.hstack([np.tile(2 * bits - 1, (len(inner), 1)), inner])
        least = 0 if gap >= 0 else 5 * -gap * (-gap + 1) / 2
        assert energy.problem().energies(states).min() == least
        best = np.r_[2 * bits - 1, 2 * best_slack(slack, gap) - 1]
        assert energy.problem().energies(best) == least
