"""Three-terminal cells written by spin-orbit torque: the read path's resistance is free.

The write current runs through a metal strip below the junction.  So RA is chosen for the array:
128 cells in a line at 1 % loss need some 1.7 MOhm, which two-terminal cells cannot write.
"""

from typing import Any

from crossbar.cells import stt
from crossbar.cells.cell import Cell
from crossbar.cells.origin import Preset, numbers
from crossbar.cells.tunnel import parallel_resistance
from crossbar.writing.pulses import (
    REPORTED_RATIO,
    reported_asymmetry,
    spin_loss_write,
    track_write,
)


def build(
    *, resistance_area: float, diameter: float, density: float, write_time: float,
    track_width: float, track_thickness: float, track_length: float, resistivity: float,
    num_levels: int, name: str = "SOT", **rest: Any,
) -> Cell:  # fmt: skip
    """A datasheet from a junction on a strip.

    Args:
        resistance_area: Ohm m^2.
        diameter: m, of the junction.
        density: A/m^2, in the strip.
        write_time: s.
        track_width, track_thickness, track_length: m.
        resistivity: Ohm m.
        num_levels: states, evenly spaced in conductance.
        name: for reports.
        rest: as `stt.build`.

    Raises:
        ValueError: on impossible values, such as an RA not above 0.
    """
    pulse = track_write(
        density, write_time, width=track_width, thickness=track_thickness, length=track_length,
        resistivity=resistivity,
    )  # fmt: skip
    return stt.build(
        resistance=parallel_resistance(resistance_area, diameter),
        write_current=float(pulse.current), write_energy=float(pulse.energy),
        write_time=write_time, shares=num_levels, name=name, **rest,
    )  # fmt: skip


def build_spin_loss(*, loss: float, ratio: float, **rest: Any) -> Cell:
    """A cell written by spin loss, from one written by the same strip without loss.

    Args:
        loss: at one face, from 0 to 1; more of it means less current.
        ratio: of the energies at no and at full loss.
        rest: as `build`, of the write at no loss.
    """
    cell = build(**rest)
    there, plain = (float(x) for x in reported_asymmetry([loss, 0.0], ratio))
    return cell.replace(write=spin_loss_write(cell.write, there, plain))


_TSMC = "64-kb beta-W macro, Nat. Electron. 2025, doi:10.1038/s41928-025-01434-x"
_TRACK = "estimate: strip 80 x 4 nm, 120 nm long, 160 uOhm cm, 1 TA/m^2 for 1 ns make 61 fJ"
_RA = "chosen: 1.7 MOhm, so that lines of 128 cells at 1.56 Ohm lose 1 %"
_HSIN = "Hsin et al., Adv. Sci. (2025), abstract"
_BINARY = (
    stt.COMMON
    | numbers("measured", _TSMC, tmr=1.46)
    | numbers("assumed", _RA, resistance_area=3.34e-9, diameter=50e-9)
    | numbers("assumed", _TRACK, density=1e12, write_time=1e-9, track_width=80e-9,
              track_thickness=4e-9, track_length=120e-9, resistivity=1.6e-6)
    | numbers("measured", _TSMC + " (second-hand)", endurance=7e12)
    | numbers("measured", _TSMC + ": more than ten years", retention=10 * stt.YEAR)
    | numbers("assumed", "no source at hand", failure=1e-5, series=0.0, read_voltage=0.1,
              read_time=10e-9)
    | numbers("assumed", "two transistors: twice 54 F^2, at F = 40 nm", area=1.73e-13)
    | numbers("assumed", "one bit", num_levels=2)
)  # fmt: skip

PRESETS: dict[str, Preset] = {
    "sot": Preset("Binary three-terminal SOT cell of free RA", _BINARY, build),
    "sot-multilevel": Preset(
        "Multi-level SOT cell of eleven states",
        _BINARY
        | numbers("measured", _HSIN + ": 11 states, field-free", num_levels=11)
        | numbers("measured", _HSIN + ": 2 % from cycle to cycle, taken as a share of each level",
                  cycle_spread=0.02),
        build,
    ),
    "spin-loss": Preset(
        "Three-terminal cell written by spin loss, threefold in energy by a press release",
        _BINARY
        | numbers("assumed", "press on Choi et al., Nat. Commun. (2025), "
                  "doi:10.1038/s41467-025-61073-w; the abstract has no factor",
                  ratio=REPORTED_RATIO)
        | numbers("assumed", "full loss at one face; the strip is that of the SOT cell", loss=1.0),
        build_spin_loss,
    ),
}  # fmt: skip
