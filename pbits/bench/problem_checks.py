"""Solutions checked without the library: from the text of a file or plain data, by plain loops.

Each function takes data and a solution as `Encoded.plain` has it, and returns whether the solution
is feasible and what it is worth.  A certificate that says anything else is wrong.
"""

from collections.abc import Iterator, Sequence
from math import isclose
from typing import Any, NamedTuple

from numpy.typing import ArrayLike


class Verdict(NamedTuple):
    """What a solution was found to be; `objective` is None where it has none."""

    feasible: bool
    objective: int | float | None

    def agrees(self, feasible: bool, objective: float | None) -> bool:
        """Whether a certificate says the same; sums may be rounded otherwise.

        What is infeasible and has no value here may have one in a certificate.

        Example:
            >>> Verdict(True, 0.3).agrees(True, 0.1 + 0.2), Verdict(True, 3).agrees(True, 4)
            (True, False)
        """
        if self.feasible != feasible:
            return False
        if self.objective is None:
            return True
        return objective is not None and isclose(self.objective, objective, abs_tol=1e-9)


def cnf_clauses(text: str) -> list[list[int]]:
    """The clauses of a DIMACS text, which a ``%`` ends.

    Example:
        >>> cnf_clauses("c no\\np cnf 3 2\\n1 -2 0 3\\n0\\n%\\n0\\n")
        [[1, -2], [3]]
    """
    clauses: list[list[int]] = [[]]
    for line in text.splitlines():
        if line.startswith("%"):
            break
        if line[:1] not in ("c", "p"):
            for word in line.split():
                clauses[-1].append(int(word)) if word != "0" else clauses.append([])
    return clauses[:-1]


def formula(clauses: Sequence[Sequence[int]], literals: Sequence[int]) -> Verdict:
    """How many clauses have none of the literals that hold.

    Example:
        >>> formula([[1, -2], [2]], [-1, -2])
        Verdict(feasible=False, objective=1)
    """
    held = set(literals)
    false = sum(not held.intersection(clause) for clause in clauses)
    return Verdict(not false, false)


def col_edges(text: str) -> set[tuple[int, int]]:
    """Edges (u < v) of a DIMACS graph, nodes from 1.

    Example:
        >>> col_edges("p edge 2 2\\ne 1 2\\ne 2 1\\n")
        {(1, 2)}
    """
    rows = [line.split() for line in text.splitlines() if line.startswith("e ")]
    return {(min(pair), max(pair)) for pair in (tuple(map(int, row[1:3])) for row in rows)}


def colouring(
    edges: set[tuple[int, int]], colours: int, by_node: Sequence[tuple[Any, int | None]]
) -> Verdict:
    """Edges with both ends of one colour; every node needs a colour of 0 .. colours - 1.

    Example:
        >>> colouring({(1, 2)}, 2, [(1, 0), (2, 0)])
        Verdict(feasible=False, objective=1)
    """
    given = dict(by_node)
    alike = sum(given[u] is not None and given[u] == given[v] for u, v in edges)
    valid = all(c is not None and 0 <= c < colours for c in given.values())
    return Verdict(valid and not alike, alike)


def tour(distances: ArrayLike, order: Sequence[int | None]) -> Verdict:
    """Length of the way through the cities and back; None where it is no tour.

    Example:
        >>> tour([[0, 1, 5], [2, 0, 1], [1, 9, 0]], [0, 1, 2])
        Verdict(feasible=True, objective=3)
    """
    matrix: Any = distances
    if not _is_permutation(order, len(matrix)):
        return Verdict(False, None)
    steps = zip(order, [*order[1:], *order[:1]], strict=True)
    return Verdict(True, sum(number(matrix[u][v]) for u, v in steps))


def assignment(flow: ArrayLike, distance: ArrayLike, places: Sequence[int | None]) -> Verdict:
    """Sum of flow times distance; None where facilities do not have a place each.

    Example:
        >>> assignment([[0, 3], [1, 0]], [[0, 2], [5, 0]], [0, 1])
        Verdict(feasible=True, objective=11)
    """
    f: Any = flow
    d: Any = distance
    if not _is_permutation(places, len(f)):
        return Verdict(False, None)
    pairs = [(i, j) for i in range(len(places)) for j in range(len(places))]
    return Verdict(True, sum(number(f[i][j]) * number(d[places[i]][places[j]]) for i, j in pairs))


def _is_permutation(order: Sequence[int | None], n: int) -> bool:
    return len(order) == n and set(order) == set(range(n))


def sack(
    values: Sequence[float], weights: Sequence[float], capacity: float, chosen: Sequence[int]
) -> Verdict:
    """Value of the chosen items.

    Example:
        >>> sack([6, 10], [2, 4], 3, [0]), sack([6, 10], [2, 4], 3, [1]).feasible
        (Verdict(feasible=True, objective=6), False)
    """
    weight = sum(weights[k] for k in chosen)
    fits = weight <= capacity * (1 + 1e-12) and len(set(chosen)) == len(chosen)
    return Verdict(fits, sum(values[k] for k in chosen))


def partition(edges: Sequence[tuple[Any, Any]], by_node: Sequence[tuple[Any, int]]) -> Verdict:
    """Edges between two halves, of which neither may have two nodes more.

    Example:
        >>> partition([(0, 1)], [(0, 0), (1, 1)])
        Verdict(feasible=True, objective=1)
    """
    side = dict(by_node)
    first = sum(1 for s in side.values() if s == 0)
    return Verdict(abs(2 * first - len(side)) <= 1, sum(side[u] != side[v] for u, v in edges))


def factors(product: int, pair: Sequence[int]) -> Verdict:
    """How far the product of two numbers is from what it ought to be; neither may be 1.

    Example:
        >>> factors(15, [3, 5]), factors(15, [1, 15])
        (Verdict(feasible=True, objective=0), Verdict(feasible=False, objective=0))
    """
    x, y = pair
    return Verdict(x * y == product and 1 not in (x, y), abs(x * y - product))


Row = tuple[int, int, float]


def quadratic(rows: Sequence[Row], constant: float, bits: Sequence[int]) -> Verdict:
    """Sum of the coefficients of pairs (i, j) that are both 1; (i, i) is a bit alone.

    Example:
        >>> quadratic([(0, 1, 3.0), (0, 0, -2.0)], 1, [1, 1])
        Verdict(feasible=True, objective=2)
    """
    return Verdict(True, number(constant + sum(q for i, j, q in rows if bits[i] and bits[j])))


def cut(rows: Sequence[Row], bits: Sequence[int]) -> Verdict:
    """Weight of the edges between ones and zeros.

    Example:
        >>> cut([(0, 1, 3.0), (1, 2, 2.0)], [1, 0, 0])
        Verdict(feasible=True, objective=3)
    """
    return Verdict(True, number(sum(w for i, j, w in rows if bits[i] != bits[j])))


def rows_of(text: str, format: str) -> tuple[list[Row], float]:
    """Coefficients, nodes from 0, and the constant of a text of a format without its readers.

    "sparse" lists each pair of a symmetric matrix once, so that it counts twice; "qplib" halves
    its entries; "rudy" has weights of edges.

    Raises:
        ValueError: on another format.

    Example:
        >>> rows_of("2 2\\n1 1 3\\n1 2 -1\\n", "sparse")
        ([(0, 0, 3.0), (0, 1, -2.0)], 0.0)
    """
    if format == "qplib":
        return _qplib_rows(text)
    if format not in ("sparse", "rudy"):
        raise ValueError(f"format {format!r} given; expected sparse, rudy or qplib")
    lines = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    twice = 2 if format == "sparse" else 1
    rows = [(int(i) - 1, int(j) - 1, float(q)) for i, j, q in lines[1:]]
    return [(i, j, q if i == j else twice * q) for i, j, q in rows], 0.0


def _qplib_rows(text: str) -> tuple[list[Row], float]:
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    words: Iterator[list[str]] = (line for line in lines if line)
    for _ in range(3):  # name, kind, sense
        next(words)
    n, found = int(next(words)[0]), []
    for _ in range(int(next(words)[0])):
        i, j, q = next(words)
        found.append((int(i) - 1, int(j) - 1, float(q) / 2))
    default, given = float(next(words)[0]), {}
    for _ in range(int(next(words)[0])):
        i, b = next(words)
        given[int(i) - 1] = float(b)
    found += [(i, i, given.get(i, default)) for i in range(n)]
    return found, float(next(words)[0])


def number(value: Any) -> int | float:
    """A number of Python's own, whole where it is whole.

    Example:
        >>> number(3.0), number(2.5)
        (3, 2.5)
    """
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if plain == int(plain) else plain
