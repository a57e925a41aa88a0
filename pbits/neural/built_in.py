"""Networks that are trained on the spot, so that there is always one to begin with."""

from typing import NamedTuple

from pbits.neural import data, shapes
from pbits.neural.network import Network
from pbits.neural.training import Trained, train


class BuiltIn(NamedTuple):
    """A network to train: `data` and `shape` are names, `count` of images, None for all."""

    data: str
    shape: str
    epochs: int
    rate: float
    count: int | None = None


BUILT_IN: dict[str, BuiltIn] = {
    "digits-mlp": BuiltIn("digits", "mlp", 10, 1e-3),
    "digits-lenet": BuiltIn("digits", "lenet", 20, 2e-3),
    "mnist-mlp": BuiltIn("mnist", "mlp", 4, 1e-3, 20_000),
}


def make(name: str, directory: str | None = None, seed: int = 0) -> Network:
    """A network of `BUILT_IN`, trained.

    Args:
        name: one of `BUILT_IN`.
        directory: where files of images are; see :func:`pbits.neural.data.load`.
        seed: of weights and training.

    Raises:
        ValueError: on another name.
        FileNotFoundError: where images are missing.
        ImportError: where optax or scikit-learn is not installed.
    """
    if name not in BUILT_IN:
        raise ValueError(f"no network is named {name!r}; built in are {', '.join(BUILT_IN)}")
    plan = BUILT_IN[name]
    images, labels = data.load(plan.data, "train", directory, plan.count)
    start = shapes.make(plan.shape, images.shape[1:], len(data.SETS[plan.data]), seed)
    done: Trained = train(start, images, labels, epochs=plan.epochs, rate=plan.rate, seed=seed)
    if done.interrupted:
        raise KeyboardInterrupt
    return done.network
