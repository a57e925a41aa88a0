"""Labelled images: digits (always there with scikit-learn), MNIST, CIFAR-10.

>>> images, labels = load("digits", "test")
>>> images.shape, labels.shape, float(images.max())
((360, 8, 8, 1), (360,), 1.0)
"""

from pbits.neural.data.downloads import download
from pbits.neural.data.places import Labelled
from pbits.neural.data.preprocess import PREPROCESS, Preprocess
from pbits.neural.data.sets import SETS, load

__all__ = ["PREPROCESS", "SETS", "Labelled", "Preprocess", "download", "load"]
