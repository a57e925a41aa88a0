"""A matrix in memory, and products with it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from jax.core import Tracer
from numpy.typing import ArrayLike

from crossbar import chance
from crossbar.converters.adc import IdealAdc
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import Report, charge
from crossbar.quantise import digit_places, digits

Events = dict[str, Any]

# Numbers of the largest array of a product, 256 MB; larger batches are done part by part.
_MOST = 2**26
_PARTS = 0x9A275  # folded into a key, far from the numbers that arrays and digits use
# Slices whose sums one product computes: converters take turns, and wide products are fast.
_MOST_SLICES = 8
# In full precision, which accelerators do not take by themselves.
_precise = partial(jnp.matmul, precision=lax.Precision.HIGHEST)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ProgrammedMatrix:
    """Arrays that hold a matrix W [inputs, outputs]; ``x @ W`` for x [..., inputs].

    K counts arrays along the inputs, S slices of a weight, R rows of an array.

    Attributes:
        design: what it was programmed by.
        conductance: S, [planes, S, K, T, R, columns], of all cells, T counting arrays along the
            outputs.
        transfer: [K, S, R, outputs], what the arrays compute, with wires, in steps of a level.
        drive: S, power of the arrays behind one row of arrays: [K, R, R], or [K, R] where wires
            have no resistance.
        noise: [K, S, R, outputs], variance of a cell's part at each read, by what wires leave of
            it; None without noise.  A shared reference is taken for noise of each column's own.
        significance: [S].
        step: [S] or [K, S], of a converter's code; see `calibration`.
        converters: what `design.adc` drew, [K, S, outputs, ...].
        weight_scale: [outputs], value of a weight of 1.
        input_scale: value of an input of 1; None takes it from each batch's largest.
        gain, offset: [outputs], digital correction of each column; see `compensation`.
        pulses: int32, of every cell as `conductance`, where it was verified; else None.
        failed: bool, cells that were given up, likewise.
        drivers: what `design.dac` drew, [K, R, ...]; None without one.
    """

    design: Design
    conductance: jax.Array
    transfer: jax.Array
    drive: jax.Array
    noise: jax.Array | None
    significance: jax.Array
    step: jax.Array
    converters: Any
    weight_scale: jax.Array
    gain: jax.Array
    offset: jax.Array
    input_scale: jax.Array | None = None
    pulses: jax.Array | None = None
    failed: jax.Array | None = None
    drivers: Any = None
    inputs: int = field(default=0, metadata={"static": True})

    __array_ufunc__ = None  # NumPy leaves `x @ matrix` to `__rmatmul__`

    @property
    def is_signed(self) -> bool:
        """Whether inputs may be negative."""
        return self.design.encoding != "unsigned"

    @property
    def outputs(self) -> int:
        """Columns of the matrix."""
        return self.transfer.shape[-1]

    def replace(self, **changes: Any) -> "ProgrammedMatrix":
        """With some values changed."""
        return replace(self, **changes)

    def matrix(self) -> jax.Array:
        """[inputs, outputs]: what the arrays compute where inputs and results are not rounded."""
        return self.sums() * (self.weight_scale * self.gain)

    def sums(self) -> jax.Array:
        """[inputs, outputs]: the same in steps of a level, slices added up."""
        whole = jnp.einsum("s,ksrm->krm", self.significance, self.transfer)
        return whole.reshape(-1, self.outputs)[: self.inputs]

    def __rmatmul__(self, x: ArrayLike) -> jax.Array:
        x = check_inputs(x, self.inputs, signed=self.is_signed)
        batch = x.shape[:-1]
        return _by_parts(_result, self, _flat(x), None)[0].reshape(*batch, self.outputs)

    def mvm(self, x: ArrayLike, key: jax.Array | None = None) -> tuple[jax.Array, Events]:
        """Product with inputs, and what it took.

        Args:
            x: [..., inputs].
            key: of read noise; without it reads are noiseless.

        Returns:
            [..., outputs], float32, and counts of events for the ledger.

        Raises:
            ValueError: on inputs of another length, not real, not finite, or of a sign that is not
                encoded.
        """
        x = check_inputs(x, self.inputs, signed=self.is_signed)
        batch = x.shape[:-1]
        result, energy = _by_parts(_product, self, _flat(x), key)
        count = int(np.prod(batch))
        events = count_events(self.design, self.layout, count)
        return result.reshape(*batch, self.outputs), events | {"cell.read": energy}

    @property
    def layout(self) -> Layout:
        """Of its arrays."""
        planes, slices, blocks, tiles = self.conductance.shape[:4]
        return Layout(self.inputs, self.outputs, planes, slices, blocks, tiles)

    def report(self, events: Events, vectors: int = 1, costs: Costs | None = None) -> Report:
        """Energy of some events; latency of their products one after another; area.

        Args:
            events: of `mvm`, or sums of them.
            vectors: products they belong to.
            costs: a table of your own; the built-in one if None.
        """
        table = with_converter(Costs.load() if costs is None else costs, self.design)
        path = count_path(self.design, self.layout, vectors)
        return charge(events, path, count_parts(self.design, self.layout), table)


def check_inputs(x: ArrayLike, inputs: int, *, signed: bool = True) -> jax.Array:
    """Inputs as float32, looked at unless they are traced."""
    if not any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(x)):
        x = x if isinstance(x, jax.Array) else np.asarray(x)
        if x.dtype != bool and (not jnp.issubdtype(x.dtype, jnp.number) or jnp.iscomplexobj(x)):
            raise ValueError(f"x holds {x.dtype}; expected real numbers")
    with np.errstate(over="ignore"):  # the infinities are told of below
        array = jnp.asarray(x, jnp.float32)
    if array.ndim < 1 or array.shape[-1] != inputs:
        raise ValueError(f"x has shape {array.shape}; expected [..., {inputs}], one per row")
    if isinstance(array, Tracer):
        return array
    seen = np.asarray(array)  # NumPy compiles nothing
    if not np.isfinite(seen).all():
        raise ValueError("x holds values that are not finite in float32; replace or leave them out")
    if not signed and (seen < 0).any():
        raise ValueError("x holds negative values and encoding='unsigned'; choose one with a sign")
    return array


def input_codes(programmed: ProgrammedMatrix, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Inputs as whole numbers, int32, and what one of them is worth."""
    design = programmed.design
    signed = programmed.is_signed
    largest = 2 ** (design.input_bits - signed) - 1
    scale = programmed.input_scale
    if scale is None:
        top = jnp.max(jnp.abs(x), initial=0.0)
        # Where inputs are next to nothing a share of them would be no float32.
        scale = jnp.maximum(jnp.where(top > 0, top, 1.0) / largest, jnp.finfo(jnp.float32).tiny)
    codes = jnp.clip(jnp.round(x / scale), -largest if signed else 0, largest)
    return codes.astype(jnp.int32), scale


def drive_levels(programmed: ProgrammedMatrix, codes: jax.Array) -> tuple[jax.Array, np.ndarray]:
    """What word lines are driven with, in digits, and what each digit is worth.

    All digits of all inputs are rows of one product per array: [digits * batch, K, R].
    """
    design = programmed.design
    parts, worth = digits(codes, design.input_bits, design.dac_bits, design.encoding)
    blocks, _, rows, _ = programmed.transfer.shape
    parts = jnp.pad(parts, ((0, 0), (0, 0), (0, blocks * rows - codes.shape[1])))
    stacked = parts.reshape(-1, blocks, rows)
    if design.dac is not None:
        stacked = design.dac.apply(programmed.drivers, stacked)
    return stacked, worth


def _flat(x: jax.Array) -> jax.Array:
    """[batch, inputs]; sizes are written out, since -1 has none to take where a batch is empty."""
    return x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1])


def _by_parts(
    product: Callable[..., tuple[jax.Array, jax.Array]],
    programmed: ProgrammedMatrix,
    x: jax.Array,
    key: jax.Array | None,
) -> tuple[jax.Array, jax.Array]:
    """Products of so many inputs at once that memory holds all their digits."""
    blocks, _, rows, outputs = programmed.transfer.shape
    most = max(_MOST // (programmed.design.num_digits * max(blocks * rows, outputs)), 1)
    if x.shape[0] <= most:
        return product(programmed, x, key)
    # One scale for all, as if they were done at once.
    programmed = programmed.replace(input_scale=input_codes(programmed, x)[1])
    found = []
    for place, start in enumerate(range(0, x.shape[0], most)):
        part = None if key is None else random.fold_in(random.fold_in(key, _PARTS), place)
        found.append(product(programmed, x[start : start + most], part))
    results, energies = zip(*found, strict=True)
    return jnp.concatenate(results), jnp.stack(energies).sum()


@jax.jit
def _product(
    programmed: ProgrammedMatrix, x: jax.Array, key: jax.Array | None
) -> tuple[jax.Array, jax.Array]:
    if _is_noiseless(programmed, key):
        return _digit_by_digit(programmed, x, counted=True)
    codes, scale = input_codes(programmed, x)
    stacked, worth = drive_levels(programmed, codes)
    blocks, slices, _, outputs = programmed.transfer.shape
    steps = jnp.broadcast_to(programmed.step, (blocks, slices))

    def add(total: jax.Array, place: jax.Array) -> tuple[jax.Array, None]:
        block, piece = place // slices, place % slices
        read_key = None if key is None else random.fold_in(key, place)
        seen = current(programmed, stacked[:, block], block, piece, read_key)
        seen = seen.reshape(len(worth), -1, outputs)
        factor = programmed.significance[piece]
        # One by one: a sum over the digits' axis takes XLA three times as long.
        for digit, value in enumerate(worth.tolist()):
            digit_key = None if read_key is None else random.fold_in(read_key, digit)
            step = steps[block, piece]
            converted = digitise(programmed, seen[digit], block, piece, step, digit_key)
            total = total + factor * value * converted
        return total, None

    total = jnp.zeros((x.shape[0], outputs), jnp.float32)
    total, _ = lax.scan(add, total, jnp.arange(blocks * slices))
    factor = scale * programmed.weight_scale
    energy = read_energy(programmed, stacked)
    return total * (factor * programmed.gain) + programmed.offset, energy


@jax.jit
def _result(
    programmed: ProgrammedMatrix, x: jax.Array, key: jax.Array | None
) -> tuple[jax.Array, jax.Array]:
    """Without the energy, which XLA then leaves out."""
    if _is_noiseless(programmed, key):
        return _digit_by_digit(programmed, x, counted=False)
    return _product(programmed, x, key)[0], jnp.zeros(())


def _is_noiseless(programmed: ProgrammedMatrix, key: jax.Array | None) -> bool:
    """Whether a read draws nothing at random."""
    return key is None or (programmed.noise is None and isinstance(programmed.design.adc, IdealAdc))


def _digit_by_digit(
    programmed: ProgrammedMatrix, x: jax.Array, *, counted: bool
) -> tuple[jax.Array, jax.Array]:
    """As `_product` without noise; nothing larger than one digit of one row of arrays is kept.

    One loop over rows of arrays and digits: its body computes all slices at once, and digits are
    taken from whole numbers on the way, which costs less than to read them from memory.
    """
    codes, scale = input_codes(programmed, x)
    design, (blocks, slices, height, outputs) = programmed.design, programmed.transfer.shape
    whole = jnp.pad(codes, ((0, 0), (0, blocks * height - codes.shape[1])))
    whole = whole.reshape(x.shape[0], blocks, height)
    places = digit_places(design.input_bits, design.dac_bits, design.encoding)
    starts, masks, worth = (jnp.asarray(values) for values in places)
    side_by_side = slices <= _MOST_SLICES
    matrices = programmed.transfer
    if side_by_side:
        matrices = matrices.swapaxes(1, 2).reshape(blocks, height, slices * outputs)

    def add(
        carry: tuple[jax.Array, jax.Array], place: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], None]:
        total, squares = carry
        block, digit = place // starts.size, place % starts.size
        levels = _levels(programmed, whole[:, block], block, starts[digit], masks[digit])
        sums = _all_slices if side_by_side else _slice_by_slice
        total = total + worth[digit] * sums(programmed, levels, matrices[block], block)
        return (total, squares + _squares(programmed, levels, block) if counted else squares), None

    begin = jnp.zeros((x.shape[0], outputs), jnp.float32), jnp.zeros((), jnp.float32)
    (total, squares), _ = lax.scan(add, begin, jnp.arange(blocks * starts.size))
    factor = scale * programmed.weight_scale
    energy = squares * _joules(design)
    return total * (factor * programmed.gain) + programmed.offset, energy


def _levels(
    programmed: ProgrammedMatrix,
    codes: jax.Array,
    block: jax.Array,
    start: jax.Array,
    mask: jax.Array,
) -> jax.Array:
    """What one digit of whole numbers [reads, R] drives the lines of one row of arrays with."""
    design = programmed.design
    if design.encoding == "sign-magnitude":
        digit = ((jnp.abs(codes) >> start) & mask) * jnp.sign(codes)
    else:
        digit = (codes >> start) & mask
    levels = digit.astype(jnp.float32)
    if design.dac is None:
        return levels
    drivers = jax.tree.map(lambda part: part[block], programmed.drivers)
    return design.dac.apply(drivers, levels)


def _all_slices(
    programmed: ProgrammedMatrix, levels: jax.Array, matrix: jax.Array, block: jax.Array
) -> jax.Array:
    """Digitised sums of all slices, [reads, outputs]; `matrix` is [R, S * outputs]."""
    slices, outputs = programmed.significance.size, programmed.outputs
    seen, total = _precise(levels, matrix), jnp.zeros(())
    steps = jnp.broadcast_to(programmed.step, (*programmed.transfer.shape[:1], slices))
    for piece in range(slices):
        value = seen[:, piece * outputs : (piece + 1) * outputs]
        converted = digitise(programmed, value, block, piece, steps[block, piece], None)
        total = total + programmed.significance[piece] * converted
    return total


def _slice_by_slice(
    programmed: ProgrammedMatrix, levels: jax.Array, matrices: jax.Array, block: jax.Array
) -> jax.Array:
    """The same where slices are many; `matrices` is [S, R, outputs]."""
    slices = programmed.significance.size
    steps = jnp.broadcast_to(programmed.step, (*programmed.transfer.shape[:1], slices))

    def add(total: jax.Array, piece: jax.Array) -> tuple[jax.Array, None]:
        value = _precise(levels, matrices[piece])
        converted = digitise(programmed, value, block, piece, steps[block, piece], None)
        return total + programmed.significance[piece] * converted, None

    begin = jnp.zeros((levels.shape[0], programmed.outputs), jnp.float32)
    return lax.scan(add, begin, jnp.arange(slices))[0]


def current(
    programmed: ProgrammedMatrix,
    levels: jax.Array,
    block: int | jax.Array,
    piece: int | jax.Array,
    key: jax.Array | None,
) -> jax.Array:
    """Currents of one row of arrays, [reads, outputs], in steps of a level times a digit."""
    value = _precise(levels, programmed.transfer[block, piece])
    if key is None or programmed.noise is None:
        return value
    variance = _precise(levels**2, programmed.noise[block, piece])
    return value + jnp.sqrt(variance) * chance.normal(key, value.shape)


def digitise(
    programmed: ProgrammedMatrix,
    value: jax.Array,
    block: int | jax.Array,
    piece: int | jax.Array,
    step: jax.Array,
    key: jax.Array | None,
) -> jax.Array:
    """What the converters of one row of arrays make of currents."""
    drawn = jax.tree.map(lambda part: part[block, piece], programmed.converters)
    adc_key = None if key is None else random.fold_in(key, 1)
    return programmed.design.adc.convert(drawn, value, step, adc_key)


def read_energy(programmed: ProgrammedMatrix, stacked: jax.Array) -> jax.Array:
    """J, of all cells and wires: power of each read times its duration."""
    squares = jnp.float32(0)
    for block in range(programmed.drive.shape[0]):
        squares = squares + _squares(programmed, stacked[:, block], block)
    return squares * _joules(programmed.design)


def _squares(programmed: ProgrammedMatrix, levels: jax.Array, block: int | jax.Array) -> jax.Array:
    """Power of one row of arrays, summed over reads [reads, R], at steps of a digit of one volt."""
    drive = programmed.drive[block]
    part = _precise(levels, drive) if drive.ndim == 2 else levels * drive
    return jnp.sum(part * levels)


def _joules(design: Design) -> Any:
    """Of a power at one volt, for a read."""
    volt = design.cell.read_voltage / (2**design.dac_bits - 1)
    return volt**2 * design.cell.read_time
