"""Clauses as arrays: checked, looked up under truth values, counted."""

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.library.amounts import Amount, amounts, whole

_MOST = 10_000_000  # variables


@dataclass(frozen=True, eq=False)
class Clauses:
    """Clauses without repeated literals.

    Attributes:
        kept: literals of each clause; None where it is always true.
        largest: variable that was named, from 1; 0 where none was.
    """

    kept: tuple[tuple[int, ...] | None, ...]
    largest: int

    def __len__(self) -> int:
        return len(self.kept)

    @cached_property
    def _flat(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        literals = [literal for clause in self.kept for literal in clause or ()]
        lengths = [len(clause or ()) for clause in self.kept]
        return np.array(literals, np.int64), np.repeat(np.arange(len(self)), lengths)

    @property
    def clause(self) -> NDArray[np.int64]:
        """Of each literal, the place of its clause."""
        return self._flat[1]

    @cached_property
    def variable(self) -> NDArray[np.int64]:
        """Of each literal, its variable, from 0."""
        return np.abs(self._flat[0]) - 1

    @cached_property
    def positive(self) -> NDArray[np.bool_]:
        return self._flat[0] > 0

    @cached_property
    def _always(self) -> NDArray[np.int64]:
        return np.array([k for k, clause in enumerate(self.kept) if clause is None], np.int64)

    def by_length(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Places [m] and literals [m, k] of clauses of equal length, those always true left out."""
        groups: dict[int, list[int]] = {}
        for k, clause in enumerate(self.kept):
            if clause is not None:
                groups.setdefault(len(clause), []).append(k)
        for length, places in sorted(groups.items()):
            literals = np.array([self.kept[k] for k in places], np.int64)
            yield np.array(places, np.int64), literals.reshape(len(places), length)

    def false(self, values: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Places of the clauses that are false under truth values [n]."""
        wrong = np.ones(len(self), bool)
        wrong[self.clause[values[self.variable] == self.positive]] = False
        wrong[self._always] = False
        return np.flatnonzero(wrong)

    def gains(self, values: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many more clauses [n] are true where one variable is changed."""
        right = values[self.variable] == self.positive
        true = np.bincount(self.clause[right], minlength=len(self))[self.clause]
        made = np.bincount(self.variable[true == 0], minlength=values.size)
        return made - np.bincount(self.variable[right & (true == 1)], minlength=values.size)


def as_clauses(clauses: Any, name: str) -> Clauses:
    """Checked clauses, in order.

    Raises:
        ValueError: on anything but lists of integers other than 0.

    Example:
        >>> as_clauses([[1, 1, -2], [3, -3], []], "clauses").kept
        ((1, -2), None, ())
    """
    if not isinstance(clauses, Iterable) or isinstance(clauses, str | bytes | dict):
        raise ValueError(f"{name} is {str(clauses)[:60]}; expected lists of literals")
    found = [_clause(entry, f"{name}[{k}]") for k, entry in enumerate(clauses)]
    largest = max((abs(literal) for clause in found for literal in clause), default=0)
    return Clauses(tuple(None if _always_true(clause) else clause for clause in found), largest)


def _always_true(literals: tuple[int, ...]) -> bool:
    return len(set(map(abs, literals))) < len(literals)


def _clause(entry: Any, name: str) -> tuple[int, ...]:
    if not isinstance(entry, Sequence | np.ndarray) or isinstance(entry, str | bytes):
        raise ValueError(f"{name} is {str(entry)[:60]}; expected a list of literals")
    return tuple(dict.fromkeys(_literal(value, name) for value in entry))


def _literal(value: Any, name: str) -> int:
    try:
        literal = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        literal = 0
    if literal == 0 or abs(literal) > _MOST:
        raise ValueError(f"{name} has literal {value!r}; expected v or -v, v from 1")
    return literal


def variable_count(given: Any, least: int) -> int:
    """The number of variables: `least`, which occur, where none is given.

    Raises:
        ValueError: on less than `least`, more than ten million, or no integer.
    """
    return whole("num_variables", least if given is None else given, least, _MOST)


def check_weights(weights: Any, count: int) -> tuple[Amount, ...]:
    """Weights as Python numbers, whole ones as integers.

    Raises:
        ValueError: on another number of them, or one that is negative or no finite number.
    """
    found = list(weights) if isinstance(weights, Iterable) else [weights]
    if len(found) != count:
        raise ValueError(f"{len(found)} weights given; expected {count}, one each")
    return amounts("weights", found, 0)


def values_of(solution: Any, n: int) -> NDArray[np.bool_]:
    """Truth values [n] as an array.

    Raises:
        ValueError: on another number of them, or values other than 0 and 1.
    """
    try:
        values = np.asarray(solution)
    except (ValueError, OverflowError):
        values = np.zeros(0, object)
    if values.shape == (0,) and n == 0:
        return np.zeros(0, bool)
    if values.shape != (n,) or values.dtype.kind not in "biu" or not np.isin(values, (0, 1)).all():
        raise ValueError(f"{str(solution)[:60]} given; expected {n} truth values")
    return values.astype(bool)
