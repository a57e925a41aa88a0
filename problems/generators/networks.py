"""Small Bayesian networks of the textbooks."""

import networkx as nx
from numpy.typing import ArrayLike

from problems.bayesian import BayesianNetwork, bayesian_network


def alarm_network() -> BayesianNetwork:
    """Burglary, earthquake, alarm, and the calls of John and Mary: five nodes.

    From J. Pearl, Probabilistic Reasoning in Intelligent Systems (1988), with the numbers of
    S. Russell & P. Norvig, Artificial Intelligence: A Modern Approach, as lecture notes have them.

    Example:
        >>> posterior = alarm_network().given({"john": True, "mary": True}).marginals()
        >>> round(posterior["burglary"], 3)
        0.284
    """
    both = ("burglary", "earthquake")
    return _example(
        burglary=((), 0.001),
        earthquake=((), 0.002),
        alarm=(both, [[0.001, 0.29], [0.94, 0.95]]),
        john=(("alarm",), [0.05, 0.90]),
        mary=(("alarm",), [0.01, 0.70]),
    )


def wet_grass_network(floor: float = 1e-6) -> BayesianNetwork:
    """Rain, a sprinkler that rain keeps off, and wet grass: three nodes.

    The example of Wikipedia's article on Bayesian networks.  Its grass is never wet when neither
    happens; that 0 is raised to `floor`.

    Example:
        >>> round(wet_grass_network().given({"grass": True}).marginals()["rain"], 4)
        0.3577
    """
    return _example(
        floor,
        rain=((), 0.2),
        sprinkler=(("rain",), [0.4, 0.01]),
        grass=(("sprinkler", "rain"), [[0.0, 0.8], [0.9, 0.99]]),
    )


def _example(
    floor: float | None = None, /, **nodes: tuple[tuple[str, ...], ArrayLike]
) -> BayesianNetwork:
    graph = nx.DiGraph()
    for node, (parents, table) in nodes.items():
        graph.add_node(node, parents=parents, table=table)
        graph.add_edges_from((parent, node) for parent in parents)
    return bayesian_network(graph, floor)
