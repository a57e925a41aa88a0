"""Digits learnt by stochastic switching: laws of the synapses, and floors of accuracy."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy.stats import norm

from pbits.devices.plasticity import Rule, expected_weight, probabilities
from pbits.neural import data, evaluate, hardware, map_network
from pbits.neural.plasticity import PROCESSOR, Learned, Learning, classify, learn, lines, votes


def test_synapses_follow_the_expected_weights():
    """One pattern for neurons that win in turn: every one has been written three times."""
    learning = Learning(neurons=1000, rule=Rule(0.3, 0.2, 20e-3, 1.0), homeostasis=1e3)
    images = np.repeat([[0.9, 0.3]], 1000, axis=0)
    found = learn(images, learning, epochs=3, seed=3)
    assert (found.wins == 1).all()
    up, down = probabilities(learning.rule, learning.span * (1 - np.asarray(lines(images[:1]))[0]))

    def p_value(writes, up):
        wanted = np.asarray(expected_weight(0.5, up, down, writes), float)
        error = np.sqrt(wanted * (1 - wanted) / 1000)
        return 4 * np.min(2 * norm.sf(np.abs(found.weights.mean(1) - wanted) / error))

    assert p_value(3, up) > 1e-4
    assert p_value(2, up) < 1e-4
    assert p_value(3, np.where(np.asarray(up) > 0, 0.3, 0)) < 1e-4  # without the window
    assert found.sets == found.resets == 2.0
    # What a winner gains all others lose.
    assert abs(found.thresholds.mean()) < 1e-3 * learning.homeostasis


def test_the_energy_is_of_all_pulses():
    found = Learned(np.zeros((4, 2)), np.zeros(2), np.zeros(2), 10, 1.5, 2.5, 3)
    assert found.write_energy(2e-12, 1e-12) == pytest.approx(
        10 * (3e-12 + 2.5e-12), rel=1e-6, abs=0
    )


def test_pixels_out_of_range_are_refused():
    with pytest.raises(ValueError, match="expected 0 to 1"):
        lines([[1.5]])
    with pytest.raises(ValueError, match=r"rule\.set"):
        Learning(rule=Rule(1.2, 0.1))


def test_digits_are_learnt_without_labels():
    pytest.importorskip("sklearn")
    (images, labels), unseen = data.load("digits", "train"), data.load("digits", "test")
    learning = Learning(neurons=200)
    found = learn(images, learning, epochs=6, seed=1)
    named = votes(found, images, labels)
    assert np.mean(classify(found, named, unseen[0]) == unseen[1]) > 0.8
    assert found.wins.min() > 0
    assert found.events == 6 * len(images)
    # The same bits in cells: ternary pairs, one of which each synapse uses.
    design = hardware("stt", mapping="ternary", input_bits=4)
    memory = map_network(found.network(), design, lines(images[:64]), jax.random.key(0))
    run = evaluate(memory, lines(unseen[0]), unseen[1], names=named, processor=PROCESSOR)
    known = classify(found, named, unseen[0])
    assert np.array_equal(run.float_found, known)
    assert abs(run.accuracy - run.float_accuracy) < 0.05
    assert np.mean(run.found == known) > 0.8
    weights = {row.name: row.count for row in run.cost.layers[0].digital.rows}["dram.bit"]
    assert weights == found.weights.size
    assert run.cost.energy > 0 < run.cost.latency
    # Nothing learnt: thresholds alone, and synapses as they were drawn.
    still = learn(images, replace(learning, rule=Rule(1e-9, 1e-9)), epochs=6, seed=1)
    named = votes(still, images, labels)
    assert np.mean(classify(still, named, unseen[0]) == unseen[1]) < 0.75
    assert still.switched == 0 < found.switched
