"""What solvers race for: an instance and the best value known for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pbits import checks
from pbits.bench.instances import digest
from problems import IsingProblem, generators, read, registry
from problems.formats import Instance
from problems.generators.planted import Planted


@dataclass(frozen=True, eq=False)
class Target:
    """An instance with its best known value.

    Attributes:
        instance: the problem, and the objective that its publishers report.
        family: kind of instance, for grouping.
        best_known: in the instance's own sense, None where nothing is known.
        proven: whether nothing better can exist.
        source: who says so.

    Raises:
        ValueError: on terms of more than two spins, which few solvers take.
    """

    instance: Instance
    family: str
    best_known: int | float | None
    proven: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.instance.problem, IsingProblem):
            raise ValueError(
                f"{self.instance.name} has terms of more than two spins, which few solvers take; "
                "expected couplings of two (`pbits solve` takes any)"
            )

    @property
    def problem(self) -> IsingProblem:
        """The quadratic problem that all solvers get."""
        return cast(IsingProblem, self.instance.problem)

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
        return self.problem.is_integer

    def summary(self) -> dict[str, Any]:
        """Ready for JSON."""
        problem = self.problem
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


def public(name: str, folder: str | Path | None = None) -> Target:
    """A public instance by its name in `problems.registry`.

    Raises:
        ValueError: on an unknown name, a problem of the library, whose values are no energies, or
            a file that is not the published one.
        FileNotFoundError: where the file is not on this computer.
    """
    known = registry.entry(name)
    if known.natural:
        raise ValueError(
            f"{name} is a problem of {' and '.join(known.units)}; expected an instance of spins, "
            f"such as those of `pbits data list gset` (`pbits solve` takes {name})"
        )
    instance = registry.load(name, folder)
    return Target(instance, known.family, known.best_known, known.proven, known.source)


def from_file(path: str | Path, best: float | None = None) -> Target:
    """A problem file, with the best value known to the user.

    Raises:
        FormatError: on a file that is missing or malformed.
        ValueError: on a best value that is no finite number.
    """
    if best is None:
        return Target(read(path), "file", None)
    value = int(best) if checks.finite("best", best) == round(best) else best
    return Target(read(path), "file", value, source="given by the user")


def planted(words: str) -> Target:
    """An instance with a planted optimum from ``KIND:SIZE`` or ``KIND:SIZE:SEED``.

    Raises:
        ValueError: on another form or an unknown kind.

    Example:
        >>> planted("tile:8").proven
        True
    """
    kind, *numbers = words.split(":")
    if kind not in _PLANTED or len(numbers) not in (1, 2) or not all(map(str.isdecimal, numbers)):
        kinds = ", ".join(_PLANTED)
        raise ValueError(f"{words!r} given; expected KIND:SIZE or KIND:SIZE:SEED, KIND of {kinds}")
    size, seed = int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else 0
    made = _PLANTED[kind](size, seed)
    proven = made.certify().is_ground_state
    instance = Instance(made.problem, f"{kind}-{size}-{seed}", "planted")
    return Target(instance, kind, made.energy, proven, "planted")


def _tile(side: int, seed: int) -> Planted:
    return generators.tile_planting((side, side), seed=seed)


def _wishart(n: int, seed: int) -> Planted:
    return generators.wishart_planting(n, 0.75, couplings="integer", seed=seed)


def _xorsat(n: int, seed: int) -> Planted:
    return generators.regular_xorsat(n, seed=seed).ising()


def _loops(side: int, seed: int) -> Planted:
    return generators.frustrated_loops((side,) * 3, seed=seed)


_PLANTED: dict[str, Callable[[int, int], Planted]] = {
    "tile": _tile,
    "wishart": _wishart,
    "xorsat": _xorsat,
    "loops": _loops,
}
