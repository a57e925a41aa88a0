"""Problems as users have them, into spins and back, each with a certificate.

Each has one file: built from natural data, it has a `problem` to sample, and decodes, checks,
repairs and draws what comes back (:class:`Encoded`).  NumPy, networkx and dimod only.
The common reference is A. Lucas, Front. Phys. 2, 5 (2014), doi:10.3389/fphy.2014.00005.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from problems.library.colouring import GraphColouring as GraphColouring
    from problems.library.colouring import graph_colouring as graph_colouring
    from problems.library.encoded import Answer as Answer
    from problems.library.encoded import Certificate as Certificate
    from problems.library.encoded import Encoded as Encoded
    from problems.library.exact_cover import ExactCover as ExactCover
    from problems.library.exact_cover import exact_cover as exact_cover
    from problems.library.integers import IntegerBits as IntegerBits
    from problems.library.integers import integer_bits as integer_bits
    from problems.library.kinds import KINDS as KINDS
    from problems.library.kinds import Kind as Kind
    from problems.library.kinds import kind as kind
    from problems.library.knapsack import Knapsack as Knapsack
    from problems.library.knapsack import knapsack as knapsack
    from problems.library.natural import FILES as FILES
    from problems.library.natural import load as load
    from problems.library.number_partitioning import NumberPartitioning as NumberPartitioning
    from problems.library.number_partitioning import number_partitioning as number_partitioning
    from problems.library.portfolio import Portfolio as Portfolio
    from problems.library.portfolio import portfolio as portfolio
    from problems.library.quadratic_knapsack import QuadraticKnapsack as QuadraticKnapsack
    from problems.library.quadratic_knapsack import quadratic_knapsack as quadratic_knapsack
    from problems.library.set_cover import SetCover as SetCover
    from problems.library.set_cover import set_cover as set_cover

_HOMES = {
    "Answer": "encoded", "Certificate": "encoded", "Encoded": "encoded",
    "FILES": "natural", "load": "natural",
    "KINDS": "kinds", "Kind": "kinds", "kind": "kinds",
    "IntegerBits": "integers", "integer_bits": "integers",
    "Knapsack": "knapsack", "knapsack": "knapsack",
    "NumberPartitioning": "number_partitioning", "number_partitioning": "number_partitioning",
    "QuadraticKnapsack": "quadratic_knapsack", "quadratic_knapsack": "quadratic_knapsack",
    "SetCover": "set_cover", "set_cover": "set_cover",
    "ExactCover": "exact_cover", "exact_cover": "exact_cover",
    "Portfolio": "portfolio", "portfolio": "portfolio",
    "GraphColouring": "colouring", "graph_colouring": "colouring",
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
