"""Job assignment: workers and jobs, one each, at the least cost (the linear assignment problem).

Bit (i, k) says that row i has column k, rows being the workers or the jobs, whichever are fewer;
all of these are matched, as `scipy.optimize.linear_sum_assignment` does.

    E = c + sum_ik (c_ik - least_i) x_ik + penalty of `problems.library.permutations`.

Proof of the default.  Costs less the least of their row are not negative, so clearing a bit costs
nothing, and giving a free column to row i costs at most ``max_k c_ik - least_i``; a_i is above it.
A free column is always there.  Columns may stay empty, so pairs get a margin on top.
Polynomial algorithms solve this exactly: it is here to judge samplers by, and as a part of other
problems.  Lucas (Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005) has it under 4 and 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.library.permutations import (
    above,
    checked,
    decided,
    kept,
    numbers_table,
    one_hot,
    scaled,
    undecided,
)
from problems.model import IsingProblem, all_integer

Assignment = Sequence[int | None]


@dataclass(frozen=True, eq=False)
class JobAssignment(Encoded[Assignment]):
    """Workers to be given jobs; build one with :func:`job_assignment`.

    Solutions are tuples with the job of each worker, None where there is none or several.  As many
    workers have a job as there are workers or jobs, whichever are fewer.  The objective is the
    cost of the jobs that are given, or their value where `maximise`.
    """

    kind: ClassVar[str] = "job-assignment"
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    costs: NDArray
    weight: float
    maximise: bool = False  # type: ignore[misc]

    @cached_property
    def row_weights(self) -> NDArray:
        """[r] the penalty's weights a_i of the workers, or of the jobs where these are fewer."""
        return scaled(above(self._table.max(1, initial=0), self._scale), self.weight)

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"one each": self.row_weights.max(initial=0).item()}

    @cached_property
    def problem(self) -> IsingProblem:
        rows, cols = self._table.shape
        expect_pairs(rows * cols * (rows + cols) // 2, "an assignment", "fewer workers or jobs")
        bits = np.arange(rows * cols).reshape(rows, cols)
        energy = Binaries(bits.size)
        energy.constant(self._least.sum().item())
        if bits.size:
            energy.add(bits, self._table)
            margin = self.weight * (1 if all_integer(self.costs) else 0.01 * self._scale)
            one_hot(energy, bits, self.row_weights, margin=margin)
        pairs = [(i, k) for i in range(rows) for k in range(cols)]
        return energy.problem([(k, i) for i, k in pairs] if self._turned else pairs)

    def decode(self, spins: ArrayLike) -> Assignment:
        rows, cols = self._table.shape
        table = one_state(spins, rows * cols).reshape(rows, cols) > 0
        chosen = decided(table) if cols else (None,) * rows
        return self._swapped(chosen) if self._turned else chosen

    def encode(self, solution: Assignment) -> NDArray[np.int8]:
        table = np.full(self.costs.shape, -1, np.int8)
        for i, k in enumerate(self._check(solution)):
            if k is not None:
                table[i, k] = 1
        return (table.T if self._turned else table).ravel()

    def certificate(self, solution: Assignment) -> Certificate:
        jobs = self._check(solution)
        given = [(i, k) for i, k in enumerate(jobs) if k is not None]
        words = undecided(jobs, "worker", "job")
        if self._turned:
            words = [word for word in words if "no job" not in word]
            done = {k for _, k in given}
            idle = [k for k in range(self.costs.shape[1]) if k not in done]
            words += [f"job {k} has no worker" for k in idle]
        total = sum(self.costs[i, k].item() for i, k in given)
        return certificate(total, words, jobs_given=len(given))

    def repair(self, solution: Assignment) -> Assignment:
        """Match what is left over, the cheapest pair first."""
        jobs = kept(self._check(solution))
        workers = [i for i, k in enumerate(jobs) if k is None]
        free = [k for k in range(self.costs.shape[1]) if k not in jobs]
        sign = -1 if self.maximise else 1
        while workers and free:
            part = sign * self.costs[np.ix_(workers, free)]
            i, k = np.unravel_index(part.argmin(), part.shape)
            jobs[workers.pop(int(i))] = free.pop(int(k))
        return tuple(jobs)

    def draw(self, solution: Assignment, axes: Any) -> None:
        """The costs as a picture, with a ring around those that are chosen."""
        axes.imshow(self.costs, cmap="Blues")
        for i, k in enumerate(self._check(solution)):
            if k is not None:
                axes.plot(k, i, "o", markerfacecolor="none", color="tab:orange", markersize=14)
        axes.set_xlabel("job")
        axes.set_ylabel("worker")

    def plain(self, solution: Assignment) -> list[int | None]:
        return list(self._check(solution))

    def words(self, solution: Assignment) -> str:
        return by_name(enumerate(solution))

    def from_plain(self, data: Any) -> Assignment:
        return self._check(data)

    @property
    def _turned(self) -> bool:
        return self.costs.shape[0] > self.costs.shape[1]

    @property
    def _scale(self) -> float:
        return np.abs(self.costs).max(initial=0).item() or 1

    @cached_property
    def _signed(self) -> NDArray:
        costs = self.costs.T if self._turned else self.costs
        return -costs if self.maximise else costs

    @cached_property
    def _least(self) -> NDArray:
        return self._signed.min(1) if self._signed.size else np.zeros(0, self.costs.dtype)

    @cached_property
    def _table(self) -> NDArray:
        """[r, c] costs less the least of each row, r <= c."""
        return self._signed - self._least[:, None] if self._signed.size else self._signed

    def _swapped(self, workers: Assignment) -> Assignment:
        """The jobs of the workers, from the workers of the jobs; None where there are several."""
        jobs: list[int | None] = [None] * self.costs.shape[0]
        for k, i in enumerate(workers):
            if i is not None:
                jobs[i] = k if workers.count(i) == 1 else None
        return tuple(jobs)

    def _check(self, solution: Any) -> tuple[int | None, ...]:
        workers, jobs = self.costs.shape
        return checked(solution, workers, jobs, "worker", "job")


def job_assignment(costs: ArrayLike, weight: float = 1, maximise: bool = False) -> JobAssignment:
    """One job each, at the least cost.

    Args:
        costs: [workers, jobs], any real numbers; all of the fewer of both are matched.
        weight: of the penalty, in units of what is proven to be enough.
        maximise: whether `costs` are values, of which the most is wanted.

    Raises:
        ValueError: on costs that are no matrix of finite numbers, or a weight that is not positive.

    Example:
        >>> crew = job_assignment([[4, 1, 3], [2, 0, 5], [3, 2, 2]])
        >>> crew.certificate([1, 0, 2]).objective
        5
        >>> crew.certificate([1, 0, None]).violations
        ('worker 2 has no job',)
    """
    known = numbers_table("costs", costs)
    if known.ndim == 1 and not known.size:
        known = known.reshape(0, 0)
    if known.ndim != 2:
        raise ValueError(f"costs has shape {known.shape}; expected [workers, jobs]")
    return JobAssignment(known, positive("weight", weight), bool(maximise))
