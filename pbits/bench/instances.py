"""The named instances of the throughput benchmark, one for each kind of graph that users bring.

A sampler that is fast on lattices can be slow on dense or skewed graphs, so a claim of speed has
to name the graph.  Every instance is made from a fixed seed; `digest` identifies it in a record.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems import IsingProblem, generators, maxcut_from_edges, read
from problems.formats.instance import problem_of


@dataclass(frozen=True, eq=False)
class Case:
    """An instance to measure on."""

    name: str
    description: str
    problem: IsingProblem

    def summary(self) -> dict[str, Any]:
        """Size, degrees and digest, ready for JSON.

        Example:
            >>> build("lattice", quick=True).summary()["num_interactions"]
            192
        """
        problem = self.problem
        ends = np.concatenate([problem.row, problem.col])
        degree = np.bincount(ends, minlength=problem.num_variables)
        return {
            "name": self.name,
            "description": self.description,
            "num_variables": problem.num_variables,
            "num_interactions": problem.num_interactions,
            "min_degree": int(degree.min(initial=0)),
            "max_degree": int(degree.max(initial=0)),
            "sha256": digest(problem),
        }


def digest(problem: IsingProblem) -> str:
    """SHA-256 of biases, couplings and offset; labels do not count.

    Example:
        >>> digest(build("dense", quick=True).problem)[:8]
        '9420ff75'
    """
    parts = (problem.h, problem.row, problem.col, problem.coupling, np.array(problem.offset))
    # Float64 on every platform; integers of a problem are below 2**53, so nothing is rounded.
    data = b"".join(part.astype("<f8").tobytes() for part in parts)
    return hashlib.sha256(data).hexdigest()


def build(name: str, *, quick: bool = False) -> Case:
    """A named case; `quick` gives a small one of the same kind, for tests.

    Raises:
        ValueError: on a name that is not in `CASES`.

    Example:
        >>> build("skewed").problem.num_interactions
        4694
    """
    if name not in CASES:
        raise ValueError(f"case {name!r} given; expected one of {', '.join(CASES)}")
    description, make = CASES[name]
    return Case(name, ("small version of: " if quick else "") + description, make(quick))


def from_file(path: str | Path) -> Case:
    """A case from a problem file in any format that `problems.read` knows.

    Raises:
        FormatError: on a file that is missing or malformed.
        ValueError: on a polynomial, which the samplers compared here do not take.
    """
    instance = read(path)
    return Case(instance.name, f"file in {instance.format} format", problem_of(instance))


def planar_union(n: int, num_edges: int, *, seed: int = 0) -> IsingProblem:
    """Unweighted max-cut on the union of two random planar graphs with hubs, thinned at random.

    Each graph is a random Apollonian network: every new node joins the three corners of a random
    face, which gives a maximal planar graph whose degrees follow a power law.  G14 and its kin in
    the G-set are unions of two planar graphs, too, but come from another generator.
    Reference: T. Zhou, G. Yan, B.-H. Wang, Phys. Rev. E 71, 046141 (2005),
    doi:10.1103/PhysRevE.71.046141.

    Args:
        n: nodes, >= 3.
        num_edges: edges to keep, at most those of the union, which has fewer than 6 n - 12.
        seed: of graph and thinning.

    Raises:
        ValueError: on n < 3, or where the union has fewer than `num_edges` edges.

    Example:
        >>> planar_union(50, 200).num_interactions
        200
    """
    if n < 3:
        raise ValueError(f"n = {n} given; expected at least 3 nodes")
    rng = np.random.default_rng(seed)
    both = np.concatenate([rng.permutation(n)[_apollonian(n, rng)] for _ in range(2)])
    edges = np.unique(np.sort(both, axis=1), axis=0)
    if num_edges > len(edges):
        raise ValueError(f"{num_edges} edges asked for; the union of seed {seed} has {len(edges)}")
    kept = edges[rng.choice(len(edges), num_edges, replace=False)]
    return maxcut_from_edges(n, kept[:, 0], kept[:, 1], np.ones(num_edges, np.int64)).problem


def _apollonian(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Edges [3 n - 6, 2] of a random Apollonian network; a triangle has two faces."""
    faces = [(0, 1, 2), (0, 1, 2)]
    edges = [(0, 1), (0, 2), (1, 2)]
    for node in range(3, n):
        chosen = rng.integers(len(faces))
        a, b, c = faces[chosen]
        faces[chosen] = (a, b, node)
        faces += [(a, c, node), (b, c, node)]
        edges += [(a, node), (b, node), (c, node)]
    return np.array(edges, np.int64)


def _lattice(quick: bool) -> IsingProblem:
    return generators.edwards_anderson((4 if quick else 16,) * 3)


def _gaussian(quick: bool) -> IsingProblem:
    return generators.edwards_anderson((4 if quick else 16,) * 3, couplings="gaussian")


def _gnp(quick: bool) -> IsingProblem:
    n, p = (60, 0.2) if quick else (800, 0.06)
    return generators.random_gnp(n, p, couplings="one")


def _skewed(quick: bool) -> IsingProblem:
    return planar_union(60, 250) if quick else planar_union(800, 4694)


def _dense(quick: bool) -> IsingProblem:
    return generators.sherrington_kirkpatrick(40 if quick else 1000, couplings="pm1")


CASES: dict[str, tuple[str, Callable[[bool], IsingProblem]]] = {
    "lattice": ("3D lattice L = 16, periodic, couplings +-1", _lattice),
    "gnp": ("max-cut of a random graph G(800, 0.06), weights 1, like G1", _gnp),
    "skewed": ("max-cut of a planar union with hubs, 800 nodes, 4694 edges, like G14", _skewed),
    "dense": ("complete graph of 1000 spins, couplings +-1", _dense),
    "gaussian": ("3D lattice L = 16, periodic, Gaussian couplings", _gaussian),
}
