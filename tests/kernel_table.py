"""The one list of kernels that the contract and exactness tests run over, and their graphs.

A kernel that cannot do something says so in its row; tests read the row, never the name.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from doubles import CROSSBAR, TELEGRAPH, differential

from pbits.kernels.base import Info, Kernel, Model, State
from pbits.kernels.coupled import IDEAL_PBIT, Timing, coupled
from pbits.kernels.coupled_model import (
    coupled_model,
    dense_layout,
    energy_of,
    poly_layout,
    sparse_layout,
)
from pbits.kernels.dense import MAX_PLANES, dense, dense_model
from pbits.kernels.dense_float import dense_float, dense_float_model
from pbits.kernels.packed import packed
from pbits.kernels.packed_model import packed_model
from pbits.kernels.packed_poly import TermArrays, packed_poly
from pbits.kernels.poly_float import poly_float, poly_float_model
from pbits.kernels.quantum import quantum
from pbits.kernels.sparse import sparse, sparse_model
from problems.model import IsingProblem, ising
from problems.polynomial import PolynomialProblem, Problem, from_terms

UPDATES = ("metropolis", "gibbs")


class Row(NamedTuple):
    """One kernel family.

    Attributes:
        name: in test identifiers.
        prepare: ``(problem, update, unit) -> (kernel, model)``.
        updates: the rules it offers.
        real_couplings: whether couplings may be any real numbers.
        max_weight: largest |J| / unit otherwise.
        graphs: the names of those it is tested on, all that it supports if empty.
        num_replicas: as many as its speed allows in a test of a second.
        beta_per_read: whether beta may be an array [reads].
        is_variant: another resolution of the row before it, with the same contract.
        any_order: whether terms of more than two spins are allowed; the contract is then tested
            with them.
        is_exact: whether its spins are drawn from ``exp(-beta E)``; tests of their own otherwise.
    """

    name: str
    prepare: Callable[[Any, str, float], tuple[Kernel, Model]]
    updates: tuple[str, ...] = UPDATES
    real_couplings: bool = False
    max_weight: float = np.inf
    graphs: tuple[str, ...] = ()
    num_replicas: int = 2**17
    beta_per_read: bool = True
    is_variant: bool = False
    any_order: bool = False
    is_exact: bool = True

    def supports(self, problem: Problem, unit: float) -> bool:
        """Whether the kernel takes these couplings."""
        if isinstance(problem, PolynomialProblem):
            fits = all(np.all(c / unit == np.rint(c / unit)) for _, c in problem.terms)
            return self.any_order and (self.real_couplings or fits)
        if self.real_couplings:
            return True
        values = np.concatenate([problem.h, problem.coupling]) / unit
        fits = np.abs(problem.coupling).max(initial=0) <= self.max_weight * unit
        return bool(np.all(values == np.rint(values)) and fits)


def _integers(problem: IsingProblem, unit: float) -> tuple:
    h, coupling = (np.rint(x / unit).astype(np.int64) for x in (problem.h, problem.coupling))
    return h, problem.row, problem.col, coupling, unit


def _packed(num_bits: int, problem: IsingProblem, update: str, unit: float) -> tuple[Kernel, Model]:
    model, parity = packed_model(*_integers(problem, unit))
    return packed(update, num_bits, parity=parity), model


def _dense(problem: IsingProblem, update: str, unit: float) -> tuple[Kernel, Model]:
    return dense(update), dense_model(*_integers(problem, unit))


def _real(
    kernel: Callable, model: Callable, problem: IsingProblem, update: str, unit: float
) -> tuple[Kernel, Model]:
    parts = (problem.h / unit, problem.row, problem.col, problem.coupling / unit)
    return kernel(update), model(*parts, unit)


def terms_of(problem: Problem, unit: float) -> list[TermArrays]:
    """Terms by order, coefficients in units."""
    if isinstance(problem, PolynomialProblem):
        return [(variables, c / unit) for variables, c in problem.terms]
    single = np.arange(problem.num_variables)[:, None]
    pairs = np.stack([problem.row, problem.col], axis=1)
    return [(single, problem.h / unit), (pairs, problem.coupling / unit)]


def _packed_poly(problem: Problem, update: str, unit: float) -> tuple[Kernel, Model]:
    terms = [(v, np.rint(c).astype(np.int64)) for v, c in terms_of(problem, unit)]
    model, parity = packed_poly(problem.num_variables, terms, unit)
    return packed(update, parity=parity), model


def _poly_float(problem: Problem, update: str, unit: float) -> tuple[Kernel, Model]:
    model = poly_float_model(problem.num_variables, terms_of(problem, unit), unit)
    return poly_float(update), model


def _coupled(problem: Problem, update: str, unit: float) -> tuple[Kernel, Model]:
    del update
    if isinstance(problem, PolynomialProblem):
        layout = poly_layout(problem.num_variables, terms_of(problem, unit), unit)
    else:
        layout = sparse_layout(*_reals(problem, unit))
    return coupled(layout.coupling, IDEAL_PBIT, energy_of(layout)), coupled_model(layout)


def _coupled_dense(problem: IsingProblem, update: str, unit: float) -> tuple[Kernel, Model]:
    del update
    layout = dense_layout(*_reals(problem, unit))
    kernel = coupled(
        layout.coupling, IDEAL_PBIT, energy_of(layout), dtype=np.float32, lane_multiple=64
    )
    return kernel, coupled_model(layout)


def _reals(problem: IsingProblem, unit: float) -> tuple:
    return problem.h / unit, problem.row, problem.col, problem.coupling / unit, unit


def _doubles(problem: IsingProblem, update: str, unit: float) -> tuple[Kernel, Model]:
    """Together, colour by colour, since the junction remembers."""
    del update
    h, row, col, coupling, unit = _reals(problem, unit)
    layout = sparse_layout(h, row, col, coupling, unit)
    matrix = np.zeros((h.size, h.size))
    matrix[row, col] = matrix[col, row] = coupling
    kernel = coupled(CROSSBAR, TELEGRAPH, energy_of(layout), Timing(in_turn=False))
    model = coupled_model(
        layout, coupling=differential(layout, h, matrix), pbit=np.float32(0.5),
        num_clocks=layout.num_colours,
    )  # fmt: skip
    return kernel, model


def _quantum(problem: IsingProblem, update: str, unit: float) -> tuple[Kernel, Model]:
    parts = (problem.h / unit, problem.row, problem.col, problem.coupling / unit)
    return _at_fixed_bond(quantum("sparse", update, 4, True)), sparse_model(*parts, unit)


@cache
def _at_fixed_bond(kernel: Kernel) -> Kernel:
    """Beta alone is set; neighbouring slices stay coupled as they are."""

    def step(key: jax.Array, state: State, model: Model, beta: jax.Array) -> tuple[State, Info]:
        return kernel.step(key, state, model, jnp.stack([beta, jnp.full_like(beta, 0.2)]))

    return kernel._replace(step=step)


ROWS = (
    Row("packed", partial(_packed, 16)),
    Row("packed32", partial(_packed, 32), graphs=("complete",), is_variant=True),
    Row(
        "dense",
        _dense,
        max_weight=2**MAX_PLANES - 1,
        graphs=("ring", "complete", "biased", "islands", "heavy"),
        num_replicas=2**15,
    ),
    Row("sparse", partial(_real, sparse, sparse_model), real_couplings=True),
    Row(
        "dense_float",
        partial(_real, dense_float, dense_float_model),
        real_couplings=True,
        graphs=("complete", "gaussian"),
        num_replicas=2**14,
    ),
    Row("packed_poly", _packed_poly, graphs=("triples", "mixed"), any_order=True),
    Row(
        "poly_float",
        _poly_float,
        real_couplings=True,
        graphs=("mixed", "real"),
        num_replicas=2**15,
        any_order=True,
    ),
    Row("coupled", _coupled, ("gibbs",), real_couplings=True, any_order=True),
    Row(
        "coupled_dense",
        _coupled_dense,
        ("gibbs",),
        real_couplings=True,
        graphs=("biased", "gaussian"),
        num_replicas=2**14,
    ),
    Row("doubles", _doubles, ("gibbs",), real_couplings=True, num_replicas=2**14),
    Row("quantum", _quantum, ("metropolis",), real_couplings=True, is_exact=False),
)
EXACT_ROWS = tuple(row for row in ROWS if row.is_exact)


def cases() -> list[tuple[Row, str, str]]:
    """Every kernel with every rule of its own and every graph it is tested on."""
    return [
        (row, update, name)
        for row in EXACT_ROWS
        for update in row.updates
        for name, graph in graphs().items()
        if row.supports(graph.problem, graph.unit) and name in (row.graphs or graphs())
    ]


class Graph(NamedTuple):
    """A problem small enough to enumerate.

    Attributes:
        problem: of at most 10 spins; an Ising problem or a polynomial.
        unit: divides its coefficients where they allow it.
        metropolis_settles: whether Metropolis sweeps in a fixed order forget their start.  They
            take every move that costs nothing: a spin that feels nothing flips in every sweep,
            and domain walls on a ring march on for ever.
    """

    problem: Any
    unit: float = 1.0
    metropolis_settles: bool = True


@cache
def graphs() -> dict[str, Graph]:
    """Named problems of 7 to 10 spins; each reaches some branch of some kernel."""
    rng = np.random.default_rng(2)
    signs = partial(rng.choice, (-1, 1))
    zero = np.zeros(7, np.int64)
    ring = np.arange(7)
    pairs = np.triu_indices(7, 1)
    distance = np.minimum(pairs[1] - pairs[0], 7 - pairs[1] + pairs[0])
    many = np.array(np.triu_indices(10, 1))[:, rng.random(45) < 0.4]
    # A hub coupled to everyone, with eight levels or more.
    row, col = np.unique(np.c_[many, [np.zeros(9, int), np.arange(1, 10)]], axis=1)
    biases = rng.integers(-2, 3, 10)
    islands = ([0, 0, 1, 3, 3, 4, 6], [1, 2, 2, 4, 5, 5, 7])
    orders = (1,) * 4 + (2,) * 5 + (3,) * 6 + (4,) * 4
    strong = signs(21) * rng.integers(10, 16, 21)
    return {
        # Even fields, three colours.
        "ring": Graph(
            ising(zero, ring, (ring + 1) % 7, -np.ones(7, int)), metropolis_settles=False
        ),
        # Every spin a colour of its own.
        "complete": Graph(ising(zero, *pairs, signs(21))),
        # Odd and even fields of different widths.
        "biased": Graph(ising(biases, row, col, signs(row.size))),
        # Two triangles, a pair, and a spin that feels nothing.
        "islands": Graph(
            ising(np.zeros(9), *islands, [1, 1, 1, -1, -1, 1, 1]), metropolis_settles=False
        ),
        # Several slots to a coupling, a quarter unit each: 18 to 20 levels.
        "weighted": Graph(
            ising(rng.integers(-2, 3, 7) / 4, *pairs, signs(21) * (5 - distance) / 4), 0.25
        ),
        # More than 64 levels, and four binary digits.
        "heavy": Graph(ising(rng.integers(-9, 10, 7) / 16, *pairs, strong / 16), 1 / 16),
        "gaussian": Graph(ising(rng.normal(size=10) / 2, row, col, rng.normal(size=row.size) / 2)),
        # Three spins to a term and nothing else: even and odd fields.
        "triples": Graph(polynomial((3,) * 14, 8, 1.0)),
        # One to four spins to a term, weights to three, half a unit each.
        "mixed": Graph(polynomial(orders, 9, 0.5, 3, seed=1), 0.5),
        "real": Graph(polynomial(orders, 9)),
    }


def polynomial(
    orders: tuple[int, ...], n: int, unit: float | None = None, heaviest: int = 1, seed: int = 0
) -> PolynomialProblem:
    """Random terms of the given orders; weights of both signs in units, normal without."""
    rng = np.random.default_rng(seed)
    terms = []
    for order in orders:
        weight = rng.normal() / 2 if unit is None else rng.integers(1, heaviest + 1) * unit
        term = rng.choice(n, order, replace=False)
        terms.append(([term], [rng.choice((-1, 1)) * weight]))
    return from_terms(terms, n)


def scattered(problem: IsingProblem, size: int, seed: int = 0) -> tuple[IsingProblem, np.ndarray]:
    """The problem hidden at random places among free spins: a problem of `size`, and the places.

    The spins that matter then meet across words, blocks and tiles.
    """
    place = np.random.default_rng(seed).permutation(size)[: problem.num_variables]
    h = np.zeros(size, problem.h.dtype)
    h[place] = problem.h
    return ising(h, place[problem.row], place[problem.col], problem.coupling), place
