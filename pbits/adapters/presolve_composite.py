"""Any dimod sampler on what is left of a problem after spins that need no search are taken out."""

from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from problems import IsingProblem, from_bqm, to_bqm
from problems.reduction import components, presolve


class PresolveComposite(dimod.ComposedSampler):
    """Takes variables out, samples the rest with a child and puts them back at their best values.

    Args:
        child: a dimod sampler.

    Example:
        >>> import dimod
        >>> from pbits import PresolveComposite
        >>> ring = dimod.generators.randint(6, "SPIN", seed=1)
        >>> found = PresolveComposite(dimod.ExactSolver()).sample(ring)
        >>> bool(found.first.energy == dimod.ExactSolver().sample(ring).first.energy)
        True
    """

    def __init__(self, child: dimod.Sampler) -> None:
        self._children = [child]

    def __repr__(self) -> str:
        return f"PresolveComposite({type(self.child).__name__})"

    @property
    def children(self) -> list[dimod.Sampler]:
        """The child."""
        return self._children

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Those of the child, and `roof` and `separate`."""
        return {**self.child.parameters, "roof": [], "separate": []}

    @property
    def properties(self) -> dict[str, Any]:
        """Those of the child, as `child_properties`."""
        return {"child_properties": dict(self.child.properties)}

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        roof: bool = False,
        separate: bool = False,
        **parameters: Any,
    ) -> dimod.SampleSet:
        """Sample what is left of a BQM.

        Ground states of what is left become ground states of the BQM; of other states it makes
        better ones, so samples follow no Boltzmann distribution of the BQM.

        Args:
            bqm: SPIN or BINARY, any labels.
            roof: whether roof duality is asked too, see `problems.reduction.presolve`.
            separate: whether parts that share no interaction are sampled one by one; the best
                samples of all parts are then put together, the second best, and so on.
            parameters: for the child; where they name variables, it is those that are left.

        Returns:
            The child's samples with all variables, energies recomputed.  `info` is the child's (of
            the largest part), with `presolve`: how many variables there were, were left and are in
            each part, and how often each rule was applied.

        Raises:
            ValueError: as `from_bqm` and, with `roof`, `problems.reduction.roof_duality` do.
        """
        problem = from_bqm(bqm)
        small = presolve(problem, roof)
        left = small.problem
        parts = components(left) if separate else [(left, np.arange(left.num_variables))]
        found = [self._sampled(part, bqm.vartype, parameters) for part, _ in parts if len(part.h)]
        states = np.ones((max(map(len, found), default=1), left.num_variables), np.int8)
        for (part, index), one in zip(parts, found, strict=False):
            states[:, index] = _spins(one, part, len(states), best_first=len(found) > 1)
        spins = small.undo(states)
        told = {
            "num_variables": problem.num_variables,
            "num_left": left.num_variables,
            "parts": [part.num_variables for part, _ in parts if len(part.h)],
            "applied": dict(small.applied),
        }
        return dimod.SampleSet.from_samples(
            (spins if bqm.vartype is dimod.SPIN else (spins + 1) // 2, list(problem.labels)),
            bqm.vartype,
            problem.energies(spins),
            info={**(found[0].info if found else {}), "presolve": told},
            num_occurrences=found[0].record.num_occurrences if len(found) == 1 else None,
            sort_labels=False,
        )

    def _sampled(
        self, part: IsingProblem, vartype: dimod.Vartype, parameters: dict[str, Any]
    ) -> dimod.SampleSet:
        """What the child makes of a part, as spins."""
        kind = "SPIN" if vartype is dimod.SPIN else "BINARY"
        found = self.child.sample(to_bqm(part, kind), **parameters)
        return found.change_vartype(dimod.SPIN, inplace=False)


def _spins(
    found: dimod.SampleSet, part: IsingProblem, count: int, best_first: bool
) -> NDArray[np.int8]:
    """Spins [count, n] in the order of the part; the last ones again where there are too few."""
    columns = [found.variables.index(label) for label in part.labels]
    states = found.record.sample[:, columns]
    if best_first:
        states = states[np.argsort(part.energies(states), kind="stable")]
    return states[np.minimum(np.arange(count), len(states) - 1)]
