"""Adders and multipliers of any width, made of gates.

An adder of n bits is a half adder and n - 1 full adders in a row (ripple carry).  A multiplier is
the array that one writes on paper: AND gates for the products of bits, and one row of adders for
each further bit of b.  All is pairwise: n * m ANDs and m - 1 rows of n adders for n by m bits.
"""

from collections.abc import Mapping

from problems.logic.circuits import Circuit, Placed
from problems.logic.gates import gate

_ZERO = "zero"


def circuit(name: str, *wires: str) -> Circuit:
    """A circuit of one gate; each wire that is not auxiliary is a register of its own name.

    Raises:
        ValueError: on an unknown gate or a wrong number of wires.

    Example:
        >>> circuit("XOR", "x", "y", "z", "carry").hold(z=1).problem.num_variables
        3
    """
    placed = Placed(gate(name), wires)
    shown = len(wires) - placed.gate.num_auxiliary
    return Circuit((placed,), {wire: (wire,) for wire in wires[:shown]})


def adder(num_bits: int, carry_in: bool = False) -> Circuit:
    """``a + b == sum``, or ``a + b + carry_in == sum``: a, b of n bits, sum of n + 1.

    Args:
        num_bits: n, at least 1.
        carry_in: whether there is a register "carry_in" of one bit.

    Raises:
        ValueError: on fewer than one bit.

    Example:
        >>> adder(3).hold(sum=14).problem.num_variables
        8
    """
    _check(num_bits)
    a, b = _wires("a", num_bits), _wires("b", num_bits)
    total, gates = _wires("sum", num_bits + 1), []
    carries = ["carry_in", *_wires("carry", num_bits)[1:], total[-1]]
    for k in range(num_bits):
        if k == 0 and not carry_in:
            gates.append(Placed(gate("HALF_ADDER"), (a[0], b[0], total[0], carries[1])))
        else:
            ports = (a[k], b[k], carries[k], total[k], carries[k + 1])
            gates.append(Placed(gate("FULL_ADDER"), ports))
    registers: dict[str, list[str]] = {"a": a, "b": b, "sum": total}
    if carry_in:
        registers["carry_in"] = ["carry_in"]
    return Circuit(tuple(gates), registers, {}, _adds)


def multiplier(bits_a: int, bits_b: int) -> Circuit:
    """``a * b == p``, p of bits_a + bits_b bits.

    Raises:
        ValueError: on fewer than one bit.

    Example:
        >>> times = multiplier(4, 4)
        >>> times.decode(times.evaluate(a=13, b=11))["p"]
        143
    """
    _check(bits_a)
    _check(bits_b)
    a, b, product = _wires("a", bits_a), _wires("b", bits_b), _wires("p", bits_a + bits_b)
    gates: list[Placed] = []
    above: list[str] = []  # wires of what has been added so far, from bit j on
    for j in range(bits_b):
        # The lowest bit of a sum is final; those of the last row all are.
        final = product[j:] if j == bits_b - 1 else [product[j]]
        total = final + [f"sum{j}_{i}" for i in range(len(final), bits_a + 1)]
        alone = j == 0 or bits_a == 1  # nothing is above: the row is the sum
        row = total[:bits_a] if alone else [f"a{i}b{j}" for i in range(bits_a)]
        gates += [Placed(gate("AND"), (a[i], b[j], row[i])) for i in range(bits_a)]
        if not alone:
            gates += _added(row, above, total, f"carry{j}_")
        above = total[1:bits_a] if alone else total[1:]
    held = {}
    if bits_a == 1 or bits_b == 1:  # the highest bit is 0
        gates.append(Placed(gate("COPY"), (_ZERO, product[-1])))
        held[_ZERO] = 0
    return Circuit(tuple(gates), {"a": a, "b": b, "p": product}, held, _multiplies)


def _added(row: list[str], above: list[str], total: list[str], carry: str) -> list[Placed]:
    """Gates that add a row of n wires to the n above it, or to n - 1; `total` has n + 1."""
    gates, n = [], len(row)
    carries = [f"{carry}{i}" for i in range(n - 1)] + [total[n]]
    for i in range(n):
        summands = [row[i], *above[i : i + 1], *carries[max(0, i - 1) : i]]
        kind = "FULL_ADDER" if len(summands) == 3 else "HALF_ADDER"
        gates.append(Placed(gate(kind), (*summands, total[i], carries[i])))
    return gates


def _wires(name: str, count: int) -> list[str]:
    return [f"{name}{k}" for k in range(count)]


def _check(num_bits: int) -> None:
    if num_bits < 1:
        raise ValueError(f"{num_bits} bits given; expected at least 1")


def _adds(values: Mapping[str, int]) -> bool:
    return values["a"] + values["b"] + values.get("carry_in", 0) == values["sum"]


def _multiplies(values: Mapping[str, int]) -> bool:
    return values["a"] * values["b"] == values["p"]
