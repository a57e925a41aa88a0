"""A small network for the digits without training, and small arrays for it."""

from functools import lru_cache

import jax.numpy as jnp
import numpy as np
from jax import random

from crossbar.cells.presets import get
from crossbar.converters.adc import IdealAdc
from pbits.neural import data
from pbits.neural.hardware import hardware
from pbits.neural.layers import Conv, Dense, Flatten, MaxPool, Relu, Slice
from pbits.neural.network import chain

KEY = random.key(0)


@lru_cache
def digits():
    """Test images and labels, and a few training images."""
    images, labels = data.load("digits", "test", count=200)
    return images, labels, data.load("digits", "train", count=48).images


@lru_cache
def classifier():
    """Random rectified features, and the classes by least squares: no training loop.

    Both matrices are 64 x 64, so that their arrays share all programs.
    """
    images, labels = data.load("digits", "train")
    draw = np.random.default_rng(6)
    first = draw.normal(size=(64, 64)) / 8
    features = np.maximum(images.reshape(-1, 64) @ first, 0)
    power = features.T @ features + 0.1 * np.eye(64)
    last = np.linalg.solve(power, features.T @ np.eye(64)[labels])
    dense = [Dense(jnp.asarray(matrix, jnp.float32)) for matrix in (first, last)]
    layers = [Flatten(), dense[0], Relu(), dense[1], Slice(((0, 10, 1),))]
    return chain(layers, (8, 8, 1), ["flatten", "first", "relu", "last", "classes"])


@lru_cache
def small_conv():
    """A convolution, a rectifier and a matrix, random weights; inputs may be negative."""
    draw = np.random.default_rng(1)
    kernel = jnp.asarray(draw.normal(size=(3, 3, 1, 4)), jnp.float32)
    matrix = jnp.asarray(draw.normal(size=(36, 5)), jnp.float32)
    bias = jnp.asarray(draw.normal(size=5), jnp.float32)
    layers = [Conv(kernel, jnp.ones(4)), Relu(), MaxPool(), Flatten(), Dense(matrix, bias)]
    return chain(layers, (8, 8, 1), ["conv", "relu", "pool", "flatten", "dense"])


def small(name="ideal", **changes):
    """Arrays of 16 x 16, weights of 4 bits and inputs of 3."""
    sizes = {"rows": 16, "columns": 16, "weight_bits": 4, "input_bits": 3}
    return hardware(name, **(sizes | changes))


def binary(spread, adc=4, **changes):
    """Arrays of 32 x 32 of SOT cells of another spread."""
    cell = get("sot", resistance_spread=spread, tmr_spread=0.0)
    sizes = {"rows": 32, "columns": 32, "weight_bits": 5, "input_bits": 4}
    return hardware("sot", cell=cell, adc=IdealAdc(adc), **(sizes | changes))
