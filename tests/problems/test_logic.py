"""Gates and circuits: all ground states against truth tables and whole numbers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems import ising
from problems.logic import (
    GATES,
    Circuit,
    Placed,
    adder,
    all_bits,
    circuit,
    gate,
    join,
    multiplier,
    synthesise,
)

QUICK = settings(deadline=None, max_examples=40, derandomize=True, database=None)
FUNCTIONS = {
    "COPY": lambda a: (a,),
    "NOT": lambda a: (not a,),
    "AND": lambda a, b: (a and b,),
    "OR": lambda a, b: (a or b,),
    "NAND": lambda a, b: (not (a and b),),
    "NOR": lambda a, b: (not (a or b),),
    "XOR": lambda a, b: (a != b,),
    "XNOR": lambda a, b: (a == b,),
    "HALF_ADDER": lambda a, b: ((a + b) % 2, (a + b) // 2),
    "FULL_ADDER": lambda a, b, c: ((a + b + c) % 2, (a + b + c) // 2),
    "MAJORITY": lambda a, b, c: (a + b + c > 1,),
}
gates = pytest.mark.parametrize("name", GATES)


def altered(one, by=1):
    """The gate with its last coupling changed."""
    old = one.problem
    coupling = old.coupling.copy()
    coupling[-1] += by
    return replace(one, problem=ising(old.h, old.row, old.col, coupling, old.offset, old.labels))


def ground_states(problem):
    """All states of energy 0, which must be the least."""
    states = 2 * all_bits(problem.num_variables) - 1
    energies = problem.energies(states)
    assert energies.min() == 0
    return states[energies == 0]


def test_all_gates_have_a_function_here():
    assert set(FUNCTIONS) == set(GATES)


@gates
def test_ground_states_are_the_truth_table(name):
    one = gate(name)
    assert one.certificate().is_exact
    shown = len(one.ports) - one.num_auxiliary
    found = {tuple(row) for row in ((ground_states(one.problem) + 1) // 2)[:, :shown].tolist()}
    inputs = all_bits(one.num_inputs).tolist()
    assert found == {(*row, *map(int, FUNCTIONS[name](*row))) for row in inputs}


@gates
@pytest.mark.parametrize("by", [-1, 1])
def test_an_altered_coupling_fails_the_certificate(name, by):
    assert not altered(gate(name), by).certificate().is_exact


def test_a_wrong_gap_fails_the_certificate():
    assert not replace(gate("AND"), gap=3).certificate().is_exact


def test_of_all_values_of_an_auxiliary_spin_the_best_is_taken():
    table = gate("OR").table[:, 2:]
    gaps = [
        synthesise("OR", "a b", "out aux", np.column_stack([table, aux])).gap
        for aux in ([0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1], [0, 1, 0, 1])
    ]
    found = synthesise("OR", "a b", "out", table, num_auxiliary=1)
    assert found.gap >= max(gaps) > min(gaps)


@gates
def test_no_coupling_up_to_two_gives_a_larger_gap(name):
    one = gate(name)
    inputs, shown = one.num_inputs, len(one.ports) - one.num_auxiliary
    best = synthesise(
        name, " ".join(one.ports[:inputs]), " ".join(one.ports[inputs:shown]),
        one.table[:, inputs:shown], num_auxiliary=one.num_auxiliary,
        max_bias=2, max_coupling=np.abs(one.problem.coupling).max(),
    )  # fmt: skip
    assert best.certificate().is_exact
    assert best.gap == one.gap


def test_a_gate_that_needs_an_auxiliary_spin_says_so():
    with pytest.raises(ValueError, match="larger num_auxiliary"):
        synthesise("XOR", "a b", "out", [[0], [1], [1], [0]])
    with pytest.raises(ValueError, match="expected at most"):
        synthesise("MANY", "a b c", "out", np.zeros((8, 1)), num_auxiliary=2)
    with pytest.raises(ValueError, match="expected bits of shape"):
        synthesise("SHORT", "a b", "out", [[0], [1], [2], [0]])


@QUICK
@given(st.lists(st.integers(0, 1), min_size=4, max_size=4))
def test_any_function_of_two_bits_can_be_synthesised(outputs):
    table = np.array(outputs)[:, None]
    parity = outputs in ([0, 1, 1, 0], [1, 0, 0, 1])
    found = synthesise("F", "a b", "out", table, num_auxiliary=int(parity))
    assert found.certificate().is_exact
    np.testing.assert_array_equal(found.table[:, 2:3], table)


@QUICK
@given(st.integers(1, 40), st.booleans(), st.data())
def test_adders_add(bits, carry_in, data):
    numbers = {name: data.draw(st.integers(0, 2**bits - 1)) for name in "ab"}
    if carry_in:
        numbers["carry_in"] = data.draw(st.integers(0, 1))
    add = adder(bits, carry_in)
    found = add.certificate(add.evaluate(**numbers))
    assert found.satisfied
    assert found.relation_holds
    assert found.energy == 0
    assert found.values == {**numbers, "sum": sum(numbers.values())}
    assert found.consistent_with_energy


@QUICK
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_multipliers_multiply(bits_a, bits_b, data):
    a, b = data.draw(st.integers(0, 2**bits_a - 1)), data.draw(st.integers(0, 2**bits_b - 1))
    times = multiplier(bits_a, bits_b)
    found = times.certificate(times.evaluate(a=a, b=b))
    assert found.satisfied
    assert found.relation_holds
    assert found.energy == 0
    assert found.values == {"a": a, "b": b, "p": a * b}


@QUICK
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32))
def test_energy_is_zero_only_where_all_gates_are_satisfied(bits_a, bits_b, seed):
    times, rng = multiplier(bits_a, bits_b), np.random.default_rng(seed)
    right = times.evaluate(a=int(rng.integers(2**bits_a)), b=int(rng.integers(2**bits_b)))
    states = np.tile(right, (20, 1))
    states[np.arange(20), rng.integers(right.size, size=20)] *= -1
    energies, violated = times.problem.energies(states), times.violations(states).any(-1)
    np.testing.assert_array_equal(energies == 0, ~violated)
    gap = min(placed.gate.gap for placed in times.gates)
    assert violated.any()
    assert energies[violated].min() >= gap
    assert times.certificate(times.repair(states[0])).satisfied


@pytest.mark.parametrize(
    ("build", "solutions"),
    [
        (multiplier(2, 2), 16),
        (multiplier(1, 3), 16),
        (multiplier(3, 1), 16),
        (multiplier(3, 2).hold(p=6), 3),  # 3 * 2, 2 * 3, 6 * 1
        (multiplier(2, 3).hold(p=5), 1),
        (adder(3), 64),
        (adder(3).hold(sum=5), 6),
        (adder(2, carry_in=True).hold(sum=7), 1),
    ],
)
def test_all_ground_states_are_solutions_whatever_is_held(build, solutions):
    states = 2 * all_bits(build.problem.num_variables) - 1
    energies = build.problem.energies(states)
    np.testing.assert_array_equal(energies == 0, ~build.violations(states).any(-1))
    found = [build.certificate(state) for state in states[energies == 0]]
    assert all(one.satisfied and one.relation_holds for one in found)
    assert len({tuple(one.values.items()) for one in found}) == len(found) == solutions


def test_a_product_that_cannot_be_has_no_state_of_energy_zero():
    problem = multiplier(2, 2).hold(p=5).problem
    assert problem.energies(2 * all_bits(problem.num_variables) - 1).min() == 2


def test_a_wrong_coupling_is_seen_in_the_certificate_of_a_circuit():
    add = adder(2)
    broken = replace(add, gates=(*add.gates[:-1], replace(add.gates[-1], gate=altered(
        add.gates[-1].gate))))  # fmt: skip
    state = add.evaluate(a=3, b=2)
    assert add.certificate(state).consistent_with_energy
    seen = broken.certificate(state)
    assert seen.satisfied
    assert not seen.consistent_with_energy


def test_a_wrong_wiring_is_seen_by_the_relation():
    add = adder(2)
    crossed = replace(add, registers={**add.registers, "a": add.registers["a"][::-1]})
    found = crossed.certificate(crossed.evaluate(a=1, b=0))
    assert found.satisfied
    assert found.relation_holds is False


def test_circuits_join_at_wires_of_equal_name():
    # x, y -> NAND -> out is 0 only where both are 1; inverted again it is AND.
    whole = join([circuit("NAND", "x", "y", "z"), circuit("NOT", "z", "out")])
    found = ground_states(whole.problem)
    assert sorted(whole.decode(s)["out"] for s in found) == [0, 0, 0, 1]
    with pytest.raises(ValueError, match="different wires"):
        join([Circuit(whole.gates, {"a": ["x"]}), Circuit(whole.gates, {"a": ["y"]})])


def test_one_wire_may_feed_two_ports():
    same = Circuit((Placed(gate("XOR"), ("x", "x", "out", "carry")),), {"out": ("out",)})
    found = ground_states(same.problem)
    assert len(found) == 2
    assert {same.decode(s)["out"] for s in found} == {0}


def test_wrong_calls_say_what_was_expected():
    times = multiplier(2, 2)
    with pytest.raises(ValueError, match="expected 0 to 15"):
        times.hold(p=16)
    with pytest.raises(ValueError, match="expected one of: a, b, p"):
        times.hold(q=1)
    with pytest.raises(ValueError, match="already"):
        times.hold(a=1).hold(a=2)
    shared = replace(times, registers={"x": ("a0", "a1"), "y": ("a1", "b0")})
    assert shared.hold(x=2, y=1).held == {"a0": 0, "a1": 1, "b0": 0}
    with pytest.raises(ValueError, match="'a1' is held at 1 already"):
        shared.hold(x=2, y=0)
    with pytest.raises(ValueError, match="no gate has a wire"):
        times.hold_wires({"nowhere": 1})
    with pytest.raises(ValueError, match="expected 0 or 1"):
        times.hold_wires({"a0": 2})
    with pytest.raises(ValueError, match="expected one, shape"):
        times.certificate(np.ones((2, times.problem.num_variables)))
    with pytest.raises(ValueError, match="2 wires given"):
        Placed(gate("AND"), ("a", "b"))
    with pytest.raises(ValueError, match="no gate is called"):
        gate("IMPLY")
    with pytest.raises(ValueError, match="no port"):
        gate("AND").negated("c", name="X")
    with pytest.raises(ValueError, match="at least 1"):
        adder(0)
    with pytest.raises(ValueError, match="without gates"):
        Circuit(())


def test_a_circuit_may_be_held_everywhere():
    held = circuit("AND", "x", "y", "z").hold(x=1, y=1, z=0)
    assert held.certificate([]).violated == (0,)
    assert held.certificate([]).energy == gate("AND").gap


def test_a_multiplier_is_an_array_of_adders():
    """Gates of an n by m array: n m ANDs and, below the first row, n adders each."""
    for n, m in ((2, 2), (4, 4), (5, 3)):
        kinds = [placed.gate.name for placed in multiplier(n, m).gates]
        assert kinds.count("AND") == n * m
        assert kinds.count("HALF_ADDER") + kinds.count("FULL_ADDER") == n * (m - 1)
        assert kinds.count("HALF_ADDER") == m if n > 1 < m else True
