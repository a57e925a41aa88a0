"""Networks on digital macros: equal to their software twin, and what that costs."""

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.digital import DigitalMacro, OperatingPoint
from pbits.neural import accuracy, data, fold, macro, mlp, read_onnx, shapes
from pbits.neural.integers import IntegerLayer, input_steps, round_network
from pbits.neural.macro import StoredLayer, measure, on_macros
from problems import store

RNG = np.random.default_rng(4)
DATA = Path(os.environ.get(store.ENVIRONMENT) or Path(__file__).parents[3] / "shared" / "data")
WIDE = mlp([RNG.normal(size=(300, 5)), RNG.normal(size=(5, 3))], [RNG.normal(size=5), None])
X = RNG.normal(size=(6, 300)).astype(np.float32)
Y = np.asarray(WIDE(jnp.asarray(X))).argmax(-1)


@pytest.fixture(scope="module")
def residual():
    net = fold(shapes.resnet((5, 5, 2), 3, (4,), seed=2))
    images = RNG.normal(size=(4, 5, 5, 2)).astype(np.float32)
    return on_macros(net, images), images


def by_hand(mapped, x):
    """The perceptron in int64, with none of the package's products."""
    for name in ("dense1", "dense2"):
        layer = mapped.stored[name].integers
        top = 2 ** (layer.input_bits - 1) - 1
        codes = np.clip(np.rint(np.float64(x) / layer.input_step), -top, top).astype(np.int64)
        sums = codes @ layer.weights.astype(np.int64)
        x = (sums * (layer.input_step * layer.weight_step)).astype(np.float32)
        if name == "dense1":
            x = np.maximum(x + np.asarray(WIDE["dense1"].bias), 0)
    return x


@pytest.mark.parametrize("bits", [(4, 8), (8, 4), (12, 12), (16, 16)])
def test_a_perceptron_is_its_twin_and_integers_by_hand(bits):
    mapped = on_macros(WIDE, X, DigitalMacro(*bits))
    found = np.asarray(mapped(X))
    np.testing.assert_array_equal(found, np.asarray(mapped.twin(X)))
    np.testing.assert_array_equal(found, by_hand(mapped, X))
    error = np.abs(found - np.asarray(WIDE(jnp.asarray(X)))).max()
    assert error < 300 * 2.0 ** -min(bits)


def test_a_residual_network_is_its_twin(residual):
    mapped, images = residual
    found = np.asarray(mapped(images))
    np.testing.assert_array_equal(found, np.asarray(mapped.twin(images)))
    rough = np.asarray(mapped.network(jnp.asarray(images)))
    np.testing.assert_allclose(found, rough, atol=0.05 * np.abs(rough).max())
    assert (found != rough).any()


def test_wrong_bits_are_seen(residual):
    mapped, images = residual
    name = "block1.1.conv1"
    integers, tiles = mapped.stored[name]
    weights = tiles.weights.copy()
    weights[9:] ^= 1
    broken = StoredLayer(integers, mapped.macro.program(weights))
    wrong = macro.MacroNetwork(mapped.network, mapped.macro, {**mapped.stored, name: broken})
    assert (np.asarray(wrong(images)) != np.asarray(wrong.twin(images))).any()


def test_layers_have_weak_cells_of_their_own():
    same = np.random.default_rng(5).normal(size=(16, 16)).astype(np.float32)
    mapped = on_macros(mlp([same, same]), np.ones((2, 16)))
    weak = mapped.with_weak_cells(jax.random.key(0), 0.05)
    first, second = (
        weak.stored[name].tiles.weights != one.tiles.weights for name, one in mapped.stored.items()
    )
    assert min(first.sum(), second.sum()) > 20
    assert (first != second).any()


def test_rates_of_joined_streams_are_weighted_by_their_length():
    _, found = on_macros(WIDE, X).run(X)
    one = found["dense1"]
    short = one._replace(vectors=1, toggle_rate=0.0)
    both = macro.joined(short, one._replace(vectors=3, toggle_rate=1.0))
    assert both.toggle_rate == pytest.approx(0.75)
    assert both.vectors == 4
    assert both.macros == one.macros


def test_rows_in_parts_give_the_same(monkeypatch):
    mapped = on_macros(WIDE, X)
    whole, events = mapped.run(X)
    monkeypatch.setattr(macro, "ROWS_AT_ONCE", 4)
    parts, more = mapped.run(X)
    np.testing.assert_array_equal(whole, parts)
    for name, one in events.items():
        assert more[name].vectors == one.vectors == len(X)
        assert more[name].clocked == pytest.approx(one.clocked, abs=0)
        assert more[name].macros == one.macros
        assert abs(more[name].toggle_rate - one.toggle_rate) < 0.05


def test_accuracy_energy_and_time_are_of_one_run():
    mapped = on_macros(WIDE, X)
    run = measure(mapped, X, Y, batch=3)
    assert run.accuracy == accuracy(mapped.twin, X, Y)
    assert run.images == len(X)
    both = [run.layers[name] for name in ("dense1", "dense2")]
    additions = sum(one.additions for one in both) * 0.1e-12
    assert run.report.energy == pytest.approx(
        sum(e.energy for e in both) + additions, rel=1e-12, abs=0
    )
    # 8 bits a row at 540 MHz; the first layer's two tiles are added in one more cycle a call.
    cycles = 8 * len(X) + 2, 8 * len(X)
    assert [one.cycles for one in both] == list(cycles)
    assert run.seconds_per_image == pytest.approx(sum(cycles) / 540e6 / len(X), abs=1e-20)
    assert run.seconds_between_images == pytest.approx(cycles[0] / 540e6 / len(X), abs=0)
    assert run.facts()["layers"]["dense1"]["macros"] == 2
    assert mapped.macros == 3
    assert run.float_accuracy == accuracy(WIDE, X, Y)
    counts = {row.name: row.count for row in run.digital.rows}  # of one image
    assert counts["mac.int8"] == 300 * 5 + 5 * 3
    assert run.advantage == pytest.approx(run.digital.energy / run.joules_per_image)


def test_toggles_are_those_of_the_codes():
    mapped = on_macros(WIDE, X)
    run = measure(mapped, X, Y, batch=len(X))
    codes = mapped.stored["dense1"].integers.inputs(X)
    bits = (codes[..., None] >> np.arange(7, -1, -1)) & 1
    lines = np.moveaxis(bits, 2, 1).reshape(-1, 300)
    toggles = np.abs(np.diff(lines, axis=0, prepend=0)).sum()
    assert run.layers["dense1"].input_toggles == toggles
    still = measure(mapped, np.zeros_like(X), Y)
    assert still.layers["dense1"].data == 0
    assert still.layers["dense1"].clocked == pytest.approx(run.layers["dense1"].clocked, abs=0)


def test_voltage_trades_energy_for_time_and_errors():
    mapped = on_macros(WIDE, X)
    slow = mapped.at(OperatingPoint(0.65))
    fast, low = measure(mapped, X, Y), measure(slow, X, Y)
    assert low.joules_per_image < 0.5 * fast.joules_per_image
    assert low.seconds_per_image == pytest.approx(fast.seconds_per_image * 540 / 80, abs=0)
    key = jax.random.key(3)
    usual = np.asarray(mapped(X))
    np.testing.assert_array_equal(mapped.run(X, key)[0], usual)
    np.testing.assert_array_equal(mapped.with_weak_cells(key)(X), usual)
    assert (np.asarray(slow.run(X, key)[0]) != usual).any()
    off = [
        np.abs(np.asarray(mapped.with_weak_cells(key, rate)(X)) - usual).mean()
        for rate in (1e-3, 1e-2, 0.1)
    ]
    assert off[0] < off[1] < off[2]


def test_steps_cover_what_is_asked():
    whole = input_steps(WIDE, X, 8)
    assert whole["dense1"] == pytest.approx(np.abs(X).max() / 127)
    most = input_steps(WIDE, X, 8, covered=0.9)
    assert most["dense1"] == pytest.approx(np.quantile(np.abs(X), 0.9) / 127)
    layer = IntegerLayer(np.ones((1, 1), np.int32), np.ones(1), 0.5, 4)
    assert layer.inputs([[0.25], [0.3], [9.0], [-9.0]]).ravel().tolist() == [0, 1, 7, -7]


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="covered is 0"):
        input_steps(WIDE, X, 8, covered=0)
    with pytest.raises(ValueError, match="no images"):
        input_steps(WIDE, X[:0], 8)
    with pytest.raises(ValueError, match="no input step for 'dense2'"):
        round_network(WIDE, {"dense1": 1.0}, 8, 8)
    with pytest.raises(ValueError, match="labels have shape"):
        measure(on_macros(WIDE, X), X, Y[:2])


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "nets").is_dir(), reason="published networks are not at hand")
def test_the_published_resnet20_is_its_twin_and_low_voltage_hurts():
    for package in ("onnx", "PIL"):
        pytest.importorskip(package)
    images, labels = data.load("cifar10", "test", DATA, count=200)
    images = data.PREPROCESS["imagenet"](images)
    mapped = on_macros(read_onnx(DATA / "nets" / "cifar10_resnet20.onnx"), images[:20])
    np.testing.assert_array_equal(mapped(images[:20]), mapped.twin(images[:20]))
    usual = accuracy(mapped.twin, images, labels, 50)
    assert usual > 0.76
    weak = mapped.at(OperatingPoint(0.65)).with_weak_cells(jax.random.key(0))
    assert accuracy(weak, images, labels, 50) < usual - 0.02
