"""One-bit stochastic read-outs of layers: variances add as predicted, and reads are shared."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import crossbar
from crossbar.converters.stochastic import StochasticReadout
from pbits.neural import chain, layers
from pbits.neural.monte_carlo import monte_carlo
from pbits.neural.readout import (
    conversions_of,
    in_arrays,
    read_variances,
    reads_of,
    share_reads,
    with_reads,
)

RNG = np.random.default_rng(1)
X = RNG.choice([-1.0, 1.0], (40, 12)).astype(np.float32)


def matrix(*shape):
    return jnp.asarray(RNG.normal(size=shape) / np.sqrt(shape[0]), jnp.float32)


NET = chain(
    [layers.Dense(matrix(12, 48)), layers.Tanh(), layers.Dense(matrix(48, 3))],
    (12,),
    ["first", "tanh", "last"],
)
DESIGN = crossbar.Design(
    crossbar.Cell([1e-6, 2e-6]), adc=StochasticReadout(samples=2), rows=64, columns=128,
    weight_bits=2, input_bits=9, dac_bits=8, encoding="sign-magnitude",
)  # fmt: skip


@pytest.mark.slow
def test_what_follows_a_noisy_layer_is_computed_anew():
    """Without p-bits: only the reads of the named layer make samples differ."""
    arrays = in_arrays(NET, DESIGN, X, jax.random.key(0))
    found = monte_carlo(NET, X, 3, arrays=arrays, noisy=("first",), seed=3).logits
    assert (found.std(0).mean(0) > 0).all()  # through the last layer, whose own reads are still


@pytest.mark.slow
def test_reads_are_worth_what_is_predicted_and_sharing_them_pays():
    arrays = in_arrays(NET, DESIGN, X, jax.random.key(0))
    many = with_reads(arrays, {"first": 64, "last": 64})  # so many that tanh is nearly straight
    variances = read_variances(NET, many, X, samples=30)
    conversions = conversions_of(NET, many)
    assert conversions == {"first": 48, "last": 3}  # columns: one slice, one digit
    shared = share_reads(variances, conversions, 64 * 51)
    assert sum(shared[n] * conversions[n] for n in shared) == pytest.approx(64 * 51, rel=0.05)

    def predicted(reads):
        return sum(variances[name] / reads[name] for name in reads)

    even = {"first": 64, "last": 64}
    assert predicted(shared) < 0.9 * predicted(even)
    mean = NET.run(X, linear=lambda name, layer, rows: arrays[name].mvm(rows)[0])
    for reads in (even, shared):
        loud = monte_carlo(NET, X, 30, arrays=with_reads(arrays, reads), noisy=True, seed=3).logits
        found = float(np.mean((loud - np.asarray(mean)) ** 2))
        assert found == pytest.approx(predicted(reads), rel=0.15)


def test_the_best_shares_by_trying_all():
    variances, conversions = {"a": 5.0, "b": 1.0}, {"a": 4, "b": 1}
    best = share_reads(variances, conversions, 400)

    def left(a):
        return variances["a"] / a + variances["b"] / (400 - 4 * a)

    assert best["a"] == pytest.approx(min(range(1, 100), key=left), abs=1)
    with pytest.raises(ValueError, match="at least 5"):
        share_reads(variances, conversions, 4)


def test_only_stochastic_readouts_are_read_again():
    plain = DESIGN.replace(adc=crossbar.IdealAdc(8))
    arrays = in_arrays(NET, plain, X, jax.random.key(0), names=("last",))
    assert list(arrays) == ["last"]
    assert reads_of(arrays) == {}
    memory = arrays["last"]
    read = memory.replace(design=memory.design.replace(adc=StochasticReadout(samples=2)))
    again = with_reads({"last": read}, {"last": 5})
    assert reads_of(again) == {"last": 5}
    assert (np.asarray(again["last"].converters) == 5).all()
    with pytest.raises(ValueError, match="not behind"):
        with_reads(arrays, {"last": 3})
    with pytest.raises(ValueError, match="no linear layer"):
        in_arrays(NET, plain, X, jax.random.key(0), names=("middle",))
