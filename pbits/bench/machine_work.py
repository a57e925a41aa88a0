"""The work of ``pbits bench machine``: one graph, and all machines that sample it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from problems import IsingProblem, generators

if TYPE_CHECKING:
    from pbits.machine import LoadedMachine
    from pbits.models import Prepared

TAU = 1e-9  # s, correlation time of the p-bits
BARRIER, CRITICAL = 8.0, 1e-3
LAWS = ("constant time", "barriers")


@dataclass(frozen=True)
class Settings:
    """The work of the comparison.

    Attributes:
        spins, probability: of a random graph G(n, p) with weights 1, as the first of the G-set.
        reads: chains, of all sides.
        sweeps: of a call.
        slow_sweeps: of a call of crossbars and peers, which are slower.
        beta: inverse temperature.
        slope, offset: spread of p-bits, relative and in units of ``beta I``.
        barrier: spread of barriers, in kT.
        wait: correlation times that a p-bit has.
        tile: word lines and bit lines of an array.
        bits: of its converters.
        seconds: of a measurement, at least.
        rounds: measured calls of each side, in turn.
        seed: of graph, p-bits and reads.
    """

    spins: int = 800
    probability: float = 0.06
    reads: int = 1024
    sweeps: int = 32
    slow_sweeps: int = 8
    beta: float = 0.1
    slope: float = 0.1
    offset: float = 0.05
    barrier: float = 0.3
    wait: float = 4.0
    tile: int = 128
    bits: int = 8
    seconds: float = 0.3
    rounds: int = 5
    seed: int = 0

    @property
    def is_target(self) -> bool:
        """Whether it is the work that the targets are of."""
        return (self.spins, self.probability, self.reads, self.tile, self.bits) == (
            800, 0.06, 1024, 128, 8,
        )  # fmt: skip

    @property
    def delta(self) -> NDArray[np.float32]:
        """[n, 1] barriers of the p-bits over kT."""
        rng = np.random.default_rng(self.seed)
        drawn = BARRIER + self.barrier * rng.standard_normal((self.spins, 1))
        return np.maximum(drawn, 1).astype(np.float32)


@dataclass(frozen=True)
class Side:
    """One sampler of the graph.

    Attributes:
        name: of it.
        run: a call; spins int8 [reads, n] at its end.
        updates: of a call.
        law: which law it samples; sides of the same one have equal energies. None where they have
            no peer.
    """

    name: str
    run: Callable[[], NDArray[np.int8]]
    updates: int
    law: str | None = None


class Work:
    """The graph and its samplers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def problem(self) -> IsingProblem:
        """Max-cut: one coupling of 1 for each edge."""
        own = self.settings
        return generators.random_gnp(own.spins, own.probability, couplings="one", seed=own.seed)

    def plain(self) -> list[Side]:
        """The exact sampler, and the machine at ideal settings: as it runs, and p-bit by p-bit."""
        from pbits.machine import Machine
        from pbits.models import choose_model

        ideal = Machine().load(self.problem)
        return [
            self._side("exact sampler", choose_model(self.problem, "gibbs", 32), "ideal"),
            self._side("ideal machine", ideal.prepared, "ideal"),
            self._side("ideal machine, p-bit by p-bit", ideal.simulated(), "ideal"),
        ]

    def devices(self) -> list[Side]:
        """Telegraph p-bits that differ, clocked by colours, for each law of rates."""
        sides = []
        for law in LAWS:
            loaded = self.telegraphs(law)
            sides.append(self._side(f"telegraphs, {law}", loaded.prepared, law))
        return sides

    def crossbars(self) -> list[Side]:
        """Arrays between the p-bits, without and with converters, and with telegraphs."""
        from pbits.machine import Machine

        bits, sides = self.settings.bits, []
        for name, converter in (("no converters", None), (f"{bits}-bit converters", bits)):
            loaded = Machine(coupling=self._arrays(converter)).load(self.problem)
            sides.append(self._side(f"crossbar, {name}", loaded.prepared, None, slow=True))
        loaded = self.telegraphs(LAWS[0], self._arrays(bits))
        name = f"crossbar, {bits}-bit converters, telegraphs"
        return [*sides, self._side(name, loaded.prepared, None, slow=True)]

    def telegraphs(self, law: str, coupling: Any = None) -> "LoadedMachine":
        """The graph on telegraph p-bits that differ."""
        from pbits.devices.rate_laws import BarrierRates, ConstantTime
        from pbits.devices.telegraph import Telegraph
        from pbits.devices.variability import Spread
        from pbits.machine import Clocking, IdealCoupling, Machine, Neurons

        own = self.settings
        # Of `tanh(slope input)`: 2 delta / critical for a barrier that falls with the square.
        slope = 1.0 if law == LAWS[0] else 2 * BARRIER / CRITICAL
        rates = ConstantTime(TAU) if law == LAWS[0] else BarrierRates(
            own.delta, 2 * TAU * float(np.exp(-BARRIER)), CRITICAL
        )  # fmt: skip
        neurons = Neurons(
            Telegraph(rates), slope, spread=Spread(slope=own.slope, offset=own.offset / slope),
            seed=own.seed,
        )  # fmt: skip
        given = IdealCoupling() if coupling is None else coupling
        machine = Machine(neurons, given, Clocking(wait=own.wait))
        return machine.load(self.problem)

    def _arrays(self, bits: int | None) -> Any:
        from crossbar.converters.adc import IdealAdc
        from pbits.machine import CrossbarCoupling, bipolar

        size = self.settings.tile
        return CrossbarCoupling(bipolar("sot", rows=size, columns=size, adc=IdealAdc(bits)))

    def _side(
        self, name: str, prepared: "Prepared", law: str | None, *, slow: bool = False
    ) -> Side:
        from pbits.sampling import sample_with

        own = self.settings
        sweeps = own.slow_sweeps if slow else own.sweeps

        def run() -> NDArray[np.int8]:
            return sample_with(
                lambda: prepared, self.problem, beta=own.beta, num_reads=own.reads,
                num_sweeps=sweeps, seed=own.seed,
            ).spins  # fmt: skip

        return Side(name, run, own.spins * own.reads * sweeps, law)

    def energy(self, spins: NDArray[np.int8]) -> dict[str, float]:
        """Mean energy per spin of states, and its standard error."""
        found = self.problem.energies(spins) / self.settings.spins
        return {
            "mean": float(found.mean()),
            "standard_error": float(found.std() / np.sqrt(found.size)),
        }
