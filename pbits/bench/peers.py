"""Other samplers, each called as its documentation recommends and in the form it likes best.

Versions read: dwave-samplers 1.8, OpenJij 0.12, thrml 0.1.4.  Native models are built before the
clock starts; everything that a package does in a call to its sampler is timed.
"""

import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.bench.entrant import Call, Draw, Entrant, Unsupported
from problems import IsingProblem

# thrml traces every colour on its own; a complete graph would compile for hours.
_MAX_COLOURS = 64
# Above this density OpenJij's own tutorial (005) has the dense matrix faster.
_DENSE = 0.3


class DwaveSamplers:
    """`dwave.samplers.SimulatedAnnealingSampler`: C++, one thread, Metropolis."""

    def __init__(self, problem: IsingProblem) -> None:
        from dimod import SPIN, BinaryQuadraticModel
        from dwave.samplers import SimulatedAnnealingSampler

        quadratic = (problem.row, problem.col, problem.coupling)
        self.bqm = BinaryQuadraticModel.from_numpy_vectors(
            problem.h, quadratic, problem.offset, SPIN
        )
        self.sampler = SimulatedAnnealingSampler()

    def run(self, call: Call) -> Any:
        return self.sampler.sample(
            self.bqm,
            num_reads=call.reads,
            num_sweeps=call.sweeps,
            beta_range=call.beta_range,
            beta_schedule_type="geometric",
            seed=call.seed,
        )

    def draw(self, result: Any) -> Draw:
        seconds = result.info["timing"]["sampling_ns"] / 1e9
        return Draw(_ordered(result), result.record.energy, seconds)


class OpenJij:
    """`openjij.SASampler`: C++, one thread, Metropolis.

    It gets the betas one by one, because its own geometric schedule rounds the number of sweeps
    above 1000.  It gets no seed, because with one all reads of a call are identical.
    """

    def __init__(self, problem: IsingProblem) -> None:
        from openjij import SASampler
        from openjij.model.model import BinaryQuadraticModel

        n = problem.num_variables
        pairs = zip(problem.row.tolist(), problem.col.tolist(), strict=True)
        quadratic = dict(zip(pairs, map(float, problem.coupling), strict=True))
        linear = dict(enumerate(map(float, problem.h)))
        self.sparse = problem.num_interactions <= _DENSE * n * (n - 1) / 2
        self.model = BinaryQuadraticModel(
            linear, quadratic, float(problem.offset), "SPIN", sparse=self.sparse
        )
        self.sampler = SASampler()

    def run(self, call: Call) -> Any:
        schedule = [(beta, 1) for beta in call.betas().tolist()]
        return self.sampler.sample(
            self.model, num_reads=call.reads, schedule=schedule, sparse=self.sparse
        )

    def draw(self, result: Any) -> Draw:
        seconds = float(np.sum(result.info["list_exec_times"])) / 1e6
        return Draw(_ordered(result), result.record.energy, seconds)


class _ThrmlResult(NamedTuple):
    states: Any
    compile_seconds: float
    sampling_seconds: float


class Thrml:
    """`thrml` block Gibbs sampling at one beta, the geometric middle of the schedule.

    Its beta belongs to the program: annealing would rebuild and recompile at every step.  Blocks
    are the colours of networkx's DSATUR, as its documentation advises; chains are vectorised.
    """

    def __init__(self, problem: IsingProblem) -> None:
        import networkx as nx
        from thrml import Block, SpinNode

        # Before the colouring, which is slow where the answer is known.
        _check_colours(_clique_bound(problem))
        graph = nx.Graph(zip(problem.row.tolist(), problem.col.tolist(), strict=True))
        graph.add_nodes_from(range(problem.num_variables))
        # DSATUR would find the two colours, too, but takes half a minute on a lattice.
        bipartite = nx.is_bipartite(graph)
        colour = (
            nx.bipartite.color(graph) if bipartite else nx.greedy_color(graph, strategy="DSATUR")
        )
        count = max(colour.values()) + 1
        _check_colours(count)
        self.problem = problem
        self.nodes: list[Any] = [SpinNode() for _ in range(problem.num_variables)]
        self.blocks: list[Any] = [
            Block([self.nodes[i] for i, c in colour.items() if c == k]) for k in range(count)
        ]
        self.programs: dict[tuple[int, int, float], Any] = {}

    def run(self, call: Call) -> _ThrmlResult:
        import jax

        beta = float(np.sqrt(call.beta_range[0] * call.beta_range[1]))
        shape = (call.reads, call.sweeps, beta)
        compile_seconds = 0.0
        if shape not in self.programs:
            start = time.perf_counter()
            self.programs[shape] = self._compile(*shape)
            compile_seconds = time.perf_counter() - start
        start = time.perf_counter()
        keys = jax.random.split(jax.random.key(call.seed), call.reads)
        states = jax.block_until_ready(self.programs[shape](keys))
        return _ThrmlResult(states, compile_seconds, time.perf_counter() - start)

    def draw(self, result: _ThrmlResult) -> Draw:
        up = np.asarray(result.states).reshape(-1, self.problem.num_variables)
        spins = (2 * up.astype(np.int8) - 1).astype(np.int8)
        info = {"num_colours": len(self.blocks)}
        return Draw(spins, None, result.sampling_seconds, result.compile_seconds, info=info)

    def _compile(self, reads: int, sweeps: int, beta: float) -> Any:
        """Compiled ``keys [reads] -> [reads, 1, n]`` bool; each chain does `sweeps` sweeps."""
        import jax
        import jax.numpy as jnp
        from thrml import Block, SamplingSchedule, sample_states
        from thrml.models import IsingEBM, IsingSamplingProgram, hinton_init

        problem = self.problem
        ends = zip(problem.row.tolist(), problem.col.tolist(), strict=True)
        edges = [(self.nodes[i], self.nodes[j]) for i, j in ends]
        # thrml's energy has the opposite sign.
        h = -jnp.asarray(problem.h, jnp.float32)
        coupling = -jnp.asarray(problem.coupling, jnp.float32)
        model = IsingEBM(self.nodes, edges, h, coupling, jnp.float32(beta))
        program = IsingSamplingProgram(model, self.blocks, clamped_blocks=[])
        schedule = SamplingSchedule(n_warmup=sweeps, n_samples=1, steps_per_sample=1)
        everything = [Block(self.nodes)]
        no_batch: Any = ()

        def chain(key: jax.Array) -> jax.Array:
            first, second = jax.random.split(key)
            start = hinton_init(first, model, self.blocks, no_batch)
            return sample_states(second, program, schedule, start, [], everything)[0]

        keys = jax.random.split(jax.random.key(0), reads)
        return jax.jit(jax.vmap(chain)).lower(keys).compile()


PEERS: dict[str, Entrant] = {
    "dwave-samplers": Entrant("dwave-samplers", "dwave-samplers", DwaveSamplers, "final"),
    "openjij": Entrant(
        "openjij",
        "openjij",
        OpenJij,
        "final",
        note="openjij runs without a seed: with one, all reads of a call are identical.",
    ),
    "thrml": Entrant(
        "thrml",
        "thrml",
        Thrml,
        None,
        compiles=True,
        note="thrml samples at one beta, the middle of the schedule, because its beta is compiled "
        "in: its speed compares, its energies do not.",
    ),
}


def _ordered(result: Any) -> NDArray[np.int8]:
    """Spins of a dimod sample set with columns in the order of the labels 0 .. n-1."""
    return result.record.sample[:, np.argsort(list(result.variables))].astype(np.int8)


def _clique_bound(problem: IsingProblem) -> int:
    """Turan's lower bound on the largest clique, hence on the number of colours."""
    n, m = problem.num_variables, problem.num_interactions
    return int(np.ceil(n * n / max(n * n - 2 * m, 1)))


def _check_colours(count: int) -> None:
    if count > _MAX_COLOURS:
        raise Unsupported(
            f"{count} or more colours; thrml traces one block per colour, {_MAX_COLOURS} is the "
            "most that this benchmark compiles"
        )
