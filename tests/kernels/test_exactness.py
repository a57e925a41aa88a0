"""Every kernel samples the Boltzmann distribution, and the tests that say so can fail."""

from collections.abc import Callable

import mutants
import numpy as np
import pytest
import stats
from kernel_table import EXACT_ROWS, UPDATES, Row, cases, graphs, scattered

from pbits.kernels import packed_poly, poly_float
from pbits.kernels.base import Kernel, Model
from problems.polynomial import Problem, from_terms

BETAS = (0.2, 0.7)
Mutant = Callable[[Kernel], Kernel]
CASES = [pytest.param(*case, id="-".join((case[0].name, *case[1:]))) for case in cases()]
BY_NAME = {row.name: row for row in EXACT_ROWS}


@pytest.mark.parametrize(("row", "update", "name"), CASES)
def test_kernel_keeps_the_distribution(row: Row, update: str, name: str) -> None:
    graph = graphs()[name]
    kernel, model = row.prepare(graph.problem, update, graph.unit)
    for beta in BETAS:
        pvalue = stats.invariance_pvalue(
            kernel, model, graph.problem, beta, num_sweeps=4, num_replicas=row.num_replicas
        )
        assert pvalue > stats.ALPHA, beta


@pytest.mark.parametrize(("row", "update", "name"), CASES)
def test_kernel_reaches_the_distribution(row: Row, update: str, name: str) -> None:
    graph = graphs()[name]
    kernel, model = row.prepare(graph.problem, update, graph.unit)
    pvalue = stats.convergence_pvalue(
        kernel, model, graph.problem, 0.4, num_sweeps=40, num_replicas=row.num_replicas
    )
    assert (pvalue > stats.ALPHA) == (update == "gibbs" or graph.metropolis_settles)


@pytest.mark.parametrize("row", EXACT_ROWS, ids=lambda row: row.name)
def test_spins_meet_across_words_blocks_and_tiles(row: Row) -> None:
    graph = graphs()["complete"]
    problem, place = scattered(graph.problem, 100)
    kernel, model = row.prepare(problem, "gibbs", graph.unit)
    start = np.ones((100, row.num_replicas // 8), np.int8)
    end = stats.sweep_spins(kernel, model, start, 0.4, 40)[place]
    exact = stats.boltzmann(graph.problem, np.float32(0.4))
    assert stats.pooled_chi_square(stats.count_states(end), exact) > stats.ALPHA


@pytest.mark.parametrize("row", EXACT_ROWS, ids=lambda row: row.name)
def test_five_percent_in_beta_is_noticed(row: Row) -> None:
    graph = graphs()["complete"]
    kernel, model = row.prepare(graph.problem, row.updates[0], graph.unit)
    assert _rejected(mutants.colder(kernel), model, graph.problem)


@pytest.mark.parametrize("mutant", [mutants.repeating, mutants.shared], ids=lambda m: m.__name__)
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", ["packed", "sparse"])
def test_reused_random_numbers_are_noticed(
    name: str, update: str, mutant: Callable[[Kernel], Kernel]
) -> None:
    graph = graphs()["complete"]
    kernel, model = BY_NAME[name].prepare(graph.problem, update, graph.unit)
    assert _rejected(mutant(kernel), model, graph.problem)


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", ["packed", "dense"])
def test_updating_all_spins_at_once_is_noticed(name: str, update: str) -> None:
    problem, unit, _ = graphs()["complete"]
    kernel, model = BY_NAME[name].prepare(mutants.double_cover(problem), update, unit)
    assert _rejected(mutants.synchronous(kernel, problem.num_variables), model, problem)


@pytest.mark.parametrize(("name", "update"), [("packed_poly", "gibbs"), ("poly_float", UPDATES[0])])
def test_updating_spins_of_one_term_at_once_is_noticed(
    name: str, update: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, unit, _ = graphs()["triples"]
    none = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for module in (packed_poly, poly_float):
        monkeypatch.setattr(module, "coupled_pairs", lambda *_: none)
    kernel, model = BY_NAME[name].prepare(problem, update, unit)
    assert _rejected(kernel, model, problem)


@pytest.mark.parametrize("name", ["packed_poly", "poly_float"])
def test_a_term_without_one_of_its_spins_is_noticed(name: str) -> None:
    problem, unit, _ = graphs()["triples"]
    ((triples, weights),) = problem.terms
    wrong = from_terms([(triples[1:], weights[1:]), (triples[:1, :2], weights[:1])], 8)
    kernel, model = BY_NAME[name].prepare(wrong, "gibbs", unit)
    assert _rejected(kernel, model, problem)


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("name", ["packed", "sparse"])
def test_a_wrong_neighbour_is_noticed(name: str, update: str) -> None:
    problem, unit, _ = graphs()["biased"]
    kernel, model = BY_NAME[name].prepare(mutants.off_by_one(problem), update, unit)
    assert _rejected(kernel, model, problem)


def test_a_kernel_that_does_nothing_is_noticed_by_convergence_only() -> None:
    problem, unit, _ = graphs()["complete"]
    kernel, model = BY_NAME["sparse"].prepare(problem, "gibbs", unit)
    idle = mutants.idle(kernel)
    assert stats.invariance_pvalue(idle, model, problem, 0.7) > stats.ALPHA
    assert stats.convergence_pvalue(idle, model, problem, 0.7) < stats.ALPHA


def test_metropolis_at_beta_zero_flips_every_spin_in_every_sweep() -> None:
    """A corner of the rule, not of the kernel: all moves are free, so all are taken."""
    problem, unit, _ = graphs()["complete"]
    kernel, model = BY_NAME["sparse"].prepare(problem, "metropolis", unit)
    start = np.ones((7, 64), np.int8)
    for num_sweeps, expected in ((1, -1), (2, 1), (7, -1)):
        assert np.all(stats.sweep_spins(kernel, model, start, 0.0, num_sweeps) == expected)


def _rejected(kernel: Kernel, model: Model, problem: Problem) -> bool:
    """Whether 65,536 replicas give it away; 5 % in beta then has a power above 0.999."""
    pvalue = stats.invariance_pvalue(kernel, model, problem, 0.7, num_sweeps=8, num_replicas=2**16)
    return pvalue < stats.ALPHA
