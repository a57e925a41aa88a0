"""Bayesian networks as energies: at beta = 1 the Boltzmann law is the joint distribution itself.

``E(s) = -sum_i log P(s_i | parents of i)``: a table with k parents becomes products of up to k + 1
spins, spin +1 being "true".  Nothing is left over, so the partition function is 1, and with
evidence held it is the probability of the evidence: the energies that are left give the posterior.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.clamping import clamp
from problems.model import as_states, real_array
from problems.polynomial import PolynomialProblem, Terms, from_terms

_MAX_PARENTS = 15
_MAX_ENUMERATED = 20
_ROUNDING = 1e-9
_LEAST_FLOOR = 1e-15  # 1 minus a smaller one would be 1


@dataclass(frozen=True)
class NetworkCertificate:
    """What one state says, looked up in the tables.

    Attributes:
        values: True or False for every node, evidence among them.
        probability: of these values together, evidence included.
        energy: of the state.
        consistent_with_energy: whether the energy is minus the logarithm, to rounding.
    """

    values: dict[Hashable, bool]
    probability: float
    energy: float
    consistent_with_energy: bool


@dataclass(frozen=True, eq=False)
class BayesianNetwork:
    """Tables of true/false nodes; build one with :func:`bayesian_network`.

    Attributes:
        parents: of each node, in the order of its table's axes; parents come before children.
        tables: P(node true | parents), [2] * number of parents, index 1 being "true".
        joint: the energy of all nodes.
        evidence: what is known.
        floor: what smaller probabilities of true and of false were raised to, None if refused.
    """

    parents: Mapping[Hashable, tuple[Hashable, ...]]
    tables: Mapping[Hashable, NDArray[np.float64]]
    joint: PolynomialProblem
    evidence: Mapping[Hashable, bool] = field(default_factory=dict)
    floor: float | None = None

    @cached_property
    def problem(self) -> PolynomialProblem:
        """The energy of the nodes that are not known; sample it at beta = 1."""
        return clamp(self.joint, {node: 1 if on else -1 for node, on in self.evidence.items()})

    def given(self, evidence: Mapping[Any, bool]) -> "BayesianNetwork":
        """The network with more evidence.

        Raises:
            ValueError: on an unknown node, a value that is not True or False, or evidence against
                what is known already.

        Example:
            >>> from problems.generators import alarm_network
            >>> alarm_network().given({"john": True, "mary": True}).problem.labels
            ('burglary', 'earthquake', 'alarm')
        """
        for node, value in evidence.items():
            if node not in self.parents:
                raise ValueError(f"there is no node {node!r}; expected one of {list(self.parents)}")
            if value not in (False, True):
                raise ValueError(f"{node!r} is given as {value!r}; expected True or False")
            if self.evidence.get(node, value) != value:
                raise ValueError(f"{node!r} is known to be {self.evidence[node]} already")
        known = {node: bool(value) for node, value in evidence.items()}
        return replace(self, evidence={**self.evidence, **known})

    def log_probability(self, spins: ArrayLike) -> NDArray[np.float64]:
        """Logarithms [...] of the probabilities of states [..., n] and evidence, from the tables.

        Example:
            >>> from problems.generators import alarm_network
            >>> quiet = alarm_network().given({"alarm": False, "burglary": False})
            >>> round(np.exp(quiet.log_probability([-1, -1, -1])).item(), 6)  # no quake, no calls
            0.936743
        """
        values, total = self._values(spins), 0.0
        place = {node: k for k, node in enumerate(self.parents)}
        for node, parents in self.parents.items():
            true = self.tables[node][tuple(values[..., place[p]] for p in parents)]
            total = total + np.log(np.where(values[..., place[node]] == 1, true, 1 - true))
        return np.asarray(total)

    def decode(self, spins: ArrayLike) -> dict[Hashable, bool]:
        """True or False for every node, of one state [n]; evidence among them."""
        values = self._values(spins)
        if values.ndim != 1:
            raise ValueError(f"{values.shape[:-1]} states given; expected one, shape [n]")
        return dict(zip(self.parents, (values == 1).tolist(), strict=True))

    def certificate(self, spins: ArrayLike) -> NetworkCertificate:
        """Look up the probability of one state [n] and compare it with the energy.

        Example:
            >>> from problems.generators import alarm_network
            >>> alarm_network().certificate([-1, -1, -1, -1, -1]).consistent_with_energy
            True
        """
        values, log = self.decode(spins), self.log_probability(spins).item()
        energy = float(self.problem.energies(spins).item())
        fits = abs(energy + log) <= _ROUNDING * max(1.0, abs(log))
        return NetworkCertificate(values, float(np.exp(log)), energy, fits)

    def marginals(self) -> dict[Hashable, float]:
        """P(true | evidence) of every node that is not known, by enumeration of the tables.

        Raises:
            ValueError: beyond 20 such nodes.

        Example:
            >>> from problems.generators import alarm_network
            >>> round(alarm_network().given({"alarm": True}).marginals()["burglary"], 3)
            0.374
        """
        states, weights = self._enumerated()
        shares = (states == 1).T @ weights / weights.sum()
        return dict(zip(self.problem.labels, shares.tolist(), strict=True))

    def evidence_probability(self) -> float:
        """Probability of the evidence, by enumeration; 1 without any.

        Example:
            >>> from problems.generators import alarm_network
            >>> round(alarm_network().given({"alarm": True}).evidence_probability(), 6)
            0.002516
        """
        return float(self._enumerated()[1].sum())

    def _enumerated(self) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        n = len(self.parents) - len(self.evidence)
        if n > _MAX_ENUMERATED:
            raise ValueError(f"{n} unknown nodes; expected at most {_MAX_ENUMERATED}: sample them")
        states = (2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1).astype(np.int8)
        return states, np.exp(self.log_probability(states))

    def _values(self, spins: ArrayLike) -> NDArray[np.int8]:
        """0 or 1 [..., nodes] of all nodes."""
        free = [k for k, node in enumerate(self.parents) if node not in self.evidence]
        states, lead = as_states(spins, len(free))
        values = np.empty((states.shape[0], len(self.parents)), np.int8)
        values[:] = [int(self.evidence.get(node, 0)) for node in self.parents]
        values[:, free] = states > 0
        return values.reshape(*lead, len(self.parents))


def bayesian_network(graph: nx.DiGraph, floor: float | None = None) -> BayesianNetwork:
    """A network from a directed graph whose nodes have tables.

    Args:
        graph: acyclic.  Each node has the attribute "table": P(true | parents), nested once for
            each parent, index 0 for false and 1 for true.  Axes follow the attribute "parents"
            where there is one, else the order in which the edges into the node were added.
        floor: probabilities of true and of false are raised to this where they are smaller.
            Without it 0 and 1 are refused, as their energies are infinite.

    Raises:
        ValueError: on a graph that is not directed and acyclic, a table that is missing, has a
            wrong shape or holds no probabilities, a probability of 0 or 1 without `floor`, a floor
            not between 1e-15 and 1/2, or more than 15 parents.

    Example:
        >>> import networkx as nx
        >>> graph = nx.DiGraph([("rain", "wet")])
        >>> graph.nodes["rain"]["table"], graph.nodes["wet"]["table"] = 0.2, [0.1, 0.9]
        >>> round(bayesian_network(graph).given({"wet": True}).marginals()["rain"], 4)
        0.6923
    """
    if not graph.is_directed() or not nx.is_directed_acyclic_graph(graph):
        raise ValueError("the graph has a cycle or no directions; expected an acyclic nx.DiGraph")
    if floor is not None and not _LEAST_FLOOR <= floor < 0.5:
        raise ValueError(f"floor is {floor}; expected a probability from {_LEAST_FLOOR} to 0.5")
    order = list(nx.topological_sort(graph))
    parents = {node: _parents(graph, node) for node in order}
    tables = {node: _table(graph, node, len(parents[node]), floor) for node in order}
    place = {node: k for k, node in enumerate(order)}
    parts = [
        part
        for node in order
        for part in _energy(tables[node], [place[p] for p in (*parents[node], node)])
    ]
    joint = from_terms(parts, len(order), labels=order)
    return BayesianNetwork(parents, tables, joint, {}, floor)


def _parents(graph: nx.DiGraph, node: Hashable) -> tuple[Hashable, ...]:
    added = tuple(graph.predecessors(node))
    named = tuple(graph.nodes[node].get("parents", added))
    if set(named) != set(added) or len(named) != len(added):
        raise ValueError(f"the parents of {node!r} are named {named}; its edges say {added}")
    if len(named) > _MAX_PARENTS:
        raise ValueError(f"{node!r} has {len(named)} parents; expected at most {_MAX_PARENTS}")
    return named


def _table(
    graph: nx.DiGraph, node: Hashable, num_parents: int, floor: float | None
) -> NDArray[np.float64]:
    if "table" not in graph.nodes[node]:
        raise ValueError(f'{node!r} has no attribute "table"; expected P(true | parents)')
    table = real_array(f"the table of {node!r}", graph.nodes[node]["table"]).astype(np.float64)
    if table.shape != (2,) * num_parents:
        raise ValueError(
            f"the table of {node!r} has shape {table.shape}; expected {(2,) * num_parents}"
        )
    if np.any((table < 0) | (table > 1)):
        raise ValueError(f"the table of {node!r} holds a number that is no probability")
    if floor is not None:
        return np.clip(table, floor, 1 - floor)
    if np.any((table == 0) | (table == 1)):
        raise ValueError(
            f"the table of {node!r} holds a probability of 0 or 1, whose energy is infinite; give "
            "a floor, say 1e-6, that it may be raised to"
        )
    return table


def _energy(table: NDArray[np.float64], members: list[int]) -> list[Terms]:
    """``-log P`` as products of spins, the node itself last: averages and half differences."""
    energy = -np.log(np.stack([1 - table, table], axis=-1))
    for axis in range(energy.ndim):
        false, true = np.moveaxis(energy, axis, 0)
        energy = np.stack([(true + false) / 2, (true - false) / 2], axis=axis)
    chosen = np.array(np.unravel_index(np.arange(energy.size), energy.shape)).T
    names, sizes = np.array(members), chosen.sum(1)
    found = []
    for k in range(energy.ndim + 1):
        rows = chosen[sizes == k] == 1
        variables = np.broadcast_to(names, rows.shape)[rows].reshape(rows.shape[0], k)
        found.append(Terms(variables, energy.ravel()[sizes == k]))
    return found
