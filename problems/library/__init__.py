"""Problems as users have them, into spins and back, each with a certificate.

Each has one file: built from natural data, it has a `problem` to sample, and decodes, checks,
repairs and draws what comes back (:class:`Encoded`).  NumPy, networkx and dimod only.
One of your own is a subclass of it: `Binaries` adds up the energy, `one_state` and `certificate`
are what decoding and checking begin and end with.
The common reference is A. Lucas, Front. Phys. 2, 5 (2014), doi:10.3389/fphy.2014.00005.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from problems.library.binaries import Binaries as Binaries
    from problems.library.circuit import CircuitProblem as CircuitProblem
    from problems.library.circuit import circuit as circuit
    from problems.library.clique import Clique as Clique
    from problems.library.clique import clique as clique
    from problems.library.colouring import GraphColouring as GraphColouring
    from problems.library.colouring import graph_colouring as graph_colouring
    from problems.library.community import Communities as Communities
    from problems.library.community import community_detection as community_detection
    from problems.library.constrained import constrained as constrained
    from problems.library.encoded import Answer as Answer
    from problems.library.encoded import Certificate as Certificate
    from problems.library.encoded import Encoded as Encoded
    from problems.library.encoded import certificate as certificate
    from problems.library.encoded import one_state as one_state
    from problems.library.exact_cover import ExactCover as ExactCover
    from problems.library.exact_cover import exact_cover as exact_cover
    from problems.library.factoring import Factorisation as Factorisation
    from problems.library.factoring import factoring as factoring
    from problems.library.graph_partitioning import Partitioning as Partitioning
    from problems.library.graph_partitioning import graph_partitioning as graph_partitioning
    from problems.library.independent_set import IndependentSet as IndependentSet
    from problems.library.independent_set import independent_set as independent_set
    from problems.library.integers import IntegerBits as IntegerBits
    from problems.library.integers import integer_bits as integer_bits
    from problems.library.job_assignment import JobAssignment as JobAssignment
    from problems.library.job_assignment import job_assignment as job_assignment
    from problems.library.job_scheduling import JobScheduling as JobScheduling
    from problems.library.job_scheduling import job_scheduling as job_scheduling
    from problems.library.kinds import KINDS as KINDS
    from problems.library.kinds import Kind as Kind
    from problems.library.kinds import kind as kind
    from problems.library.knapsack import Knapsack as Knapsack
    from problems.library.knapsack import knapsack as knapsack
    from problems.library.labs import LowAutocorrelation as LowAutocorrelation
    from problems.library.labs import labs as labs
    from problems.library.max_cut import Cut as Cut
    from problems.library.max_cut import max_cut as max_cut
    from problems.library.natural import FILES as FILES
    from problems.library.natural import load as load
    from problems.library.number_partitioning import NumberPartitioning as NumberPartitioning
    from problems.library.number_partitioning import number_partitioning as number_partitioning
    from problems.library.portfolio import Portfolio as Portfolio
    from problems.library.portfolio import portfolio as portfolio
    from problems.library.quadratic_assignment import QuadraticAssignment as QuadraticAssignment
    from problems.library.quadratic_assignment import quadratic_assignment as quadratic_assignment
    from problems.library.quadratic_knapsack import QuadraticKnapsack as QuadraticKnapsack
    from problems.library.quadratic_knapsack import quadratic_knapsack as quadratic_knapsack
    from problems.library.qubo import Qubo as Qubo
    from problems.library.qubo import qubo as qubo
    from problems.library.satisfiability import Satisfiability as Satisfiability
    from problems.library.satisfiability import satisfiability as satisfiability
    from problems.library.set_cover import SetCover as SetCover
    from problems.library.set_cover import set_cover as set_cover
    from problems.library.travelling_salesman import TravellingSalesman as TravellingSalesman
    from problems.library.travelling_salesman import travelling_salesman as travelling_salesman
    from problems.library.vertex_cover import VertexCover as VertexCover
    from problems.library.vertex_cover import vertex_cover as vertex_cover
    from problems.library.xorsat import Xorsat as Xorsat
    from problems.library.xorsat import xorsat as xorsat

_HOMES = {
    "Answer": "encoded", "Certificate": "encoded", "Encoded": "encoded",
    "Binaries": "binaries", "certificate": "encoded", "one_state": "encoded",
    "CircuitProblem": "circuit", "circuit": "circuit",
    "Clique": "clique", "clique": "clique",
    "Communities": "community", "community_detection": "community",
    "Cut": "max_cut", "max_cut": "max_cut",
    "ExactCover": "exact_cover", "exact_cover": "exact_cover",
    "FILES": "natural", "load": "natural",
    "Factorisation": "factoring", "factoring": "factoring",
    "GraphColouring": "colouring", "graph_colouring": "colouring",
    "IndependentSet": "independent_set", "independent_set": "independent_set",
    "IntegerBits": "integers", "integer_bits": "integers",
    "JobAssignment": "job_assignment", "job_assignment": "job_assignment",
    "JobScheduling": "job_scheduling", "job_scheduling": "job_scheduling",
    "KINDS": "kinds", "Kind": "kinds", "kind": "kinds",
    "Knapsack": "knapsack", "knapsack": "knapsack",
    "LowAutocorrelation": "labs", "labs": "labs",
    "NumberPartitioning": "number_partitioning", "number_partitioning": "number_partitioning",
    "Partitioning": "graph_partitioning", "graph_partitioning": "graph_partitioning",
    "Portfolio": "portfolio", "portfolio": "portfolio",
    "QuadraticAssignment": "quadratic_assignment", "quadratic_assignment": "quadratic_assignment",
    "QuadraticKnapsack": "quadratic_knapsack", "quadratic_knapsack": "quadratic_knapsack",
    "Qubo": "qubo", "qubo": "qubo",
    "Satisfiability": "satisfiability", "satisfiability": "satisfiability",
    "SetCover": "set_cover", "set_cover": "set_cover",
    "TravellingSalesman": "travelling_salesman", "travelling_salesman": "travelling_salesman",
    "VertexCover": "vertex_cover", "vertex_cover": "vertex_cover",
    "Xorsat": "xorsat", "xorsat": "xorsat",
    "constrained": "constrained",
}  # fmt: skip


class _Library(ModuleType):
    """This package: functions keep their names where modules of the same name are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in _HOMES):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Library


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'problems.library' has no attribute {name!r}")
    value = getattr(import_module(f"problems.library.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
