"""Imperfections cost what is predicted, the machine samples the law it is said to have, and cuts
are lost."""

import numpy as np
import pytest
import stats

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.networks import Network
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.shaped import SHAPES, MeasuredPBit, ShapedPBit
from pbits.devices.telegraph import Telegraph
from pbits.machine import Clocking, CrossbarCoupling, Machine, Neurons, bipolar
from pbits.machine import imperfection_study as imperfection_study_module
from pbits.machine.enumerable import problem_of
from pbits.machine.exact_laws import coloured_law, exact_law, machine_cost, settled
from pbits.machine.imperfection_study import (
    Cuts,
    QualityLoss,
    anneal_cuts,
    imperfection_study,
    quality_loss,
)
from pbits.machine.imperfections import IMPERFECTIONS, imperfect
from pbits.machine.predictions import (
    common_coupling,
    noisy_response,
    predicted_cost,
    shape_cost,
)
from pbits.machine.state_fields import state_fields
from pbits.validation.networks import ensemble
from problems import ising
from problems.generators import random_gnp

SINGLE = Network(*(part[0] for part in (ensemble(2, 0.3).couplings, ensemble(2, 0.3).biases)))
PROBLEM = problem_of(SINGLE)
CELL = Cell(list(np.linspace(1e-6, 1e-4, 16)))
ARRAYS = Machine(
    coupling=CrossbarCoupling(bipolar(CELL, rows=8, columns=8, weight_bits=12, adc=IdealAdc(None)))
)
READS = 16_384
# A size that costs something, and how far second order may be off.
STATIC = {
    "offset spread": (0.1, 0.1), "slope spread": (0.1, 0.1), "shape": ("algebraic", 0.15),
    "input bits": (5, 0.1), "weight bits": (5, 0.05), "adc bits": (5, 0.1),
    "device spread": (0.1, 0.05), "cycle spread": (0.1, 0.05), "read noise": (0.3, 0.05),
    "wire resistance": (10.0, 0.05),
}  # fmt: skip
ON_ARRAYS = {"weight bits", "adc bits", "device spread", "cycle spread", "read noise",
             "wire resistance"}  # fmt: skip
CLOCKED = {"parallel fraction": 0.3}
SAMPLED = {"common noise", "synapse lag", "synapse delay"}


def machine(name, size, seed=1):
    return imperfect(name, size, ARRAYS if name in ON_ARRAYS else None, seed)


def drawn(loaded, sweeps=20):
    return loaded.sample(
        beta=1.0, num_reads=READS, num_chains=READS, num_sweeps=sweeps, thinning=sweeps, seed=1
    ).spins


def pvalue(spins, law):
    return stats.pooled_chi_square(stats.count_states(spins.T), law)


def test_every_imperfection_is_tested_here():
    assert set(STATIC) | set(CLOCKED) | SAMPLED == set(IMPERFECTIONS)


def test_without_any_there_is_no_cost():
    for base in (Machine(), ARRAYS, Machine(Neurons(IdealSigmoid()))):
        assert machine_cost(base.load(PROBLEM), 1.0) < 1e-6
    assert imperfect("shape", None, ARRAYS) is ARRAYS


@pytest.mark.parametrize("name", STATIC)
def test_costs_are_what_they_should_be(name):
    size, tolerance = STATIC[name]
    loaded = machine(name, size).load(PROBLEM)
    cost, predicted = machine_cost(loaded, 1.0), predicted_cost(loaded, 1.0)
    assert cost > 3e-6
    assert predicted == pytest.approx(cost, rel=tolerance, abs=0)


LAWS = [
    pytest.param(name, size, marks=() if quick else pytest.mark.slow)
    for name, size, quick in (
        ("offset spread", 0.3, True), ("shape", "atan", True), ("common noise", 0.6, False),
        ("input bits", 3, False), ("device spread", 0.4, False), ("read noise", 2.0, False),
        ("adc bits", 4, False), ("wire resistance", 300.0, False), ("slope spread", 0.5, False),
    )
]  # fmt: skip


@pytest.mark.parametrize(("name", "size"), LAWS)
def test_machines_sample_the_law_they_are_said_to_have(name, size):
    loaded = machine(name, size).load(PROBLEM)
    found = drawn(loaded)
    assert pvalue(found, exact_law(loaded, 1.0)) > stats.ALPHA
    assert pvalue(found, SINGLE.boltzmann()) < stats.ALPHA


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_have_equal_slopes_and_are_odd(shape):
    pbit, x = ShapedPBit(shape, 2.0, 0.1), np.linspace(-3, 3, 61)
    curve = np.asarray(pbit.transfer(0.1 + x))
    assert curve == pytest.approx(-curve[::-1], abs=1e-6)
    assert np.all(np.diff(curve) >= 0)
    assert np.abs(curve).max() <= 1
    assert float(pbit.transfer(0.1 + 1e-3)) == pytest.approx(2e-3, rel=1e-3, abs=0)
    if shape == "langevin":  # its series and its formula meet
        ends = np.asarray(ShapedPBit("langevin").transfer(np.array([0.0999, 0.1001])))
        assert ends[1] - ends[0] == pytest.approx(2e-4 * (1 - 0.018), rel=0.02, abs=0)


def test_shape_costs_are_those_of_the_machine():
    for shape in ("algebraic", "clipped"):
        loaded = imperfect("shape", shape).load(PROBLEM)
        # The machine clocks its colours in another order of spins.
        law = coloured_law(SINGLE, loaded.layout.colour, SHAPES[shape])
        assert exact_law(loaded, 1.0) == pytest.approx(law, abs=1e-5)
        assert shape_cost(SINGLE, SHAPES[shape]) == pytest.approx(
            machine_cost(loaded, 1.0), rel=0.2
        )


def test_a_measured_curve_is_followed():
    inputs = np.linspace(-4, 4, 401)
    measured = Machine(Neurons(MeasuredPBit(inputs, np.tanh(inputs))))
    assert machine_cost(measured.load(PROBLEM), 1.0) < 1e-5
    curve = MeasuredPBit([-1.0, 1.0], [-0.5, 0.7])
    assert np.asarray(curve.transfer(np.array([-9.0, 0.0, 9.0]))) == pytest.approx([-0.5, 0.1, 0.7])
    with pytest.raises(ValueError, match="inputs rising"):
        MeasuredPBit([1.0, 0.0], [0.0, 0.5])
    with pytest.raises(ValueError, match="numbers from -1 to"):
        MeasuredPBit([0.0, 1.0], [0.0, 1.5])
    with pytest.raises(ValueError, match="expected one of tanh, algebraic"):
        ShapedPBit("step")


def test_noise_in_common_couples_p_bits():
    loaded = imperfect("common noise", 0.5).load(ising(np.zeros(4), [], [], []))
    law = exact_law(loaded, 1.0)
    up = 2.0 * ((np.arange(16)[:, None] >> np.arange(4)) & 1) - 1
    assert law @ (up[:, 0] * up[:, 3]) == pytest.approx(np.tanh(common_coupling(0.5)), abs=1e-6)
    assert common_coupling(0.05) == pytest.approx(0.05**2, rel=0.01)
    # Read noise is each p-bit's own: it correlates nothing and flattens the curve.
    assert noisy_response(0.5)(0.2) < np.tanh(0.2)


def test_inputs_are_rounded_and_cut():
    neurons = Neurons(IdealSigmoid(2.0), 2.0, input_bits=3, input_range=1.5)
    loaded = Machine(neurons).load(ising([0.6, 3.0, -0.2], [], [], []))
    law = exact_law(loaded, 1.0)  # codes are multiples of 0.5, up to 1.5
    up = 2.0 * ((np.arange(8)[:, None] >> np.arange(3)) & 1) - 1
    assert law @ up == pytest.approx(np.tanh([-0.5, -1.5, 0.0]), abs=1e-6)
    with pytest.raises(ValueError, match="input_bits is 4 and p-bits are ideal"):
        Neurons(input_bits=4)


def test_chains_with_several_ends_settle():
    move = np.array([[1, 0, 0], [0.25, 0.5, 0.25], [0, 0, 1]])
    assert settled(move) == pytest.approx([0.5, 0, 0.5])


GRAPH = random_gnp(40, 0.3, seed=1)


@pytest.mark.slow
def test_quality_is_lost_by_what_is_large():
    exact = anneal_cuts([Machine()] * 2, GRAPH, num_reads=64, num_sweeps=60, seed=9)
    assert exact.energies.shape == (2, 64)
    assert not exact.differ
    rows = imperfection_study(
        GRAPH, "parallel fraction", [0.05, 1.0], chips=2, num_reads=64, num_sweeps=60, seed=1,
        exact=exact,
    )  # fmt: skip
    small, large = (row.loss for row in rows)
    assert abs(small.mean) < 5 * small.mean_error + 0.02 * small.scale
    assert large.mean > 10 * large.mean_error
    assert large.share == pytest.approx(large.mean / abs(exact.mean))
    same = quality_loss([Machine()] * 2, GRAPH, num_reads=64, num_sweeps=60, seed=3, exact=exact)
    assert abs(same.mean) < 4 * same.mean_error
    assert abs(same.best) <= 4 * max(same.best_error, 1)


def test_noise_of_reading_is_in_the_units_of_the_problem():
    larger = ising(8 * PROBLEM.h, PROBLEM.row, PROBLEM.col, 8 * PROBLEM.coupling)
    one, other = (state_fields(machine("read noise", 0.3).load(p)) for p in (PROBLEM, larger))
    assert other.mean == pytest.approx(8 * one.mean, rel=1e-3, abs=1e-3)
    assert other.noise == pytest.approx(8 * one.noise, rel=1e-3, abs=0)
    assert one.noise.min() > 0


def test_a_study_draws_chips_where_they_differ(monkeypatch):
    asked = []

    def noting(machines, problem, *, seed, **options):
        asked.append((machines, seed, options))
        return QualityLoss(0.0, 0.0, 0.0, 0.0, 1.0)

    monkeypatch.setattr(imperfection_study_module, "quality_loss", noting)
    exact = Cuts(np.zeros((3, 4)), False)
    rows = imperfection_study(
        GRAPH, "offset spread", [0.1, 0.2], chips=3, num_reads=4, seed=5, exact=exact
    )
    assert [(row.name, row.size) for row in rows] == [("offset spread", s) for s in (0.1, 0.2)]
    for (machines, _, options), size in zip(asked, (0.1, 0.2), strict=True):
        assert [one.neurons.seed for one in machines] == [5, 6, 7]
        assert {one.neurons.spread.offset for one in machines} == {size}
        assert (options["exact"], options["num_reads"]) == (exact, 4)
    assert len({seed for _, seed, _ in asked} | {5}) == 3  # none shares the exact sampler's
    imperfection_study(GRAPH, "shape", ["atan"], chips=3, num_reads=4, seed=5, exact=exact)
    assert asked[-1][0] == 3 * [imperfect("shape", "atan")]


def test_chips_that_differ_are_told_apart():
    rows = imperfection_study(
        GRAPH, "offset spread", [3.0], chips=3, num_reads=16, num_sweeps=60, seed=1
    )
    assert rows[0].loss.mean > 0
    chips = [imperfect("offset spread", 3.0, seed=k) for k in range(2)]
    found = anneal_cuts(chips, GRAPH, num_reads=16, num_sweeps=60, seed=1)
    assert found.differ
    apart = found.energies.mean(1)
    assert found.mean_error == pytest.approx(abs(apart[0] - apart[1]) / 2)
    assert found._replace(differ=False).mean_error == pytest.approx(
        found.energies.std(ddof=1) / np.sqrt(32)
    )


def test_unknown_ones_are_refused():
    with pytest.raises(ValueError, match="expected one of offset spread, slope spread"):
        imperfect("moon", 1.0)
    with pytest.raises(ValueError, match="without common noise"):
        predicted_cost(imperfect("common noise", 0.1).load(PROBLEM), 1.0)
    free = Machine(Neurons(Telegraph(ConstantTime(1e-9))), clocking=Clocking("asynchronous"))
    with pytest.raises(ValueError, match="clocked by colours"):
        predicted_cost(free.load(PROBLEM), 1.0)
