"""Inference on lossless digital macros in magnetic memory (`crossbar.digital`).

Every linear layer is rounded to whole numbers, cut into tiles and multiplied bit for bit as the
macro does; what the network gives equals its rounded software twin to the last bit.  Energy and
time come from the toggles and zeros of the data at an operating point.  Functions between layers
(rectifiers, pooling, biases, scales) are computed in float32 outside the macros and not charged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from crossbar.costs import Costs
from crossbar.digital import DigitalMacro, OperatingPoint
from crossbar.digital import Programmed as Tiles
from crossbar.digital.events import MacroEvents
from crossbar.ledger import Report, charge
from pbits.checks import whole_number
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.digital import digital_report
from pbits.neural.evaluating import Progress, accuracy, share_error
from pbits.neural.integers import IntegerLayer, input_steps, round_network
from pbits.neural.linear import Linear
from pbits.neural.network import Network
from pbits.neural.processor import Processor

ROWS_AT_ONCE = 8192
"""Rows of a layer in one product, to bound memory; input lines start at 0 in each."""
_MEANS = ("toggle_rate", "weight_sparsity")
_FIXED = ("macros", "passes")
Count = Callable[[str, MacroEvents], None]


class StoredLayer(NamedTuple):
    """A linear layer in whole numbers, and the macros that hold it."""

    integers: IntegerLayer
    tiles: Tiles


@dataclass(frozen=True, eq=False)
class MacroNetwork:
    """A network whose linear layers are stored in digital macros.  Made by :func:`on_macros`.

    Attributes:
        network: in float.
        macro: bits, operating point, energy law.
        stored: the linear layers by name; each has macros of its own.
    """

    network: Network
    macro: DigitalMacro
    stored: Mapping[str, StoredLayer]

    def __call__(self, x: ArrayLike) -> jax.Array:
        """Outputs [n, classes] of inputs [n, ...] on the macros, nothing counted."""
        return self.run(x)[0]

    def run(
        self, x: ArrayLike, key: jax.Array | None = None
    ) -> tuple[jax.Array, dict[str, MacroEvents]]:
        """Outputs [n, classes] and what happened in each layer.

        Args:
            x: inputs [n, ...]; their rows stream through a layer in order.
            key: of read errors at the operating point, new for every row; None for none.  They are
                drawn row by row: for large networks :meth:`with_weak_cells` is the quicker choice.
        """
        events: dict[str, MacroEvents] = {}

        def count(name: str, more: MacroEvents) -> None:
            events[name] = joined(events[name], more) if name in events else more

        given = jnp.asarray(checked_images(x))
        return self.network.run(given, self._product(count, key)), events

    def _product(self, count: Count, key: jax.Array | None) -> Callable[..., jax.Array]:
        keys = {name: i for i, name in enumerate(self.stored)}

        def product(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
            integers, tiles = self.stored[name]
            parts = []
            for first in range(0, len(rows), ROWS_AT_ONCE):
                codes = integers.inputs(rows[first : first + ROWS_AT_ONCE])
                own = (
                    key if key is None else jax.random.fold_in(key, keys[name] + first * len(keys))
                )
                sums, events = tiles.mvm(codes, own)
                count(name, events)
                parts.append(integers.outputs(sums))
            return jnp.asarray(np.concatenate(parts))

        return product

    def twin(self, x: ArrayLike) -> jax.Array:
        """The same rounded network in software, float64 sums of integers: no macro in it."""
        return self.network.run(
            jnp.asarray(x),
            lambda name, _, rows: jnp.asarray(self.stored[name].integers.exact(rows)),
        )

    def with_weak_cells(self, key: jax.Array, rate: float | None = None) -> "MacroNetwork":
        """Read through cells that are wrong at every read; see `crossbar.digital`."""
        changed = {
            name: StoredLayer(
                one.integers, one.tiles.with_weak_cells(jax.random.fold_in(key, i), rate)
            )
            for i, (name, one) in enumerate(self.stored.items())
        }
        return replace(self, stored=changed)

    def at(self, point: OperatingPoint) -> "MacroNetwork":
        """The same stored network at another voltage and clock."""
        moved = {
            name: StoredLayer(one.integers, one.tiles.at(point))
            for name, one in self.stored.items()
        }
        return replace(self, macro=replace(self.macro, point=point), stored=moved)

    @property
    def macros(self) -> int:
        """How many macros hold the network."""
        return sum(one.tiles.layout.tiles for one in self.stored.values())


def on_macros(
    network: Network,
    images: ArrayLike,
    macro: DigitalMacro | None = None,
    *,
    covered: float = 1.0,
    steps: Mapping[str, float] | None = None,
) -> MacroNetwork:
    """Store a trained network in macros, without retraining.

    Args:
        network: folded, such as :func:`pbits.neural.train` gives.
        images: a few dozen inputs that choose the steps of the layers' inputs.
        macro: bits and operating point; 8 bits at 1.2 V where None is given.
        covered: share of inputs that steps cover; below 1 the largest are clipped.
        steps: of the inputs by layer, in place of those from the images.

    Example:
        >>> from pbits.neural import mlp
        >>> net = mlp([[[1.0, -0.5], [0.25, 1.0]]])
        >>> stored = on_macros(net, [[1.0, 1.0]])
        >>> found, events = stored.run([[1.0, 0.5]])
        >>> bool((found == stored.twin([[1.0, 0.5]])).all()), events["dense1"].cycles
        (True, 8)
    """
    macro = DigitalMacro() if macro is None else macro
    chosen = input_steps(network, images, macro.input_bits, covered) if steps is None else steps
    layers = round_network(network, chosen, macro.input_bits, macro.weight_bits)
    stored = {name: StoredLayer(one, macro.program(one.weights)) for name, one in layers.items()}
    return MacroNetwork(network, macro, stored)


@dataclass(frozen=True)
class MacroRun:
    """Accuracy and cost of the same images.

    Attributes:
        accuracy: share of images whose largest output is their class.
        images: how many.
        layers: events by layer.
        toggle_rate: part of the driven input lines that changed in a cycle, all layers.
        report: energy, latency and area, each with its source; layers follow one another.
        float_accuracy: of the same network in float.
        digital: energy of an image on a processor that moves its data.
    """

    accuracy: float
    images: int
    layers: Mapping[str, MacroEvents]
    toggle_rate: float
    report: Report
    float_accuracy: float
    digital: Report

    @property
    def standard_error(self) -> float:
        """Of the accuracy, over draws of so many images."""
        return share_error(self.accuracy, self.images)

    @property
    def advantage(self) -> float:
        """Energy of the processor over that of the macros."""
        return self.digital.energy / self.joules_per_image

    @property
    def joules_per_image(self) -> float:
        """J, without the first writing of the weights."""
        return self.report.energy / self.images

    @property
    def seconds_per_image(self) -> float:
        """s, layers one after another; each layer works on its own in a pipeline of images."""
        return self.report.latency / self.images

    @property
    def seconds_between_images(self) -> float:
        """s, where all layers work at once: that of the slowest."""
        return max(one.seconds for one in self.layers.values()) / self.images

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "accuracy": self.accuracy,
            "float_accuracy": self.float_accuracy,
            "standard_error": self.standard_error,
            "images": self.images,
            "joules_per_image": self.joules_per_image,
            "seconds_per_image": self.seconds_per_image,
            "seconds_between_images": self.seconds_between_images,
            "toggle_rate": self.toggle_rate,
            "layers": {name: events.facts() for name, events in self.layers.items()},
            "area_square_metres": self.report.area,
            "report": self.report.facts(),
            "digital": {
                "joules_per_image": self.digital.energy,
                "report": self.digital.facts(),
                "advantage": self.advantage,
            },
        }


def measure(
    mapped: MacroNetwork,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    batch: int = 50,
    key: jax.Array | None = None,
    processor: Processor | None = None,
    costs: Costs | None = None,
    progress: Progress | None = None,
) -> MacroRun:
    """Accuracy, toggles, energy and time of images in their order.

    Args:
        mapped: of :func:`on_macros`.
        images, labels: inputs [n, ...] and classes [n].
        batch: images at a time; input lines start at 0 in each batch.
        key: of read errors; see :meth:`MacroNetwork.run`.
        processor: a digital one to compare with; the default one if None.
        costs: table of costs; the built-in one if None.
        progress: as in :func:`pbits.neural.outputs`.

    Raises:
        ValueError: where there are no images or some are not finite, or labels are not classes.
    """
    given = checked_images(images)
    most = mapped.network.shapes()[mapped.network.nodes[-1].name][-1]
    classes = checked_classes(labels, len(given), most)
    whole_number("batch", batch, least=1)
    found: dict[str, MacroEvents] = {}
    right = 0
    for first in range(0, len(given), batch):
        own = None if key is None else jax.random.fold_in(key, first)
        logits, events = mapped.run(given[first : first + batch], own)
        right += int((np.asarray(logits).argmax(-1) == classes[first : first + batch]).sum())
        for name, more in events.items():
            found[name] = joined(found[name], more) if name in found else more
        if progress:
            progress(min(first + batch, len(given)), len(given))
    report = report_of(mapped, found, costs)
    return MacroRun(
        right / len(given), len(given), found, toggle_rate(mapped, found), report,
        accuracy(mapped.network, given, classes, batch),
        digital_report(mapped.network, processor, costs),
    )  # fmt: skip


def joined(first: MacroEvents, more: MacroEvents) -> MacroEvents:
    """Events of two streams, one after the other, through the same layer."""
    a, b = first._asdict(), more._asdict()
    share = first.vectors / (first.vectors + more.vectors)
    sums = {name: a[name] + b[name] for name in a if name not in (*_MEANS, *_FIXED)}
    means = {name: share * a[name] + (1 - share) * b[name] for name in _MEANS}
    return first._replace(**sums, **means)


def toggle_rate(mapped: MacroNetwork, events: Mapping[str, MacroEvents]) -> float:
    """Part of the driven input lines of all layers that changed in a cycle."""
    toggles = sum(one.input_toggles for one in events.values())
    lines = sum(
        one.vectors * mapped.macro.input_bits * layout.inputs * layout.column_tiles
        for one, layout in ((one, mapped.stored[name].tiles.layout) for name, one in events.items())
    )
    return toggles / lines


def report_of(
    mapped: MacroNetwork, events: Mapping[str, MacroEvents], costs: Costs | None = None
) -> Report:
    """Energy, latency (layers one after another) and area of bitcells, each with its source."""
    charged: dict[str, float] = {}
    path: dict[str, float] = {}
    for one in events.values():
        for total, part in zip((charged, path), one.charges(), strict=True):
            for name, value in part.items():
                total[name] = total.get(name, 0.0) + value
    cells = sum(one.macros for one in events.values()) * mapped.macro.organisation.bitcells
    return charge(charged, path, {"macro.bitcell": cells}, costs)
