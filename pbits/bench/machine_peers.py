"""What the p-bit computer is measured beside: the same devices in plain NumPy, and thrml.

Of samplers for p-bits only GPU-pSAv has devices that differ, and it needs a GPU of one maker; p-kit
and thrml have no layer for devices.  So the model is written here once more as one would write it
without a framework: colour by colour, a sparse product for the fields, the exact step of a
telegraph, NumPy's random numbers.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pbits.bench.entrant import Call, Unsupported
from pbits.bench.machine import installed_version
from pbits.bench.machine_work import BARRIER, CRITICAL, LAWS, TAU, Side, Work

if TYPE_CHECKING:
    from pbits.machine import LoadedMachine

Array = NDArray[np.float32]


class NumPyTelegraphs:
    """Telegraph p-bits that differ, clocked by colours, float32.

    Args:
        work: the graph.
        law: of rates, of `LAWS`.
    """

    def __init__(self, work: Work, law: str) -> None:
        self.work, self.law = work, law
        loaded = work.telegraphs(law)
        problem, n = work.problem, work.problem.num_variables
        ends = np.concatenate([[problem.row, problem.col], [problem.col, problem.row]], axis=1)
        values = np.tile(problem.coupling, 2).astype(np.float32)
        whole = csr_array((values, tuple(ends)), shape=(n, n))
        colours = loaded.layout.colour
        self.groups = [np.flatnonzero(colours == c) for c in range(colours.max() + 1)]
        self.couplings = [whole[group] for group in self.groups]
        self.h = problem.h.astype(np.float32)[:, None]
        self._devices(loaded)

    def _devices(self, loaded: "LoadedMachine") -> None:
        neurons = loaded.machine.neurons
        gain, shift = neurons.devices(self.h.size)
        self.gain, self.shift = (x.astype(np.float32)[:, None] for x in (gain, shift))
        self.slope, self.dt = np.float32(neurons.slope), np.float32(loaded.clocks.dt)
        self.delta = self.work.settings.delta

    def run(self) -> NDArray[np.int8]:
        """A call."""
        own = self.work.settings
        rng = np.random.default_rng(own.seed)
        spins = rng.choice(np.array([-1, 1], np.float32), (own.spins, own.reads))
        for _ in range(own.slow_sweeps):
            for group, coupling in zip(self.groups, self.couplings, strict=True):
                field = coupling @ spins + self.h[group]
                told = -np.float32(own.beta) * field / self.slope
                heard = self.gain[group] * (told - self.shift[group])
                long_run, kept = self._relaxed(heard, group)
                before = (spins[group] + 1) / 2
                chance = long_run + (before - long_run) * kept
                drawn = rng.random(chance.shape, np.float32)
                spins[group] = np.where(drawn < chance, np.float32(1), np.float32(-1))
        return spins.T.astype(np.int8)

    def _relaxed(self, inputs: Array, group: NDArray[np.int64]) -> tuple[Any, Any]:
        """Probability of +1 in the long run, and what is kept of the present one."""
        if self.law == LAWS[0]:
            return 1 / (1 + np.exp(-2 * inputs)), np.exp(-self.dt / np.float32(TAU))
        bias, base = inputs / np.float32(CRITICAL), np.float32(np.exp(BARRIER) / (2 * TAU))
        delta = self.delta[group]
        up = base * np.exp(-delta * np.maximum(1 - bias, 0) ** 2)
        down = base * np.exp(-delta * np.maximum(1 + bias, 0) ** 2)
        total = up + down
        return up / total, np.exp(-self.dt * total)


def numpy_sides(work: Work) -> list[Side]:
    """One for each law."""
    own = work.settings
    updates = own.spins * own.reads * own.slow_sweeps
    return [Side(f"NumPy, {law}", NumPyTelegraphs(work, law).run, updates, law) for law in LAWS]


def thrml(work: Work) -> Side:
    """Ideal spins on thrml: block Gibbs, by the colours of networkx.

    Raises:
        Unsupported: where it is not installed, or has too many colours to compile.
    """
    if not installed_version("thrml"):
        raise Unsupported("thrml is not installed; pip install thrml")
    from pbits.bench.peers import Thrml

    own, sampler = work.settings, Thrml(work.problem)
    call = Call(own.reads, own.slow_sweeps, (own.beta, own.beta), own.seed)
    updates = own.spins * own.reads * own.slow_sweeps
    return Side("thrml", lambda: sampler.draw(sampler.run(call)).spins, updates, "ideal")
