"""What imperfections should cost, to second order: half the Fisher information of their errors.

For errors db of biases this is ``db^T Cov(s) db / 2``; the same form holds for any error that moves
the law smoothly, with the derivative of the machine's own law in its direction.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.devices.networks import Network, divergence
from pbits.machine.exact_laws import coloured_law, network_of, state_fields
from pbits.machine.machine import LoadedMachine

Array = NDArray[np.float64]
_DIFFERENCE = 1e-3  # of the way to what is heard
_NODES = 41


def heard_network(loaded: LoadedMachine, beta: float) -> Network:
    """The network of ideal p-bits that the machine amounts to.

    Couplings as the arrays compute them, which need not be symmetric, by gains and shifts of
    devices.

    Args:
        loaded: a machine whose deviations are linear: arrays that round nothing and read without
            noise, inputs that are not rounded; of at most 10 spins.
        beta: inverse temperature.

    Raises:
        ValueError: on another machine.

    Example:
        >>> from pbits.machine import Machine
        >>> from problems import ising
        >>> heard_network(Machine().load(ising([0, 1], [0], [1], [2.0])), 0.5).biases.tolist()
        [0.0, 1.0]
    """
    neurons = loaded.machine.neurons
    told = neurons.parameters(loaded.layout.num_spins, loaded.clocks.dt)
    if told is not None and told.code is not None:
        raise ValueError("inputs are rounded; expected input_bits None, or sample the machine")
    if loaded.arrays is None:
        plain = network_of(loaded.problem, beta)
    else:
        couplings = loaded.arrays.matrix()
        plain = Network(couplings * (1 - np.eye(len(couplings))), loaded.arrays.biases(), beta)
    fields = state_fields(loaded)
    size = np.abs(plain.inputs(plain.states)).max(initial=beta)
    if fields.noise.any() or not np.allclose(
        -beta * fields.mean, plain.inputs(plain.states), atol=1e-4 * size
    ):
        raise ValueError(
            "fields are no sums of couplings: they are rounded or noisy; expected arrays without "
            "either, or sample the machine"
        )
    if told is None:
        return plain
    slope, offset, gain, shift = (
        np.asarray(part, float)[:, 0] for part in (told.slope, told.offset, told.gain, told.shift)
    )
    shifts = neurons.slope * (gain * (offset - shift) - neurons.offset)
    return plain.scaled(neurons.slope * gain / slope, shifts)


def predicted_cost(loaded: LoadedMachine, beta: float) -> float:
    """Divergence from Boltzmann's law to second order in all linear deviations, nats.

    Gains and shifts of devices, conductances, wires, rounded weights: whatever
    :func:`heard_network` has.

    Args:
        loaded: clocked by colours, of at most 10 spins.
        beta: inverse temperature.

    Raises:
        ValueError: on another machine.

    Example:
        >>> from pbits.devices.ideal import IdealSigmoid
        >>> from pbits.devices.variability import Spread
        >>> from pbits.machine import Machine, Neurons
        >>> from problems import ising
        >>> machine = Machine(Neurons(IdealSigmoid(), spread=Spread(offset=0.1), seed=1))
        >>> loaded = machine.load(ising(np.zeros(5), [], [], []))
        >>> shift = machine.neurons.devices(5)[1]
        >>> bool(np.isclose(predicted_cost(loaded, 1.0), (shift**2).sum() / 2, rtol=1e-3))
        True
    """
    if not loaded.machine.clocking.is_plain or loaded.machine.common_noise:
        raise ValueError("expected a machine that is clocked by colours, without common noise")
    wanted, heard = network_of(loaded.problem, beta), heard_network(loaded, beta)
    couplings, biases = heard.couplings - wanted.couplings, heard.biases - wanted.biases
    ends = [
        coloured_law(
            Network(wanted.couplings + part * couplings, wanted.biases + part * biases, beta),
            loaded.layout.colour,
        )
        for part in (_DIFFERENCE, -_DIFFERENCE)
    ]
    slope = (ends[0] - ends[1]) / (2 * _DIFFERENCE)
    return float((slope**2 / wanted.boltzmann()).sum() / 2)


def shape_cost(network: Network, response: Any) -> Array:
    """Divergence from Boltzmann's law of p-bits that answer by another curve, one after another.

    Args:
        network: one or a stack.
        response: mean spin at an input, of slope 1 there.

    Example:
        >>> pair = Network([[0.0, -0.5], [-0.5, 0.0]], [0.0, 0.0])
        >>> round(float(shape_cost(pair, lambda x: 2 / np.pi * np.arctan(np.pi / 2 * x))), 5)
        0.00092
    """
    return divergence(coloured_law(network, response=response), network.boltzmann())


def common_coupling(noise: float) -> float:
    """The coupling, as -beta J, that a noise in common amounts to, between p-bits of no other.

    P-bits clocked together at inputs that share a Gaussian of this deviation have
    ``<s_i s_j> = E tanh^2``; so have p-bits coupled by the inverse hyperbolic tangent of that.

    Args:
        noise: standard deviation of the common part of beta I.

    Example:
        >>> round(common_coupling(0.1), 4)  # the variance, where it is small
        0.0098
    """
    checks.non_negative("noise", noise)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return float(np.arctanh((weights * np.tanh(noise * nodes) ** 2).sum() / weights.sum()))


def noisy_response(noise: float) -> Any:
    """The response of ideal p-bits whose inputs are read with Gaussian noise: a flatter curve.

    Args:
        noise: standard deviation of beta I, drawn anew at each read.

    Example:
        >>> round(float(noisy_response(0.5)(1.0)), 3)
        0.689
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    share = weights / weights.sum()

    def response(inputs: Any) -> Array:
        return (np.tanh(np.asarray(inputs, float)[..., None] + noise * nodes) * share).sum(-1)

    return response
