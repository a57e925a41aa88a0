"""The temperature that samples really have, by maximum pseudo-likelihood.

In ``exp(-beta E) / Z`` each spin given the others follows ``P(s_i | rest) = 1 / (1 + exp(2 beta
s_i I_i))`` with the field ``I_i = h_i + sum_j J_ij s_j``, or with the products of the other spins
where terms have more than two.  Finding the beta that makes these
conditional probabilities of all spins most likely needs no Z: J. Besag, The Statistician 24, 179
(1975), doi 10.2307/2987782.  For samplers of unknown temperature: J. Raymond, S. Yarkoni &
E. Andriyash, Front. ICT 3, 23 (2016), doi 10.3389/fict.2016.00023.

It is a local thermometer: samples that are right around each spin and wrong between distant valleys
still show the right beta.
"""

import math
from typing import NamedTuple

import dimod
import numpy as np
from dimod.higherorder.polynomial import BinaryPolynomial
from numpy.typing import NDArray

from pbits.diagnostics.costs import spin_costs
from pbits.diagnostics.mixing import autocorrelation_time
from pbits.diagnostics.samples import Source, Spins, by_chain, spins_of
from problems import from_bqm, from_poly
from problems.polynomial import Problem

_MAX_TABLE = 2**16  # levels that are worth a table
_ROUNDING = 1e-13  # times the largest field: what is left of fields that cancel
_FARTHEST = 1e9  # times the largest field: beyond it beta is infinite for all purposes
_CONFIDENCE = 0.95
_NEWTON_STEPS = 20


class EffectiveBeta(NamedTuple):
    """An inverse temperature in inverse units of the energy.

    Attributes:
        beta: the estimate; None where the samples set no finite one.
        error: standard error; None where it cannot be told.
        interval: 95 % confidence interval (Student's, of as many degrees of freedom as there are
            effective samples), or None.
        note: what is missing and why, else empty.
    """

    beta: float | None
    error: float | None = None
    interval: tuple[float, float] | None = None
    note: str = ""


def effective_beta(
    problem: Problem | dimod.BinaryQuadraticModel | BinaryPolynomial,
    samples: Source,
    *,
    num_chains: int | None = None,
    start: float | None = None,
) -> EffectiveBeta:
    """The beta under which the samples are most (pseudo-)likely, with its error.

    The error is the sandwich of a composite likelihood, sqrt(variance of the score) / curvature,
    taken over samples, so that neither couplings between spins nor a wrong distribution spoil it;
    where chains are known, the variance is multiplied by the score's autocorrelation time.

    Args:
        problem: the model whose energy beta multiplies, of any order.
        samples: a `SampleResult`, a sample set of any dimod sampler, or spins [samples, n].
        num_chains: of samples that do not tell: row k is draw ``k // num_chains`` of chain
            ``k % num_chains``; default: samples are independent.
        start: a beta to begin looking at; it saves time and changes nothing.

    Raises:
        ValueError: on no samples, or samples of other variables than the problem's.

    Example:
        >>> from pbits import sample
        >>> from problems.generators import edwards_anderson
        >>> problem = edwards_anderson((6, 6), seed=1)
        >>> drawn = sample(problem, beta=0.5, num_reads=400, num_sweeps=200, seed=1)
        >>> found = effective_beta(problem, drawn)
        >>> abs(found.beta - 0.5) < 4 * found.error < 0.08
        True
    """
    if isinstance(problem, dimod.BinaryQuadraticModel):
        problem = from_bqm(problem)
    elif isinstance(problem, BinaryPolynomial):
        problem = from_poly(problem)
    drawn = spins_of(samples, problem)
    if not len(drawn.values):
        raise ValueError("no samples given; expected at least one")
    costs = _Costs(problem, drawn)
    reason = costs.no_finite_beta()
    if reason:
        return EffectiveBeta(None, note=reason)
    root = _root(costs, start)
    if root is None:
        return EffectiveBeta(None, note="hardly a spin points against its field: beta is infinite")
    return _with_error(costs, root, num_chains or drawn.num_chains)


class _Costs:
    """What each spin of each sample pays: ``s_i I_i``, in units of the largest.

    Integer costs have few levels; any function of them is then a table, looked up.
    """

    def __init__(self, problem: Problem, drawn: Spins):
        cost = spin_costs(problem, drawn.values)
        self.weight = drawn.weight
        self.scale = float(np.abs(cost).max(initial=0)) or 1.0
        low, high = cost.min(initial=0), cost.max(initial=0)
        if problem.is_integer and high - low < _MAX_TABLE:
            self._index = (cost - low).astype(np.int32)
            self.level = np.arange(int(low), int(high) + 1) / self.scale
        else:
            self._index = np.arange(cost.size, dtype=np.int64).reshape(cost.shape)
            self.level = cost.reshape(-1) / self.scale
            self.level[np.abs(self.level) < _ROUNDING] = 0
        many = np.any(self.weight != 1)
        often = np.repeat(self.weight, cost.shape[1]).astype(np.float64) if many else None
        self._count = np.bincount(self._index.reshape(-1), often, self.level.size)

    def no_finite_beta(self) -> str:
        """Why the likelihood has no maximum; empty where it has one."""
        present = self.level[self._count > 0]
        if not np.any(present):
            return "no spin feels a field: every beta is as likely"
        if np.all(present <= 0):
            return "every sample is a local minimum: beta is infinite"
        if np.all(present >= 0):
            return "every sample is a local maximum: beta is minus infinity"
        return ""

    def score(self, beta: float) -> float:
        """Derivative of the log-likelihood, falling in beta (which is in units of 1 / scale)."""
        return float((self._count * self._scores(beta)).sum())

    def score_by_sample(self, beta: float) -> NDArray[np.float64]:
        """[k] parts of the score."""
        return self._scores(beta)[self._index].sum(1)

    def curvature(self, beta: float) -> float:
        """Minus the second derivative of the log-likelihood."""
        tanh = np.tanh(beta * self.level)
        return float((self._count * self.level**2 * (1 - tanh) * (1 + tanh)).sum())

    def _scores(self, beta: float) -> NDArray[np.float64]:
        return -self.level * (1 + np.tanh(beta * self.level))


def _root(costs: _Costs, start: float | None) -> float | None:
    """Where the score, which falls, is zero; in units of 1 / scale."""
    beta = (start or 0.0) * costs.scale
    for _ in range(_NEWTON_STEPS):  # nearly always enough
        curvature = costs.curvature(beta)
        step = costs.score(beta) / curvature if curvature > 0 else math.inf
        if not abs(step) < 1 + abs(beta):
            break
        beta += step
        if abs(step) < 1e-9 * (1e-3 + abs(beta)):
            return beta
    return _bracketed_root(costs)


def _bracketed_root(costs: _Costs) -> float | None:
    from scipy.optimize import brentq

    low, high = -1.0, 1.0
    while costs.score(low) < 0 and low > -_FARTHEST:
        low, high = 4 * low, low
    while costs.score(high) > 0 and high < _FARTHEST:
        low, high = high, 4 * high
    if costs.score(low) < 0 or costs.score(high) > 0:
        return None
    return float(brentq(costs.score, low, high, xtol=1e-12, rtol=1e-9))  # type: ignore[arg-type]


def _with_error(costs: _Costs, root: float, num_chains: int | None) -> EffectiveBeta:
    beta, number = root / costs.scale, int(costs.weight.sum())
    scores = costs.score_by_sample(root)
    curvature = costs.curvature(root)
    if number < 2 or curvature <= 0 or np.ptp(scores) < 1e-12:
        return EffectiveBeta(beta, note="too few different samples to tell its error")
    variance = costs.weight @ scores**2 / (number - 1)  # their mean is zero at the root
    tau, note = _score_time(scores, num_chains)
    error = math.sqrt(number * variance * tau) / curvature / costs.scale
    from scipy.special import stdtrit

    reach = float(stdtrit(max(number / tau - 1, 1), (1 + _CONFIDENCE) / 2)) * error
    return EffectiveBeta(beta, error, (beta - reach, beta + reach), note)


def _score_time(scores: NDArray[np.float64], num_chains: int | None) -> tuple[float, str]:
    """Draws that count as one independent one, and what to say about it."""
    draws = len(scores) // num_chains if num_chains else 1
    if draws == 1:
        return 1.0, ""
    if draws < 4:
        return (
            1.0,
            "chains too short to see how draws depend on each other: the error may be more",
        )
    found = autocorrelation_time(by_chain(scores, num_chains or 1))
    tau = max(found.tau or 1.0, 1.0)
    if not found.closed or len(scores) / tau < 10:
        return tau, f"only {len(scores) / tau:.2g} effective samples: the error is a guess"
    return tau, ""
