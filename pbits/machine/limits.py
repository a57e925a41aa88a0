"""What a hardware cannot hold of a problem, said before anything runs, and what would hold it."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.checks import non_negative, whole_number
from pbits.machine.codes import encode_weights, exact_bits, unit_of
from pbits.machine.layouts import Shares, fewest_arrays
from pbits.machine.placement import Placement, place
from problems.copies import limit_fan_in
from problems.model import IsingProblem

LARGEST_ARRAY = 4096  # word lines and bit lines, as `crossbar.Design` has them
MOST_BITS = 16
COPIES_TRIED = 100_000  # a proposal of more copies is not looked at


@dataclass(frozen=True)
class Limits:
    """What there is; None where nothing limits.

    Attributes:
        rows: word lines of an array.
        columns: logical bit lines of an array.
        spins: p-bits.
        arrays: arrays.
        fan_in: word lines that may drive one bit line with a weight, over all its arrays, those of
            biases included.
        partial_sums: arrays whose results one bit line may add up; 1 where each stands alone.
        weight_bits: of a weight, with its sign.
        weight_error: by how much a weight may be off, as a share of the largest.  None: not at all
            where all are whole multiples of a unit, and by any amount where no unit is found
            (`codes.unit_of`), since real numbers are never held exactly.
    """

    rows: int
    columns: int
    spins: int | None = None
    arrays: int | None = None
    fan_in: int | None = None
    partial_sums: int | None = None
    weight_bits: int | None = None
    weight_error: float | None = None

    def __post_init__(self) -> None:
        least = {"weight_bits": 2}
        for name in ("rows", "columns", "spins", "arrays", "fan_in", "partial_sums", "weight_bits"):
            value = getattr(self, name)
            if value is not None or name in ("rows", "columns"):
                whole_number(name, value, least.get(name, 1))
        if self.weight_error is not None:
            non_negative("weight_error", self.weight_error)

    def replace(self, **changes: Any) -> "Limits":
        """Limits with some values changed."""
        return replace(self, **changes)


class Shortfall(NamedTuple):
    """One thing that a hardware has too little of.

    Attributes:
        what: the attribute of `Limits`.
        needed: how much of it the problem takes.
        limit: how much there is.
        remedy: in words, the smallest change that fits.
        change: that of `Limits`; empty where none is known.
        copies: the fan-in of copies that fit instead, for `problems.copies.limit_fan_in`.
    """

    what: str
    needed: float
    limit: float
    remedy: str
    change: dict[str, Any]
    copies: int | None = None


def fit(problem: IsingProblem, limits: Limits, *, order: str = "auto") -> Placement:
    """Place a problem on a hardware that can hold it.

    Raises:
        ValueError: where it cannot, with all that is missing and what would fit.

    Example:
        >>> from problems.generators import sherrington_kirkpatrick
        >>> fit(sherrington_kirkpatrick(100, seed=0), Limits(32, 32, spins=64))
        Traceback (most recent call last):
        ...
        ValueError: the problem does not fit on the hardware:
        - 100 spins, and 64 p-bits: use at least 100 p-bits
    """
    missing = shortfalls(problem, limits, order=order)
    if missing:
        lines = (f"- {shortfall.remedy}" for shortfall in missing)
        raise ValueError("\n".join(["the problem does not fit on the hardware:", *lines]))
    return place(problem, limits.rows, limits.columns, order=order)


def shortfalls(problem: IsingProblem, limits: Limits, *, order: str = "auto") -> list[Shortfall]:
    """All that a hardware has too little of; nothing is written to arrays.

    Example:
        >>> from problems import ising
        >>> problem = ising([0, 0, 0], [0, 1], [1, 2], [1, 20])
        >>> found = shortfalls(problem, Limits(8, 8, weight_bits=4))
        >>> found[0].what, found[0].needed, found[0].change
        ('weight_bits', 6, {'weight_bits': 6})
    """
    found = []
    demand = Demand.of(problem, limits.rows, limits.columns, order)
    if limits.spins is not None and demand.spins > limits.spins:
        text = (
            f"{demand.spins} spins, and {limits.spins} p-bits: use at least {demand.spins} p-bits"
        )
        found.append(Shortfall("spins", demand.spins, limits.spins, text, {"spins": demand.spins}))
    if limits.arrays is not None and demand.arrays > limits.arrays:
        found.append(_too_many_arrays(problem, limits, order, demand.arrays, limits.arrays))
    if limits.fan_in is not None and demand.fan_in > limits.fan_in:
        found.append(_too_much_fan_in(problem, limits, order, demand.fan_in, limits.fan_in))
    if limits.partial_sums is not None and demand.partial_sums > limits.partial_sums:
        found.append(
            _too_many_sums(problem, limits, order, demand.partial_sums, limits.partial_sums)
        )
    if limits.weight_bits is not None:
        found += _too_few_bits(demand, limits.weight_bits, limits.weight_error)
    return found


@dataclass(frozen=True)
class Demand:
    """What a problem takes on arrays of a size; see `Limits`.

    Attributes:
        weights: the different magnitudes of couplings and shares of biases.
        biases_lead: whether the largest is a share of a bias, which more rows would cut finer.
    """

    spins: int
    arrays: int
    fan_in: int
    partial_sums: int
    weights: NDArray[np.float64]
    biases_lead: bool

    @classmethod
    def of(cls, problem: IsingProblem, rows: int, columns: int, order: str = "auto") -> "Demand":
        layout, shares = fewest_arrays(problem, rows, columns, order)
        per_output = np.bincount([column for column, _ in layout.arrays] or [0])
        return cls(
            problem.num_variables,
            len(layout.arrays),
            _fan_in(problem, shares),
            int(per_output.max()) if layout.arrays else 0,
            _magnitudes(problem, shares),
            0 < np.abs(problem.coupling).max(initial=0) < shares.full,
        )


def _fan_in(problem: IsingProblem, shares: Shares) -> int:
    real = problem.coupling != 0
    ends = np.concatenate([problem.row[real], problem.col[real]])
    return int((np.bincount(ends, minlength=shares.need.size) + shares.need).max(initial=0))


def _magnitudes(problem: IsingProblem, shares: Shares) -> NDArray[np.float64]:
    last = np.abs(shares.h) - shares.full * np.maximum(shares.need - 1, 0)
    full = [shares.full] if shares.most > 1 else []
    return np.unique(np.concatenate([np.abs(problem.coupling), last, full]).astype(np.float64))


def _too_many_arrays(
    problem: IsingProblem, limits: Limits, order: str, needed: int, limit: int
) -> Shortfall:
    text = (
        f"{needed} arrays of {limits.rows} x {limits.columns}, and there are {limit}: use {needed}"
    )
    factor = 2
    while factor * max(limits.rows, limits.columns) <= LARGEST_ARRAY:
        rows, columns = factor * limits.rows, factor * limits.columns
        larger = len(fewest_arrays(problem, rows, columns, order)[0].arrays)
        if larger <= limit:
            text += f", or {larger} of {rows} x {columns}"
            break
        factor *= 2
    return Shortfall("arrays", needed, limit, text, {"arrays": needed})


def _too_much_fan_in(
    problem: IsingProblem, limits: Limits, order: str, needed: int, limit: int
) -> Shortfall:
    text = f"up to {needed} word lines drive one bit line, and {limit} may: allow {needed}"
    fan_in, proposal = _copies_that_fit(problem, limits.replace(partial_sums=None), order)
    return Shortfall("fan_in", needed, limit, text + proposal, {"fan_in": needed}, fan_in)


def _too_many_sums(
    problem: IsingProblem, limits: Limits, order: str, needed: int, limit: int
) -> Shortfall:
    text = f"up to {needed} arrays add to one bit line, and {limit} may: allow {needed}"
    change: dict[str, Any] = {"partial_sums": needed}
    rows = 2 * limits.rows
    while rows <= LARGEST_ARRAY:
        if Demand.of(problem, rows, limits.columns, order).partial_sums <= limit:
            text += f", or use arrays of {rows} rows"
            break
        rows *= 2
    fan_in, proposal = _copies_that_fit(problem, limits.replace(fan_in=None), order)
    return Shortfall("partial_sums", needed, limit, text + proposal, change, fan_in)


def _copies_that_fit(problem: IsingProblem, limits: Limits, order: str) -> tuple[int | None, str]:
    """The largest fan-in of copies found to keep fan-in and partial sums, and how to say so."""
    ends = np.concatenate([problem.row, problem.col])
    fan_in = int(np.bincount(ends).max(initial=0))
    if limits.fan_in is not None:
        fan_in = min(fan_in, limits.fan_in)
    while fan_in >= 3:
        copies = limit_fan_in(problem, fan_in)
        number = copies.problem.num_variables
        if number > COPIES_TRIED:
            return None, f"; copies of fan-in {fan_in} would be {number} and were not tried"
        demand = Demand.of(copies.problem, limits.rows, limits.columns, order)
        excess = 0 if limits.fan_in is None else max(0, demand.fan_in - limits.fan_in)
        if not excess and demand.partial_sums <= (limits.partial_sums or demand.partial_sums):
            return fan_in, (
                f", or use copies of fan-in {fan_in} (problems.copies.limit_fan_in): {number} "
                f"p-bits on {demand.arrays} arrays"
            )
        fan_in = fan_in - excess if excess else fan_in // 2
    return None, "; no copies of fan-in 3 or more were found to fit"


def _too_few_bits(demand: Demand, bits: int, allowed: float | None) -> list[Shortfall]:
    """None or one."""
    weights = demand.weights
    exact, codes = exact_bits(weights), encode_weights(weights, bits)
    if (exact is None and allowed is None) or codes.error <= (allowed or 0.0):
        return []
    wider = (
        more
        for more in range(bits + 1, MOST_BITS + 1)
        if encode_weights(weights, more).error <= (allowed or 0.0)
    )
    needed = next(wider, None)
    # Rounded up, so that what is proposed is enough.
    error = float(np.format_float_scientific(codes.error * 1.05, 1))
    use = f"no {MOST_BITS} bits do;" if needed is None else f"use weight_bits={needed}, or"
    lost = f", and {codes.vanished} of {np.count_nonzero(weights)} magnitudes become 0"
    text = (
        f"{_range(demand, exact)}; at {bits} bits they are off by up to {codes.error:.2g} of the "
        f"largest{lost if codes.vanished else ''}: {use} allow weight_error={error:g}"
    )
    if demand.biases_lead:
        text += "; the largest is a share of a bias, which arrays of more rows cut finer"
    change: dict[str, Any] = {"weight_bits": needed} if needed else {"weight_error": error}
    return [Shortfall("weight_bits", needed or exact or MOST_BITS, bits, text, change)]


def _range(demand: Demand, exact: int | None) -> str:
    largest = demand.weights.max()
    if exact is None:
        return f"weights up to {largest:.4g} are multiples of no unit"
    return (
        f"weights up to {largest:.4g} in units of {unit_of(demand.weights):.4g} take {exact} bits "
        "with their sign"
    )
