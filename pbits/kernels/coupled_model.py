"""Models of `coupled`: a problem laid out in tiles, colour by colour, and the ideal coupling.

The layouts are those of the exact float kernels, whose models also give the energies: `sparse` and
`poly_float` in tiles of up to 32 spins, `dense_float` spin by spin.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import HostArray
from pbits.kernels.colouring import colour
from pbits.kernels.coupled import Bucket, CoupledModel, Coupling
from pbits.kernels.dense_float import (
    COLUMNS,
    DenseFloatModel,
    DenseFloatState,
    dense_float,
    dense_float_model,
    in_turn,
    product,
)
from pbits.kernels.packed_poly import TermArrays, coupled_pairs
from pbits.kernels.poly_float import PolyModel, poly_float, poly_float_model
from pbits.kernels.shapes import round_up
from pbits.kernels.slots import weighted_sum
from pbits.kernels.sparse import SparseModel, SparseState, sparse, sparse_model
from pbits.random import RowKeys

Exact = SparseModel | PolyModel | DenseFloatModel


class Tiles(NamedTuple):
    """A bucket on the host: T tiles, of which `first_tile[-1]` are in use."""

    spin: NDArray[np.uint32]  # [T, B], from n up where there is none
    first_row: int
    first_tile: NDArray[np.int32]  # [C + 1], of each colour


class Layout(NamedTuple):
    """Where the spins of a problem are, and its exact energies.

    Attributes:
        exact: the model that has them.
        spin_of_row: [rows] uint32, from n up where there is none.
        row_of_spin: [n] int32.
        colour: [n].
        tiles: all buckets.
        coupling: that is ideal; its parameters are `ideal`.
        ideal: one for each bucket; empty where the layout is of another coupling.
        unit: energy of coefficient 1.
        exact_row: [rows of the exact model, and its constant one] int32, where they are in the
            table; None where the rows are the same.
    """

    exact: Exact
    spin_of_row: NDArray[np.uint32]
    row_of_spin: NDArray[np.int32]
    colour: NDArray[np.int64]
    tiles: tuple[Tiles, ...]
    coupling: Coupling
    ideal: tuple[Any, ...]
    unit: float
    exact_row: NDArray[np.int32] | None = None

    @property
    def num_spins(self) -> int:
        return self.colour.size

    @property
    def num_colours(self) -> int:
        return int(self.colour.max(initial=-1)) + 1

    @property
    def is_dense(self) -> bool:
        """Whether fields are products of 64 columns, of spins that are floats."""
        return self.coupling is IDEAL_DENSE

    def regrouped(
        self, groups: Sequence[NDArray[np.int64]], height: int, coupling: Coupling
    ) -> "Layout":
        """The same problem in tiles of a coupling's own.

        Args:
            groups: spins of one colour each, colour by colour.
            height: of a tile; groups are cut into as many as they take.
            coupling: whose parameters will be given for one bucket.
        """
        n, tiles, clocks = self.num_spins, [], []
        for group in groups:
            count = -(-group.size // height)
            padded = np.full(count * height, n, np.int64)
            padded[: group.size] = group
            tiles.append(padded.reshape(count, height))
            clocks += [int(self.colour[group[0]])] * count
        numbers = np.concatenate(tiles)
        rows = numbers.size
        spin_of_row = numbers.ravel().astype(np.uint32)
        row_of_spin = np.zeros(n, np.int32)
        row_of_spin[numbers[numbers < n]] = np.flatnonzero(spin_of_row < n)
        first = np.searchsorted(clocks, np.arange(self.num_colours + 1)).astype(np.int32)
        exact_row = np.append(row_of_spin, rows)[np.minimum(self.spin_of_row, n)]
        return self._replace(
            spin_of_row=spin_of_row, row_of_spin=row_of_spin, coupling=coupling, ideal=(),
            tiles=(Tiles(spin_of_row.reshape(-1, height), 0, first),),
            exact_row=np.append(exact_row, rows).astype(np.int32),
        )  # fmt: skip


def sparse_layout(
    h: NDArray, row: NDArray, col: NDArray, coupling: NDArray, unit: float = 1.0
) -> Layout:
    """Of few neighbours each; arguments as `sparse.sparse_model`."""
    exact = sparse_model(h, row, col, coupling, unit, by_colour=True)
    return _in_tiles(exact, colour(h.size, row, col), IDEAL_SPARSE, unit)


def poly_layout(num_spins: int, terms: Sequence[TermArrays], unit: float = 1.0) -> Layout:
    """Of terms of any order; arguments as `poly_float.poly_float_model`."""
    exact = poly_float_model(num_spins, terms, unit, by_colour=True)
    colours = colour(num_spins, *coupled_pairs(num_spins, terms))
    return _in_tiles(exact, colours, IDEAL_POLYNOMIAL, unit)


def dense_layout(
    h: NDArray, row: NDArray, col: NDArray, coupling: NDArray, unit: float = 1.0
) -> Layout:
    """Of many neighbours each, spins one by one; arguments as `sparse.sparse_model`."""
    n = h.size
    colours = colour(n, row, col)
    order = np.argsort(colours, kind="stable")
    place = np.argsort(order)
    exact = dense_float_model(h[order], place[row], place[col], coupling, unit)
    rows = exact.bias.shape[0]
    spin_of_row = np.arange(rows, dtype=np.uint32)
    spin_of_row[:n] = order
    first = np.searchsorted(colours[order], np.arange(colours.max(initial=-1) + 2))
    tiles = Tiles(spin_of_row[:, None], 0, first.astype(np.int32))
    return Layout(
        exact, spin_of_row, place.astype(np.int32), colours, (tiles,), IDEAL_DENSE, (exact,), unit
    )


def _in_tiles(
    exact: SparseModel | PolyModel, colours: NDArray[np.int64], coupling: Coupling, unit: float
) -> Layout:
    spin = np.asarray(exact.spin)
    found = []
    for bucket in exact.buckets:
        count, height = bucket.weight.shape[0], bucket.weight.shape[2]
        start, used = int(bucket.first_row), int(bucket.num_tiles)
        inside = np.full(count * height, spin.size, np.uint32)
        inside[: used * height] = spin[start : start + used * height]
        numbers = inside.reshape(count, height)
        of_tile = colours[numbers[:used, 0]]
        first = np.searchsorted(of_tile, np.arange(colours.max(initial=-1) + 2))
        found.append(Tiles(numbers, start, first.astype(np.int32)))
    rows = np.asarray(exact.row_of_spin)[: colours.size]
    return Layout(exact, spin, rows, colours, tuple(found), coupling, exact.buckets, unit)


def coupled_model(
    layout: Layout,
    *,
    coupling: Sequence[Any] | None = None,
    pbit: Any = None,
    num_clocks: int = 1,
    fraction: float = 0.0,
    follow: float = 1.0,
    common: float = 0.0,
) -> CoupledModel:
    """A model for `coupled.coupled`.

    Args:
        layout: of the problem.
        coupling: parameters for each bucket; those of the ideal coupling if None.
        pbit: parameters of the p-bits; arrays [n, 1] are one number for each.
        num_clocks, fraction, follow, common: see `coupled.CoupledModel`.

    Example:
        >>> layout = sparse_layout(np.zeros(2), np.array([0]), np.array([1]), np.array([1.0]))
        >>> int(coupled_model(layout).num_colours)
        2
    """
    n, rows = layout.num_spins, layout.spin_of_row.size
    colours = np.full(rows, -1, np.int32)
    colours[layout.row_of_spin] = layout.colour
    row_of_spin: HostArray = np.full(round_up(n), rows + 1, np.int32)
    row_of_spin[:n] = layout.row_of_spin
    # As many boundaries as for similar instances; beyond the last colour there are no tiles.
    spare = round_up(layout.num_colours) - layout.num_colours
    given = layout.ideal if coupling is None else coupling
    buckets = tuple(
        Bucket(own, *_host(t.spin, np.pad(t.first_tile, (0, spare), mode="edge")),
               *_host(np.int32(t.first_row)))
        for t, own in zip(layout.tiles, given, strict=True)
    )  # fmt: skip
    first = _host(colours, row_of_spin, np.int32(layout.num_colours), np.int32(num_clocks))
    shares = _host(*(np.float32(x) for x in (fraction, follow, common)))
    exact = layout.exact if layout.exact_row is None else (layout.exact, layout.exact_row)
    rest = _host(exact, np.float32(layout.unit))
    return jax.device_put(CoupledModel(buckets, by_rows(pbit, layout), *first, *shares, *rest))


def _host(*arrays: Any) -> list[HostArray]:
    return list(arrays)


def by_rows(parameters: Any, layout: Layout) -> Any:
    """Numbers of p-bits, [n, 1] where each has its own, in the order of a layout's rows."""
    n, rows = layout.num_spins, layout.spin_of_row.size
    source = np.minimum(layout.spin_of_row, n - 1).astype(np.int64)

    def part(leaf: Any) -> Any:
        own = np.shape(leaf) == (n, 1)
        return np.asarray(leaf)[source].astype(np.float32) if own and rows else leaf

    return jax.tree.map(part, parameters)


def _slots_field(
    parameters: Any, t: jax.Array, values: jax.Array, keys: RowKeys, lane: jax.Array, *,
    in_place: bool,
) -> jax.Array:  # fmt: skip
    del keys, lane
    slots = parameters.neighbour[t], parameters.weight[t]
    field = weighted_sum(values, *slots, is_written=in_place)
    return field + parameters.bias[t][:, None] if hasattr(parameters, "bias") else field


def _dense_field(
    parameters: Any, t: jax.Array, values: jax.Array, keys: RowKeys, lane: jax.Array, *,
    in_place: bool,
) -> jax.Array:  # fmt: skip
    del keys, lane, in_place
    rows = values.shape[0] - 2
    coupling = parameters.coupling[t].reshape(-1, rows)
    return product(coupling, values[:-2]) + parameters.bias[t].reshape(-1, 1)


def _dense_in_turn(parameters: Any, values: jax.Array, prepare: Any, decide: Any) -> jax.Array:
    spins = in_turn(parameters, values[:-2], prepare, decide)
    return jax.lax.dynamic_update_slice(values, spins, (0, 0))


IDEAL_SPARSE = Coupling(_slots_field, "ideal coupling")
IDEAL_POLYNOMIAL = Coupling(_slots_field, "ideal polynomial")
IDEAL_DENSE = Coupling(_dense_field, "ideal dense coupling", COLUMNS, _dense_in_turn)


def energy_of(layout: Layout) -> Callable[[jax.Array, Any], jax.Array]:
    """Exact energies of a table's columns: an argument of `coupled.coupled`."""
    kinds = {DenseFloatModel: _dense_energy, PolyModel: _poly_energy, SparseModel: _sparse_energy}
    found = kinds[type(layout.exact)]
    return found if layout.exact_row is None else _GATHERED[found]


def _sparse_energy(table: jax.Array, exact: SparseModel) -> jax.Array:
    return sparse("gibbs").energy(SparseState(table, jnp.zeros(())), exact)


def _poly_energy(table: jax.Array, exact: PolyModel) -> jax.Array:
    return poly_float("gibbs").energy(SparseState(table, jnp.zeros(())), exact)


def _dense_energy(table: jax.Array, exact: DenseFloatModel) -> jax.Array:
    spins = table[: exact.bias.shape[0]].astype(jnp.float32)
    return dense_float("gibbs").energy(DenseFloatState(spins, jnp.zeros(())), exact)


def _gathered(energy: Callable[..., jax.Array], table: jax.Array, exact: Any) -> jax.Array:
    model, rows = exact
    return energy(table[rows], model)


_GATHERED = {
    energy: partial(_gathered, energy) for energy in (_sparse_energy, _poly_energy, _dense_energy)
}
