"""Published networks on published images: the accuracies that go with them."""

import os
from pathlib import Path

import numpy as np
import pytest

from pbits.neural import accuracy, data, read_onnx
from problems import store

DATA = Path(os.environ.get(store.ENVIRONMENT) or Path(__file__).parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(
    not (DATA / "nets").is_dir(), reason="published networks (../shared/data/nets) are not at hand"
)
for package in ("onnx", "PIL"):
    pytest.importorskip(package)

# Network, set, preprocessing, accuracy on the whole test set in percent.
PUBLISHED = [
    ("mnist-7_cntk", "mnist", "bytes", 98.91),
    ("mnist-net_256x2", "mnist", "unit", 98.08),
    ("mnist-net_256x4", "mnist", "unit", 97.64),
    ("cifar10_resnet20", "cifar10", "imagenet", 81.0),
    ("cifar10_resnet32", "cifar10", "imagenet", 82.6),
]


def network(name):
    return read_onnx(DATA / "nets" / f"{name}.onnx")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "images", "preprocess", "percent"), PUBLISHED)
def test_published_accuracy_on_all_test_images(name, images, preprocess, percent):
    x, y = data.load(images, "test", DATA)
    found = 100 * accuracy(network(name), data.PREPROCESS[preprocess](x), y)
    assert found == pytest.approx(percent, abs=0.051 if images == "cifar10" else 0.005)


@pytest.mark.parametrize(("name", "preprocess"), [p[::2] for p in PUBLISHED[:2]])
def test_published_accuracy_on_some_digits(name, preprocess):
    x, y = data.load("mnist", "test", DATA, count=300)
    assert accuracy(network(name), data.PREPROCESS[preprocess](x), y, batch=300) > 0.96


def test_published_accuracy_on_some_pictures():
    """Of 200 pictures 81 % are right within four deviations of the draw; far fewer upside down."""
    x, y = data.load("cifar10", "test", DATA, count=200)
    x, net = data.PREPROCESS["imagenet"](x), network("cifar10_resnet20")
    assert abs(accuracy(net, x, y) - 0.81) < 4 * np.sqrt(0.81 * 0.19 / 200)
    assert accuracy(net, x[:, ::-1], y) < 0.6
