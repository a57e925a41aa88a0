"""Stochastic layers, switching synapses and diodes in front of a network (N20 to N22)."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from pbits.devices.plasticity import Rule, expected_weight
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.machine.neurons import Neurons
from pbits.neural.layers import Dense
from pbits.neural.monte_carlo import monte_carlo
from pbits.neural.network import chain
from pbits.neural.plasticity import Learning, learn
from pbits.neural.predictions import auroc_gain, entropy, softmax
from pbits.neural.stochastic import PBits, with_devices
from pbits.validation.rows import Measured, NotRun, Row

_DRIVE, _WAIT = 0.7, 0.5  # of a spin; over the correlation time


def _mean(wait: float | None, full: bool) -> Measured:
    """Of the first spins of idle p-bits, at a wait over the correlation time."""
    count = 400_000 if full else 40_000
    network = chain([PBits()], (1,))
    if wait is not None:
        network = with_devices(network, Neurons(Telegraph(ConstantTime(1e-9))), wait * 1e-9)
    spins = monte_carlo(network, np.full((count, 1), _DRIVE), 1, seed=20, batch=count).logits
    return Measured(float(spins.mean()), float(spins.std() / np.sqrt(count)))


def _variance(full: bool) -> Measured:
    """Of a sum of 64 spins with weights, over that of independent spins."""
    draws = np.random.default_rng(3)
    weight, x = draws.normal(size=(64, 1)).astype(np.float32), draws.normal(size=64)
    count = 100_000 if full else 20_000
    network = chain([PBits(), Dense(weight)], (64,))  # pyright: ignore
    sums = monte_carlo(network, np.broadcast_to(x, (count, 64)), 1, seed=21, batch=count).logits
    wanted = float(np.sum(weight[:, 0] ** 2 * (1 - np.tanh(x) ** 2)))
    return Measured(float(sums.var() / wanted), float(np.sqrt(2 / count)))


def _weights(line: int, full: bool) -> Measured:
    """Mean synapse of a line after four writes."""
    count = 8000 if full else 2000
    learning = Learning(neurons=count, rule=Rule(0.3, 0.2, 20e-3, 1.0), homeostasis=1e3)
    found = learn(np.full((count, 1), 0.8), learning, epochs=4, seed=22)
    seen = found.weights[line]
    return Measured(float(seen.mean()), float(seen.std() / np.sqrt(count)))


@lru_cache(maxsize=1)
def _digits() -> dict[str, Any]:
    """Two networks of the same size, and images for them."""
    from pbits.neural import data, shapes, train
    from pbits.neural.pbit_shapes import pbit_mlp
    from pbits.neural.stochastic import straight_through

    try:
        images, labels = data.load("digits", "train")
        settings = {"epochs": 30, "rate": 0.005, "seed": 1}
        start = pbit_mlp(images.shape[1:], 10, hidden=(64,), seed=1)
        spins = train(start, images, labels, digital=straight_through, **settings)
        plain = train(
            shapes.mlp(images.shape[1:], 10, hidden=(64,), seed=1), images, labels, **settings
        )
    except ImportError as missing:
        raise NotRun(str(missing)) from missing
    unseen, wanted = data.load("digits", "test")
    noise = np.random.default_rng(0).uniform(size=unseen.shape).astype(np.float32)
    return {
        "spins": spins.network, "plain": plain.network, "unseen": unseen, "labels": wanted,
        "noise": noise,
    }  # fmt: skip


def _tried(full: bool) -> Measured:
    """Gain of detecting noise by p-bits over the deterministic network, areas under ROC."""
    found, samples = _digits(), 64 if full else 32
    sets = [found["unseen"], found["noise"]]
    entropies = [
        monte_carlo(found["spins"], x, samples, seed=1, batch=len(x)).entropy() for x in sets
    ]
    theirs = [entropy(softmax(np.asarray(found["plain"](x)))) for x in sets]
    return Measured(*auroc_gain(*entropies, *theirs))


def _reached(full: bool) -> float:
    """Accuracy of p-bits at 32 samples less that of the deterministic network."""
    found = _digits()
    drawn = monte_carlo(found["spins"], found["unseen"], 32, seed=1, batch=len(found["unseen"]))
    plain = np.asarray(found["plain"](found["unseen"])).argmax(-1)
    return drawn.accuracy(found["labels"]) - float(np.mean(plain == found["labels"]))


def _fed(full: bool) -> float:
    """Accuracy behind diodes at 100 nW a white pixel less that of pixels, on float layers."""
    import jax

    import crossbar
    from crossbar.cells.cell import without_deviations
    from crossbar.cells.presets import get
    from pbits.datasheets import power_curve
    from pbits.devices.diode_examples import UNBIASED, unbiased
    from pbits.devices.macrospin import GAMMA
    from pbits.neural.evaluating import accuracy
    from pbits.neural.sensing import FrontEnd, fed

    given = _digits()
    plain, unseen, labels = (given[name] for name in ("plain", "unseen", "labels"))
    resonance = GAMMA * UNBIASED.numbers["effective_field"].value / (2 * np.pi)
    curve = power_curve(
        unbiased(alpha=0.02), np.geomspace(1e-10, 1e-6, 9), resonance, num_periods=8
    )
    design = crossbar.Design(
        without_deviations(get("sot")), rows=64, columns=64, weight_bits=8, input_bits=8,
        encoding="unsigned",
    )  # fmt: skip
    memory = crossbar.program(jax.random.key(0), plain["dense1"].matrix, design)
    front = FrontEnd(curve, 1e-7, 1e-6, 1e3)
    hook = fed(memory, front, "dense1", jax.random.key(1))
    seen = accuracy(lambda x: plain.run(x, linear=hook), unseen, labels, batch=len(unseen))
    return seen - accuracy(plain, unseen, labels)


_PLUS, _MINUS = 0.3 * np.exp(-0.4), 0.2  # lags of 0.4 and 1.6 windows
_AFTER = [float(expected_weight(0.5, *p, 4)) for p in ((_PLUS, 0.0), (0.0, _MINUS))]

ROWS = (
    Row("N20.1", "sampled activation at a drive of 0.7: mean", "tanh 0.7",
        float(np.tanh(_DRIVE)), 0.015, partial(_mean, None), 0.005),
    Row("N20.2", "the same of an idle telegraph, read after half a correlation time",
        "tanh(0.7) (1 - exp(-1/2))", float(np.tanh(_DRIVE) * -np.expm1(-_WAIT)), 0.02,
        partial(_mean, _WAIT), 0.006),
    Row("N20.3", "variance of a weighted sum of 64 p-bits, over sum w^2 (1 - tanh^2)",
        "independence", 1.0, 0.04, _variance, 0.018),
    Row("N20.4", "digits, 64 hidden p-bits and p-bit pixels, 32 samples: accuracy less that of "
        "rectifiers", "what a float network of as many units reaches", 0.0, 0.03, _reached),
    Row("N20.5", "noise told from digits by entropy, p-bits less rectifiers: area under ROC, above "
        "0", "averaged networks detect what they were not taught (Lakshminarayanan et al., "
        "arXiv:1612.01474; from memory)", 0.25, 0.249, _tried),
    *(
        Row(f"N21.{k}", f"synapses of a line that {what}, after four writes from 1/2",
            "E[dw] = P+ (1 - w) - P- w", reference, 0.045, partial(_weights, line), 0.02)
        for k, what, reference, line in (
            (1, "spiked before", _AFTER[0], 0), (2, "did not", _AFTER[1], 1),
        )
    ),
    Row("N22.1", "digits as powers up to 100 nW through spin-torque diodes with thermal noise: "
        "accuracy less that of pixels", "none: the pixels themselves", 0.0, 0.02, _fed),
)  # fmt: skip
