"""Programming with verification: cells are written and read until they are near enough.

A device keeps its deviation through all retries and each pulse adds a new one of the cycle, so a
cell whose device part alone is out of tolerance never gets there: such cells are counted as failed.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, random

from crossbar import chance
from crossbar.cells.cell import Cell, spread_of
from crossbar.cells.draw import conductances, draw_devices, fails
from crossbar.checking import check_above_zero, check_range, is_concrete


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Verify:
    """When a cell is right, and when to give it up.

    Args:
        tolerance: largest distance from the target, in steps of a level.
        max_pulses: for each cell.
        noisy: whether verifying reads have the cell's read noise.

    Raises:
        ValueError: on a tolerance not above 0, or fewer than one pulse.

    Example:
        >>> Verify(0.1, 20).max_pulses
        20
    """

    tolerance: float | jax.Array = 0.25
    max_pulses: int | jax.Array = 10
    noisy: bool = field(default=False, metadata={"static": True})

    def __post_init__(self) -> None:
        check_above_zero("tolerance", self.tolerance, "steps of a level")
        check_range("max_pulses", self.max_pulses, 1, unit="pulse")
        if is_concrete(self.max_pulses) and int(self.max_pulses) != self.max_pulses:
            raise ValueError(f"max_pulses is {self.max_pulses!r}; expected a whole number")


class Verified(NamedTuple):
    """Cells after programming, arrays of one shape.

    Attributes:
        conductance: S.
        pulses: int32, how many each took, as many as reads; 0 for cells that hold nothing.
        failed: bool, cells whose last read was not within the tolerance.
    """

    conductance: jax.Array
    pulses: jax.Array
    failed: jax.Array


@jax.jit
def write_verified(
    device_key: jax.Array,
    cycle_key: jax.Array,
    cell: Cell,
    levels: jax.Array,
    verify: Verify,
    used: jax.Array | None = None,
) -> Verified:
    """Write levels, cell by cell until each is within the tolerance.

    Args:
        device_key: of the chip; as `draw`, the same key makes the same chip.
        cycle_key: of this programming.
        cell: datasheet; a pulse fails with probability `cell.write.failure`.
        levels: whole numbers from 0, of any shape.
        verify: see `Verify`.
        used: bool, cells to write; others stay at the lowest level.

    Example:
        >>> cell = Cell(jnp.array([1e-4, 2e-4]), cycle_spread=0.05)
        >>> one, two = random.split(random.key(0))
        >>> done = write_verified(one, two, cell, jnp.zeros((50, 50), int), Verify(0.02, 100))
        >>> bool(abs(done.conductance - 1e-4).max() <= 2.001e-6), bool(done.failed.any())
        (True, False)
    """
    devices = draw_devices(device_key, cell, levels.shape)
    target, band = cell.levels[levels], verify.tolerance * cell.step
    start = conductances(devices, cell, jnp.zeros_like(levels), jnp.zeros(levels.shape))
    todo = jnp.ones(levels.shape, bool) if used is None else used.astype(bool)

    def unfinished(carry: tuple) -> jax.Array:
        round_, _, _, todo = carry
        return (round_ < verify.max_pulses) & todo.any()

    def pulse(carry: tuple) -> tuple:
        round_, held, pulses, todo = carry
        key = random.fold_in(cycle_key, round_)
        score_key, read_key = random.split(key)
        score = chance.normal(score_key, levels.shape, cell.levels.dtype)
        new = conductances(devices, cell, levels, score)
        held = jnp.where(todo & ~fails(key, cell, levels.shape), new, held)
        wrong = jnp.abs(_read(read_key, cell, held, verify) - target) > band
        return round_ + 1, held, pulses + todo, todo & wrong

    none = jnp.zeros(levels.shape, jnp.int32)
    _, held, pulses, failed = lax.while_loop(unfinished, pulse, (jnp.int32(0), start, none, todo))
    return Verified(held, pulses, failed)


def _read(key: jax.Array, cell: Cell, conductance: jax.Array, verify: Verify) -> jax.Array:
    if not verify.noisy or cell.read_noise is None:
        return conductance
    relative = jnp.interp(conductance, cell.levels, spread_of(cell.read_noise, cell))
    return conductance * (1 + relative * chance.normal(key, conductance.shape))
