"""Graphs, and exact quantities of small machines against sums over all states."""

import numpy as np
import pytest

from pbits.boltzmann import BoltzmannMachine, Graph, deep, exact, initialise, local, rbm, sparse

RNG = np.random.default_rng(0)
GRAPHS = {
    "rbm": rbm(4, 3, num_labels=1),
    "deep": deep(4, (3, 2), num_labels=1),
    "local": local((2, 3), (2, 2), reach=1),
    "seen couplings": sparse(4, 2, [0, 0, 1, 2, 3], [1, 4, 5, 5, 4]),
    "complete": sparse(3, 3, *np.triu_indices(6, 1)),
    "nothing hidden": sparse(4, 0, [0, 1, 2], [1, 2, 3]),
}
by_graph = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())


def random_machine(graph: Graph, size: float = 0.6, seed: int = 1) -> BoltzmannMachine:
    draws = np.random.default_rng(seed)
    h, coupling = draws.normal(0, 0.5, graph.num_units), draws.normal(0, size, graph.num_couplings)
    return BoltzmannMachine(graph, h, coupling)


def enumerated(machine):
    """All states and their probabilities, by the energies of `problems` alone."""
    spins = exact.states(machine.graph.num_units).astype(np.int8)
    weight = np.exp(-machine.problem.energies(spins))
    return spins, weight / weight.sum(), np.log(weight.sum())


@by_graph
def test_sums_are_those_over_all_states(graph):
    machine = random_machine(graph)
    spins, probability, log_z = enumerated(machine)
    assert exact.log_z(machine) == pytest.approx(log_z, rel=1e-12)
    found = exact.moments(machine)
    np.testing.assert_allclose(found.unit, probability @ spins, atol=1e-12)
    pairs = spins[:, graph.row] * spins[:, graph.col]
    np.testing.assert_allclose(found.pair, probability @ pairs, atol=1e-12)
    seen = spins[:, : graph.num_seen]
    for row in np.unique(seen, axis=0)[::5]:
        own = (seen == row).all(1)
        log = np.log(probability[own].sum())
        assert exact.log_likelihood(machine, [row])[0] == pytest.approx(log, rel=1e-10)
        held = exact.moments(machine, [row])
        share = probability[own] / probability[own].sum()
        np.testing.assert_allclose(held.unit, share @ spins[own], atol=1e-12)
        np.testing.assert_allclose(held.pair, share @ pairs[own], atol=1e-12)
    assert exact.distribution(machine).sum() == pytest.approx(1)


@by_graph
def test_classes_hold_each_unit_once_and_no_couplings(graph):
    units = np.concatenate(graph.classes)
    assert sorted(units) == list(range(graph.num_units))
    own = np.zeros(graph.num_units, int)
    for k, part in enumerate(graph.classes):
        own[part] = k
    assert (own[graph.row] != own[graph.col]).all()


@by_graph
def test_free_energy_is_the_enumerated_one(graph):
    machine = random_machine(graph)
    rows = exact.states(graph.num_seen).astype(np.int8)[::3]
    if graph.is_restricted:
        expected = exact.log_weights(machine, rows)
        np.testing.assert_allclose(machine.log_weights(rows), expected, atol=1e-10)
    else:
        with pytest.raises(ValueError, match="coupled with each other"):
            machine.log_weights(rows)


@pytest.mark.parametrize("name", ["rbm", "deep"])
def test_gradient_is_the_slope_of_the_likelihood(name):
    machine = random_machine(GRAPHS[name])
    rows = np.where(RNG.random((6, machine.graph.num_seen)) < 0.5, 1, -1)
    found = exact.gradient(machine, rows)
    for part, slopes in (("h", found.unit), ("coupling", found.pair)):
        for k in (0, 3, slopes.size - 1):
            ends = []
            for step in (-1e-5, 1e-5):
                values = {"h": machine.h.copy(), "coupling": machine.coupling.copy()}
                values[part][k] += step
                moved = BoltzmannMachine(machine.graph, **values)
                ends.append(exact.log_likelihood(moved, rows).mean())
            assert (ends[1] - ends[0]) / 2e-5 == pytest.approx(slopes[k], abs=1e-7)


def test_one_side_of_many_units_is_summed_over():
    """200 visible units: the sum runs over the states of ten hidden ones."""
    graph = rbm(200, 10)
    machine = BoltzmannMachine(graph, np.full(210, 0.3), np.zeros(2000))
    assert exact.log_z(machine) == pytest.approx(210 * np.log(2 * np.cosh(0.3)), rel=1e-12)
    with pytest.raises(ValueError, match="19 units would have to be enumerated"):
        exact.log_z(initialise(rbm(40, 19)))


def test_local_couplings_are_near():
    graph = local((8, 8), (4, 4), reach=1.5, num_labels=2)
    between = (graph.row < 64) & (graph.col >= 66)
    at = graph.col[between] - 66
    y, x = 2 * (at // 4) + 0.5, 2 * (at % 4) + 0.5
    far = np.maximum(abs(graph.row[between] // 8 - y), abs(graph.row[between] % 8 - x))
    assert far.max() == 1.5
    assert (np.bincount(at) == [9, 12, 12, 9, 12, 16, 16, 12, 12, 16, 16, 12, 9, 12, 12, 9]).all()
    lateral = graph.row >= 66
    assert lateral.sum() == 24
    assert ((graph.row >= 64) & (graph.row < 66)).sum() == 32
    with pytest.raises(ValueError, match="near no hidden unit"):
        local((8, 8), (2, 2), reach=1)


def test_deep_layers_follow_each_other():
    graph = deep(5, (4, 3), num_labels=2)
    assert graph.num_couplings == 5 * 4 + 4 * 3 + 3 * 2
    assert len(graph.classes) == 2
    layer = np.repeat([0, 3, 1, 2], [5, 2, 4, 3])
    assert (abs(layer[graph.row] - layer[graph.col]) == 1).all()


def test_saved_and_loaded(tmp_path):
    machine = random_machine(GRAPHS["deep"])
    machine.save(tmp_path / "deep.npz")
    again = BoltzmannMachine.load(tmp_path / "deep.npz")
    assert (again.h == machine.h).all()
    assert (again.matrix == machine.matrix).all()
    assert again.graph.num_labels == 1


def test_errors():
    with pytest.raises(ValueError, match="expected 3 finite numbers"):
        BoltzmannMachine(rbm(2, 1), [0, np.nan, 0], [1, 1])
    with pytest.raises(ValueError, match="one for each coupled pair"):
        BoltzmannMachine(rbm(2, 1), [0, 0, 0], [1])
    with pytest.raises(ValueError, match="no rows"):
        initialise(rbm(2, 1), np.ones((0, 2)))
    with pytest.raises(ValueError, match=r"outside 0\.\.2"):
        sparse(2, 1, [0], [3])
    with pytest.raises(ValueError, match="hidden is empty"):
        deep(2, ())
