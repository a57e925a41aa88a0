"""Autocorrelation energies against a search of bits, and symmetries."""

import json

import numpy as np
import pytest
from oracle import check_ground_states

from problems.library.labs import OPTIMA, labs


def exhaustive(n):
    """Least energy, of sequences as the bits of whole numbers: a sum of XORs and counts."""
    words = np.arange(2 ** (n - 1), dtype=np.uint32)
    energy = np.zeros(words.size, np.int64)
    for lag in range(1, n):
        apart = (words ^ (words >> np.uint32(lag))) & np.uint32(2 ** (n - lag) - 1)
        energy += (n - lag - 2 * np.bitwise_count(apart).astype(np.int64)) ** 2
    return int(energy.min())


@pytest.mark.parametrize("n", range(1, 11))
def test_ground_states(n):
    assert exhaustive(n) == OPTIMA[n]
    encoded = labs(n)
    assert encoded.problem.is_integer
    check_ground_states(encoded, OPTIMA[n])


@pytest.mark.parametrize("n", range(11, 17))
def test_optima(n):
    assert exhaustive(n) == OPTIMA[n]


@pytest.mark.slow
@pytest.mark.parametrize("n", range(17, 26))
def test_longer_optima(n):
    assert exhaustive(n) == OPTIMA[n]


def test_energies_and_symmetries_of_long_sequences():
    encoded, signs = labs(101), np.random.default_rng(1).choice([-1, 1], 101)
    alike = [signs, -signs, signs[::-1], signs * (-1) ** np.arange(101)]
    full = np.correlate(signs, signs, "full")[101:]
    assert encoded.problem.energies(alike).tolist() == [int(full @ full)] * 4
    known = encoded.certificate(tuple(signs.tolist()))
    assert known.objective == full @ full
    assert known.facts["merit_factor"] == pytest.approx(101**2 / 2 / (full @ full))
    sequence = tuple(signs.tolist())
    assert encoded.from_plain(json.loads(json.dumps(encoded.plain(sequence)))) == sequence


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "5"])
def test_bad_length(n):
    with pytest.raises(ValueError, match="whole number from 1"):
        labs(n)


@pytest.mark.parametrize("solution", [(1, 1), (1, 0, 1), "+-+", 3])
def test_no_sequence(solution):
    with pytest.raises(ValueError, match="expected 3 signs"):
        labs(3).certificate(solution)
