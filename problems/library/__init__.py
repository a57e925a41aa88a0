"""Problems as users have them, into spins and back, each with a certificate.

Each has one file: built from natural data, it has a `problem` to sample, and decodes, checks,
repairs and draws what comes back (:class:`Encoded`).  NumPy, networkx and dimod only.
The common reference is A. Lucas, Front. Phys. 2, 5 (2014), doi:10.3389/fphy.2014.00005.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from problems.library.circuit import CircuitProblem as CircuitProblem
    from problems.library.circuit import circuit as circuit
    from problems.library.colouring import GraphColouring as GraphColouring
    from problems.library.colouring import graph_colouring as graph_colouring
    from problems.library.encoded import Answer as Answer
    from problems.library.encoded import Certificate as Certificate
    from problems.library.encoded import Encoded as Encoded
    from problems.library.factoring import Factorisation as Factorisation
    from problems.library.factoring import factoring as factoring
    from problems.library.kinds import KINDS as KINDS
    from problems.library.kinds import Kind as Kind
    from problems.library.kinds import kind as kind
    from problems.library.labs import LowAutocorrelation as LowAutocorrelation
    from problems.library.labs import labs as labs
    from problems.library.natural import FILES as FILES
    from problems.library.natural import load as load
    from problems.library.satisfiability import Satisfiability as Satisfiability
    from problems.library.satisfiability import satisfiability as satisfiability
    from problems.library.xorsat import Xorsat as Xorsat
    from problems.library.xorsat import xorsat as xorsat

_HOMES = {
    "Answer": "encoded", "Certificate": "encoded", "Encoded": "encoded",
    "FILES": "natural", "load": "natural",
    "KINDS": "kinds", "Kind": "kinds", "kind": "kinds",
    "CircuitProblem": "circuit", "circuit": "circuit",
    "Factorisation": "factoring", "factoring": "factoring",
    "GraphColouring": "colouring", "graph_colouring": "colouring",
    "LowAutocorrelation": "labs", "labs": "labs",
    "Satisfiability": "satisfiability", "satisfiability": "satisfiability",
    "Xorsat": "xorsat", "xorsat": "xorsat",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'problems.library' has no attribute {name!r}")
    value = getattr(import_module(f"problems.library.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
