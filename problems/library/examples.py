"""A small instance of each problem, as the data of its function and of a natural JSON file."""

from typing import Any

_HOUSE = [[0, 1], [1, 2], [2, 3], [3, 0], [2, 4], [3, 4]]

EXAMPLES: dict[str, dict[str, Any]] = {
    "max-cut": {"graph": [["a", "b", 2], ["b", "c", 1], ["c", "a", -1]]},
    "qubo": {"terms": [["a", "a", 3], ["b", "b", 2], ["a", "b", -9]], "maximise": True},
    "number-partitioning": {"numbers": [3, 1, 1, 2, 2, 1]},
    "graph-partitioning": {"graph": [[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 5], [5, 3]]},
    "independent-set": {"graph": _HOUSE},
    "clique": {"graph": _HOUSE, "weights": [[0, 5]]},
    "vertex-cover": {"graph": {"nodes": [0, 1, 2, 3], "edges": [[0, 1], [1, 2]]}},
    "graph-colouring": {"graph": _HOUSE, "colours": 3},
    "community-detection": {
        "graph": [[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 5], [5, 3]],
        "groups": 2,
    },
    "sat": {"clauses": [[1, -2, 3], [-1, 2], [-3]]},
    "xorsat": {"equations": [[0, 1, 2], [0, 1]], "sides": [1, 0]},
    "factoring": {"number": 15},
    "circuit": {
        "gates": [["XOR", ["a", "b"], "sum"], ["AND", ["a", "b"], "carry"]],
        "held": {"carry": 1},
    },
    "labs": {"n": 7},
    "travelling-salesman": {"places": [[0, 0], [0, 1], [1, 1], [1, 0], [2, 0.5]]},
    "quadratic-assignment": {
        "flow": [[0, 3, 1], [3, 0, 0], [1, 0, 0]],
        "distance": [[0, 2, 5], [2, 0, 4], [5, 4, 0]],
    },
    "job-assignment": {"costs": [[4, 1, 3], [2, 0, 5], [3, 2, 2]]},
    "job-scheduling": {"lengths": [3, 3, 2, 2, 2], "machines": 2},
    "knapsack": {"values": [6, 10, 12], "weights": [2, 4, 6], "capacity": 9},
    "quadratic-knapsack": {
        "values": [6, 10, 12],
        "pairs": [[0, 1, 4]],
        "weights": [2, 4, 6],
        "capacity": 9,
    },
    "set-cover": {
        "sets": {"a": [1, 2], "b": [2, 3], "c": [3, 4]},
        "costs": {"a": 1, "b": 2, "c": 1},
    },
    "exact-cover": {"sets": [[1, 2], [3, 4], [2, 3], [4]]},
    "constrained": {
        "cqm": "Maximize  2 x + y  Subject To  room: x + y <= 1  Binary  x y  End",
    },
    "portfolio": {
        "returns": [3, 2, 2],
        "covariance": [[1, 1, 0], [1, 1, 0], [0, 0, 1]],
        "budget": 2,
    },
}
