"""Layers against plain NumPy written out, their derivatives against finite differences."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from pbits.neural import layers
from pbits.neural.layers import products_per_image

RNG = np.random.default_rng(7)
IMAGES = RNG.normal(size=(2, 7, 6, 3)).astype(np.float32)
CONVOLUTIONS = [
    dict(stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1)),
    dict(stride=(2, 1), padding=((1, 2), (0, 1)), dilation=(1, 1)),
    dict(stride=(2, 3), padding=((2, 2), (1, 1)), dilation=(2, 2)),
]
NORMALISED = layers.BatchNorm(*(jnp.asarray(RNG.uniform(0.5, 2, 3), jnp.float32) for _ in range(4)))


def convolution(settings):
    weight = RNG.normal(size=(3, 2, 3, 4)).astype(np.float32)
    return layers.Conv(jnp.asarray(weight), jnp.arange(4.0), **settings)


def convolved(x, layer):
    """The definition, pixel by pixel."""
    x = np.pad(x, ((0, 0), *layer.padding, (0, 0))).astype(float)
    kernel, (down, across) = np.asarray(layer.weight, float), layer.stride
    reach = [(n - 1) * d + 1 for n, d in zip(kernel.shape[:2], layer.dilation, strict=True)]
    rows = range(0, x.shape[1] - reach[0] + 1, down)
    columns = range(0, x.shape[2] - reach[1] + 1, across)
    out = np.zeros((len(x), len(rows), len(columns), kernel.shape[3]))
    for (a, i), (b, j) in itertools.product(enumerate(rows), enumerate(columns)):
        seen = x[:, i : i + reach[0] : layer.dilation[0], j : j + reach[1] : layer.dilation[1]]
        out[:, a, b] = np.einsum("nhwc,hwco->no", seen, kernel)
    return out + np.asarray(layer.bias)


@pytest.mark.parametrize("settings", CONVOLUTIONS)
def test_convolution_is_its_definition_and_its_matrix(settings):
    layer = convolution(settings)
    expected = convolved(IMAGES, layer)
    np.testing.assert_allclose(layer(IMAGES), expected, atol=1e-4)
    rows = []

    def product(patches):
        rows.append(len(patches))
        return patches @ layer.matrix

    np.testing.assert_allclose(layer.through(product, IMAGES), expected, atol=1e-4)
    assert rows == [2 * products_per_image(layer, (7, 6, 3))]
    again = layer.with_matrix(layer.matrix, layer.bias)
    assert jax.tree.all(jax.tree.map(lambda a, b: (a == b).all(), again, layer))


def test_pooling_of_windows_with_padding():
    padding = ((1, 0), (0, 1))
    padded = np.pad(IMAGES, ((0, 0), *padding, (0, 0)), constant_values=np.nan)
    rows, columns = range(0, 6, 2), range(0, 6, 2)
    cut = [[padded[:, i : i + 3, j : j + 2] for j in columns] for i in rows]
    for layer, reduce in (
        (layers.MaxPool((3, 2), (2, 2), padding), np.nanmax),
        (layers.MeanPool((3, 2), (2, 2), padding), np.nanmean),
        (
            layers.MeanPool((3, 2), (2, 2), padding, counts_padding=True),
            lambda x, axis: np.nansum(x, axis=axis) / 6,
        ),
    ):
        expected = np.array([[reduce(x, axis=(1, 2)) for x in row] for row in cut])
        np.testing.assert_allclose(layer(IMAGES), np.moveaxis(expected, 2, 0), atol=1e-6)
    np.testing.assert_allclose(layers.GlobalMean()(IMAGES), IMAGES.mean((1, 2)), atol=1e-6)


def test_activations_and_moves():
    x = jnp.array([-2.0, 0.0, 0.5])
    e = np.exp([-2.0, 0.0, 0.5])
    for layer, expected in (
        (layers.Relu(), [0, 0, 0.5]),
        (layers.LeakyRelu(0.1), [-0.2, 0, 0.5]),
        (layers.Tanh(), np.tanh(x)),
        (layers.Sigmoid(), e / (1 + e)),
        (layers.Sign(), [-1, 1, 1]),
        (layers.Sign(0.0), [-1, 0, 1]),
        (layers.Softmax(), e / e.sum()),
        (layers.Softmax(log=True), np.log(e / e.sum())),
    ):
        np.testing.assert_allclose(layer(x), expected, atol=1e-6)
    moved = np.moveaxis(IMAGES, -1, 1)
    flat = layers.Flatten(channels_first=True)(IMAGES)
    np.testing.assert_array_equal(flat, moved.reshape(2, -1))
    back = layers.Reshape((7, 6, 3), channels_first=True)(flat)
    np.testing.assert_array_equal(back, IMAGES)
    cut = layers.Slice(((0, 7, 2), (1, 6, 2), (0, 3, 1)))(IMAGES)
    np.testing.assert_array_equal(cut, IMAGES[:, ::2, 1::2])
    assert layers.Concat()(cut, cut).shape == (2, 4, 3, 6)
    np.testing.assert_array_equal(layers.Add()(cut, cut, cut), cut + cut + cut)


def test_batch_norm_is_affine_with_the_running_moments():
    n = NORMALISED
    expected = (IMAGES - n.mean) / np.sqrt(np.asarray(n.variance) + 1e-5) * n.factor + n.shift
    np.testing.assert_allclose(n(IMAGES), expected, atol=1e-5)


SMOOTH = [
    layers.Dense(jnp.asarray(RNG.normal(size=(3, 2)), jnp.float32), jnp.ones(2)),
    convolution(CONVOLUTIONS[1]),
    layers.Tanh(),
    layers.MaxPool(),
    layers.MeanPool((3, 2), (2, 2), ((1, 0), (0, 1))),
    NORMALISED,
]


@pytest.mark.parametrize("layer", SMOOTH, ids=lambda layer: type(layer).__name__)
def test_derivatives_are_finite_differences(layer):
    x = jnp.asarray(IMAGES[:1, :4, :3])
    check_grads(lambda layer, x: layer(x), (layer, x), 1, modes=["rev"], atol=0.02, rtol=0.02)


def test_derivatives_go_through_a_hook():
    layer, x = convolution(CONVOLUTIONS[2]), jnp.asarray(IMAGES)

    def through(layer, x):
        return jnp.sum(layer.through(lambda rows: rows @ layer.matrix, x) ** 2)

    for a, b in zip(
        jax.tree.leaves(jax.grad(through)(layer, x)),
        jax.tree.leaves(jax.grad(lambda layer, x: jnp.sum(layer(x) ** 2))(layer, x)),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-2)
