"""All layers of a network: frozen dataclasses that are functions of arrays, batch first.

Images are [n, h, w, c].  :class:`Dense` and :class:`Conv` are the linear ones: each has a `matrix`
[in, out] and can be computed `through` another product.
"""

from pbits.neural.activations import (
    BatchNorm,
    Clip,
    Identity,
    LeakyRelu,
    Relu,
    Scale,
    Sigmoid,
    Sign,
    Softmax,
    Tanh,
)
from pbits.neural.joining import Add, Concat, Flatten, Pad, Reshape, Slice
from pbits.neural.linear import Conv, Dense, Linear, products_per_image
from pbits.neural.pooling import GlobalMean, MaxPool, MeanPool

__all__ = [
    "Add",
    "BatchNorm",
    "Clip",
    "Concat",
    "Conv",
    "Dense",
    "Flatten",
    "GlobalMean",
    "Identity",
    "LeakyRelu",
    "Linear",
    "MaxPool",
    "MeanPool",
    "Pad",
    "Relu",
    "Reshape",
    "Scale",
    "Sigmoid",
    "Sign",
    "Slice",
    "Softmax",
    "Tanh",
    "products_per_image",
]
