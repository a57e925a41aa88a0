"""The free layer of a junction: materials, geometry and temperature, and what follows from them.

Axes: z is the film's normal, x the in-plane easy axis (the length).  Uniform magnetisation:
:meth:`~pbits.devices.junction.Junction.notes` tells where that does not hold.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices import anisotropy, curie
from pbits.devices.checking import finite_array, positive_array

Array = NDArray[np.float64]
_ABOVE_ZERO = ("magnetisation", "alpha", "thickness", "exchange", "temperature", "curie_exponent",
               "reference_temperature")  # fmt: skip
_ABOVE_ZERO_IF_GIVEN = ("diameter", "length", "width", "oxide_thickness", "curie_temperature")
_FINITE = ("interfacial_anisotropy", "bulk_anisotropy", "inplane_field", "vcma",
           "anisotropy_exponent")  # fmt: skip
_WORDS = (
    ("shape", ("ellipse", "rectangle")),
    ("orientation", ("perpendicular", "in-plane")),
    ("curie_law", curie.LAWS),
)


@dataclass(frozen=True)
class FreeLayer:
    """A magnet of a given shape; SI units throughout.

    Args:
        magnetisation: Ms, A/m; as the anisotropies, fields and `exchange` that at
            `reference_temperature` where there is a Curie temperature.
        alpha: Gilbert damping.
        thickness: m.
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
        temperature: K, of the surroundings.
        curie_temperature: K; None for a magnetisation that does not change with temperature.
        curie_law: "critical" or "bloch", see :mod:`pbits.devices.curie`.
        curie_exponent: of the critical law; the default is from memory.
        anisotropy_exponent: of Ms, with which Ki, Ku and `inplane_field` times Ms change; the
            default is from memory, for L1_0-FePt.
        reference_temperature: K, at which the numbers above hold.

    Raises:
        ValueError: on values out of range, a shape given twice or not at all, a magnet whose easy
            axis is not the one meant, or one above its Curie temperature.

    Example:
        >>> layer = FreeLayer(1.0e6, 0.01, 1e-9, diameter=20e-9, perpendicular_field=0.1)
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
    temperature: float = 300.0
    curie_temperature: float | None = None
    curie_law: Literal["critical", "bloch"] = "critical"
    curie_exponent: float = 0.36
    anisotropy_exponent: float = 2.1
    reference_temperature: float = 300.0

    def __post_init__(self) -> None:
        check_numbers(self, _ABOVE_ZERO, _ABOVE_ZERO_IF_GIVEN, _FINITE)
        if self.perpendicular_field is not None:
            finite_array("perpendicular_field", self.perpendicular_field)
        for name, words in _WORDS:
            if getattr(self, name) not in words:
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected one of {words}")
        if (self.diameter is None) == (self.length is None) or (
            (self.length is None) != (self.width is None)
        ):
            raise ValueError(
                f"diameter is {self.diameter!r}, length {self.length!r} and width {self.width!r}; "
                "expected either a diameter, or a length and a width"
            )
        if self.vcma and self.oxide_thickness is None:
            raise ValueError("vcma is given without oxide_thickness; give it: the field is V / t")
        self._check_temperatures()
        anisotropy.check(self)

    def _check_temperatures(self) -> None:
        limit = self.curie_temperature
        if limit is None:
            return
        for name in ("reference_temperature", "temperature"):
            if getattr(self, name) >= limit:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r} K; expected less than "
                    f"curie_temperature, {limit!r} K: nothing is magnetised above"
                )

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

    def saturation(self, temperature: ArrayLike | None = None) -> Array:
        """Ms at a temperature, by default the layer's own, A/m."""
        kelvin = self.temperature if temperature is None else temperature
        return self.magnetisation * curie.remaining(self, kelvin)

    @property
    def moment(self) -> float:
        """Ms V at the layer's temperature, A m^2."""
        return float(self.saturation()) * self.volume

    @property
    def sheet_moment(self) -> float:
        """Ms t at the layer's temperature, A."""
        return float(self.saturation()) * self.thickness

    @property
    def axis(self) -> Literal["x", "z"]:
        """Easy axis and direction of the reference, along which the bit is read."""
        return "z" if self.orientation == "perpendicular" else "x"

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


def check_numbers(
    owner: object, above_zero: tuple, if_given: tuple, finite: tuple, not_negative: tuple = ()
) -> None:
    """Refuse attributes, by name, that are not single numbers in range.

    Raises:
        ValueError: with the name and value of the first.
    """
    given = [name for name in if_given if getattr(owner, name) is not None]
    for name in (*above_zero, *given, *finite, *not_negative):
        value: Any = getattr(owner, name)
        check = positive_array if name in above_zero + if_given else finite_array
        if check(name, value).ndim:
            raise ValueError(f"{name} is {value!r}; expected one number (SI units)")
        if name in not_negative and value < 0:
            raise ValueError(f"{name} is {value!r}; expected at least 0")
