"""Rules that leave a ground state in place and a smaller problem, applied until none applies.

- *Dominated spins*: |h_i| at least the sum of |J_ij| decides s_i.
- *Few neighbours*: a spin of at most two, or of three and no bias, is minimised over exactly; its
  neighbours get biases and couplings instead (with three: the star-triangle transformation).
- *Dominated bonds*: |J_ij| at least |h_i| plus all other |J_ik| decides ``s_i s_j``.
- *Roof duality* where asked (`problems.reduction.roof`).

Sources: W. Liers et al., in New Optimization Algorithms in Physics (2004), ch. 4, for the rules of
few neighbours; E. Boros and P. L. Hammer, Discrete Appl. Math. 123, 155 (2002),
doi:10.1016/S0166-218X(01)00341-9, for persistency.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem, as_states
from problems.reduction.roof import roof_duality
from problems.reduction.worksheet import Choice, Tie, Worksheet

_LOOKS = 4096  # at spins, between two questions to `stop`


@dataclass(frozen=True, eq=False)
class Reduced:
    """A smaller problem, and the way back.

    Attributes:
        problem: of the m spins that are left, with their labels.
        original: of n spins.
        kept: [m] which spins are left.
        steps: what was done, in order.
        applied: how often each rule was applied.
        is_complete: whether no rule applies any more; False where `stop` ended it.
    """

    problem: IsingProblem
    original: IsingProblem
    kept: NDArray[np.int64]
    steps: tuple[Choice | Tie, ...]
    applied: Mapping[str, int]
    is_complete: bool = True

    def undo(self, spins: ArrayLike) -> NDArray[np.int8]:
        """States [..., n] of the original from states [..., m]; their energy is the same.

        With decimals the same up to rounding: about 1e-15 of the sum of all |h| and |J|.

        Raises:
            ValueError: on a wrong last axis or a value other than -1 and +1.
        """
        states, lead = as_states(spins, self.problem.num_variables)
        n = self.original.num_variables
        whole = np.ones((n, states.shape[0]), np.int8)
        whole[self.kept] = states.T
        for step in reversed(self.steps):
            step.undo(whole)
        return np.ascontiguousarray(whole.T).reshape(*lead, n)


def presolve(
    problem: IsingProblem, roof: bool = False, stop: Callable[[], bool] | None = None
) -> Reduced:
    """Take out spins that need no search.

    The least energy stays, and states of the rest become states of the whole with the same energy;
    so ground states become ground states (not all of them: of equal ones some are lost).

    Args:
        problem: n spins.
        roof: whether to ask roof duality too, which takes a maximum flow through 2 n + 2 nodes.
        stop: asked now and then; where it answers True, what is done by then is the result.

    Raises:
        ValueError: with `roof`, on coefficients that `roof_duality` refuses.

    Example:
        >>> from problems import ising
        >>> chain = ising([1, 0, 0, 0], [0, 1, 2], [1, 2, 3], [-3, 2, -1])
        >>> small = presolve(chain)
        >>> small.problem.num_variables, small.problem.offset
        (0, -7)
        >>> small.undo(np.ones(0)).tolist(), chain.energies(small.undo(np.ones(0))).item()
        ([-1, -1, 1, 1], -7)
    """
    sheet = Worksheet(problem)
    applied: dict[str, int] = {"spin": 0, "few neighbours": 0, "bond": 0, "roof": 0}
    is_complete = _settle(sheet, applied, stop)
    if roof and is_complete:
        left, kept = sheet.left(problem.labels)
        fixed = roof_duality(left)
        for spin, sign in zip(kept.tolist(), fixed.tolist(), strict=True):
            if sign:
                sheet.fix(spin, sign)
                applied["roof"] += 1
        is_complete = _settle(sheet, applied, stop)
    left, kept = sheet.left(problem.labels)
    return Reduced(left, problem, kept, tuple(sheet.steps), applied, is_complete)


def _settle(sheet: Worksheet, applied: dict[str, int], stop: Callable[[], bool] | None) -> bool:
    """Apply rules, each of which takes out one spin; whether this ended because none applies."""
    looks = 0
    while sheet.touched:
        looks += 1
        if stop and looks % _LOOKS == 0 and stop():
            return False
        spin, _ = sheet.touched.popitem()
        rule = _rule(sheet, spin)
        if rule:
            applied[rule] += 1
    return True


def _rule(sheet: Worksheet, spin: int) -> str | None:
    """Apply the first rule that takes a spin out; None where there is none."""
    near, bias = sheet.around(spin), sheet.bias[spin]
    total = sum(map(abs, near.values()))
    if near and abs(bias) >= total:
        sheet.fix(spin, -1 if bias > 0 else 1)
        return "spin"
    if len(near) <= 2 or (len(near) == 3 and not bias):
        sheet.eliminate(spin)
        return "few neighbours"
    strongest = max(near, key=lambda j: abs(near[j]))
    if 2 * abs(near[strongest]) >= total + abs(bias):
        sheet.tie(spin, strongest, -1 if near[strongest] > 0 else 1)
        return "bond"
    return None
