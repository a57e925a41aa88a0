"""One magnetic tunnel junction: materials and geometry, from which every model takes its numbers.

Axes: z is the film's normal, x the in-plane easy axis (the length).  The reference layer points
along +z where the free layer is perpendicular, along +x where it lies in plane; positive currents
drive the free layer towards it, and a positive voltage goes with a positive current.  Uniform
magnetisation: :meth:`Junction.notes` tells where that does not hold.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import mu_0

from pbits.devices import anisotropy, conductance, critical, levels
from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import finite_array, positive_array
from pbits.devices.demagnetisation import mutual_factor
from pbits.devices.macrospin import Magnet, diffusion
from pbits.devices.sphere import SphericalMagnet
from pbits.devices.torques import HeavyMetal

Array = NDArray[np.float64]
_ABOVE_ZERO = ("magnetisation", "alpha", "thickness", "exchange", "polarisation", "asymmetry",
               "temperature")  # fmt: skip
_ABOVE_ZERO_IF_GIVEN = ("diameter", "length", "width", "oxide_thickness", "half_voltage",
                        "resistance_area", "spacing")  # fmt: skip
_NOT_NEGATIVE = ("tmr", "thermal_resistance")
_FINITE = ("interfacial_anisotropy", "bulk_anisotropy", "inplane_field", "vcma")


@dataclass(frozen=True)
class Junction:
    """A free layer, its barrier of oxide and what carries current; SI units throughout.

    Args:
        magnetisation: Ms, A/m.
        alpha: Gilbert damping.
        thickness: m, of the free layer.
        diameter: m, of a round one; or else
        length, width: m, along x and y.
        shape: "ellipse" or "rectangle".
        orientation: "perpendicular" or "in-plane": where the easy axis is meant to be.
        interfacial_anisotropy: Ki, J/m^2.
        bulk_anisotropy: Ku, J/m^3, along z.
        perpendicular_field: T, of z over the plane with demagnetisation, where it is known: it
            takes the place of Ki, Ku and the shape.
        inplane_field: T, of x over y, beyond that of the shape.
        exchange: A, J/m, of the domain-wall limit; the default is from memory, for CoFeB.
        oxide_thickness: m.
        vcma: xi, J/(V m): Ki falls by xi V / oxide_thickness.
        polarisation: share of the electrons' spin that is transferred.
        asymmetry: Slonczewski's Lambda, at given current.
        tmr: ratio at no bias.
        half_voltage: V, which halves it; None for no dependence.
        resistance_area: Ohm m^2 (1e-12 of an Ohm um^2) of parallel layers; without it a current
            has no voltage and a voltage no current.
        temperature: K, of the surroundings.
        thermal_resistance: K/W; the junction is warmer by that times I V.
        heavy_metal: beside the free layer, for spin-orbit torque.
        spacing: m, from centre to centre, of a second equal free layer; None for a reference
            layer that stays put.

    Raises:
        ValueError: on values out of range, a shape given twice or not at all, or a magnet whose
            easy axis is not the one meant.

    Example:
        >>> layer = Junction(1.0e6, 0.01, 1e-9, diameter=20e-9, perpendicular_field=0.1)
        >>> round(layer.barrier().value, 2), layer.barrier().mechanism
        (3.79, 'coherent')
    """

    magnetisation: float
    alpha: float
    thickness: float
    diameter: float | None = None
    length: float | None = None
    width: float | None = None
    shape: Literal["ellipse", "rectangle"] = "ellipse"
    orientation: Literal["perpendicular", "in-plane"] = "perpendicular"
    interfacial_anisotropy: float = 0.0
    bulk_anisotropy: float = 0.0
    perpendicular_field: float | None = None
    inplane_field: float = 0.0
    exchange: float = 1.5e-11
    oxide_thickness: float | None = None
    vcma: float = 0.0
    polarisation: float = 1.0
    asymmetry: float = 1.0
    tmr: float = 0.0
    half_voltage: float | None = None
    resistance_area: float | None = None
    temperature: float = 300.0
    thermal_resistance: float = 0.0
    heavy_metal: HeavyMetal | None = None
    spacing: float | None = None

    def __post_init__(self) -> None:
        self._check_numbers()
        if (self.diameter is None) == (self.length is None) or (
            (self.length is None) != (self.width is None)
        ):
            raise ValueError(
                f"diameter is {self.diameter!r}, length {self.length!r} and width {self.width!r}; "
                "expected either a diameter, or a length and a width"
            )
        if self.vcma and self.oxide_thickness is None:
            raise ValueError("vcma is given without oxide_thickness; give it: the field is V / t")
        if self.thermal_resistance and self.resistance_area is None:
            raise ValueError("thermal_resistance is given without resistance_area; give both")
        anisotropy.check(self)

    def _check_numbers(self) -> None:
        for name in _ABOVE_ZERO:
            positive_array(name, getattr(self, name))
        for name in _ABOVE_ZERO_IF_GIVEN:
            if getattr(self, name) is not None:
                positive_array(name, getattr(self, name))
        for name in _FINITE + _NOT_NEGATIVE:
            value = float(finite_array(name, getattr(self, name)))
            if name in _NOT_NEGATIVE and value < 0:
                raise ValueError(f"{name} is {value!r}; expected at least 0")
        if self.perpendicular_field is not None:
            finite_array("perpendicular_field", self.perpendicular_field)
        for name, words in (
            ("shape", ("ellipse", "rectangle")),
            ("orientation", ("perpendicular", "in-plane")),
        ):
            if getattr(self, name) not in words:
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected one of {words}")

    def replace(self, **changes: Any) -> "Junction":
        """A junction with some values changed; `length` and `diameter` exclude each other."""
        return dataclasses.replace(self, **changes)

    @property
    def sides(self) -> tuple[float, float]:
        """Length and width, m."""
        if self.length is not None and self.width is not None:
            return self.length, self.width
        assert self.diameter is not None
        return self.diameter, self.diameter

    @property
    def area(self) -> float:
        """m^2."""
        return self.sides[0] * self.sides[1] * (np.pi / 4 if self.shape == "ellipse" else 1.0)

    @property
    def volume(self) -> float:
        """m^3."""
        return self.area * self.thickness

    @property
    def moment(self) -> float:
        """Ms V, A m^2."""
        return self.magnetisation * self.volume

    @property
    def sheet_moment(self) -> float:
        """Ms t, A."""
        return self.magnetisation * self.thickness

    @property
    def axis(self) -> Literal["x", "z"]:
        """Easy axis and direction of the reference, along which the bit is read."""
        return "z" if self.orientation == "perpendicular" else "x"

    @property
    def diffusion(self) -> float:
        """Rotational diffusion constant D, 1/s (Brown 1963); see `macrospin`."""
        return float(diffusion(self.magnet()))

    def demagnetisation(self) -> tuple[float, float, float]:
        """Factors along x, y and z; see `demagnetisation`."""
        return anisotropy.shape_factors(self)

    def easy_field(self, voltage: ArrayLike = 0.0) -> Array:
        """B_k, T, of the easy axis over the easier of the other two, at a voltage (VCMA)."""
        return anisotropy.easy_field(self, voltage)

    def hard_field(self, voltage: ArrayLike = 0.0) -> Array:
        """B_d, T, of the harder over the easier of the two hard axes, at a voltage."""
        return anisotropy.hard_field(self, voltage)

    def barrier(self, voltage: float = 0.0) -> anisotropy.Barrier:
        """Delta, over kT: of coherent reversal and of a domain wall; see `anisotropy`."""
        return anisotropy.barrier(self, voltage)

    def coupling_field(self) -> tuple[float, float]:
        """Field of a second free layer, T: along it per unit in-plane and perpendicular m.

        Raises:
            ValueError: without a second layer, or where they are not round.
        """
        if self.spacing is None or self.diameter is None:
            raise ValueError("expected a diameter and the spacing of a second free layer")
        factor = float(mutual_factor(self.thickness, self.diameter, self.spacing))
        field = mu_0 * self.magnetisation * factor
        return field / 2, -field

    @property
    def parallel_conductance(self) -> float:
        """G_P, S.

        Raises:
            ValueError: without a resistance-area product.
        """
        if self.resistance_area is None:
            raise ValueError("the junction has no resistance; set resistance_area (Ohm m^2)")
        return self.area / self.resistance_area

    def magnetoresistance(self, voltage: ArrayLike = 0.0) -> Array:
        """TMR ratio at a voltage; see `conductance`."""
        return conductance.magnetoresistance(self.tmr, self.half_voltage, voltage)

    def conductance(self, cosine: ArrayLike, voltage: ArrayLike = 0.0) -> Array:
        """S, of m.p and a voltage: linear in m.p; see `conductance`."""
        return conductance.conductance(
            self.parallel_conductance, self.tmr, self.half_voltage, cosine, voltage
        )

    def critical_current(self, field: float = 0.0) -> critical.Critical:
        """Of spin transfer, A; see `critical`."""
        return critical.transfer_current(self, field)

    def critical_voltage(self, field: float = 0.0) -> critical.Critical:
        """Of spin transfer, V; see `critical`."""
        return critical.transfer_voltage(self, field)

    def critical_sot_current(self, field: float) -> float:
        """Of spin-orbit torque with a field along x, A in the strip; see `critical`."""
        return critical.hall_current(self, field)

    @property
    def thermal_current(self) -> float:
        """I_0 of a magnet without barrier, A; see `critical`."""
        return critical.thermal_current(self)

    def operating(
        self, current: ArrayLike = 0.0, voltage: ArrayLike | None = None
    ) -> levels.Operating:
        """Current, voltage and temperature of a drive.

        At a given current, voltage and heat are those of a free layer across the reference
        (m.p = 0).  At a given voltage the current is the one whose torque it makes, G_P V.
        """
        return levels.operating(self, current, voltage)

    def magnet(
        self,
        *,
        current: ArrayLike = 0.0,
        voltage: ArrayLike | None = None,
        field: tuple[float, float, float] = (0.0, 0.0, 0.0),
        sot_current: ArrayLike = 0.0,
    ) -> Magnet:
        """The macrospin of this junction: numbers, or arrays [devices] where a drive is one.

        Args:
            current: A, through the junction; or else
            voltage: V, over it.
            field: T, from outside.
            sot_current: A, through the heavy metal.

        Raises:
            ValueError: on a current and a voltage, or on spin-orbit torque without heavy metal.

        Example:
            >>> layer = Junction(1e6, 0.01, 1e-9, diameter=20e-9, perpendicular_field=0.1)
            >>> [round(float(part), 6) for part in layer.magnet(current=1e-6).damping_like]
            [0.0, 0.0, 0.001048]
        """
        return levels.magnet(self, current, voltage, field, sot_current)

    def axial(
        self,
        current: float = 0.0,
        *,
        voltage: float | None = None,
        field: float = 0.0,
        num_cells: int = 2000,
    ) -> AxialMagnet:
        """The exact law of m_z of a round perpendicular magnet; its time is in units of 1 / D.

        Args:
            current: A; or else `voltage`, V.
            field: T, along z.
            num_cells: of the grid.

        Raises:
            ValueError: where the magnet has no axial symmetry or no barrier: use `harmonics`.
        """
        return levels.axial(self, current, voltage, field, num_cells)

    def harmonics(
        self,
        *,
        current: float = 0.0,
        voltage: float | None = None,
        field: tuple[float, float, float] = (0.0, 0.0, 0.0),
        sot_current: float = 0.0,
        degree: int = 60,
    ) -> SphericalMagnet:
        """The exact law of the direction, without any symmetry; its time is in units of 1 / D.

        Arguments as :meth:`magnet`; `degree` as :class:`~pbits.devices.sphere.SphericalMagnet`.

        Raises:
            ValueError: with an asymmetric torque, which that law does not hold.
        """
        return levels.harmonics(self, current, voltage, field, sot_current, degree)

    def notes(self) -> tuple[str, ...]:
        """Where these models do not hold for this junction, in plain words; often empty."""
        return levels.notes(self)
