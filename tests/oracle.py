"""What every encoding is held to: all states of a small instance against the best there is."""

import itertools

import numpy as np
from hypothesis import settings

QUICK = settings(deadline=None, max_examples=15, derandomize=True, database=None)


def all_states(n):
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8).reshape(2**n, n)


def check_ground_states(encoded, best, limit=16):
    """Ground states decode to feasible solutions of the `best` objective; round trips agree.

    `best` comes from brute force over the problem's own solutions, or is None where none is
    feasible: then no state may decode to a feasible solution.
    """
    n = encoded.problem.num_variables
    assert n <= limit
    states = all_states(n)
    energies = encoded.problem.energies(states)
    if best is None:
        for state in states:
            assert not encoded.certificate(encoded.decode(state)).feasible
        return
    lowest = energies.min()
    assert np.isclose(lowest, encoded.energy_of(best), rtol=1e-9, atol=1e-9)
    if encoded.ideal is not None:
        assert (best <= encoded.ideal) if encoded.maximise else (best >= encoded.ideal)
    for state in states[np.isclose(energies, lowest, rtol=1e-9, atol=1e-9)][:200]:
        solution = encoded.decode(state)
        known = encoded.certificate(solution)
        assert known.feasible, known.violations
        assert np.isclose(known.objective, best)
        check_round_trip(encoded, solution)


def check_round_trip(encoded, solution):
    """A feasible solution survives encoding and JSON, and its energy is its objective's."""
    known = encoded.certificate(solution)
    again = encoded.decode(encoded.encode(solution))
    assert encoded.certificate(again) == known
    energy = encoded.problem.energies(encoded.encode(solution)).item()
    assert np.isclose(energy, encoded.energy_of(known.objective), rtol=1e-9, atol=1e-9)
    import json

    plain = json.loads(json.dumps(encoded.plain(solution)))
    assert encoded.certificate(encoded.from_plain(plain)) == known
