"""Phase-change memory as a baseline: programming error, drift and 1/f noise by conductance."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.cells import reram
from crossbar.cells.cell import Cell
from crossbar.cells.origin import Preset, numbers

Array = NDArray[np.float64]


def drift_mean(relative: Array) -> Array:
    """Exponent of drift by conductance over 25 uS (aihwkit's fit).

    Example:
        >>> drift_mean(np.array([0.01, 1.0])).round(4).tolist()
        [0.0958, 0.049]
    """
    return np.clip(-0.0155 * np.log(relative) + 0.0244, 0.049, 0.1)


def drift_deviation(relative: Array) -> Array:
    """Its standard deviation between cells (aihwkit's fit)."""
    return np.clip(-0.0125 * np.log(relative) - 0.0059, 0.008, 0.045)


def read_deviation(relative: Array, seconds: float, read_time: float) -> Array:
    """Relative 1/f noise of a read, accumulated some seconds after programming (aihwkit's fit)."""
    size = np.minimum(0.0088 / np.maximum(relative**0.65, 1e-3), 0.2)
    return size * np.sqrt(np.log((seconds + read_time) / (2 * read_time)))


def build(*, read_after: float, noise_time: float, name: str = "PCM", **rest: Any) -> Cell:
    """A datasheet from the fits.

    Args:
        read_after: s, since programming, at which the noise is taken.
        noise_time: s, of a read in the fit of the noise.
        name: for reports.
        rest: as `reram.build`.
    """
    cell = reram.build(name=name, **rest)
    relative = np.asarray(cell.levels, np.float64) / rest["reference"]
    tables = drift_mean(relative), drift_deviation(relative)
    noise = read_deviation(relative, read_after, noise_time)
    mean, deviation, noise = (jnp.asarray(x) for x in (*tables, noise))
    return cell.replace(drift=mean, drift_spread=deviation, read_noise=noise)


_FIT = "aihwkit@4545f11, PCMLikeNoiseModel: fit to Nandakumar et al., ICECS (2019)"
_JOSHI = "cross-sim@0a2eb1e, fit to Joshi et al., Nat. Commun. (2020)"
_COMMON = (
    numbers("simulated", _FIT, reference=25e-6, highest=25e-6, drift_start=20.0, read_after=20.0,
            noise_time=250e-9, polynomial=tuple(c * 1e-6 for c in (0.26348, 1.965, -1.1731)))
    | numbers("assumed", "the fits say nothing below; on over off of 25", lowest=1e-6)
    | reram.ASSUMED
    | numbers("assumed", "no source at hand", read_time=250e-9)
    | numbers("simulated", "NVSim@6334d00, PCM cell: set of 150 ns", write_time=150e-9)
    | numbers("assumed", "NVMExplorer@16eb289: 9.0 pJ for a word of 64 bits, periphery included",
              write_energy=9.0e-12 / 64)
    | numbers("memory", "1e6 to 1e8 cycles; NVMExplorer@16eb289 lists 1e5 to 2e11", endurance=1e7)
)  # fmt: skip

PRESETS = {
    "pcm": Preset("Analog PCM, aihwkit's fit", _COMMON, build),
    "pcm-joshi": Preset(
        "Analog PCM, programming error of Joshi et al.",
        _COMMON
        # -0.00179 G^2 + 0.0759 G + 0.286 uS, G in uS
        | numbers("simulated", _JOSHI,
                  polynomial=(0.286e-6, 0.0759 * 25e-6, -0.00179 * 25**2 * 1e-6)),
        build,
    ),
}  # fmt: skip
