"""What a small machine settles to, exactly: its own transitions, state by state.

Nothing is simulated: fields are those that the machine's coupling computes for each of the 2^n
states, p-bits answer as their models say, and the law is that of the chain of clocks.  So a sampled
machine has a reference that shares no random number with it, and what an imperfection costs is
known without noise.  NumPy in float64; fields and responses are float32, as the machine's are.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.devices.clocked import heard
from pbits.devices.ideal import Memoryless
from pbits.devices.networks import Network, divergence, enumerate_spins
from pbits.devices.telegraph import Telegraph
from pbits.machine.enumerable import network_of
from pbits.machine.machine import LoadedMachine
from pbits.machine.state_fields import StateFields, nodes_of, normal_nodes, state_fields

Array = NDArray[np.float64]
_SQUARINGS, _STILL = 60, 1e-13


def exact_law(loaded: LoadedMachine, beta: float, *, freely: bool = False) -> Array:
    """Probabilities of all states once the machine has settled, at the end of sweeps.

    Args:
        loaded: of at most 10 spins, without lag or delay of its inputs.
        beta: inverse temperature.
        freely: for free p-bits the law of continuous time, in place of that of steps.

    Returns:
        [2**n], in the order of `pbits.devices.networks.enumerate_spins`.  From a random state,
        where a machine can freeze.

    Raises:
        ValueError: on more spins, inputs with a memory, p-bits that remember more than their spin,
            or noise before a converter.

    Example:
        >>> from pbits.machine import Clocking, Machine
        >>> from problems import ising
        >>> pair = ising([0.3, 0.0], [0], [1], [-0.5])
        >>> found = exact_law(Machine(clocking=Clocking("parallel")).load(pair), 1.0)
        >>> bool(np.allclose(found, network_of(pair).little(), atol=1e-6))
        True
    """
    clocking, clocks = loaded.machine.clocking, loaded.clocks
    if clocks.follow < 1 or clocks.delay:
        raise ValueError("inputs lag or are late; expected lag and delay 0, or use run_freely")
    if freely:
        if clocking.kind != "asynchronous" or loaded.machine.common_noise:
            raise ValueError(
                f"kind is {clocking.kind!r} and common_noise {loaded.machine.common_noise}; "
                "expected free p-bits ('asynchronous') without it"
            )
        return settled(_free_steps(loaded, beta))
    nodes, weights = [0.0], [1.0]
    if loaded.machine.common_noise:
        nodes, weights = normal_nodes()
    clock = partial(_clock, loaded, state_fields(loaded), beta, nodes, weights)
    if clocking.kind != "coloured":
        return settled(clock(np.ones(loaded.layout.num_spins, bool), clocks.fraction))
    colour = loaded.layout.colour
    return settled(_product(clock(colour == c, 1.0) for c in range(loaded.layout.num_colours)))


def coloured_law(
    network: Network, colour: NDArray[np.int64] | None = None,
    response: Callable[[Any], Any] = np.tanh,
) -> Array:  # fmt: skip
    """What p-bits settle to that are clocked colour by colour and answer by any curve.

    Args:
        network: one or a stack, of at most 10 spins; couplings need not be symmetric.
        colour: [n] of each spin; one after another by default.
        response: mean spin at an input I.

    Returns:
        [..., 2**n] probabilities at the end of sweeps; Boltzmann's where couplings are symmetric,
        spins of one colour do not feel each other, and the response is the hyperbolic tangent.

    Example:
        >>> pair = Network([[0.0, -1.0], [-1.0, 0.0]], [0.3, 0.0])
        >>> bool(np.allclose(coloured_law(pair), pair.boltzmann()))
        True
    """
    colours = np.arange(network.num_spins) if colour is None else np.asarray(colour)
    return law_of_means(response(network.inputs(network.states)), colours)


def law_of_means(means: Array, colour: NDArray[np.int64]) -> Array:
    """The same of p-bits that answer each state [..., 2**n, n] with a mean spin, whatever made it.

    Example:
        >>> law_of_means(np.zeros((4, 2)), np.array([0, 1])).tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    up = (1 + means) / 2
    return settled(_product(_moves(up, colour == c, 1.0) for c in range(int(colour.max()) + 1)))


def mean_spins(loaded: LoadedMachine, beta: float) -> Array:
    """With what mean spin each p-bit answers each state [2**n, n] if it is given all time.

    Noise of reading is averaged over; noise in common is not there.

    Raises:
        ValueError: as :func:`state_fields`.

    Example:
        >>> from pbits.machine import Machine
        >>> from problems import ising
        >>> mean_spins(Machine().load(ising([0.5], [], [], [])), 2.0).round(3).tolist()
        [[-0.762], [-0.762]]
    """
    fields, neurons = state_fields(loaded), loaded.machine.neurons
    told = neurons.parameters(loaded.layout.num_spins, loaded.clocks.dt)
    total = np.zeros(fields.mean.shape)
    for node, weight in zip(*nodes_of(fields), strict=True):
        drive = 2 * beta * (fields.mean + node * fields.noise).T
        if told is None:
            total += weight * np.tanh(-drive / 2).T
            continue
        answer = told.model.transfer(heard(told, jnp.asarray(drive, jnp.float32)))
        total += weight * np.asarray(answer, float).T
    return total


def machine_cost(loaded: LoadedMachine, beta: float, *, freely: bool = False) -> float:
    """Divergence of :func:`exact_law` from Boltzmann's law of the problem, nats.

    Example:
        >>> from pbits.machine import Clocking, Machine
        >>> from problems import ising
        >>> loaded = Machine(clocking=Clocking("parallel")).load(ising([0, 0], [0], [1], [-0.5]))
        >>> round(machine_cost(loaded, 1.0), 4)
        0.1201
    """
    law = exact_law(loaded, beta, freely=freely)
    return float(divergence(law, network_of(loaded.problem, beta).boltzmann()))


def _clock(
    loaded: LoadedMachine, fields: StateFields, beta: float, nodes: Any, weights: Any,
    chosen: NDArray[np.bool_], fraction: float,
) -> Array:  # fmt: skip
    """Transitions [from, to] of a clock that takes a share of the chosen p-bits."""
    total, common = 0.0, loaded.machine.common_noise
    for node, weight in zip(nodes, weights, strict=True):
        up = _ups(loaded, fields, beta, 2 * common * node)
        total = total + weight * _moves(up, chosen, fraction)
    return np.asarray(total)


def _moves(up: Array, chosen: NDArray[np.bool_], fraction: float) -> Array:
    """From P(up) of each p-bit in each state [..., 2**n, n], if it is clocked."""
    ends = enumerate_spins(up.shape[-1]) > 0
    move = np.ones((*up.shape[:-2], len(ends), len(ends)))
    for i in range(up.shape[-1]):
        end = ends[:, i]
        same = end[:, None] == end
        drawn = np.where(end, up[..., i, None], 1 - up[..., i, None])
        move *= fraction * drawn + (1 - fraction) * same if chosen[i] else same
    return move


def _ups(loaded: LoadedMachine, fields: StateFields, beta: float, extra: float) -> Array:
    """P(up) after a clock, of each p-bit in each state, [2**n, n]."""
    states = enumerate_spins(fields.mean.shape[1])
    total = np.zeros(states.shape)
    for node, weight in zip(*nodes_of(fields), strict=True):
        drive = 2 * beta * (fields.mean + node * fields.noise) + extra
        total += weight * _answers(loaded, drive.T.astype(np.float32), states.T).T
    return total


def _answers(loaded: LoadedMachine, drive: NDArray[np.float32], spins: Array) -> Array:
    """P(up) [n, states] after a clock at drives [n, states]."""
    neurons = loaded.machine.neurons
    if neurons.model is None:
        return 1 / (1 + np.exp(drive.astype(float)))
    told = neurons.parameters(len(drive), loaded.clocks.dt)
    given = told.model.propagator(heard(told, jnp.asarray(drive)), told.dt)
    if isinstance(told.model, Memoryless):
        return np.asarray(given, float)
    if isinstance(told.model, Telegraph):
        return np.where(spins > 0, 1 - np.asarray(given.down, float), np.asarray(given.up, float))
    raise ValueError(
        f"{type(told.model).__name__} remembers more than its spin; expected a Telegraph or a "
        "p-bit without memory, or sample it"
    )


def _free_steps(loaded: LoadedMachine, beta: float) -> Array:
    """The chain of events in continuous time, one for every possible flip or none."""
    fields, neurons = state_fields(loaded), loaded.machine.neurons
    if not isinstance(neurons.model, Telegraph) or fields.noise.any():
        raise ValueError("rates are those of a Telegraph without noise of reading; sample others")
    states = enumerate_spins(fields.mean.shape[1])
    told = neurons.parameters(states.shape[1], loaded.clocks.dt)
    inputs = heard(told, jnp.asarray(2 * beta * fields.mean.T, jnp.float32))
    rise, fall = (np.exp(np.asarray(x, float)).T for x in told.model.law.log_rates(inputs))
    rates = np.where(states > 0, fall, rise)
    step = 0.5 / rates.sum(1).max()
    place = np.arange(len(states))
    move = np.diag(1 - step * rates.sum(1))
    for i in range(states.shape[1]):
        move[place, place ^ (1 << i)] = step * rates[:, i]
    return move


def settled(move: Array) -> Array:
    """The long-run law [..., k] of a chain [..., from, to] that starts from any state alike.

    By squaring until nothing changes, which also serves chains that have several ends.

    Example:
        >>> settled(np.array([[0.9, 0.1], [0.3, 0.7]])).round(6).tolist()
        [0.75, 0.25]
    """
    for _ in range(_SQUARINGS):
        squared = move @ move
        squared /= squared.sum(-1, keepdims=True)
        still = np.abs(squared - move).max() < _STILL
        move = squared
        if still:
            break
    return move.mean(-2)


def _product(matrices: Any) -> Array:
    found = None
    for one in matrices:
        found = one if found is None else found @ one
    assert found is not None
    return found
