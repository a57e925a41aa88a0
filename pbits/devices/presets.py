"""Junctions to start from, every number with where it is from and how it is known.

"measured": on a device; "simulated": a parameter of somebody's published model; "memory": not
looked up again; "assumed": chosen here, because no source gives it.  Names of repositories carry
the commit that was read.
"""

from typing import Any, Literal, NamedTuple

from pbits.devices.junction import Junction
from pbits.devices.torques import HeavyMetal

Label = Literal["measured", "simulated", "memory", "assumed"]
_METAL = "heavy_metal."
_UNITS = {
    "magnetisation": "A/m", "thickness": "m", "diameter": "m", "length": "m", "width": "m",
    "interfacial_anisotropy": "J/m^2", "bulk_anisotropy": "J/m^3", "perpendicular_field": "T",
    "inplane_field": "T", "exchange": "J/m", "oxide_thickness": "m", "vcma": "J/(V m)",
    "temperature": "K", "curie_temperature": "K", "reference_temperature": "K",
    "field_like_quadratic": "T/V^2", "half_voltage": "V", "resistance_area": "Ohm m^2",
    "thermal_resistance": "K/W", "spacing": "m", "resistivity": "Ohm m",
}  # fmt: skip
_PLAIN = ("alpha", "shape", "orientation", "polarisation", "asymmetry", "field_like", "tmr",
          "hall_angle", "curie_law", "curie_exponent", "anisotropy_exponent", "flow")  # fmt: skip


class Number(NamedTuple):
    """A value of a preset in a unit ("" for none), with its origin."""

    value: Any
    unit: str
    label: Label
    source: str


class Preset(NamedTuple):
    """A junction in numbers; names are those of `Junction`, or heavy_metal.NAME."""

    text: str
    numbers: dict[str, Number]


def unit_of(name: str) -> str:
    """Unit of a value of `Junction`, or of heavy_metal.NAME; "" of a plain number or a word.

    Raises:
        KeyError: on another name.

    Example:
        >>> unit_of("heavy_metal.resistivity")
        'Ohm m'
    """
    key = name.removeprefix(_METAL)
    return "" if key in _PLAIN else _UNITS[key]


def names() -> tuple[str, ...]:
    """All presets.

    Example:
        >>> "easy-plane-disk" in names()
        True
    """
    return tuple(_PRESETS)


def describe(name: str) -> Preset:
    """A preset with the origin of its numbers.

    Raises:
        ValueError: on another name, with those there are.

    Example:
        >>> describe("fept-grain").numbers["alpha"].label
        'memory'
    """
    if name not in _PRESETS:
        raise ValueError(f"preset is {name!r}; expected one of {', '.join(_PRESETS)}")
    return _PRESETS[name]


def get(name: str, **changes: Any) -> Junction:
    """The junction of a preset, some of its values changed.

    Raises:
        ValueError: on another name, or values that make no junction.

    Example:
        >>> get("pma-memory", temperature=350.0).temperature
        350.0
    """
    values = {key: number.value for key, number in describe(name).numbers.items()}
    metal = {key: values.pop(key) for key in list(values) if key.startswith(_METAL)}
    if metal:
        parts = {key.removeprefix(_METAL): value for key, value in metal.items()}
        values["heavy_metal"] = HeavyMetal(**parts)
    return Junction(**(values | changes))


_ARM = "ARM-software/mram_simulation_framework@b556fa5"
_ARM_TB = "ARM-software/mram_simulation_framework@727de96, mtj_subcircuit.scs"
_OPUS = "OPUSLab/Spin-Circuit-Designs@1f251f1, 3T1M p-bit"
_LBM = "OPUSLab/Spin-Circuit-Designs@3e5d619, sLLG and Fokker-Planck benchmark"
_SOT = "zhuzibn/SOT_STT_compact_model@687a4cb, STT_SOT_COSMAL.va"
_UTA = "JaredArz/Stochastic_MTJ_Model@6393dbe"
_DISK = "chosen as one of the disks of the dephasing benchmark of these models"
_TYPICAL = "range 5 to 15 Ohm um^2 of measured superparamagnetic junctions (second-hand)"
_SMTJ = "superparamagnetic in-plane junctions of Tohoku, IBM and Mainz, 2019 to 2026 (second-hand)"
_HARD = "of L1_0-FePt media, from memory"


def _all(label: Label, source: str, **values: Any) -> dict[str, Number]:
    return {name: Number(value, unit_of(name), label, source) for name, value in values.items()}


def _metal(label: Label, source: str, **values: Any) -> dict[str, Number]:
    return {_METAL + key: number for key, number in _all(label, source, **values).items()}


_PRESETS = {
    "pma-memory": Preset(
        "CoFeB/MgO memory cell, perpendicular",
        _all("simulated", _ARM, magnetisation=0.97e6, alpha=0.005, diameter=50e-9, thickness=1e-9,
             oxide_thickness=1.6e-9, interfacial_anisotropy=1e-3, polarisation=0.35, vcma=61e-15)
        | _all("simulated", _ARM_TB + ": 2 P^2 / (1 - P^2) at P = 0.75", tmr=2.571)
        | _all("simulated", _ARM_TB + ": 6 kOhm times the area", resistance_area=11.78e-12)
        | _all("simulated", _UTA, half_voltage=0.5)
        | _all("memory", "CoFeB, 1 to 2e-11 J/m", exchange=1.5e-11),
    ),
    "pma-low-barrier": Preset(
        "Perpendicular magnet without a barrier, of the public Fokker-Planck benchmark",
        _all("simulated", _LBM, magnetisation=1.1e6, alpha=0.01, length=30e-9, width=30e-9,
             shape="rectangle", thickness=2e-9, perpendicular_field=0.0)
        | _all("simulated", _UTA, tmr=1.2, half_voltage=0.5, polarisation=0.6)
        | _all("assumed", _TYPICAL, resistance_area=10e-12),
    ),
    "easy-plane-disk": Preset(
        "Circular in-plane disk that dephases within a nanosecond",
        _all("simulated", _DISK, orientation="in-plane", magnetisation=8e5, alpha=0.01,
             diameter=40e-9, thickness=1.5e-9, perpendicular_field=-0.8)
        | _all("simulated", _UTA, tmr=1.2, half_voltage=0.5, polarisation=0.6)
        | _all("assumed", _TYPICAL, resistance_area=10e-12),
    ),
    "in-plane-easy-axis": Preset(
        "Superparamagnetic in-plane junction with a small easy axis",
        _all("assumed", _SMTJ, orientation="in-plane")
        | _all("measured", _SMTJ + ": about 1e6 A/m", magnetisation=1e6)
        | _all("measured", _SMTJ + ": 0.005 to 0.02", alpha=0.01)
        | _all("measured", _SMTJ + ": 40 to 60 nm", diameter=50e-9)
        | _all("measured", _SMTJ + ": about 2 nm", thickness=2e-9)
        | _all("measured", _SMTJ + ": 0.1 to 0.5 T", perpendicular_field=-0.3)
        | _all("assumed", _SMTJ + ": gives a barrier of 3 kT, within 1.4 to 5",
               inplane_field=6.33e-3)
        | _all("simulated", _UTA, tmr=1.2, half_voltage=0.5, polarisation=0.6)
        | _all("assumed", _TYPICAL, resistance_area=10e-12),
    ),
    "sot-three-terminal": Preset(
        "Perpendicular square written by a heavy metal, read through the junction",
        _all("simulated", _SOT, magnetisation=1e6, alpha=0.01, length=50e-9, width=50e-9,
             shape="rectangle", thickness=0.6e-9, tmr=1.5)
        | _all("simulated", _SOT + ": 1.5 T before demagnetisation", bulk_anisotropy=7.5e5)
        | _all("simulated", _SOT + ": 0.4, its angular dependence left out", polarisation=0.4)
        | _all("simulated", _SOT + ": 2 kOhm times the area", resistance_area=5e-12)
        | _all("memory", "CoFeB, 1 to 2e-11 J/m", exchange=1.5e-11)
        | _metal("simulated", _SOT, hall_angle=0.2, thickness=4e-9, width=55e-9, length=55e-9,
                 resistivity=2e-6, field_like=0.0),
    ),
    "double-free-layer": Preset(
        "One of the two equal free layers of a 10 nm in-plane junction",
        _all("simulated", _OPUS, orientation="in-plane", magnetisation=8e5, alpha=0.01,
             diameter=10e-9, thickness=1e-9, inplane_field=1e-4)
        | _all("simulated", _OPUS + ": hard axis of mu0 Ms", perpendicular_field=-1.0053)
        | _all("simulated", _OPUS + ": of the interface", polarisation=0.9)
        | _all("simulated", _OPUS + ": two such interfaces in series, P^2 / (1 - P^2)", tmr=4.263)
        | _all("simulated", _OPUS + ": 1 Ohm um^2", resistance_area=1e-12)
        | _all("assumed", "1 nm of oxide between layers of 1 nm; the coupling of the two is then "
               "-0.0350 mu0 Ms, the source's -0.0368", spacing=2e-9),
    ),
    "fept-grain": Preset(
        "L1_0-FePt grain of a barrier of 60 kT",
        _all("memory", _HARD, magnetisation=1.1e6, alpha=0.03, bulk_anisotropy=5.4e6,
             diameter=3.5e-9, thickness=4.7e-9, reference_temperature=300.0)
        | _all("memory", _HARD + ": K goes as Ms**2.1, Tc about 750 K", curie_temperature=750.0,
               anisotropy_exponent=2.1)
        | _all("memory", "critical exponent of a Heisenberg magnet, about 0.36",
               curie_law="critical", curie_exponent=0.36)
        | _all("assumed", "every electron gives its spin, so that currents are spin currents",
               polarisation=1.0)
        | _all("assumed", "of the order of that of CoFeB; no wall fits into the grain",
               exchange=1.5e-11),
    ),
}  # fmt: skip
