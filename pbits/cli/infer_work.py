"""What ``pbits infer`` does: network, images, arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from crossbar.costs import Costs
    from crossbar.design import Design
    from pbits.neural import Aids, Chips, Network

Progress = Callable[[str, int, int], None]
_CALIBRATION = 64  # training images that ranges are fitted to
_SIZES = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "cifar10": (32, 32, 3)}


class Job(NamedTuple):
    """A network and its images, preprocessed."""

    network: "Network"
    data: str
    preprocess: str
    images: np.ndarray
    labels: np.ndarray
    calibration: np.ndarray


@dataclass(frozen=True)
class Found:
    """What came of a job."""

    job: Job
    chips: "Chips"

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        from pbits.neural.pruning import sparsity_of

        return {
            "data": self.job.data,
            "preprocess": self.job.preprocess,
            "sparsity": sparsity_of(self.job.network),
        } | self.chips.facts()


def choose_design(name: str, adc: int | None, wire: float, **sizes: int) -> "Design":
    """The design of a preset, with other converters or wires where they are given."""
    from dataclasses import replace

    from crossbar.wires.wire import Wire
    from pbits.neural.hardware import hardware

    line = Wire(wire, wire) if wire else None
    design = hardware(name, wire=line, **sizes)
    if adc is None:
        return design
    return design.replace(adc=replace(design.adc, bits=adc))  # type: ignore[type-var]


def prepare(
    model: str,
    name: str | None,
    directory: Path | None,
    preprocess: str,
    count: int,
    sparsity: float,
    seed: int,
) -> Job:
    """Load or train the network, and load images.

    Raises:
        ValueError, FileNotFoundError, ImportError: with what to do.
    """
    from pbits import runtime
    from pbits.neural import data
    from pbits.neural.pruning import prune

    if preprocess not in ("auto", *data.PREPROCESS):
        known = ", ".join(("auto", *data.PREPROCESS))
        raise ValueError(f"--preprocess is {preprocess!r}; expected one of {known}")
    if name is not None and name not in data.SETS:
        raise ValueError(f"--data is {name!r}; expected one of {', '.join(data.SETS)}")
    runtime.ensure_configured()
    network, own = _network(model, directory, seed)
    name = _data_of(model, network, name or own)
    images, labels = data.load(name, "test", directory, count)
    typical, known = data.load(name, "train", directory, 4 * _CALIBRATION)
    kind = _preprocess(network, typical, known) if preprocess == "auto" else preprocess
    change = data.PREPROCESS[kind]
    network = prune(network, sparsity) if sparsity else network
    calibration = change(typical[:: max(len(typical) // _CALIBRATION, 1)])
    return Job(network, name, kind, change(images), labels, calibration)


def choose_aids(codes: str, **switches: bool) -> "Aids":
    """What is fitted to the images; see `Aids`."""
    from pbits.neural import Aids

    return Aids(codes=codes, **switches)


def work(
    job: Job,
    design: "Design",
    seed: int,
    costs: "Costs",
    progress: Progress,
    aids: "Aids",
    chips: int,
) -> Found:
    """Program the network into chips and run it over the images."""
    from jax import random

    from pbits.neural import evaluate_chips

    def told(what: str, chip: int, done: int, total: int) -> None:
        progress(what if chips == 1 else f"chip {chip + 1}, {what}", done, total)

    batch = max(min(100, 2**18 // int(np.prod(job.network.input_shape))), 1)
    found = evaluate_chips(
        job.network, design, job.calibration, job.images, job.labels, random.key(seed),
        chips=chips, mapping={"aids": aids}, batch=batch, costs=costs, progress=told,
    )  # fmt: skip
    return Found(job, found)


def picture(found: Found) -> "Figure":
    """Confusion and energies."""
    from matplotlib.figure import Figure

    from pbits.neural import data, plots

    figure = Figure(figsize=(16, 5), layout="constrained")
    axes = figure.subplots(1, 3)
    pooled = found.chips.pooled()
    plots.plot_confusion(pooled, data.SETS[found.job.data], axes[0])
    plots.plot_layers(pooled.cost, axes[1])
    plots.plot_comparison(pooled.cost, axes[2])
    return figure


def _network(model: str, directory: Path | None, seed: int) -> "tuple[Network, str | None]":
    """A network, and the set of images it was trained on here."""
    from pbits.neural import read_onnx
    from pbits.neural.built_in import BUILT_IN, make

    if model in BUILT_IN:
        place = None if directory is None else str(directory)
        return make(model, place, seed), BUILT_IN[model].data
    if not Path(model).is_file():
        raise FileNotFoundError(
            f"no file {model}; give an ONNX file, or one of {', '.join(BUILT_IN)}"
        )
    return read_onnx(model), None


def _data_of(model: str, network: "Network", name: str | None) -> str:
    """The set of images that a network takes, as they are or as features."""
    shape = network.input_shape
    fitting = [one for one, size in _SIZES.items() if _takes(network, size)]
    if name is None and fitting:
        return fitting[0]
    if name is None or name not in fitting:
        sizes = ", ".join(f"{one} {' x '.join(map(str, s))}" for one, s in _SIZES.items())
        given = "" if name is None else f" and --data is {name}"
        raise ValueError(
            f"{model} takes inputs of {' x '.join(map(str, shape))}{given}; images are {sizes}"
        )
    return name


def _takes(network: "Network", size: tuple[int, ...]) -> bool:
    try:
        network.shaped(np.zeros((1, *size)))  # type: ignore[arg-type]
    except ValueError:
        return False
    return True


def _preprocess(network: "Network", images: np.ndarray, labels: np.ndarray) -> str:
    """What makes the network tell most training images right."""
    from pbits.neural import accuracy, data

    kinds = [
        kind for kind, change in data.PREPROCESS.items()
        if images.shape[-1] % len(change.mean) == 0
    ]  # fmt: skip
    scores = [accuracy(network, data.PREPROCESS[kind](images), labels) for kind in kinds]
    return kinds[int(np.argmax(scores))]
