"""Partial sums of arrays read as random signs instead of by converters (StoX-Net).

Each array of `rows` inputs gives ``reach * tanh(sum / reach)`` on average, through a p-bit that is
read a few times: one bit a read, no converter (arXiv 2407.12378).  A network is trained through
such reads, with the slope of the mean, and so learns to live with their noise.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from crossbar.converters.stochastic import StochasticReadout
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import Report, charge
from pbits import checks
from pbits.neural.costing import layout_of
from pbits.neural.linear import Linear
from pbits.neural.network import LinearHook, Network


@dataclass(frozen=True)
class PartialSums:
    """Products in arrays of `rows` inputs whose sums are read stochastically.

    Attributes:
        rows: inputs of an array.
        reach: of a partial sum, in the unit of the product; beyond it reads saturate.
        reads: of each partial sum.
        more: (name, reads) of layers that are read otherwise, such as the last.

    Example:
        >>> from pbits.neural.layers import Dense
        >>> sums = PartialSums(rows=2, reach=1.0)
        >>> layer, x = Dense(jnp.ones((4, 1))), jnp.array([[0.1, 0.0, 9.0, 9.0]])
        >>> round(float(sums.mean("dense", layer, x)[0, 0]), 3)  # tanh(0.1) + tanh(18)
        1.1
    """

    rows: int = 64
    reach: float = 1.0
    reads: int = 1
    more: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        checks.whole_number("rows", self.rows, 1)
        checks.positive("reach", self.reach)
        for name, reads in (("reads", self.reads), *self.more):
            checks.whole_number(f"the number of {name}", reads, 1)

    def mean(self, name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        """A hook: what infinitely many reads give."""
        return self._through(name, layer, rows, None)

    def training(self, name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        """A hook: random reads with the slope of their mean.

        `train` gives hooks no key, so the rows themselves are one: equal rows, equal reads.
        """
        seed = lax.bitcast_convert_type(jnp.sum(jnp.abs(rows)) + len(rows), jnp.uint32)
        mean = self._through(name, layer, rows, None)
        key = jax.random.fold_in(jax.random.key(0), seed)
        read = self._through(name, layer, rows, key)
        return mean + lax.stop_gradient(read - mean)

    def hook(self, network: Network, key: jax.Array) -> LinearHook:
        """A hook: random reads."""
        order = {one.name: i for i, one in enumerate(network.linears())}

        def product(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
            return self._through(name, layer, rows, jax.random.fold_in(key, order[name]))

        return product

    def _through(
        self, name: str, layer: Linear, rows: jax.Array, key: jax.Array | None
    ) -> jax.Array:
        reads = dict(self.more).get(name, self.reads)
        matrix = layer.matrix
        missing = -matrix.shape[0] % self.rows
        left = jnp.pad(rows, ((0, 0), (0, missing))).reshape(len(rows), -1, self.rows)
        right = jnp.pad(matrix, ((0, missing), (0, 0))).reshape(-1, self.rows, matrix.shape[1])
        sums = jnp.einsum("mkr,kro->mko", left, right, precision="highest")
        readout = StochasticReadout(samples=reads)
        drawn = jnp.full(sums.shape, reads, jnp.int32)
        return readout.convert(drawn, sums, jnp.float32(self.reach), key).sum(1)


def readout_cost(network: Network, design: Design, costs: Costs | None = None) -> Report:
    """Energy and time of an image on arrays of `design`, from the layout of all layers alone.

    Layers follow one another.  Cells are charged for half the inputs' bits on, at the mean
    conductance; use programmed arrays for what data really cost.

    Raises:
        ValueError: where cells are not in differential pairs.
    """
    if design.mapping != "differential":
        raise ValueError(f"mapping is {design.mapping!r}; expected 'differential'")
    events: dict[str, float] = {}
    path: dict[str, float] = {}
    parts: dict[str, float] = {}
    for _, _, matrix, products in network.linears():
        layout = layout_of(design, *matrix.shape)
        counted = count_events(design, layout, products)
        counted["cell.read"] = _cell_energy(design, layout) * products
        found = counted, count_path(design, layout, products), count_parts(design, layout)
        for total, more in zip((events, path, parts), found, strict=True):
            for name, count in more.items():
                total[name] = total.get(name, 0.0) + float(count)
    return charge(
        events, path, parts, with_converter(Costs.load() if costs is None else costs, design)
    )


def _cell_energy(design: Design, layout: Layout) -> float:
    """J of a product: V^2 G t of both cells of all pairs, half the time."""
    cell = design.cell
    cells = layout.planes * layout.slices * layout.inputs * layout.outputs
    each = float(cell.read_voltage) ** 2 * float(np.mean(cell.levels)) * float(cell.read_time)
    return 0.5 * cells * each * design.num_digits
