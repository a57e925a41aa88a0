"""Circuits against their truth tables, worked out gate by gate in plain Python."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_round_trip

from problems.library.circuit import circuit

RULES = {"AND": lambda a, b: a & b, "OR": lambda a, b: a | b, "XOR": lambda a, b: a ^ b}


@st.composite
def circuits(draw):
    """Two or three gates over three inputs."""
    known, gates = ["x", "y", "z"], []
    for k in range(draw(st.integers(1, 3))):
        wires = draw(st.lists(st.sampled_from(known), min_size=2, max_size=2, unique=True))
        gates.append([draw(st.sampled_from(sorted(RULES))), wires, f"g{k}"])
        known.append(f"g{k}")
    return gates


def truth(gates):
    """All right assignments of the wires that the gates touch."""
    found = set()
    for bits in itertools.product((0, 1), repeat=3):
        values = dict(zip("xyz", bits, strict=True))
        for name, (a, b), out in gates:
            values[out] = RULES[name](values[a], values[b])
        used = {wire for _, ins, out in gates for wire in (*ins, out)}
        found.add(frozenset((w, b) for w, b in values.items() if w in used))
    return found


@QUICK
@given(circuits(), st.data())
def test_ground_states_are_the_truth_table(gates, data):
    encoded = circuit(data.draw(st.permutations(gates)))
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    assert energies.min() == 0
    ground = [encoded.decode(state) for state in states[energies == 0]]
    assert {frozenset(bits.items()) for bits in ground} == truth(gates)
    for bits in ground:
        assert encoded.certificate(bits).feasible
        check_round_trip(encoded, bits)
    wrong = encoded.decode(states[energies.argmax()])
    assert not encoded.certificate(wrong).feasible
    assert encoded.certificate(encoded.repair(wrong)).feasible
    assert encoded.from_plain(json.loads(json.dumps(encoded.plain(wrong)))) == wrong


def test_encoding_takes_the_least_energy_of_auxiliary_spins():
    encoded = circuit([["XOR", ["a", "b"], "c"]])
    table = {}
    for state in all_states(4):
        key = frozenset(encoded.decode(state).items())
        energy = encoded.problem.energies(state).item()
        table[key] = min(energy, table.get(key, np.inf))
    for key, least in table.items():
        assert encoded.problem.energies(encoded.encode(dict(key))) == least


def test_held_registers_run_a_circuit_backwards():
    gates = [
        ["HALF_ADDER", ["a0", "b0"], ["s0", "c0"]],
        ["FULL_ADDER", ["a1", "b1", "c0"], ["s1", "s2"]],
    ]
    registers = {"a": ["a0", "a1"], "b": ["b0", "b1"], "s": ["s0", "s1", "s2"]}
    encoded = circuit(gates, {"s": 5, "a1": 1}, registers)
    states = all_states(encoded.problem.num_variables)
    ground = states[encoded.problem.energies(states) == 0]
    facts = [encoded.certificate(encoded.decode(s)).facts for s in ground]
    assert {(f["a"], f["b"]) for f in facts} == {(2, 3), (3, 2)}
    bits = dict(encoded.decode(ground[0]))
    assert "held at 1" in encoded.certificate(bits | {"s0": 0}).violations[-1]
    with pytest.raises(ValueError, match="where it is held"):
        encoded.encode(bits | {"s0": 0})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gates": [["NOR2", ["a", "b"], "c"]]}, "no gate is called"),
        ({"gates": [["AND", ["a"], "c"]]}, "expected 2 and 1"),
        ({"gates": [["AND", "c"]]}, "name, inputs, outputs"),
        ({"gates": [["AND", ["a", 1], "c"]]}, "expected a name"),
        ({"gates": [["NOT", "a", "b"], ["NOT", "c", "b"]]}, "both drive 'b'"),
        ({"gates": [["NOT", "a", "b"], ["NOT", "b", "a"]]}, "feed each other"),
        ({"gates": []}, "without gates"),
        ({"held": {"q": 1}}, "no gate has a wire 'q'"),
        ({"held": {"a": 2}}, "0 or 1"),
        ({"held": {"a": 0.5}}, "an integer"),
        ({"registers": {"n": ["q"]}}, "no gate has a wire"),
        ({"registers": {"n": ["a", "b"]}, "held": {"n": 4}}, "0 to 3"),
        ({"registers": {"n": ["a", "b"]}, "held": {"n": 3, "b": 0}}, "held at 1 already"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        circuit(**({"gates": [["AND", ["a", "b"], "c"]]} | change))


@pytest.mark.parametrize("solution", [{}, {"a": 1, "b": 2, "c": 0}, [1, 1, 1], {"a": 1, "q": 0}])
def test_no_bits(solution):
    with pytest.raises(ValueError, match="expected"):
        circuit([["AND", ["a", "b"], "c"]]).certificate(solution)
