"""Job scheduling: jobs of whole-numbered lengths on m equal machines, least finishing time.

Machine 0 is to finish last; t_a is the time of machine a, y_a >= 0 a slack in bits:

    E = t_0 + sum_{a > 0} (t_0 - t_a - y_a)^2 + sum_j (L_j + 1) (1 - sum_a x_ja)^2

(Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 6.3).  Tighter than his: the
weights need not exceed anything but the job's own length; y_a <= m U - sum L with U the finishing
time of a schedule at hand (longest job first to the least busy machine), since no machine has less
than sum L - (m - 1) U in a schedule that is as good; of machines 1 to m - 1, which are alike, the
k-th longest job may use the first k only; and m counts no more machines than there are jobs.

Proof.  Let T be the least finishing time, f the largest t_a of a state and k = f - t_0 >= 0, an
integer.  The machine of f gives at least k^2 >= k, so E >= t_0 + k + sum_j (L_j + 1) (...)^2 = f +
sum_j (...).  A state that leaves out jobs of total length G has f >= T - G, and pays G + 1 or more
for that; one with a job twice has f >= T and pays.  So E >= T, and E = T needs each job once and f
= T: ground states decode to optimal schedules.  Such schedules have E = T with the right slack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive, whole
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.permutations import checked, numbers_table
from problems.model import IsingProblem

Schedule = Sequence[int | None]
_MOST_MACHINES = 1_000_000
_MOST_TIME = 2**31  # squares of times, and sums of them, are exact below it


@dataclass(frozen=True, eq=False)
class JobScheduling(Encoded[Schedule]):
    """Jobs to be spread over machines; build one with :func:`job_scheduling`.

    Solutions are tuples with the machine of each job, None where it has none or several.  The
    objective is the time at which the last machine is done.  The energy of a schedule is its
    objective up to the finishing time `bound` of a greedy schedule, and more for worse ones.
    """

    kind: ClassVar[str] = "job-scheduling"
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    lengths: NDArray[np.int64]
    machines: int
    weight: float

    @cached_property
    def bound(self) -> int:
        """Finishing time of the greedy schedule: never below the least, at most 4/3 of it."""
        return self._times(self._greedy([None] * len(self.lengths))).max(initial=0).item()

    @property
    def penalties(self) -> Mapping[str, float]:
        longest = self.lengths.max(initial=0).item()
        return {"jobs": self.weight * (longest + 1), "machines": self.weight}

    @cached_property
    def problem(self) -> IsingProblem:
        jobs, machines = np.array(self._bits, np.int64).reshape(-1, 2).T
        energy = Binaries(jobs.size + (self._used - 1) * self._slack.size)
        first = np.flatnonzero(machines == 0)
        energy.add(first, self.lengths[jobs[first]])
        for a in range(1, self._used):
            other = np.flatnonzero(machines == a)
            slack = jobs.size + (a - 1) * self._slack.size + np.arange(self._slack.size)
            times = [self.lengths[jobs[first]], -self.lengths[jobs[other]], -self._slack]
            index = np.concatenate([first, other, slack])
            energy.square(index, np.concatenate(times), weight=self.weight)
        for j, length in enumerate(self.lengths.tolist()):
            energy.exactly_one(np.flatnonzero(jobs == j)[None], self.weight * (length + 1))
        slacks = [("slack", a, b) for a in range(1, self._used) for b in range(self._slack.size)]
        return energy.problem([*self._bits, *slacks])

    def decode(self, spins: ArrayLike) -> Schedule:
        state = one_state(spins, self.problem.num_variables)[: len(self._bits)] > 0
        found: list[list[int]] = [[] for _ in self.lengths]
        for (j, a), bit in zip(self._bits, state, strict=True):
            if bit:
                found[j].append(a)
        return tuple(on[0] if len(on) == 1 else None for on in found)

    def encode(self, solution: Schedule) -> NDArray[np.int8]:
        """A state that means the schedule, with its machines in the order of the encoding."""
        machine = self._ordered(self._check(solution))
        state = [machine[j] == a for j, a in self._bits]
        times = self._times(machine)
        for a in range(1, self._used):
            state += self._slack_bits((times[0] - times[a]).item())
        return np.where(np.array(state, bool), 1, -1).astype(np.int8)

    def certificate(self, solution: Schedule) -> Certificate:
        schedule = self._check(solution)
        words = [f"job {j} has no machine" for j, a in enumerate(schedule) if a is None]
        times = self._times(schedule)
        least = max(-(-self.lengths.sum().item() // self.machines), self.lengths.max(initial=0))
        facts = {"machine_times": sorted(times.tolist(), reverse=True), "lower_bound": int(least)}
        return certificate(times.max().item(), words, **facts)

    def repair(self, solution: Schedule) -> Schedule:
        """Jobs without a machine go to the least busy one, the longest first."""
        return tuple(self._greedy(list(self._check(solution))))

    def draw(self, solution: Schedule, axes: Any) -> None:
        """A Gantt chart: one row a machine, the longest job first."""
        schedule = self._check(solution)
        for a in range(self.machines):
            queue = [j for j in self._longest_first if schedule[j] == a]
            ends = np.cumsum(self.lengths[queue])
            for j, end in zip(queue, ends.tolist(), strict=True):
                length = self.lengths[j].item()
                axes.barh(a, length, left=end - length, color=f"C{j % 10}", edgecolor="white")
                axes.text(end - length / 2, a, str(j), ha="center", va="center", fontsize=8)
        axes.axvline(self._times(schedule).max(), color="black", linestyle="--", linewidth=1)
        axes.set_yticks(range(self.machines))
        axes.set_ylabel("machine")
        axes.set_xlabel("time")
        axes.invert_yaxis()

    def plain(self, solution: Schedule) -> list[int | None]:
        return list(self._check(solution))

    def words(self, solution: Schedule) -> str:
        """Jobs by machine: ``0 3 | 1 2``; those without one last, in brackets."""
        schedule = self._check(solution)
        found = [
            " ".join(str(j) for j, on in enumerate(schedule) if on == a)
            for a in range(self.machines)
        ]
        if None in schedule:
            found.append(f"({' '.join(str(j) for j, on in enumerate(schedule) if on is None)})")
        return " | ".join(found)

    def from_plain(self, data: Any) -> Schedule:
        return self._check(data)

    @property
    def _used(self) -> int:
        """Machines of the encoding: no more than there are jobs."""
        return min(self.machines, max(len(self.lengths), 1))

    @cached_property
    def _longest_first(self) -> list[int]:
        return np.argsort(-self.lengths, kind="stable").tolist()

    @cached_property
    def _bits(self) -> list[tuple[int, int]]:
        """(job, machine) of each bit: the k-th longest job may use machines 0 to k."""
        rank = {j: k for k, j in enumerate(self._longest_first, 1)}
        many = range(len(self.lengths))
        return [(j, a) for j in many for a in range(min(self._used, rank[j] + 1))]

    @cached_property
    def _slack(self) -> NDArray[np.int64]:
        """Powers of two, the last one less, that make all numbers from 0 to the largest slack."""
        most = min(self._used * self.bound - self.lengths.sum().item(), self.bound)
        powers = []
        while most > 0:
            powers.append(min(2 ** len(powers), most))
            most -= powers[-1]
        return np.array(powers, np.int64)

    def _slack_bits(self, value: int) -> list[bool]:
        """Bits of the number nearest to `value` that there is; largest coefficient first."""
        bits = np.zeros(self._slack.size, bool)
        for b in np.argsort(-self._slack, kind="stable"):
            if self._slack[b] <= value:
                bits[b] = True
                value -= int(self._slack[b])
        return bits.tolist()

    def _ordered(self, schedule: Sequence[int | None]) -> list[int | None]:
        """The same schedule, its busiest machine 0 and the others by their longest job."""
        busy = [-1 if a not in schedule else t for a, t in enumerate(self._times(schedule))]
        names = {int(np.argmax(busy)): 0}
        for j in self._longest_first:
            if (a := schedule[j]) is not None:
                names.setdefault(a, len(names))
        return [None if a is None else names[a] for a in schedule]

    def _greedy(self, schedule: list[int | None]) -> list[int | None]:
        times = self._times(schedule)
        for j in self._longest_first:
            if schedule[j] is None:
                least_busy = int(times.argmin())
                schedule[j] = least_busy
                times[least_busy] += self.lengths[j]
        return schedule

    def _times(self, schedule: Sequence[int | None]) -> NDArray[np.int64]:
        times = np.zeros(self.machines, np.int64)
        for a, length in zip(schedule, self.lengths, strict=True):
            if a is not None:
                times[a] += length
        return times

    def _check(self, solution: Any) -> tuple[int | None, ...]:
        return checked(solution, len(self.lengths), self.machines, "job", "machine")


def job_scheduling(lengths: ArrayLike, machines: int, weight: float = 1) -> JobScheduling:
    """Jobs on equal machines so that the last one is done as soon as can be.

    Args:
        lengths: [n] whole numbers, none negative.
        machines: m, 1 or more.
        weight: of the penalties, in units of what is proven to be enough.

    Raises:
        ValueError: on lengths that are no whole numbers from 0, fewer than one machine, or a weight
            that is not positive.

    Example:
        >>> shop = job_scheduling([3, 3, 2, 2, 2], 2)
        >>> shop.certificate([0, 0, 1, 1, 1]).objective
        6
        >>> shop.certificate([0, 0, 1, 1, None]).violations
        ('job 4 has no machine',)
    """
    times = numbers_table("lengths", lengths)
    if times.ndim != 1:
        raise ValueError(f"lengths has shape {times.shape}; expected [n]")
    if times.size and not (np.all(times == np.rint(times)) and times.min() >= 0):
        raise ValueError("lengths hold a fraction or a negative number; expected whole ones from 0")
    if times.sum() >= _MOST_TIME:
        raise ValueError("lengths sum to 2^31 or more; expected less (in a coarser unit of time)")
    many = whole("machines", machines, 1, _MOST_MACHINES)
    return JobScheduling(times.astype(np.int64), many, positive("weight", weight))
