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
    [layers.Dense(matrix(12, 16)), layers.Tanh(), layers.Dense(matrix(16, 3))],
    (12,),
    ["first", "tanh", "last"],
)
DESIGN = crossbar.Design(
    crossbar.Cell([1e-6, 2e-6]), adc=StochasticReadout(samples=2), rows=16, columns=32,
    weight_bits=3, input_bits=2, encoding="sign-magnitude",
)  # fmt: skip


def noise(arrays):
    quiet = monte_carlo(NET, X, 30, arrays=arrays, noisy=("first",)).logits * 0
    mean = NET.run(X, linear=lambda name, layer, rows: arrays[name].mvm(rows)[0])
    loud = monte_carlo(NET, X, 30, arrays=arrays, noisy=True, seed=3).logits
    return float(np.mean((loud - quiet - np.asarray(mean)) ** 2))


def test_reads_are_worth_what_is_predicted_and_sharing_them_pays():
    arrays = in_arrays(NET, DESIGN, X, jax.random.key(0))
    assert reads_of(arrays) == {"first": 2, "last": 2}
    many = with_reads(arrays, {"first": 64, "last": 64})
    variances = read_variances(NET, many, X, samples=30)  # many reads: tanh is nearly straight
    conversions = conversions_of(NET, many)
    # Columns times slices of a weight, of one digit.
    slices = many["first"].conductance.shape[1]
    assert conversions == {"first": 16 * slices, "last": 3 * slices}
    total = 64 * sum(conversions.values())
    shared = share_reads(variances, conversions, total)
    assert sum(shared[n] * conversions[n] for n in shared) == pytest.approx(total, rel=0.05)

    def predicted(reads):
        return sum(variances[name] / reads[name] for name in reads)

    even = {"first": 64, "last": 64}
    assert predicted(shared) < 0.85 * predicted(even)
    found_even, found = noise(many), noise(with_reads(arrays, shared))
    assert found_even == pytest.approx(predicted(even), rel=0.1)
    assert found == pytest.approx(predicted(shared), rel=0.1)
    other = {"first": max(1, int(shared["first"] * 0.4)), "last": shared["last"] * 2}
    assert predicted(other) > predicted(shared)


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
    with pytest.raises(ValueError, match="not behind"):
        with_reads(arrays, {"last": 3})
    with pytest.raises(ValueError, match="no linear layer"):
        in_arrays(NET, plain, X, jax.random.key(0), names=("middle",))
