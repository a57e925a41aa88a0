"""What imperfections should cost, to second order: half the Fisher information of their errors.

For errors db of biases this is ``db^T Cov(s) db / 2``; the same form holds for any error that moves
the law smoothly, with the derivative of the machine's own law in its direction.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.devices.networks import Network, divergence
from pbits.machine.enumerable import network_of
from pbits.machine.exact_laws import coloured_law, law_of_means, mean_spins
from pbits.machine.machine import LoadedMachine
from pbits.machine.state_fields import normal_nodes

Array = NDArray[np.float64]
_PART = 1e-3  # of the way to what is heard
_CERTAIN = 1 - 1e-7  # as far as float32 tells
_NODES = 41


def predicted_cost(loaded: LoadedMachine, beta: float) -> float:
    """Divergence from Boltzmann's law to second order in all that p-bits hear wrongly, nats.

    Gains and shifts of devices, conductances, wires, rounding, noise of reading, responses that are
    no tanh: whatever changes the mean spin that a p-bit answers a state with.

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
        >>> bool(np.isclose(predicted_cost(loaded, 1.0), (shift**2).sum() / 2, rtol=1e-2))
        True
    """
    if not loaded.machine.clocking.is_plain or loaded.machine.common_noise:
        raise ValueError("expected a machine that is clocked by colours, without common noise")
    wanted = network_of(loaded.problem, beta)
    inputs, colour = wanted.inputs(wanted.states), loaded.layout.colour
    wrong = np.arctanh(np.clip(mean_spins(loaded, beta), -_CERTAIN, _CERTAIN)) - inputs
    ends = [law_of_means(np.tanh(inputs + part * wrong), colour) for part in (_PART, -_PART)]
    slope = (ends[0] - ends[1]) / (2 * _PART)
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
    nodes, weights = normal_nodes(_NODES)
    return float(np.arctanh(weights @ np.tanh(noise * nodes) ** 2))


def noisy_response(noise: float) -> Any:
    """The response of ideal p-bits whose inputs are read with Gaussian noise: a flatter curve.

    Args:
        noise: standard deviation of beta I, drawn anew at each read.

    Example:
        >>> round(float(noisy_response(0.5)(1.0)), 3)
        0.689
    """
    nodes, weights = normal_nodes(_NODES)

    def response(inputs: Any) -> Array:
        return (np.tanh(np.asarray(inputs, float)[..., None] + noise * nodes) * weights).sum(-1)

    return response
