"""How many reads a search has, from the size of the problem and the time."""

from typing import NamedTuple, Self

from pbits import checks, runtime
from pbits.models import Prepared
from problems.polynomial import PolynomialProblem, Problem

# Spin updates per second of a device, a guess that only decides how many reads there are.  Sparse
# layouts: divided by how many other spins an update reads.
_SPARSE_SPEED = {"packed": 2e10, "sparse": 8e9, "poly_float": 5e9}
_DENSE_SPEED = {"dense": 2e8, "dense_float": 3e7}
_WANTED_ANNEAL = 16_000  # sweeps
# Ladders of large problems take long to come to equilibrium.
_WANTED_SWEEPS, _WANTED_PER_SPIN = 2000, 0.5
_USUAL_SECONDS = 10.0
_BLOCKS = (1, 4, 8, 16, 32)  # of 32 reads, on a device
_MIN_RUNGS = 12  # shorter ladders do not reach from hot to cold


class Allotment(NamedTuple):
    """Ladders and their rungs; None where it is for the search to say."""

    num_ladders: int | None
    num_rungs: int | None

    @classmethod
    def asked(cls, num_reads: int | None, num_temperatures: int | None) -> Self:
        """Checked.

        Raises:
            ValueError: on numbers below one.
        """
        if num_reads is not None:
            checks.whole_number("num_reads", num_reads, 1)
        if num_temperatures is not None:
            checks.whole_number("num_temperatures", num_temperatures, 1)
        return cls(num_reads, num_temperatures)

    def complete(
        self, prepared: Prepared, problem: Problem, seconds: float | None
    ) -> tuple[int, int]:
        """As many reads as can be swept some thousand times, in ladders if they are many.

        Args:
            prepared: kernel and model.
            problem: what it holds.
            seconds: time in all, None where there is no limit.

        Returns:
            Numbers of ladders and of their rungs; one rung where reads are too few for ladders.
        """
        n = problem.num_variables
        updates = _speed(prepared.kernel.name, problem) * (seconds or _USUAL_SECONDS)
        wanted = max(_WANTED_SWEEPS, _WANTED_PER_SPIN * n)
        blocks = _blocks(updates / (n * wanted))
        if blocks >= _MIN_RUNGS:
            rungs = self.num_rungs or blocks
            ladders = 32 * max(blocks // rungs, 1)
        else:
            rungs = self.num_rungs or 1
            ladders = max(32 * _blocks(updates / (n * _WANTED_ANNEAL)) // rungs, 1)
        return self.num_ladders or ladders * len(runtime.devices()), rungs


def _speed(kernel: str, problem: Problem) -> float:
    """Spin updates per second of a device, from what a kernel's name begins with."""
    layout = kernel.partition("-")[0]
    if layout in _DENSE_SPEED:
        return _DENSE_SPEED[layout]
    return _SPARSE_SPEED[layout] / max(_reads_per_update(problem), 1.0)


def _reads_per_update(problem: Problem) -> float:
    """How many other spins stand in couplings or terms with a spin, on average."""
    orders = {2: problem.num_interactions}
    if isinstance(problem, PolynomialProblem):
        orders = {v.shape[1]: c.size for v, c in problem.terms}
    return sum(k * (k - 1) * count for k, count in orders.items()) / problem.num_variables


def _blocks(reads: float) -> int:
    """The most that so many reads on a device fill."""
    return max((x for x in _BLOCKS if 32 * x <= reads), default=1)
