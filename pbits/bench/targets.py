"""What solvers race for: an instance and the best value known for it."""

from dataclasses import dataclass
from typing import Any

from pbits.bench.instances import digest
from problems.formats import Instance


@dataclass(frozen=True, eq=False)
class Target:
    """An instance with its best known value.

    Attributes:
        instance: the problem, and the objective that its publishers report.
        family: kind of instance, for grouping.
        best_known: in the instance's own sense, None where nothing is known.
        proven: whether nothing better can exist.
        source: who says so.
    """

    instance: Instance
    family: str
    best_known: int | float | None
    proven: bool = False
    source: str = ""

    @property
    def name(self) -> str:
        return self.instance.name

    @property
    def sense(self) -> str:
        return "max" if self.instance.maximise_source else "min"

    @property
    def energy(self) -> float | None:
        """Energy of the best known value."""
        if self.best_known is None:
            return None
        return self.instance.energy_from_value(self.best_known)

    def value(self, energy: float) -> int | float:
        """Value of an energy, a whole number where the problem has only such."""
        exact = round(energy) if self.is_integer else energy
        return self.instance.value_from_energy(exact)

    @property
    def is_integer(self) -> bool:
        """Whether all energies are whole numbers."""
        return self.instance.problem.coupling.dtype.kind == "i"

    def summary(self) -> dict[str, Any]:
        """Ready for JSON."""
        problem = self.instance.problem
        return {
            "name": self.name,
            "sha256": digest(problem),
            "family": self.family,
            "num_variables": problem.num_variables,
            "num_interactions": problem.num_interactions,
            "sense": self.sense,
            "best_known": self.best_known,
            "proven": self.proven,
            "source": self.source,
            "integer": self.is_integer,
        }
