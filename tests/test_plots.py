"""Pictures show the numbers they are given, on the axes they are given."""

import matplotlib

matplotlib.use("Agg")

import networkx as nx
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color

from pbits import anneal, bifurcate, quantum_anneal, temper
from pbits.plots import plot_cut, plot_energy_histogram, plot_rungs, plot_trace
from problems import Instance, maxcut
from problems.generators import ferromagnet


@pytest.fixture(autouse=True)
def figures(monkeypatch):
    monkeypatch.setattr(pyplot, "show", lambda *args, **kwargs: pytest.fail("show was called"))
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def run():
    problem = ferromagnet((4, 4))
    return anneal(problem, num_reads=8, num_sweeps=100, seed=3, trace=True)


def lines(ax):
    return {line.get_label(): line.get_xydata() for line in ax.get_lines()}


def test_trace_shows_energies(run):
    ax = plot_trace(run)
    shown = lines(ax)
    assert np.array_equal(shown["best so far"][:, 1], run.trace.best_energy)
    assert np.array_equal(shown["mean of the reads"][:, 1], run.trace.mean_energy)
    assert np.array_equal(shown["best so far"][:, 0], run.trace.sweep)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("sweeps", "energy")
    _, hot = ax.figure.axes
    assert np.array_equal(hot.get_lines()[0].get_ydata(), run.trace.beta)


def test_trace_shows_values_of_an_instance(run):
    instance = Instance(ferromagnet((4, 4)), "grid", "rudy", "cut", True)
    ax = plot_trace(run, objective=instance)
    # All weights are -1, so W = -32 and the energy -32 is a cut of 0.
    assert lines(ax)["best so far"][-1, 1] == 0
    assert (ax.get_ylabel(), ax.get_title()) == ("cut", "grid")


@pytest.mark.parametrize(
    ("minimise", "shown"),
    [
        (lambda p: anneal(p, num_sweeps=50, trace=True), ("sweeps", "inverse temperature")),
        (lambda p: quantum_anneal(p, num_sweeps=50, trace=True), ("sweeps", "transverse field")),
        (lambda p: bifurcate(p, num_steps=50, trace=True), ("time steps", "pump")),
    ],
)
def test_trace_names_what_is_scheduled(minimise, shown):
    ax = plot_trace(minimise(ferromagnet((4, 4))))
    _, schedule = ax.figure.axes
    assert (ax.get_xlabel(), schedule.get_ylabel()) == (shown[0], f"{shown[1]} (dashed)")


def test_trace_needs_a_trace():
    result = anneal(ferromagnet((2, 2)), num_reads=1, num_sweeps=2, seed=0)
    with pytest.raises(ValueError, match="trace=True"):
        plot_trace(result)


@pytest.mark.parametrize(
    "draw",
    [
        lambda run, ax: plot_trace(run, ax),
        lambda run, ax: plot_cut(nx.path_graph(3), ({0}, {1, 2}), ax),
        lambda run, ax: plot_energy_histogram([1, 2], ax),
        lambda run, ax: plot_rungs(
            temper(ferromagnet((2, 2)), num_reads=1, betas=[0.1, 0.2], record_rungs=1, seed=0), ax
        ),
    ],
    ids=["trace", "cut", "histogram", "rungs"],
)
def test_draws_where_it_is_told(run, draw):
    figure, (left, right) = pyplot.subplots(1, 2)
    assert draw(run, right) is right
    assert not left.has_data()
    assert pyplot.get_fignums() == [figure.number]


def test_cut_edges_stand_out():
    graph = nx.cycle_graph(5)
    ax = plot_cut(graph, ({0, 2}, {1, 3, 4}))
    kept, cut = (c for c in ax.collections if isinstance(c, LineCollection))
    assert (len(kept.get_segments()), len(cut.get_segments())) == (1, 4)
    assert cut.get_linewidth()[0] > kept.get_linewidth()[0]
    (nodes,) = (c for c in ax.collections if isinstance(c, PathCollection))
    colours = nodes.get_facecolor()
    assert same_color(colours[0], colours[2])
    assert same_color(colours[1], colours[4])
    assert not same_color(colours[0], colours[1])
    assert ax.get_title() == "cut 4: 4 of 5 edges"


def test_cut_adds_up_weights_and_takes_samples_and_partitions():
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 2), ("b", "c", -1), ("a", "c", 5)])
    spins = {"a": 1, "b": -1, "c": -1}
    assert plot_cut(graph, spins).get_title() == "cut 7: 2 of 3 edges"
    partition = maxcut(graph).partition([spins[node] for node in graph])
    assert plot_cut(graph, partition).get_title() == "cut 7: 2 of 3 edges"


def test_cut_uses_known_places():
    graph = nx.path_graph(2)
    nx.set_node_attributes(graph, {0: (0, 0), 1: (3, 4)}, "pos")
    for ax in (
        plot_cut(graph, ({0}, {1})),
        plot_cut(graph, ({0}, {1}), pos={0: (0, 0), 1: (3, 4)}),
    ):
        (nodes,) = (c for c in ax.collections if isinstance(c, PathCollection))
        assert nodes.get_offsets().tolist() == [[0, 0], [3, 4]]


@pytest.mark.parametrize(
    "partition", [({0}, {1}), ({0, 1}, {1, 2}), ({0, 1, 2},), {0: 1, 1: 0, 2: 1}]
)
def test_cut_refuses_what_is_no_partition(partition):
    with pytest.raises(ValueError, match="two sides that hold every node once"):
        plot_cut(nx.path_graph(3), partition)


def test_cut_of_a_graph_without_edges():
    assert plot_cut(nx.empty_graph(3), ({0, 1, 2}, set())).get_title() == "cut 0: 0 of 0 edges"


def heights(ax):
    return {
        round(bar.get_x() + bar.get_width() / 2, 6): bar.get_height()
        for bar in ax.patches
        if bar.get_height() > 0
    }


def test_histogram_has_one_bar_a_level():
    ax = plot_energy_histogram([-8, -8, -8, 0, 4], label="reads")
    assert heights(ax) == pytest.approx({-8: 0.6, 0: 0.2, 4: 0.2})
    assert len(ax.patches) == 4
    assert ax.get_legend() is not None


def test_histogram_of_one_level_and_of_real_numbers():
    assert heights(plot_energy_histogram([3, 3])) == {3: 1}
    assert heights(plot_energy_histogram([0.5])) == {0.5: 1}
    real = np.random.default_rng(1).normal(size=1000)
    bars = heights(plot_energy_histogram(real))
    assert sum(bars.values()) == pytest.approx(1)
    assert 5 < len(bars) < 200


def test_histogram_of_many_levels_stays_a_histogram():
    ax = plot_energy_histogram(np.arange(100_000))
    assert len(ax.patches) < 1000


def test_histogram_beside_exact_probabilities():
    ax = plot_energy_histogram([0, 2], exact=([0, 2], [0.25, 0.75]))
    assert ax.get_lines()[0].get_ydata().tolist() == [0.25, 0.75]


def test_histogram_of_nothing():
    with pytest.raises(ValueError, match="no energies"):
        plot_energy_histogram([])


@pytest.fixture(scope="module")
def ladders():
    problem = ferromagnet((4, 4))
    return temper(problem, num_reads=3, num_sweeps=200, num_temperatures=6, record_rungs=2, seed=1)


def test_rungs_show_the_way_of_replicas(ladders):
    history = ladders.rung_history
    ax = plot_rungs(ladders, ladder=1, replica=2, num_others=3, rounds=(10, 50))
    *others, own = sorted(ax.get_lines(), key=lambda line: line.get_zorder())
    assert np.array_equal(own.get_xdata(), np.arange(10, 51))
    assert np.array_equal(own.get_ydata(), history.rung[10:51, 1, 2])
    for line, replica in zip(others, (0, 3, 5), strict=True):
        assert np.array_equal(line.get_ydata(), history.rung[10:51, 1, replica])
        assert not same_color(line.get_color(), own.get_color())
        assert line.get_linewidth() < own.get_linewidth()
    trips = history.round_trips[1, 2]
    assert ax.get_title() == f"replica 2 of ladder 1: {trips} round trips in 100 rounds"
    bottom, top = ax.get_ylim()
    assert bottom > 5 > 0 > top


def test_rungs_of_all_replicas_and_rounds(ladders):
    lines = plot_rungs(ladders, num_others=99).get_lines()
    assert [len(line.get_xdata()) for line in lines] == [101] * 6
    assert len(plot_rungs(ladders, num_others=0).get_lines()) == 1


@pytest.mark.parametrize("words", [{"ladder": 2}, {"replica": 6}, {"replica": -1}])
def test_rungs_of_nobody(ladders, words):
    with pytest.raises(ValueError, match="of 2 recorded ladders and of 6 replicas"):
        plot_rungs(ladders, **words)


def test_rungs_need_a_record():
    result = temper(ferromagnet((2, 2)), num_reads=1, num_sweeps=2, betas=[0.1, 0.2], seed=0)
    with pytest.raises(ValueError, match="record_rungs=True"):
        plot_rungs(result)
