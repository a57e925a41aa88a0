"""Partial sums read as random signs, and what a read-out costs."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.converters.stochastic import StochasticReadout
from crossbar.design import Design
from crossbar.programming import program
from pbits.neural import mlp
from pbits.neural.partial_sums import PartialSums, readout_cost

RNG = np.random.default_rng(9)
NET = mlp([RNG.normal(size=(40, 6)), RNG.normal(size=(6, 3))])
X = jnp.asarray(RNG.normal(size=(8, 40)) / 6, jnp.float32)
DESIGN = Design(
    Cell(np.array([1e-6, 2e-6])), rows=16, columns=8, weight_bits=4, input_bits=4, columns_per_adc=4
)


def by_hand(x, matrix, rows, reach):
    total = 0.0
    for first in range(0, len(matrix), rows):
        part = np.asarray(x)[:, first : first + rows] @ np.asarray(matrix)[first : first + rows]
        total = total + reach * np.tanh(part / reach)
    return total


def test_the_mean_saturates_in_every_array():
    layer = NET["dense1"]
    found = PartialSums(16, 0.7).mean("dense1", layer, X)
    np.testing.assert_allclose(found, by_hand(X, layer.matrix, 16, 0.7), rtol=1e-4, atol=1e-5)


def test_reads_scatter_around_the_mean_as_many_do_less():
    sums, layer = PartialSums(16, 0.7), NET["dense1"]
    mean = np.asarray(sums.mean("dense1", layer, X))

    def drawn(reads, count=200):
        one = replace(sums, more=(("dense1", reads),))
        draw = jax.jit(jax.vmap(lambda key: one.hook(NET, key)("dense1", layer, X), in_axes=0))
        return np.asarray(draw(jax.random.split(jax.random.key(reads), count)))

    found = {reads: drawn(reads) for reads in (1, 8)}
    for reads, some in found.items():
        most = 0.7**2 * 3 / reads  # what three signs vary at most
        assert some.var(0).max() < 1.5 * most
        assert np.abs(some.mean(0) - mean).max() < 5 * np.sqrt(most / len(some))
    assert found[8].var(0).mean() < 0.2 * found[1].var(0).mean()
    # What one read gives is a sum of three signs.
    assert set(np.round(np.unique(found[1]) / 0.7).astype(int)) <= {-3, -1, 1, 3}


def test_training_sees_reads_with_the_slope_of_the_mean():
    sums, layer = PartialSums(16, 0.7), NET["dense1"]

    def both(hook):
        return jax.jit(jax.value_and_grad(lambda x: hook("dense1", layer, x).sum()))

    (mean, slope), training = both(sums.mean)(X), both(sums.training)
    (once, own), (again, _), (other, _) = training(X), training(X), training(1.01 * X)
    np.testing.assert_allclose(own, slope, rtol=1e-4, atol=1e-5)
    assert once == again != other
    assert abs(once - mean) > 1e-4


@pytest.mark.parametrize(
    ("adc", "net"),
    [
        (IdealAdc(4, part="adc.mnsim"), NET),
        (StochasticReadout(samples=3), mlp([NET["dense1"].matrix])),
    ],
)
def test_counts_are_those_of_programmed_arrays(adc, net):
    design = DESIGN.replace(adc=adc)
    report = readout_cost(net, design)
    energy = latency = 0.0
    for _, _, matrix, _ in net.linears():
        built = program(jax.random.key(0), matrix, design)
        _, events = built.mvm(np.ones((1, len(matrix))))
        own = built.report({k: v for k, v in events.items() if k != "cell.read"}, 1)
        energy, latency = energy + own.energy, latency + own.latency
    cells = sum(row.total for row in report.rows if row[:2] == ("energy", "cell.read"))
    assert report.energy - cells == pytest.approx(energy, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(latency, rel=1e-6, abs=0)
    assert cells > 0


def test_signs_gain_and_more_reads_gain_less():
    usual = readout_cost(NET, DESIGN.replace(adc=IdealAdc(4, part="adc.mnsim")))
    gains = [
        usual.edp / readout_cost(NET, DESIGN.replace(adc=StochasticReadout(samples=n))).edp
        for n in (1, 2, 16)
    ]
    assert gains[0] > gains[1] > gains[2]
    assert gains[0] > 3
    with pytest.raises(ValueError, match="mapping is 'offset'"):
        readout_cost(NET, DESIGN.replace(mapping="offset"))
