"""The table of problems: names, one line of help, and the function that builds each from data."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from typing import Any

from problems.library.encoded import Encoded


@dataclass(frozen=True)
class Kind:
    """One problem of the library.

    Attributes:
        name: as in ``{"problem": NAME}`` of a JSON file.
        home: module of its function, under ``problems.library``.
        function: that builds it; its parameters are the keys of a JSON file.
        summary: one line.
    """

    name: str
    home: str
    function: str
    summary: str

    @property
    def builder(self) -> Callable[..., Encoded]:
        """The function; its module is imported only now."""
        return getattr(import_module(f"problems.library.{self.home}"), self.function)

    @property
    def example(self) -> dict[str, Any]:
        """A small instance: what `build` takes, as a JSON file of it has it."""
        from problems.library.examples import EXAMPLES

        return EXAMPLES[self.name]

    def build(self, **data: Any) -> Encoded:
        """The problem of these data.

        Raises:
            ValueError: on data that the function does not know, lacks or refuses.
        """
        taken = self.parameters
        for name in data:
            if name not in taken:
                raise ValueError(f"{self.name} has no {name!r}; expected {', '.join(taken)}")
        lacking = [name for name, needed in taken.items() if needed and name not in data]
        if lacking:
            raise ValueError(f"{self.name} needs {lacking[0]!r}; expected {', '.join(taken)}")
        return self.builder(**data)

    @property
    def parameters(self) -> dict[str, bool]:
        """Names of the function's parameters, and whether each is needed."""
        found = signature(self.builder).parameters.values()
        return {each.name: each.default is each.empty for each in found}


def _table(*rows: tuple[str, str, str, str]) -> dict[str, Kind]:
    return {row[0]: Kind(*row) for row in rows}


KINDS = _table(
    ("max-cut", "max_cut", "max_cut", "two sides of a graph, most weight between them"),
    ("qubo", "qubo", "qubo", "quadratic function of bits, minimised or maximised"),
    ("number-partitioning", "number_partitioning", "number_partitioning",
     "two sets of numbers with sums as equal as possible"),
    ("graph-partitioning", "graph_partitioning", "graph_partitioning",
     "two halves of a graph, fewest edges between them"),
    ("independent-set", "independent_set", "independent_set", "most nodes, no two neighbours"),
    ("clique", "clique", "clique", "most nodes, all of them neighbours"),
    ("vertex-cover", "vertex_cover", "vertex_cover", "fewest nodes that touch every edge"),
    ("graph-colouring", "colouring", "graph_colouring", "k colours, no edge with both ends alike"),
    ("community-detection", "community", "community_detection",
     "groups of nodes of largest modularity"),
    ("sat", "satisfiability", "satisfiability", "clauses of a formula, as many true as can be"),
    ("xorsat", "xorsat", "xorsat", "linear equations modulo 2, as many true as can be"),
    ("factoring", "factoring", "factoring", "an odd number as a product, by a multiplier of gates"),
    ("circuit", "circuit", "circuit", "a circuit of gates, run in any direction"),
    ("labs", "labs", "labs", "binary sequence of least autocorrelation energy"),
    ("travelling-salesman", "travelling_salesman", "travelling_salesman",
     "shortest tour through all cities"),
    ("quadratic-assignment", "quadratic_assignment", "quadratic_assignment",
     "facilities on locations, least flow times distance"),
    ("job-assignment", "job_assignment", "job_assignment", "one job each, at the least cost"),
    ("job-scheduling", "job_scheduling", "job_scheduling",
     "jobs on equal machines, least finishing time"),
    ("knapsack", "knapsack", "knapsack", "most value within a weight"),
    ("quadratic-knapsack", "quadratic_knapsack", "quadratic_knapsack",
     "most value, of pairs as well, within a weight"),
    ("set-cover", "set_cover", "set_cover", "cheapest sets that together hold everything"),
    ("exact-cover", "exact_cover", "exact_cover", "sets that hold everything exactly once"),
    ("constrained", "constrained", "constrained",
     "objective and constraints of bits and integers (LP, dimod)"),
    ("portfolio", "portfolio", "portfolio", "assets of high return and low risk"),
)  # fmt: skip


def kind(name: str) -> Kind:
    """The problem of this name.

    Raises:
        ValueError: on an unknown name.

    Example:
        >>> kind("graph-colouring").summary
        'k colours, no edge with both ends alike'
    """
    if name not in KINDS:
        raise ValueError(f"problem {name!r} given; expected one of {', '.join(KINDS)}")
    return KINDS[name]
