"""pbits as an entrant of its own benchmark."""

from typing import Any

from pbits.annealing import AnnealResult, anneal
from pbits.bench.entrant import Call, Draw, Entrant
from problems import IsingProblem


class Pbits:
    """`pbits.anneal` with its defaults, from the problem to checked energies."""

    def __init__(self, problem: IsingProblem) -> None:
        self.problem = problem

    def run(self, call: Call) -> AnnealResult:
        return anneal(
            self.problem,
            num_reads=call.reads,
            num_sweeps=call.sweeps,
            beta_range=call.beta_range,
            beta_schedule_type="geometric",
            seed=call.seed,
            trace=True,
        )

    def draw(self, result: AnnealResult) -> Draw:
        info: dict[str, Any] = {
            "kernel": result.kernel,
            "num_devices": result.num_devices,
            "notes": list(result.notes),
        }
        timing, trace = result.timing, result.trace
        # The result holds the best state of each read; the trace ends with the last states.
        final = float(trace.mean_energy[-1]) if trace is not None else None
        return Draw(result.spins, result.energies, timing.sampling, timing.compile, final, info)


OURS = Entrant("pbits", "pbits", Pbits, energies="best", threaded=True, compiles=True)
