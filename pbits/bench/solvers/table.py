"""Who can race: names, packages and settings."""

import importlib
from dataclasses import dataclass, field, replace
from typing import Any

from pbits.bench.solvers.base import Solver
from problems import IsingProblem


@dataclass(frozen=True)
class Racer:
    """A solver of the race, made by name so that worker processes can have it.

    Attributes:
        name: as given to ``--solver``.
        package: its distribution, None where it is no Python package.
        module, kind: where its class is, below `pbits.bench.solvers`.
        settings: keywords of the class, recorded.
        threaded: whether one process uses all cores; otherwise one process per core does.
        compiles: whether its first run compiles.
        warm: whether it has compiled before it is measured.
    """

    name: str
    package: str | None
    module: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)
    threaded: bool = False
    compiles: bool = False
    warm: bool = False

    @property
    def is_cold(self) -> bool:
        """Whether each run starts with compiling, in a process of its own."""
        return self.compiles and not self.warm

    def make(self, problem: IsingProblem) -> Solver:
        """The solver with one problem."""
        module = importlib.import_module(f"pbits.bench.solvers.{self.module}")
        return getattr(module, self.kind)(problem, **self.settings)


def _ours(name: str, module: str, function: str, **settings: Any) -> tuple[Racer, Racer]:
    settings = {"module": f"pbits.{module}", "function": function} | settings
    cold = Racer(name, "pbits", "ours", "Pbits", settings, threaded=True, compiles=True)
    return cold, replace(cold, name=f"{name}-warm", warm=True)


def _descend() -> Racer:
    """NumPy on one core, with nothing to compile: like the peers, a process on each core."""
    settings = {
        "module": "pbits.multistart", "function": "descend_from_random", "num_restarts": None
    }  # fmt: skip
    return Racer("pbits-descend", "pbits", "ours", "Pbits", settings)


def _dwave(name: str, kind: str, **settings: Any) -> Racer:
    return Racer(name, "dwave-samplers", "dwave", kind, settings)


def _ferrotherm(method: str) -> Racer:
    name = f"ferrotherm-{method.split('_')[0]}"
    return Racer(name, "ferrotherm", "ferrotherm", "Ferrotherm", {"method": method})


def _bifurcation(mode: str) -> Racer:
    name, settings = f"simulated-bifurcation-{mode}", {"mode": mode}
    kind = "SimulatedBifurcation"
    return Racer(name, "simulated-bifurcation", "bifurcation", kind, settings, threaded=True)


_ALL = (
    *_ours("pbits-auto", "solving", "solve"),
    *_ours("pbits-anneal", "annealing", "anneal", num_reads=512, num_restarts=None),
    *_ours("pbits-temper", "tempering", "temper", num_reads=64, num_sweeps=None),
    *_ours("pbits-population", "population", "population_anneal", num_restarts=None),
    *_ours("pbits-quantum", "quantum", "quantum_anneal", num_restarts=None),
    *_ours("pbits-bifurcation", "bifurcation", "bifurcate", num_restarts=None),
    _descend(),
    _dwave("dwave-sa", "Annealing"),
    _dwave("dwave-sa-tuned", "Annealing", sweeps="tuned"),
    _dwave("dwave-tabu", "Tabu"),
    _dwave("dwave-pia", "PathIntegral"),
    Racer("openjij-sa", "openjij", "openjij", "OpenJij", {"sampler": "SASampler"}),
    Racer("openjij-sqa", "openjij", "openjij", "OpenJij", {"sampler": "SQASampler"}),
    _bifurcation("ballistic"),
    _bifurcation("discrete"),
    *map(
        _ferrotherm,
        ("anneal", "tabu", "breakout", "population_anneal", "cluster_anneal", "quantum_anneal"),
    ),
    Racer("mqlib-burer2002", None, "mqlib", "MQLib"),
)
SOLVERS = {racer.name: racer for racer in _ALL}
