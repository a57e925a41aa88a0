"""Boltzmann machines on p-bit computers: held p-bits, and learning with what a chip is."""

import numpy as np
import pytest
from stats import ALPHA, count_states, pooled_chi_square

from pbits.boltzmann import (
    BlockGibbs,
    BoltzmannMachine,
    OnMachine,
    evaluate,
    exact,
    inference,
    initialise,
    rbm,
    sparse,
    train,
)
from pbits.boltzmann.data import digits, with_labels
from pbits.boltzmann.held import hold
from pbits.boltzmann.samplers import random_states
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine import Clocking, CrossbarCoupling, Machine, Neurons, bipolar

GRAPH = sparse(3, 3, [0, 0, 1, 2, 3, 4], [3, 4, 4, 5, 4, 5])
READS = 20_000
KINDS = {
    "ideal": Machine(),
    "telegraph": Machine(neurons=Neurons(Telegraph(ConstantTime(1e-9))), clocking=Clocking(wait=9)),
}


def machine_of(scale=0.7):
    draws = np.random.default_rng(0)
    return BoltzmannMachine(GRAPH, draws.normal(0, 0.4, 6), draws.normal(0, scale, 6))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_each_read_holds_its_own_spins(kind):
    """Hidden units follow their law given what is held, pattern by pattern."""
    machine = machine_of()
    patterns = np.array([[1, 1, 1], [-1, 1, -1]], np.int8)
    states = random_states(machine, READS, seed=1)
    states[:, :3] = np.repeat(patterns, READS // 2, axis=0)
    found = OnMachine(kind).load(machine)(states, GRAPH.seen, 20, 2)
    assert (found[:, :3] == states[:, :3]).all()
    everything = exact.states(6).astype(np.int8)
    weight = np.exp(-machine.problem.energies(everything))
    laws = [weight[(everything[:, :3] == pattern).all(1)] for pattern in patterns]
    laws = [law / law.sum() for law in laws]
    for own, law, other in zip(np.split(found[:, 3:], 2), laws, laws[::-1], strict=True):
        assert pooled_chi_square(count_states(own.T), law) > ALPHA
        assert pooled_chi_square(count_states(own.T), other) < ALPHA


def test_a_held_spin_is_a_strong_bias():
    """In the limit of a bias that decides alone."""
    machine = machine_of()
    strong = BoltzmannMachine(GRAPH, machine.h - 30 * np.eye(6)[1], machine.coupling)
    states = random_states(machine, READS, seed=1)
    states[:, 1] = 1
    held = OnMachine().load(machine)(states, np.arange(6) == 1, 20, 2)
    biased = OnMachine().load(strong)(states, np.zeros(6, bool), 20, 2)
    assert (held == biased).all()


def test_copies_are_held_with_their_spin():
    star = rbm(1, 6)
    machine = BoltzmannMachine(star, np.zeros(7), np.full(6, -1.0))
    coupling = CrossbarCoupling(bipolar("sot", rows=16, columns=16), fan_in=3)
    loaded = Machine(coupling=coupling).load(machine.problem)
    assert loaded.copies is not None
    mask = hold(loaded, star.seen).machine.neurons.held
    assert mask.sum() == loaded.copies.sizes[0] > 1
    assert mask[: mask.sum()].all()


def test_training_tells_what_the_computer_took():
    """The bill of each run, and of writing the couplings before every update."""
    data = np.array([[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]], np.int8)
    machine = BoltzmannMachine(GRAPH, np.full(6, 0.5), np.ones(6))  # a bias of 0 has no cells
    computer = Machine(coupling=CrossbarCoupling(bipolar("sot", rows=16, columns=16)))
    options = {"batch_size": 2, "num_chains": 5, "sweeps": 3, "held_sweeps": 4, "seed": 1}
    found = train(
        machine, data, epochs=1, learning_rate=1e-30, sampler=OnMachine(computer), **options
    ).spent
    loaded = computer.load(machine.problem)
    bills = [loaded.report(4, 2), loaded.report(3, 5)] * 2  # held, free; two updates
    assert found.runs == 4
    assert found.writes == 2
    assert found.updates == 2 * 6 * (4 * 2 + 3 * 5)
    assert found.run_joules == pytest.approx(sum(b.run.energy for b in bills), rel=1e-9, abs=0)
    assert found.run_seconds == pytest.approx(sum(b.run.latency for b in bills), rel=1e-9, abs=0)
    written = bills[0].programming
    assert found.write_joules == pytest.approx(2 * written.energy, rel=1e-9, abs=0)
    assert found.joules == pytest.approx(found.run_joules + 2 * written.energy, rel=1e-9, abs=0)
    assert found.seconds > found.run_seconds > 0


def test_classes_come_with_what_an_image_takes():
    """From the same reads; the processor does their sweeps."""
    machine = BoltzmannMachine(rbm(3, 2, num_labels=2), np.full(7, 0.3), np.linspace(-1, 1, 10))
    images, labels = exact.states(3).astype(np.int8)[:6], np.arange(6) % 2
    chip = OnMachine(Machine(coupling=CrossbarCoupling(bipolar("sot", rows=16, columns=16))))
    given = {"reads": 4, "num_sweeps": 5, "seed": 2}
    found = evaluate(machine, images, labels, computer=chip, **given)
    assert found.accuracy == inference.accuracy(machine, images, labels, sampler=chip, **given)
    bill = chip.machine.load(machine.problem).report(5, 6 * 4)
    assert found.joules_per_image == pytest.approx(bill.run.energy / 6, rel=1e-9, abs=0)
    assert found.seconds_per_image == pytest.approx(bill.run.latency / 6, rel=1e-9, abs=0)
    assert found.spent.write_joules == pytest.approx(bill.programming.energy, rel=1e-9, abs=0)
    assert found.area == pytest.approx(bill.area_m2, rel=1e-9, abs=0)
    counts = {row.name: row.count for row in found.digital.rows}
    assert counts["mac.int8"] == 2 * 10 * 4 * 5
    assert counts["dram.bit"] == 8 * (10 + 7)
    assert found.facts()["digital"]["advantage"] == pytest.approx(found.advantage)
    with pytest.raises(ValueError, match="labels are from 1 to 2"):
        evaluate(machine, images, labels + 1, computer=chip)


@pytest.mark.slow
def test_a_crossbar_learns_digits_in_spite_of_its_devices():
    """P-bits and cells that scatter cost accuracy, and training on the chip gives some back.

    The same training on ideal p-bits is the control.
    """
    images = digits()
    data = with_labels(images.train, images.train_labels, 10)
    ideal = train(
        initialise(rbm(64, 32, 10), data, scale=0.02), data, epochs=40, num_chains=200,
        learning_rate=0.02, seed=0,
    ).last  # fmt: skip
    neurons = Neurons(IdealSigmoid(), spread=Spread(slope=0.2, offset=0.8), seed=1)
    coupling = CrossbarCoupling(bipolar("sot", rows=128, columns=128))
    chip = OnMachine(Machine(neurons=neurons, coupling=coupling))
    options = {"epochs": 5, "batch_size": 240, "num_chains": 960, "sweeps": 3, "seed": 1}
    options |= {"learning_rate": 0.05}
    after = train(ideal, data, sampler=chip, **options).last
    control = train(ideal, data, **options).last

    def accuracy(machine, sampler):
        return inference.accuracy(
            machine, images.test, images.test_labels, sampler=sampler, num_sweeps=30
        )

    scores = [accuracy(machine, chip) for machine in (ideal, control, after)]
    assert accuracy(ideal, BlockGibbs()) > 0.9
    assert max(scores[:2]) < 0.88
    assert scores[2] > max(scores[:2]) + 0.03, scores
