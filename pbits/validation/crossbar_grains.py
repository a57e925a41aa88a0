"""Levels of cells made of grains: what statistics of grains allow (X7)."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from crossbar.cells.cell import Cell
from crossbar.cells.draw import draw
from crossbar.cells.granular import holds_levels, level_errors
from crossbar.cells.presets import get
from pbits.devices.granular import binomial_std, lognormal_film, write_film
from pbits.devices.write_table import switching_table
from pbits.validation.rows import Measured, Row

_GRAINS = "binomial law of pi/4 (side/pitch)^2 grains"
_GUPTE = "Gupte et al., npj Unconv. Comput. 3, 8 (2026): two bits at 50 to 75 nm"
# Diameter and pitch in nm; of four levels sigma of the middle ones, z and error (%) between them; z
# of eight.
_SIZES = (
    ((50, 10), 0.106, 1.6, 5.9, 0.6),
    ((50, 8), 0.085, 2.0, 2.5, 0.8),
    ((75, 10), 0.071, 2.4, 0.9, 0.95),
    ((75, 8), 0.057, 2.9, 0.17, 1.2),
)


def _film(size: tuple[int, int], levels: int) -> Cell:
    return get("granular", side=size[0] * 1e-9, pitch=size[1] * 1e-9, num_levels=levels)


def _sigmas(cell: Cell) -> np.ndarray:
    """Deviation of each level as a share of the full scale."""
    levels = np.asarray(cell.levels, float)
    return np.asarray(cell.cycle_spread) * levels / (levels[-1] - levels[0])


def _sigma(size: tuple[int, int], full: bool) -> float:
    return _sigmas(_film(size, 4))[1]


def _z(size: tuple[int, int], levels: int, full: bool) -> float:
    """Deviations from the two middle levels to the threshold between them."""
    middle = levels // 2
    return 1 / (levels - 1) / _sigmas(_film(size, levels))[middle - 1 : middle + 1].sum()


def _error(size: tuple[int, int], full: bool) -> float:
    return 100 * level_errors(_film(size, 4))[1]


def _deviation(values: np.ndarray, scale: float) -> Measured:
    """Standard deviation over a scale, with its error from the fourth moment."""
    apart = (values - values.mean()) ** 2
    found = float(np.sqrt(apart.mean()))
    return Measured(found / scale, float(apart.std() / (2 * found * values.size**0.5)) / scale)


def _written(full: bool) -> Measured:
    """Deviation of many writes of the second level of four."""
    cell, keys = _film((50, 10), 4), jax.random.split(jax.random.key(3))
    level = jnp.ones(1_000_000 if full else 100_000, jnp.int32)
    found = np.asarray(jax.jit(draw)(keys[0], keys[1], cell, level), float)
    return _deviation(found, float(cell.levels[-1] - cell.levels[0]))


def _grain_by_grain(full: bool) -> Measured:
    """Deviation of the share of 20 equal grains that switch, over the binomial law's."""
    film = lognormal_film(
        20, delta=40.0, critical_current=1e-4, unit_time=1e-9, current_spread=0.0
    )  # fmt: skip
    table = switching_table(film.delta)
    writes = 200_000 if full else 20_000
    switched = write_film(table, film, 1.33e-4, 5e-9, num_writes=writes, seed=1)
    share = np.asarray(switched, float).mean(1)
    return _deviation(share, float(binomial_std(share.mean(), 20)))


def _holds(size: tuple[int, int], levels: int, full: bool) -> float:
    return holds_levels(_film(size, levels))


ROWS = (
    *(
        Row(f"X7.{k}", f"granular cell of {size[0]} nm, grains of {size[1]} nm: sigma of middle "
            "levels over full scale", _GRAINS, sigma, 0.0006, partial(_sigma, size))
        for k, (size, sigma, *_) in enumerate(_SIZES, 1)
    ),
    *(
        Row(f"X7.{k}", f"granular cell of {size[0]} nm, grains of {size[1]} nm, four levels: z "
            "between the middle ones", _GRAINS, z, 0.051, partial(_z, size, 4))
        for k, (size, _, z, *_) in enumerate(_SIZES, 5)
    ),
    *(
        Row(f"X7.{k}", f"the same, eight levels, {size[0]} and {size[1]} nm", _GRAINS, z, 0.051,
            partial(_z, size, 8))
        for k, (size, *_, z) in enumerate(_SIZES, 9)
    ),
    *(
        Row(f"X7.{k}", f"the same, four levels, {size[0]} and {size[1]} nm: middle ones mistaken, "
            "%", _GRAINS, error, 0.02 + 0.03 * error, partial(_error, size))
        for k, (size, _, _, error, _) in enumerate(_SIZES, 13)
    ),
    Row("X7.17", "deviation of 100 000 writes of a middle level, 50 and 10 nm", _GRAINS, 0.1064,
        0.001, _written),
    *(
        Row(f"X7.{k}", f"granular cell of {side} nm holds {levels} levels (1: yes): at most a "
            "tenth of writes mistaken before verification", _GUPTE, float(levels == 4), 0.5,
            partial(_holds, (side, 10), levels))
        for k, (side, levels) in enumerate(((50, 4), (75, 4), (50, 8), (75, 8)), 18)
    ),
    Row("X7.22", "20 equal grains switched one by one: deviation over the binomial law's", _GRAINS,
        1.0, 0.02, _grain_by_grain),
)  # fmt: skip
