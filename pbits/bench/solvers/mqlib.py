"""MQLib in a race: a heuristic of its executable (C++, one thread), given by path."""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from pbits.bench.entrant import Unsupported
from pbits.bench.solvers.base import Outcome, Trial
from problems import IsingProblem

EXECUTABLE = "PBITS_MQLIB"
_SEEDS = 2**16
_SHARE = 0.98


class MQLib:
    """``MQLib -fM FILE -h HEURISTIC -r SECONDS``; its own history gives the curve.

    It gets 98 % of the time, since its own limit is not exact.  Biases become edges to one more
    node, couplings weights: max-cut is its native problem.
    """

    def __init__(self, problem: IsingProblem, heuristic: str = "BURER2002") -> None:
        path = os.environ.get(EXECUTABLE, "")
        if not Path(path).is_file():
            raise Unsupported(f"the environment's {EXECUTABLE} names no MQLib executable")
        self.executable, self.problem, self.heuristic = path, problem, heuristic
        self.folder = tempfile.TemporaryDirectory()
        self.graph = Path(self.folder.name) / "graph.txt"
        n, biased = problem.num_variables, np.flatnonzero(problem.h)
        row = np.concatenate([problem.row, biased]) + 1
        col = np.concatenate([problem.col, np.full(biased.size, n)]) + 1
        weight = np.concatenate([problem.coupling, problem.h[biased]])
        self.total = weight.sum()
        lines = [f"{i} {j} {w}" for i, j, w in zip(row, col, weight.tolist(), strict=True)]
        size = n + bool(biased.size)
        self.graph.write_text("\n".join([f"{size} {len(lines)}", *lines]) + "\n")

    def run(self, call: Trial) -> Outcome:
        words = [self.executable, "-fM", self.graph, "-h", self.heuristic]
        words += ["-r", f"{_SHARE * call.seconds:.3f}", "-s", str(call.seed % _SEEDS), "-ps"]
        found = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        head, state = found.strip().split("\n", 1)
        history = head.split("[", 1)[1].split("]")[0]
        curve = []
        for entry in filter(None, history.split(";")):
            cut, seconds = map(float, entry.split(":")[:2])
            if seconds <= call.seconds:
                curve.append((seconds, self.total - 2 * cut + self.problem.offset))
        spins = np.array(state.split()[1:], np.int8)
        if np.any(self.problem.h):
            spins = spins[:-1] * spins[-1]
        return Outcome(curve, spins, None, None, "time_limit")

    def draw(self, result: Outcome) -> Outcome:
        return result
