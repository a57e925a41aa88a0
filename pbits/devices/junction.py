"""One magnetic tunnel junction: a free layer and what drives it, from which every model starts.

Signs, the same in every module but the two named below.  p is the direction of the reference layer,
+z where the free layer is perpendicular and +x where it lies in plane.  A *positive current* is one
whose electrons pass from the reference into the free layer.  It drives m towards p: parallel,
m.p = +1, the state of low resistance, s = +1.  A positive voltage goes with a positive current.
:mod:`pbits.devices.circuit` and :mod:`pbits.devices.terminals` read the resistance: there
m = +1 is *antiparallel*, m = -m.p, and inputs of their laws are -I (and -V).
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import mu_0

from pbits.devices import conductance, critical, levels
from pbits.devices.axial import AxialMagnet
from pbits.devices.circuit import Conductances
from pbits.devices.demagnetisation import mutual_factor
from pbits.devices.free_layer import FreeLayer, check_numbers
from pbits.devices.macrospin import Magnet, diffusion
from pbits.devices.sphere import SphericalMagnet
from pbits.devices.torques import HeavyMetal

Array = NDArray[np.float64]
_NEVER = 1e9  # V: of a TMR that does not depend on the voltage


@dataclass(frozen=True)
class Junction(FreeLayer):
    """A free layer, its barrier of oxide and what carries current; SI units throughout.

    Args beyond those of :class:`~pbits.devices.free_layer.FreeLayer`:
        polarisation: share of the electrons' spin that is transferred.
        asymmetry: Slonczewski's Lambda, at given current.
        field_like: field-like spin transfer torque over the damping-like one: a field along p of
            this times ``a_DL(I)`` without its asymmetry.
        field_like_quadratic: T/V^2, of a field along p that goes as the voltage squared, whatever
            its sign, as in junctions of two equal electrodes.
        tmr: ratio at no bias.
        half_voltage: V, which halves it; None for no dependence.
        resistance_area: Ohm m^2 (1e-12 of an Ohm um^2) of parallel layers; without it a current
            has no voltage and a voltage no current.
        thermal_resistance: K/W; the junction is warmer by that times I V.
        heavy_metal: beside the free layer, for spin-orbit torque.
        spacing: m, from centre to centre, of a second equal free layer; None for a reference
            layer that stays put.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> layer = Junction(1e6, 0.01, 1e-9, diameter=20e-9, perpendicular_field=0.1)
        >>> round(layer.critical_current().to_parallel * 1e6, 3)  # uA
        0.955
    """

    polarisation: float = 1.0
    asymmetry: float = 1.0
    field_like: float = 0.0
    field_like_quadratic: float = 0.0
    tmr: float = 0.0
    half_voltage: float | None = None
    resistance_area: float | None = None
    thermal_resistance: float = 0.0
    heavy_metal: HeavyMetal | None = None
    spacing: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(
            self,
            ("polarisation", "asymmetry"),
            ("half_voltage", "resistance_area", "spacing"),
            ("field_like", "field_like_quadratic"),
            ("tmr", "thermal_resistance"),
        )
        if self.polarisation > 1:
            raise ValueError(
                f"polarisation is {self.polarisation!r}; expected at most 1, the whole spin of "
                "every electron"
            )
        if self.thermal_resistance and self.resistance_area is None:
            raise ValueError("thermal_resistance is given without resistance_area; give both")
        if 1 + self.alpha * self.field_like <= 0:
            raise ValueError(
                f"field_like is {self.field_like!r}; expected more than {-1 / self.alpha:.4g}, "
                "-1 / alpha, where the field-like torque undoes the damping-like one"
            )
        if self.spacing is not None and self.spacing < self.thickness:
            raise ValueError(
                f"spacing is {self.spacing!r} m; expected at least the thickness, "
                f"{self.thickness!r} m: it is measured from centre to centre"
            )

    def replace(self, **changes: Any) -> "Junction":
        """A junction with some values changed; `length` and `diameter` exclude each other."""
        return dataclasses.replace(self, **changes)

    @property
    def diffusion(self) -> float:
        """Rotational diffusion constant D, 1/s (Brown 1963); see `macrospin`."""
        return float(diffusion(self.magnet()))

    def coupling_field(self) -> tuple[float, float]:
        """Field of a second free layer, T: along it per unit in-plane and perpendicular m.

        Raises:
            ValueError: without a second layer, or where they are not round.
        """
        if self.spacing is None or self.diameter is None:
            raise ValueError("expected a diameter and the spacing of a second free layer")
        factor = float(mutual_factor(self.thickness, self.diameter, self.spacing))
        field = mu_0 * float(self.saturation()) * factor
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

    def voltage(self, cosine: ArrayLike, current: ArrayLike) -> Array:
        """V that a current drives in the state m.p."""
        return conductance.voltage_of(
            self.parallel_conductance, self.tmr, self.half_voltage, cosine, current
        )

    def conductances(self) -> Conductances:
        """The same for a circuit, whose m = +1 is antiparallel.

        Raises:
            ValueError: without a resistance-area product.
        """
        half = np.inf if self.half_voltage is None else self.half_voltage
        return Conductances(self.parallel_conductance, self.tmr, min(half, _NEVER))

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
