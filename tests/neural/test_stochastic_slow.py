"""Stochastic layers of devices with a memory of their own, and on MNIST."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from pbits.machine import presets
from pbits.neural import chain, data, monte_carlo, outputs, pbit_mlp, shapes, train
from pbits.neural.predictions import (
    Predictions,
    auroc,
    calibration_error,
    fit_temperature,
    tempered,
)
from pbits.neural.stochastic import PBits, straight_through, with_devices
from problems import store

pytestmark = pytest.mark.slow
DATA = Path(os.environ.get(store.ENVIRONMENT) or Path(__file__).parents[3] / "shared" / "data")
IMAGES = DATA / "images"


@pytest.mark.parametrize("preset", ["default", "fast"])
def test_spins_of_a_preset_have_the_mean_of_its_own_curve(preset):
    """Of junctions with a spread, and of disks in dividers, which remember an angle."""
    neurons = presets.get(preset).neurons
    net = chain([PBits()], (3,))
    x = np.broadcast_to(np.array([-0.1, 0.0, 0.2], np.float32), (40_000, 3))
    # Inputs are rounded by the converter, which the mean does not know.
    chip = with_devices(net, replace(neurons, input_bits=None), 10 * float(neurons.cost.seconds))
    spins = monte_carlo(chip, x, 1, seed=2, batch=len(x)).logits[0]
    wanted = np.asarray(chip(x[:1]))[0]
    error = np.sqrt((1 - wanted**2) / len(x))
    assert np.min(2 * norm.sf(np.abs(spins.mean(0) - wanted) / error)) * 3 > 1e-4
    assert np.abs(wanted - np.tanh(x[0])).max() > 8 * error.max()  # they are no ideal ones


def test_mnist_doubts_what_is_no_digit_more_than_rectifiers_do():
    try:
        images, labels = data.load("mnist", "train", IMAGES)
        unseen, wanted = (part[:1000] for part in data.load("mnist", "test", IMAGES))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    held = images[8000:9000], labels[8000:9000]
    settings = {"epochs": 8, "rate": 0.002, "seed": 1, "held_out": held}
    start = pbit_mlp((28, 28, 1), 10, hidden=(128,))
    spins = train(start, images[:8000], labels[:8000], digital=straight_through, **settings).network
    start = shapes.mlp((28, 28, 1), 10, hidden=(128,))
    plain = train(start, images[:8000], labels[:8000], **settings).network
    noise = np.random.default_rng(0).uniform(size=unseen.shape).astype(np.float32)
    found = {}
    for name, run in (
        ("spins", lambda x: monte_carlo(spins, x, 32, seed=1, batch=500)),
        ("plain", lambda x: Predictions(outputs(plain, x)[None], 0)),
    ):
        temperature = fit_temperature(run(held[0]).probabilities(), held[1])
        tuned = tempered(run(unseen).probabilities(), temperature)
        found[name] = (
            run(unseen).accuracy(wanted),
            auroc(run(unseen).entropy(), run(noise).entropy()),
            calibration_error(tuned, wanted),
        )
    assert found["spins"][0] > 0.9
    assert found["spins"][0] > found["plain"][0] - 0.03
    assert found["spins"][1] > 0.97
    assert found["spins"][1] > found["plain"][1] + 0.02
    assert found["spins"][2] < 0.05
