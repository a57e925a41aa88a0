"""Binary cells written by spin-transfer torque: a junction with a transistor, and pairs of them.

The parallel state is the highest level, 1, the antiparallel one the lowest, 0.

A complementary cell (2T2M) is two junctions in opposite states.  Its preset is the datasheet of
*one* of them: a mapping with pairs ("differential", "ternary", "two-sided") puts the two junctions
into its plus and minus arrays and subtracts their currents.  With weights of -1 and 1 under
"ternary" every pair is complementary, as the cell's latch needs; a weight of 0 takes both junctions
antiparallel, which an analog array may do and a latch may not.  Weights of several bits in latches
are `crossbar.digital`.
"""

from typing import Any

import jax.numpy as jnp

from crossbar.cells.cell import Cell, Write
from crossbar.cells.origin import Preset, numbers
from crossbar.cells.tunnel import junction_levels, spread_by_level, tmr_at
from crossbar.checking import check_range

YEAR = 365.25 * 86400


def build(
    *,
    resistance: float,
    tmr: float,
    half_voltage: float,
    series: float,
    read_voltage: float,
    read_time: float,
    resistance_spread: float,
    tmr_spread: float,
    write_current: float,
    write_energy: float,
    write_time: float,
    failure: float,
    endurance: float,
    shares: Any = 2,
    name: str = "STT",
    **rest: Any,
) -> Cell:
    """A datasheet from a junction's numbers.

    Args:
        resistance: Ohm, of parallel layers.
        tmr: at no voltage.
        half_voltage: V, that halves it.
        series: Ohm, of a transistor.
        read_voltage, read_time: V and s.
        resistance_spread, tmr_spread: relative, between junctions.
        write_current, write_energy, write_time: A, J and s of a pulse.
        failure: probability that a pulse does not write.
        endurance: writes.
        shares: of the area that are parallel, for more than two levels; see `junction_levels`.
        name: for reports.
        rest: more fields of `Cell`.

    Raises:
        ValueError: on impossible values, such as a TMR not above 0.
    """
    check_range("resistance_spread", resistance_spread, 0.0)
    check_range("tmr_spread", tmr_spread, 0.0)
    seen = tmr_at(tmr, half_voltage, read_voltage)
    bare = junction_levels(resistance, seen, shares)
    levels = junction_levels(resistance, seen, shares, series)
    return Cell(
        levels,
        read_voltage=read_voltage,
        read_time=read_time,
        # A resistance in series takes its part of a relative deviation.
        device_spread=spread_by_level(bare, resistance_spread, tmr_spread) * levels / bare,
        half_voltage=half_voltage,
        write=Write(write_energy, write_time, failure, endurance, write_current),
        name=name,
        **rest,
    )


def _build_measured(*, device_spread: Any, **rest: Any) -> Cell:
    """The same where the spread of the whole path is known, [levels], not that of its parts."""
    cell = build(resistance_spread=0.0, tmr_spread=0.0, **rest)
    return cell.replace(device_spread=jnp.asarray(device_spread))


_NVSIM = "NVSim@6334d00, default STT cell (also NVMExplorer, hwcomponents)"
_SHARP = "NVSim@6334d00, aggressive STT cell"
_UTA = "JaredArz/Stochastic_MTJ_Model@6393dbe"
_DONG = "28-nm 1T1MTJ macro, Dong et al., JSSC 2019 (second-hand)"
_JUNG = "paths of junction and transistor, Jung et al., Nature 601, 211 (2022) (second-hand)"
_LI = "Li et al., Nat. Electron. 8, 1046 (2025) (second-hand)"
_NONE = "no source at hand"
_PARTS = ("resistance_spread", "tmr_spread")
COMMON = (
    numbers("simulated", _UTA, half_voltage=0.5)
    | numbers("assumed", _NONE + "; a few percent are usual", resistance_spread=0.04,
              tmr_spread=0.04)
    | numbers("assumed", _NONE, read_noise=0.005, stuck_low=0.0, stuck_high=0.0)
    | numbers("measured", _DONG + ": about 1e-5 at 20 ns; taken for this pulse too", failure=1e-5)
    | numbers("memory", "STT above 1e12 cycles; NVMExplorer@16eb289 lists 1e6 to 1e15",
              endurance=1e12)
    | numbers("assumed", "ten years, what is asked of memories", retention=10 * YEAR)
)  # fmt: skip
_DEFAULT = COMMON | numbers(
    "simulated", _NVSIM, resistance=3e3, read_voltage=0.25, write_current=80e-6,
    write_energy=1e-12, write_time=10e-9,
) | numbers(
    "simulated", _NVSIM + ": 6 kOhm at 0.25 V, carried to no voltage by the half voltage", tmr=1.25
) | numbers(
    "simulated", _NVSIM + ": the resistances are those of the whole cell", series=0.0
) | numbers("measured", _DONG, read_time=2.8e-9) | numbers(
    "measured", _DONG + ": more than 1e16 reads without a flip, a bound", disturb=1e-16
) | numbers(
    "simulated", _NVSIM + ": 54 F^2, at F = 40 nm", area=8.64e-14
)  # fmt: skip

PRESETS = {
    "stt": Preset("Binary STT cell, one transistor and one junction", _DEFAULT, build),
    "stt-aggressive": Preset(
        "Binary STT cell of higher resistance and faster write",
        _DEFAULT
        | numbers("simulated", _SHARP, resistance=6e3, write_current=40.82e-6,
                  write_energy=0.252e-12, write_time=5e-9)
        | numbers("simulated", _SHARP + ": 34.5 F^2, at F = 40 nm", area=5.52e-14),
        build,
    ),
    "stt-28nm": Preset(
        "Binary STT path as measured in a 64 x 64 array, with its spread",
        {key: value for key, value in _DEFAULT.items() if key not in _PARTS}
        | numbers("measured", _JUNG + ": 13 kOhm", resistance=13e3)
        | numbers("measured", _JUNG + ": 26 kOhm, at the read voltage, which is assumed",
                  tmr=1.0 * (1 + (0.1 / 0.5) ** 2))
        | numbers("assumed", _NONE, read_voltage=0.1)
        | numbers("measured", _JUNG + ": 2.0 kOhm of 26 and 1.6 kOhm of 13",
                  device_spread=(2.0 / 26, 1.6 / 13))
        | numbers("assumed", _JUNG + ": 1.5 V, far below 100 uA; 50 uA and 20 ns are assumed",
                  write_current=50e-6, write_time=20e-9, write_energy=1.5e-12),
        _build_measured,
    ),
    "stt-2t2m": Preset(
        "Junction of a complementary cell, two transistors and two junctions",
        _DEFAULT
        | numbers("measured", "28-nm 2T2MTJ macro, ISSCC 2018 (second-hand)", read_time=1.3e-9)
        | numbers("measured", _LI + ": half of a bitcell of 2.56 um^2", area=1.28e-12)
        | numbers("measured", _DONG + ": 20 ns", write_time=20e-9)
        | numbers("assumed", _NVSIM + ", for 20 ns", write_energy=2e-12),
        build,
    ),
}  # fmt: skip
