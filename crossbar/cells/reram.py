"""Resistive memory as a baseline: programming error by conductance, fitted to published arrays."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from crossbar.cells.cell import Cell, Write
from crossbar.cells.origin import Preset, numbers
from crossbar.cells.tunnel import check_positive

MICRO = 1e-6


def build(
    *, lowest: float, highest: float, num_levels: int, polynomial: tuple[float, ...],
    reference: float, write_energy: float, write_time: float, endurance: float,
    name: str = "ReRAM", **rest: Any,
) -> Cell:  # fmt: skip
    """A datasheet of evenly spaced levels with a polynomial for their deviation.

    Args:
        lowest, highest: S.
        num_levels: of the cell.
        polynomial: c_0, c_1, ... of the standard deviation, S, in ``G / reference``.
        reference: S.
        write_energy, write_time: J and s.
        endurance: writes.
        name: for reports.
        rest: more fields of `Cell`.

    Raises:
        ValueError: on impossible values.
    """
    for what, value in (("reference", reference), ("lowest", lowest), ("highest", highest)):
        check_positive(what, value, "S")
    levels = np.linspace(lowest, highest, num_levels)
    # The fits hold where they were fitted; between they may dip below 0, which means none.
    sigma = np.maximum(np.polynomial.polynomial.polyval(levels / reference, polynomial), 0.0)
    return Cell(
        levels,
        cycle_spread=jnp.asarray(sigma / levels),
        write=Write(write_energy, write_time, 0.0, endurance),
        name=name,
        **rest,
    )


def _micro(*coefficients: float) -> tuple[float, ...]:
    return tuple(c * MICRO for c in coefficients)


_WAN = "fit to Wan et al., Nature (2022), doi:10.1038/s41586-022-04992-8, by aihwkit, after"
_NVSIM = "NVSim@6334d00, RRAM cell: 2 V, 10 ns, 0.6 pJ"
ASSUMED = numbers("assumed", "four bits", num_levels=16) | numbers(
    "assumed", "no source at hand", read_voltage=0.2, stuck_low=0.0, stuck_high=0.0
)
_COMMON = (
    numbers("simulated", _WAN + " 1 s", reference=40e-6, highest=40e-6,
            polynomial=_micro(0.348, 16.03, -43.853, 45.393, -16.815))
    | numbers("memory", "1 to 40 uS", lowest=1e-6)
    | ASSUMED
    | numbers("assumed", "aihwkit suggests about 1 %, of the largest there", read_noise=0.01)
    | numbers("assumed", "no source at hand", read_time=10e-9)
    | numbers("simulated", _NVSIM, write_energy=0.6e-12, write_time=10e-9)
    | numbers("memory", "1e6 to 1e8 cycles; NVMExplorer@16eb289 lists 1e4 to 1e9", endurance=1e7)
)  # fmt: skip

PRESETS = {
    "reram": Preset("Analog ReRAM a second after programming", _COMMON, build),
    "reram-1d": Preset(
        "Analog ReRAM a day after programming",
        _COMMON
        | numbers("simulated", _WAN + " 1 day",
                  polynomial=_micro(0.701, 22.086, -50.773, 47.095, -16.458)),
        build,
    ),
    "reram-2d": Preset(
        "Analog ReRAM two days after programming",
        _COMMON
        | numbers("simulated", _WAN + " 2 days",
                  polynomial=_micro(0.782, 20.274, -43.507, 37.062, -11.934)),
        build,
    ),
}  # fmt: skip
