"""Pictures of runs and solutions.

Every function draws on the axes it is given, or on a new figure's, and returns the axes; none shows
or saves anything.  matplotlib is imported when a function is called.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.results import BifurcationResult, Minimum, QuantumResult, TemperResult

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

    from problems.formats import Instance

# Colour-blind safe (Okabe and Ito).
_BLUE, _ORANGE, _GREEN, _GREY = "#0072B2", "#E69F00", "#009E73", "#BBBBBB"
_MAX_LEVELS = 200
_MAX_BOLD = 400  # rounds in one picture


def plot_trace(
    result: Minimum, ax: "Axes | None" = None, objective: "Instance | None" = None
) -> "Axes":
    """Mean and best value over the reads, against sweeps done; a second axis shows the schedule.

    Args:
        result: of an anneal, or another minimisation, with ``trace=True``.
        ax: where to draw; a new figure if None.
        objective: the instance whose values (cuts, say) to show instead of energies.

    Raises:
        ValueError: on a result without a trace.

    Example:
        >>> from pbits import anneal
        >>> from problems.generators import ferromagnet
        >>> plot_trace(anneal(ferromagnet((4, 4)), num_reads=8, seed=1, trace=True)).get_ylabel()
        'energy'
    """
    if result.trace is None:
        raise ValueError("the result has no trace; call anneal(..., trace=True)")
    trace, ax = result.trace, _axes(ax)
    value = (lambda energy: energy) if objective is None else objective.value_from_energy
    hot = ax.twinx()
    hot.plot(trace.sweep, trace.beta, color=_GREY, linestyle="--", linewidth=1)
    hot.set_ylabel(f"{_scheduled(result)} (dashed)", color="#777777")
    hot.tick_params(axis="y", colors="#777777")
    thin = 1.5 if result.num_restarts <= 1 else 0.8
    mean = value(trace.mean_energy)
    ax.plot(trace.sweep, mean, color=_BLUE, linewidth=thin, label="mean of the reads")
    ax.plot(trace.sweep, value(trace.best_energy), color=_ORANGE, label="best so far")
    # The second axes would else hide the curves.
    ax.set_zorder(hot.get_zorder() + 1)
    ax.patch.set_visible(False)
    ax.set_xlabel("time steps" if isinstance(result, BifurcationResult) else "sweeps")
    ax.set_ylabel("energy" if objective is None else objective.objective)
    if objective is not None:
        ax.set_title(objective.name)
    ax.legend(loc="best", framealpha=0.9)
    return ax


def _scheduled(result: Minimum) -> str:
    """What stands in the place of beta in a trace."""
    if isinstance(result, QuantumResult):
        return "transverse field"
    return "pump" if isinstance(result, BifurcationResult) else "inverse temperature"


def plot_cut(
    graph: "nx.Graph",
    partition: Sequence[set[Hashable]] | Mapping[Hashable, int],
    ax: "Axes | None" = None,
    pos: Mapping[Hashable, ArrayLike] | None = None,
) -> "Axes":
    """A graph with its two sides in two colours, cut edges bold and the others grey.

    The title counts cut edges and adds up their weights, the edge attribute "weight" or 1.

    Args:
        graph: an undirected graph.
        partition: two sets of nodes, as `problems.MaxCut.partition` gives, or a spin (-1 or +1) of
            each node, as a dimod sample is.
        ax: where to draw; a new figure if None.
        pos: place of each node; default: the node attribute "pos" where all have one, else a
            spring layout.

    Raises:
        ValueError: where the two sides are not all nodes, each once.

    Example:
        >>> import networkx as nx
        >>> plot_cut(nx.cycle_graph(4), ({0, 2}, {1, 3})).get_title()
        'cut 4: 4 of 4 edges'
    """
    import networkx as nx

    up = _up_side(graph, partition)
    ax, place = _axes(ax), cast(Any, pos or _layout(graph))
    cut = [edge for edge in graph.edges if (edge[0] in up) != (edge[1] in up)]
    kept = [edge for edge in graph.edges if (edge[0] in up) == (edge[1] in up)]
    size = float(np.clip(6000 / max(len(graph), 1), 4, 120))
    width = float(np.clip(60 / max(len(graph), 1) ** 0.5, 0.6, 2.0))
    nx.draw_networkx_edges(graph, place, kept, ax=ax, edge_color=_GREY, width=width / 2)
    nx.draw_networkx_edges(graph, place, cut, ax=ax, edge_color=_GREEN, width=width)
    colours = [_BLUE if node in up else _ORANGE for node in graph]
    nx.draw_networkx_nodes(graph, place, ax=ax, node_color=colours, node_size=size)
    weight = sum(graph.edges[edge].get("weight", 1) for edge in cut)
    ax.set_title(f"cut {weight:g}: {len(cut)} of {graph.number_of_edges()} edges")
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def plot_energy_histogram(
    energies: ArrayLike,
    ax: "Axes | None" = None,
    *,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
    label: str | None = None,
) -> "Axes":
    """How often each energy occurs: one bar a level for integers, else bins.

    Args:
        energies: [k] energies, of samples or of the reads of an anneal.
        ax: where to draw; a new figure if None.
        exact: levels and their probabilities, drawn as dots beside integer energies.
        label: what a legend calls the energies.

    Raises:
        ValueError: where `energies` is empty.

    Example:
        >>> plot_energy_histogram([-4, -4, 0]).get_ylabel()
        'fraction'
    """
    values = np.asarray(energies).reshape(-1)
    if not values.size:
        raise ValueError("no energies given; expected at least one")
    ax = _axes(ax)
    edges = _bin_edges(values)
    weights = np.full(values.size, 1 / values.size)
    ax.hist(values, edges.tolist(), weights=weights, color=_BLUE, label=label, rwidth=0.9)
    if exact is not None:
        ax.plot(*exact, "o", color=_ORANGE, markersize=4, label="exact")
    if label is not None or exact is not None:
        ax.legend(frameon=False)
    ax.set_xlabel("energy")
    ax.set_ylabel("fraction")
    return ax


def plot_rungs(
    result: "TemperResult",
    ax: "Axes | None" = None,
    *,
    ladder: int = 0,
    replica: int = 0,
    num_others: int = 4,
    rounds: tuple[int, int] | None = None,
) -> "Axes":
    """The way of a state up and down its ladder, hottest rung on top, before some others in grey.

    The title counts the state's round trips in the whole run.

    Args:
        result: of a run with ``record_rungs``.
        ax: where to draw; a new figure if None.
        ladder: which one.
        replica: whose way stands out: the state that was on this rung in the beginning.
        num_others: replicas behind it, from rungs evenly spaced.
        rounds: first and last round to show; default all, which of long runs is a thicket.

    Raises:
        ValueError: on a result without rungs, or a ladder or replica that was not recorded.

    Example:
        >>> from pbits import temper
        >>> from problems.generators import ferromagnet
        >>> run = temper(ferromagnet((4, 4)), num_temperatures=3, record_rungs=True, seed=1)
        >>> plot_rungs(run, rounds=(0, 100)).get_xlabel()
        'rounds'
    """
    history = result.rung_history
    if history is None:
        raise ValueError("the result has no rungs; call temper(..., record_rungs=True)")
    _, ladders, count = history.rung.shape
    if not (0 <= ladder < ladders and 0 <= replica < count):
        raise ValueError(
            f"ladder is {ladder} and replica {replica}; expected one of {ladders} recorded ladders "
            f"and of {count} replicas"
        )
    ax, paths = _axes(ax), history.rung[:, ladder].T
    first, last = rounds or (0, history.round[-1])
    shown = (first <= history.round) & (history.round <= last)
    others = [k for k in range(count) if k != replica]
    width = 1.8 if shown.sum() <= _MAX_BOLD else 1.0
    for k in np.linspace(0, len(others) - 1, min(num_others, len(others))).round().astype(int):
        ax.plot(history.round[shown], paths[others[k]][shown], color=_GREY, linewidth=width / 2)
    ax.plot(history.round[shown], paths[replica][shown], color=_BLUE, linewidth=width, zorder=3)
    trips = history.round_trips[ladder, replica]
    noun = "round trip" if trips == 1 else "round trips"
    ax.set_title(
        f"replica {replica} of ladder {ladder}: {trips} {noun} in {history.round[-1]} rounds"
    )
    ax.set(xlabel="rounds", ylabel="rung, hottest on top", ylim=(count - 0.7, -0.3))
    ax.locator_params(axis="y", integer=True)
    ax.margins(x=0.01)
    return ax


def _axes(ax: "Axes | None") -> "Axes":
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


def _up_side(
    graph: "nx.Graph", partition: Sequence[set[Hashable]] | Mapping[Hashable, int]
) -> set[Hashable]:
    """Nodes on the first side, or of spin +1."""
    if isinstance(partition, Mapping):
        sides = [{node for node, spin in partition.items() if spin == s} for s in (1, -1)]
    else:
        sides = [set(side) for side in partition]
    if len(sides) != 2 or sides[0] & sides[1] or (sides[0] | sides[1]) != set(graph):
        raise ValueError(
            f"partition has sides of {', '.join(str(len(side)) for side in sides)} nodes for a "
            f"graph of {len(graph)}; expected two sides that hold every node once"
        )
    return sides[0]


def _layout(graph: "nx.Graph") -> Mapping[Hashable, Any]:
    import networkx as nx

    places = nx.get_node_attributes(graph, "pos")
    return places if len(places) == len(graph) else nx.spring_layout(graph, seed=0)


def _bin_edges(values: NDArray) -> NDArray[np.float64]:
    """Edges around each possible level of integer values; NumPy's choice otherwise."""
    levels = np.unique(values)
    if levels.dtype.kind in "iu" and levels.size > 1:
        step = np.gcd.reduce(np.diff(levels))
        count = (levels[-1] - levels[0]) // step + 1
        if count <= _MAX_LEVELS:
            return levels[0] + step * (np.arange(count + 1) - 0.5)
    return np.histogram_bin_edges(values, "auto") if levels.size > 1 else levels[0] + [-0.5, 0.5]
