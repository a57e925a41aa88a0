"""Functions of bits of at most two bits a term, ``c + sum_i a_i x_i + sum_ij q_ij x_i x_j``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from problems.library.binaries import Binaries


@dataclass
class Expression:
    """A quadratic function of bits; terms that cancel are dropped.

    Attributes:
        constant: c.
        linear: a by bit.
        pairs: q by pair of bits, the lower one first.
    """

    constant: float = 0
    linear: dict[int, float] = field(default_factory=dict)
    pairs: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def is_linear(self) -> bool:
        return not self.pairs

    @property
    def bits(self) -> list[int]:
        """The bits it depends on, rising."""
        return sorted(set(self.linear).union(*self.pairs) if self.pairs else self.linear)

    @property
    def coefficients(self) -> list[float]:
        """All but the constant."""
        return [*self.linear.values(), *self.pairs.values()]

    def add(self, other: "Expression", factor: float = 1) -> "Expression":
        """This plus a multiple of another, as a new one."""
        linear, pairs = dict(self.linear), dict(self.pairs)
        for i, value in other.linear.items():
            linear[i] = linear.get(i, 0) + factor * value
        for ij, value in other.pairs.items():
            pairs[ij] = pairs.get(ij, 0) + factor * value
        return Expression(
            self.constant + factor * other.constant,
            {i: value for i, value in linear.items() if value},
            {ij: value for ij, value in pairs.items() if value},
        )

    def value(self, ones: NDArray | Mapping[int, int]) -> float:
        """Its value where bit i is ``ones[i]``."""
        total = self.constant + sum(value * int(ones[i]) for i, value in self.linear.items())
        for (i, j), value in self.pairs.items():
            total += value * int(ones[i]) * int(ones[j])
        return total

    def put(self, energy: Binaries, factor: float = 1) -> None:
        """Add a multiple of it to an energy."""
        energy.constant(factor * self.constant)
        energy.add(list(self.linear), [factor * value for value in self.linear.values()])
        if self.pairs:
            row, col = zip(*self.pairs, strict=True)
            energy.couple(row, col, [factor * value for value in self.pairs.values()])

    def square(self) -> dict[tuple[int, ...], float]:
        """Terms of its square by sorted tuples of bits."""
        terms = [((), self.constant), *(((i,), a) for i, a in self.linear.items())]
        terms += list(self.pairs.items())
        found: dict[tuple[int, ...], float] = {}
        for (one, a), (other, b) in product(terms, repeat=2):
            key = tuple(sorted({*one, *other}))
            found[key] = found.get(key, 0) + a * b
        return found

    def range(self, groups: Sequence[Collection[int]] = ()) -> tuple[float, float]:
        """Bounds from below and above where just one bit of each group is 1.

        Exact for linear functions; groups share no bits, bits outside of them are free.
        """
        home = {i: k for k, group in enumerate(groups) for i in group}
        sizes = {k: len(group) for k, group in enumerate(groups)}
        blocks: dict[tuple, list[float]] = {}
        for i, value in self.linear.items():
            blocks.setdefault((home.get(i, (i,)),), []).append(value)
        for (i, j), value in self.pairs.items():
            one, other = home.get(i, (i,)), home.get(j, (j,))
            if one != other:
                key = (one, other) if str(one) <= str(other) else (other, one)
                blocks.setdefault(key, []).append(value)
        low = high = self.constant
        for key, values in blocks.items():
            states = [sizes.get(k, 0) for k in key]
            is_full = len(values) == np.prod(states)
            low += min(values if is_full else [*values, 0])
            high += max(values if is_full else [*values, 0])
        return low, high


def times(one: Expression, other: Expression) -> Expression:
    """The product of two linear expressions."""
    linear = {i: other.constant * value for i, value in one.linear.items()}
    pairs: dict[tuple[int, int], float] = {}
    for j, value in other.linear.items():
        linear[j] = linear.get(j, 0) + one.constant * value
    for (i, a), (j, b) in product(one.linear.items(), other.linear.items()):
        if i == j:
            linear[i] = linear.get(i, 0) + a * b
        else:
            key = (i, j) if i < j else (j, i)
            pairs[key] = pairs.get(key, 0) + a * b
    return Expression().add(Expression(one.constant * other.constant, linear, pairs))
