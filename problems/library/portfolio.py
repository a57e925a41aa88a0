"""Portfolio: lots of assets of high return and low risk, exactly or at most a number of them.

With y_i lots of asset i, whole numbers from 0 to `lots` in bits (one bit where lots = 1),

    E = q y' S y - r' y + A (B - sum_i y_i)^2                         exactly B lots,
    E = q y' S y - r' y + A (g - 2t)(g - 2t - 1) / 2, g = B - sum y   at most B lots, slack t

for returns r, covariances S and risk aversion q (mean and variance, after H. Markowitz, Journal of
Finance 7, 77 (1952), doi:10.1111/j.1540-6261.1952.tb01525.x); the objective is r' y - q y' S y.
States of a domain wall that mean no number cost A more for each extra wall.

Default A: more than D, the most that the objective can gain by one lot too many or too few.  Proof:
from a state with e lots too many take one after another; each step loses at most D, and with B
reached the penalty, at least A e, is saved: e A > e D.  Likewise for lots that are missing.  (With
f = q y' S y - r' y, to take a lot of asset i changes f by r_i + q (S_ii - 2 (S y)_i), and to add
one by -r_i + q (S_ii + 2 (S y)_i); D bounds both over all y in the box, and the second over those
of fewer than B lots.)  Where states of bits mean no number, their lots count just as others' do, so
that taking their walls away alone saves energy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import Amount, amount, amounts, exactly, positive, whole
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.library.integers import IntegerBits, integer_bits
from problems.library.slack import best_slack, keep_nonnegative, slack_bits
from problems.model import IsingProblem

Holdings = tuple[int | None, ...]
_MOST_LOTS = 10_000  # of an asset


@dataclass(frozen=True, eq=False)
class Portfolio(Encoded[Holdings]):
    """Assets to hold; build one with :func:`portfolio`.

    Solutions are the lots held of each asset, None where the bits mean no number.  The objective is
    return less risk.
    """

    kind: ClassVar[str] = "portfolio"
    maximise: ClassVar[bool] = True
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    returns: tuple[Amount, ...]
    covariance: tuple[tuple[Amount, ...], ...]
    risk_aversion: Amount
    budget: int
    exactly: bool
    number: IntegerBits
    slack: IntegerBits
    weight: float

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"budget": self.weight}

    @property
    def num_lots(self) -> int:
        """Bits of the assets; the rest is slack."""
        return len(self.returns) * self.number.num_bits

    @cached_property
    def problem(self) -> IsingProblem:
        n, k, bits = len(self.returns), self.number.num_bits, np.arange(self.num_lots)
        parts = np.tile(self.number.coefficients, n)
        risk = float(self.risk_aversion) * np.kron(
            _matrix(self.covariance), np.outer(self.number.coefficients, self.number.coefficients)
        )
        energy = Binaries(bits.size + self.slack.num_bits)
        energy.add(bits, -np.repeat(np.array(self.returns, float), k) * parts + np.diag(risk))
        row, col = np.triu_indices(bits.size, 1)
        energy.couple(row, col, risk[row, col] + risk[col, row])
        place = np.arange(bits.size, energy.n)
        if self.exactly:
            energy.square(bits, parts, -self.budget, self.weight)
        else:
            keep_nonnegative(energy, bits, -parts, self.budget, self.weight, self.slack, place)
        for asset in bits.reshape(n, k):
            self.number.penalise(energy, asset, self.weight)
        labels = [(i, b) for i in range(n) for b in range(k)]
        return energy.problem([*labels, *(("slack", b) for b in range(place.size))])

    def decode(self, spins: ArrayLike) -> Holdings:
        state = one_state(spins, self.problem.num_variables)[: self.num_lots] > 0
        return tuple(
            map(self.number.decode, state.reshape(len(self.returns), self.number.num_bits))
        )

    def encode(self, solution: Holdings) -> NDArray[np.int8]:
        held = self._check(solution)
        if None in held:
            raise ValueError(f"asset {held.index(None)} has None; expected lots for each to encode")
        lots = [lot for lot in held if lot is not None]
        bits = [self.number.encode(lot) for lot in lots]
        bits.append(best_slack(self.slack, self.budget - sum(lots)))
        return (2 * np.concatenate(bits) - 1).astype(np.int8)

    def certificate(self, solution: Holdings) -> Certificate:
        held = self._check(solution)
        words = [f"asset {i} has no number of lots" for i, lot in enumerate(held) if lot is None]
        lots = [lot or 0 for lot in held]
        wanted = "exactly" if self.exactly else "at most"
        if sum(lots) > self.budget or (self.exactly and sum(lots) < self.budget):
            words.append(f"{sum(lots)} lots are held, not {wanted} {self.budget}")
        back = sum(exactly(r) * lot for r, lot in zip(self.returns, lots, strict=True))
        some = [i for i, lot in enumerate(lots) if lot]
        risk = sum(exactly(self.covariance[i][j]) * lots[i] * lots[j] for i in some for j in some)
        worth = back - exactly(self.risk_aversion) * risk
        known = {"expected": _number(back), "variance": _number(risk), "lots": sum(lots)}
        return certificate(_number(worth), words, **known)

    def repair(self, solution: Holdings) -> Holdings:
        """Sell what is missed least until the budget holds; buy what helps most, or least harms."""
        lots = np.array([lot or 0 for lot in self._check(solution)], np.int64)
        risk = float(self.risk_aversion) * _matrix(self.covariance)
        risk = (risk + risk.T) / 2
        back, own = np.array(self.returns, float), np.diag(risk)
        while lots.sum() > self.budget:
            gain = -back + 2 * risk @ lots - own
            lots[np.where(lots > 0, gain, -np.inf).argmax()] -= 1
        while lots.sum() < self.budget:
            gain = back - 2 * risk @ lots - own
            i = int(np.where(lots < self.number.hi, gain, -np.inf).argmax())
            if gain[i] <= 0 and not self.exactly:
                break
            lots[i] += 1
        return tuple(lots.tolist())

    def draw(self, solution: Holdings, axes: Any) -> None:
        """Assets by risk and return; the more lots are held the larger the dot."""
        lots = np.array([lot or 0 for lot in self._check(solution)])
        risk = np.sqrt(np.maximum(np.diag(_matrix(self.covariance)), 0))
        back = np.array(self.returns, float)
        axes.scatter(risk, back, s=30, color="0.8")
        axes.scatter(risk[lots > 0], back[lots > 0], s=60 * lots[lots > 0], color="tab:blue")
        for i in np.flatnonzero(lots):
            axes.annotate(str(i), (risk[i], back[i]), color="white", ha="center", va="center")
        axes.set_xlabel("risk (standard deviation)")
        axes.set_ylabel("expected return")

    def plain(self, solution: Holdings) -> list[int | None]:
        return list(solution)

    def words(self, solution: Holdings) -> str:
        """Lots of the assets that are held."""
        return by_name((i, lot) for i, lot in enumerate(solution) if lot != 0)

    def from_plain(self, data: Any) -> Holdings:
        return tuple(self._check(data))

    def _check(self, solution: Any) -> list[int | None]:
        if isinstance(solution, str) or not isinstance(solution, Iterable):
            raise ValueError(f"{solution!r:.60} is no solution; expected lots for each asset")
        held = list(solution)
        if len(held) != len(self.returns):
            raise ValueError(f"{len(held)} lots given; expected {len(self.returns)}, one an asset")
        for i, lot in enumerate(held):
            if lot is not None and lot not in range(self.number.hi + 1):
                raise ValueError(f"asset {i} has {lot!r}; expected 0 to {self.number.hi} or None")
        return held


def portfolio(
    returns: Iterable[Amount],
    covariance: Any,
    budget: int,
    risk_aversion: Amount = 1,
    exactly: bool = True,
    lots: int = 1,
    encoding: str = "binary",
    weight: float | None = None,
) -> Portfolio:
    """Selection of assets by mean and variance.

    Args:
        returns: [n] expected, of one lot of each asset.
        covariance: [n, n] of the returns, symmetric.
        budget: lots to hold in all, 0 to n times `lots`.
        risk_aversion: q, 0 or more: what a unit of variance is worth in return.
        exactly: whether the whole budget must be used; else it is the most.
        lots: the most of one asset.
        encoding: of lots and slack, of :func:`problems.library.integer_bits`; not "one-hot", whose
            bits add up to numbers out of range.
        weight: A of the module's energy; by default the proven bound.

    Raises:
        ValueError: on shapes that do not match, a covariance that is not symmetric, numbers that
            are not finite, a budget or lots out of range, or a weight that is not positive.

    Example:
        >>> three = portfolio([3, 2, 2], [[1, 1, 0], [1, 1, 0], [0, 0, 1]], budget=2)
        >>> three.certificate((1, 0, 1)).objective, three.certificate((1, 1, 0)).objective
        (3, 1)
        >>> three.certificate((1, 0, 0)).violations
        ('1 lots are held, not exactly 2',)
    """
    back = amounts("returns", returns)
    risk = _covariance(covariance, len(back))
    aversion = amount("risk_aversion", risk_aversion, 0)
    lots = whole("lots", lots, 1, _MOST_LOTS)
    budget = whole("budget", budget, 0, lots * len(back))
    if encoding == "one-hot":
        raise ValueError("encoding 'one-hot' given; expected binary, unary or domain-wall")
    number = integer_bits(encoding, 0, lots)
    spare = slack_bits(encoding, 0 if exactly else budget)
    bits = len(back) * number.num_bits + spare.num_bits
    expect_pairs(bits * (bits - 1) // 2, "a portfolio", "fewer assets or lots, in encoding binary")
    if weight is None:
        priced = float(aversion) * _matrix(risk)
        bound = _bound(np.array(back, float), priced, lots, budget, exactly)
    else:
        bound = positive("weight", weight)
    return Portfolio(back, risk, aversion, budget, bool(exactly), number, spare, bound)


def _bound(back: NDArray, risk: NDArray, lots: int, budget: int, exactly: bool) -> float:
    """A little more than D of the module's proof."""
    if not back.size:
        return 1.0
    own = np.diag(risk)
    others = risk - np.diag(own)
    hedge = lots * np.maximum(-others, 0).sum(1)  # the most that others of negative sign take off
    take = back + 2 * hedge + np.maximum(-own, -own * (2 * lots - 1))
    gains = take
    if exactly:
        # At most budget - 1 lots are there, no more than `lots` of each.
        ranked = -np.sort(-np.maximum(others, 0), axis=1)
        room = np.clip(max(budget - 1, 0) - lots * np.arange(back.size), 0, lots)
        add = -back + 2 * ranked @ room + np.maximum(own, own * (2 * lots - 1))
        gains = np.maximum(take, add)
    largest = float(gains.max())
    scale = max(float(np.abs(back).max()), float(np.abs(risk).max()))
    return 1.01 * largest if largest > 0 else 0.01 * scale or 1.0


def _covariance(covariance: Any, n: int) -> tuple[tuple[Amount, ...], ...]:
    try:
        rows = [list(row) for row in covariance]
    except TypeError:
        raise ValueError(f"covariance is {covariance!r:.60}; expected [n, n] numbers") from None
    known = tuple(amounts(f"covariance[{i}]", row) for i, row in enumerate(rows))
    if len(known) != n or any(len(row) != n for row in known):
        shape = f"{len(known)} rows of {sorted({len(row) for row in known})}"
        raise ValueError(f"covariance has {shape}; expected {n} by {n}, as there are returns")
    table = _matrix(known)
    if not np.allclose(table, table.T, rtol=1e-9, atol=0):
        raise ValueError("covariance is not symmetric; expected S_ij = S_ji")
    return known


def _matrix(rows: tuple[tuple[Amount, ...], ...]) -> NDArray[np.float64]:
    return np.array(rows, float).reshape(len(rows), len(rows))


def _number(value: Any) -> Amount:
    return int(value) if value == int(value) else float(value)
