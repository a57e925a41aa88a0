"""Learning: gradients of every sampler against enumeration, and what is learnt."""

from functools import cache

import numpy as np
import optax
import pytest
from scipy import stats

from pbits.boltzmann import (
    BlockGibbs,
    BoltzmannMachine,
    Graph,
    Kernels,
    OnMachine,
    deep,
    exact,
    initialise,
    local,
    rbm,
    train,
)
from pbits.boltzmann.data import bars_and_stripes
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.variability import Spread
from pbits.machine import Machine, Neurons

ALPHA = 1e-4
CHAINS = 4000
SMALL = rbm(4, 3)
COUPLED = local((2, 3), (1, 3), reach=1)  # three classes, hidden units coupled
DEEP = deep(3, (2, 2), num_labels=2)  # what is seen is in every class
SAMPLERS = {"blocks": BlockGibbs(), "kernels": Kernels(), "machine": OnMachine()}


def machine_of(graph, seed=0):
    draws = np.random.default_rng(seed)
    h, coupling = draws.normal(0, 0.4, graph.num_units), draws.normal(0, 0.5, graph.num_couplings)
    return BoltzmannMachine(graph, h, coupling)


def largest_deviation(graph, expected=None, **changes):
    """One step of learning rate 1 against the exact gradient: largest deviation in its errors.

    A sum of independent chains, the variance of whose terms is known; means in place of samples
    only lower it.
    """
    machine = machine_of(graph)
    data = np.where(np.random.default_rng(1).random((40, graph.num_seen)) < 0.3, 1, -1)
    options = {
        "epochs": 1, "batch_size": CHAINS, "sweeps": 40, "held_sweeps": 20, "learning_rate": 1.0,
        "momentum": 0.0, "weight_decay": 0.0, "num_chains": CHAINS, "seed": 3,
    }  # fmt: skip
    rows = np.repeat(data, CHAINS // len(data), axis=0)
    last = train(machine, rows, **{**options, **changes}).last
    expected = machine if expected is None else expected
    wanted, free = exact.gradient(expected, data), exact.moments(expected)
    held = exact.moments(expected, data)
    deviations = []
    for own, before, slope, model, given in (
        (last.h, machine.h, wanted.unit, free.unit, held.unit),
        (last.coupling, machine.coupling, wanted.pair, free.pair, held.pair),
    ):
        error = np.sqrt((2 - model**2 - given**2) / CHAINS)
        deviations.append(np.abs(own - before - slope) / error)
    return np.concatenate(deviations)


def is_plausible(deviations):
    """No deviation larger than chance makes one in ten thousand times, among so many."""
    return deviations.max() < stats.norm.isf(ALPHA / 2 / deviations.size)


@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS.keys())
def test_gradient_is_the_exact_one(sampler):
    assert is_plausible(largest_deviation(COUPLED, sampler=sampler))


@pytest.mark.slow
@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS.keys())
def test_gradient_of_a_restricted_machine(sampler):
    assert is_plausible(largest_deviation(SMALL, sampler=sampler))


def test_gradient_of_a_deep_machine():
    assert is_plausible(largest_deviation(DEEP))


@pytest.mark.parametrize("sampler", [BlockGibbs(), OnMachine()], ids=["blocks", "machine"])
def test_persistent_chains_go_on_from_update_to_update(sampler):
    """One sweep each, hardly any learning: forty updates later the gradient is the exact one."""
    machine = machine_of(SMALL)
    data = np.array([[1, 1, 1, 1], [1, 1, -1, -1]], np.int8)
    slopes = exact.gradient(machine, data)
    wanted = np.sqrt(np.mean(np.concatenate(slopes) ** 2))
    found = {}
    for method in ("pcd", "cd"):
        run = train(
            machine, np.repeat(data, CHAINS // 2, axis=0), method=method, epochs=40,
            batch_size=CHAINS, learning_rate=1e-6, weight_decay=0.0, sampler=sampler, seed=1,
        )  # fmt: skip
        found[method] = run.history.gradient
    np.testing.assert_allclose(found["pcd"][-5:], wanted, rtol=0.1)
    assert (found["cd"] < 0.8 * wanted).all()
    assert found["pcd"][0] < 0.8 * wanted


def test_errors_of_gradients_would_be_seen():
    """A shift of one bias by 0.4, and the bias of CD of one sweep."""
    machine = machine_of(SMALL)
    shifted = BoltzmannMachine(SMALL, machine.h + np.eye(7)[5] * 0.4, machine.coupling)
    assert not is_plausible(largest_deviation(SMALL, shifted))
    assert not is_plausible(largest_deviation(SMALL, method="cd", sweeps=1))
    assert is_plausible(largest_deviation(SMALL, method="cd", sweeps=40))


def test_momentum_decay_and_rates():
    machine, ones = machine_of(SMALL), np.ones((CHAINS, 4), np.int8)
    options = {"batch_size": CHAINS, "num_chains": CHAINS, "seed": 0}
    options |= {"learning_rate": 0.1, "final_rate": 0.1, "weight_decay": 0.0}
    plain = train(machine, ones, epochs=1, **options).last
    shrunk = train(machine, ones, epochs=1, **{**options, "weight_decay": 0.5}).last
    decay = -0.1 * 0.5 * machine.coupling
    np.testing.assert_allclose(shrunk.coupling - plain.coupling, decay, atol=1e-6)
    np.testing.assert_allclose(shrunk.h, plain.h, atol=1e-7)
    # Data are all up and the machine is fair: every gradient by h of visible units is -1.
    fair = BoltzmannMachine(SMALL, np.zeros(7), np.zeros(12))
    options |= {"epochs": 2, "learning_rate": 1e-3, "final_rate": 5e-4}
    # The second step is that of the first, times the momentum, and its own.
    moved = train(fair, ones, momentum=0.5, **options).last.h[:4]
    np.testing.assert_allclose(moved, -1e-3 - 5e-4 * 1.5, rtol=0.05)
    options["final_rate"] = None  # a tenth of the first
    moved = train(fair, ones, optimiser=optax.sgd(2.0), **options).last.h[:4]
    np.testing.assert_allclose(moved, -2e-3 - 2e-4, rtol=0.05)


BARS = bars_and_stripes(2)


@cache
def learnt(method):
    return train(
        initialise(rbm(4, 4), seed=1), np.repeat(BARS, 10, axis=0), method=method, epochs=200,
        batch_size=60, sweeps=2, learning_rate=0.1, seed=1, score_every=50,
        score=lambda machine: float(exact.log_likelihood(machine, BARS).mean()),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["pcd", pytest.param("cd", marks=pytest.mark.slow)])
def test_learns_bars_and_stripes(method):
    found, data = learnt(method), BARS
    best = exact.log_likelihood(found.machine, data).mean()
    assert best == np.nanmax(found.history.score)  # which no model of independent pixels comes near
    assert best > -np.log(len(data)) - 0.25
    assert np.isfinite(found.history.score).sum() == 4
    assert found.history.epoch.tolist() == list(range(1, 201))
    assert found.stopped_by == "epochs"
    assert found.spent is None  # of no computer


def test_best_is_kept():
    scores = iter([0.0, 3.0, 1.0, 2.0])
    seen = []

    def score(machine):
        seen.append(machine)
        return next(scores)

    data = np.ones((CHAINS, 4), np.int8)
    found = train(machine_of(SMALL), data, epochs=3, batch_size=CHAINS, seed=0, score=score)
    assert found.best_epoch == 1
    assert found.machine is seen[1]
    assert (found.last.h == seen[3].h).all()
    assert not (found.last.h == found.machine.h).all()


@pytest.mark.parametrize("sampler", [BlockGibbs(), OnMachine()], ids=["blocks", "machine"])
def test_seed_decides_and_interrupts_leave_a_result(sampler):
    data = BARS
    options = {"epochs": 4, "batch_size": 3, "sampler": sampler}
    one, same, other = (train(machine_of(SMALL), data, seed=s, **options) for s in (5, 5, 6))
    assert (one.last.coupling == same.last.coupling).all()
    assert not (one.last.coupling == other.last.coupling).all()
    asked, told = [], []
    cut = train(
        machine_of(SMALL), data, seed=5, interrupt=lambda: len(asked) or asked.append(1),
        progress=told.append, **options,
    )  # fmt: skip
    assert cut.stopped_by == "interrupt"
    assert len(told) == cut.history.epoch.size < 4
    assert np.isfinite(cut.last.coupling).all()


def test_learning_absorbs_shifted_devices():
    """P-bits whose offsets scatter are an exact machine of other biases, whose law is enumerated.

    The same updates on ideal p-bits, which know nothing of the devices, are the control.
    """
    data, trained = BARS, learnt("pcd").last
    rows = np.repeat(data, 20, axis=0)
    neurons = Neurons(IdealSigmoid(), spread=Spread(offset=0.7), seed=4)
    shift = neurons.devices(8)[1]

    def on_chip(machine):
        real = BoltzmannMachine(machine.graph, machine.h + shift, machine.coupling)
        return exact.log_likelihood(real, data).mean()

    options = {"epochs": 30, "batch_size": 60, "num_chains": 60, "sweeps": 2, "seed": 2}
    options |= {"learning_rate": 0.1}
    chip = OnMachine(Machine(neurons=neurons))
    after = train(trained, rows, sampler=chip, **options).last
    control = train(trained, rows, **options).last
    ideal = exact.log_likelihood(trained, data).mean()
    assert on_chip(trained) < ideal - 0.3  # the devices do harm
    assert on_chip(after) > on_chip(trained) + 0.6 * (ideal - on_chip(trained))
    assert on_chip(control) < on_chip(trained) + 0.3 * (ideal - on_chip(trained))


def test_errors():
    data = np.ones((4, 4), np.int8)
    with pytest.raises(ValueError, match="expected one of pcd, cd"):
        train(machine_of(SMALL), data, method="sgd")
    with pytest.raises(ValueError, match="cd runs from each of 2 rows"):
        train(machine_of(SMALL), data, method="cd", batch_size=2, num_chains=3)
    with pytest.raises(ValueError, match="4 variables"):
        train(machine_of(SMALL), np.ones((4, 3)))
    with pytest.raises(ValueError, match="no rows"):
        train(machine_of(SMALL), np.ones((0, 4)))
    complete = machine_of(Graph(10, 0, 0, *np.triu_indices(10, 1)))
    with pytest.raises(ValueError, match="use sampler=Kernels"):
        train(complete, np.ones((4, 10)))
