"""Records of runs that never were, with first-hit times of a known law."""

import json

import numpy as np

# Rate of hits per second of each solver on an instance of 100 variables; it halves each 100 more.
RATES = {"pbits-auto": 4.0, "peer-a": 1.0, "peer-b": 0.02}
COMPILE = {"pbits-auto": 0.3}


def instance(name="ea3d-1", size=100, family="ea3d", **more):
    """The instance part of a line; its best known value is -1000."""
    return {
        "name": name, "sha256": name, "family": family, "num_variables": size,
        "num_interactions": 3 * size, "sense": "min", "best_known": -1000, "proven": False,
        "source": "made up", "integer": True,
    } | more  # fmt: skip


def line(about, solver, hit, seed=0, budget=10.0, **more):
    """One run that finds the best known value at `hit` and near values on the way."""
    sign = 1 if about["sense"] == "max" else -1
    best = abs(about["best_known"])
    compiled = COMPILE.get(solver)
    ready = compiled or 0.0
    shares = [(0.01, 0.9), (0.1, 0.98), (0.3, 0.995), (0.6, 0.999), (1.0, 1.0)]
    values = [sign * best * part for _, part in shares]
    values = [round(value) for value in values] if about["integer"] else values
    steps = [(ready + part * (hit - ready), v) for (part, _), v in zip(shares, values, strict=True)]
    curve = [[t, v] for t, v in steps if t <= budget]
    solved = bool(curve) and len(curve) == len(steps)
    return {
        "benchmark": "tts", "schema": 1, "instance": about, "solver": solver,
        "package": "pbits" if solver.startswith("pbits") else solver, "version": "1.0",
        "settings": {}, "seed": seed, "run": seed, "budget": budget, "num_cores": 2,
        "seconds": curve[-1][0] if solved else budget, "compile_seconds": compiled,
        "value": curve[-1][1] if curve else None,
        "stopped_by": "target" if solved else "time_limit", "curve": curve, "attempts": None,
        "hardware": {"cpu": "imagined"},
    } | more  # fmt: skip


def lines(instances, runs=12, seed=0, rates=RATES):
    """Runs of all solvers on all instances, hits exponential at known rates after compilation."""
    rng = np.random.default_rng(seed)
    found = []
    for about in instances:
        for solver, rate in rates.items():
            slower = 2.0 ** (about["num_variables"] / 100 - 1)
            hits = COMPILE.get(solver, 0.0) + rng.exponential(slower / rate, runs)
            found += [line(about, solver, hit, seed=k) for k, hit in enumerate(hits)]
    return found


def write(path, found):
    """A record file of some lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in found))
    return path
