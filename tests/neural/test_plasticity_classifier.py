"""Digits learnt by stochastic switching: laws of the synapses, and floors of accuracy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from pbits.devices.plasticity import Rule, probabilities
from pbits.neural import data
from pbits.neural.plasticity import Learned, Learning, classify, learn, lines, votes


def test_synapses_of_a_lone_winner_reach_the_stationary_weight():
    """With one pattern shown in two shades, each line is set and reset in turn."""
    learning = Learning(neurons=2000, rule=Rule(0.3, 0.2, 20e-3, 1.0), homeostasis=1e3)
    images = np.repeat([[0.9, 0.1], [0.1, 0.9]], 2000, axis=0)  # every neuron wins now and then
    found = learn(images, learning, epochs=20, seed=3)
    up, down = probabilities(learning.rule, learning.span * (1 - np.asarray(lines(images))))
    mean_up, mean_down = np.mean(up, 0), np.mean(down, 0)
    wanted = mean_up / (mean_up + mean_down)
    seen, error = found.weights.mean(1), np.sqrt(wanted * (1 - wanted) / 2000)
    assert np.min(2 * norm.sf(np.abs(seen - wanted) / error)) * 4 > 1e-4
    wrong = 0.3 / (0.3 + 0.2)  # without the window
    assert np.min(2 * norm.sf(np.abs(seen - wrong) / error)) * 4 < 1e-4
    assert found.sets == found.resets == 2.0


def test_the_energy_is_of_all_pulses():
    found = Learned(np.zeros((4, 2)), np.zeros(2), np.zeros(2), 10, 1.5, 2.5, 3)
    assert found.write_energy(2e-12, 1e-12) == pytest.approx(10 * (3e-12 + 2.5e-12), abs=0)


def test_pixels_out_of_range_are_refused():
    with pytest.raises(ValueError, match="expected 0 to 1"):
        lines([[1.5]])
    with pytest.raises(ValueError, match=r"rule\.set"):
        Learning(rule=Rule(1.2, 0.1))


def test_digits_are_learnt_without_labels():
    pytest.importorskip("sklearn")
    (images, labels), unseen = data.load("digits", "train"), data.load("digits", "test")
    learning = Learning(neurons=100)
    found = learn(images, learning, epochs=6, seed=1)
    named = votes(found, images, labels)
    assert np.mean(classify(found, named, unseen[0]) == unseen[1]) > 0.8
    assert found.wins.min() > 0
    assert found.events == 6 * len(images)
    # Nothing learnt: thresholds alone, and synapses as they were drawn.
    still = learn(images, replace(learning, rule=Rule(1e-9, 1e-9)), epochs=6, seed=1)
    named = votes(still, images, labels)
    assert np.mean(classify(still, named, unseen[0]) == unseen[1]) < 0.75
    assert still.switched == 0 < found.switched
