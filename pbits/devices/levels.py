"""From a junction and its drive to the models: macrospin, axial law, law on the sphere."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import mu_0

from pbits.devices import anisotropy
from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import finite_array
from pbits.devices.macrospin import BOLTZMANN, Magnet, Vector
from pbits.devices.sphere import SphericalMagnet
from pbits.devices.torques import transfer_field

if TYPE_CHECKING:
    from pbits.devices.junction import Junction

_SMALL = 1e-9  # of a barrier: the axial law needs one above zero to have a bias
_Triple = tuple[float, float, float]


class Operating(NamedTuple):
    """Where a junction works: A (that of the torque), V and K, each of any one shape."""

    current: NDArray[np.float64]
    voltage: NDArray[np.float64]
    temperature: NDArray[np.float64]


def operating(junction: "Junction", current: ArrayLike, voltage: ArrayLike | None) -> Operating:
    """See :meth:`Junction.operating`."""
    i = finite_array("current", current)
    if voltage is None:
        v, through = np.zeros(i.shape), i
        _need_voltage(junction, i)
        if junction.resistance_area is not None:
            v = junction.voltage(0.0, i)
    else:
        if np.any(i):
            raise ValueError("current and voltage are both given; expected one of them")
        v = finite_array("voltage", voltage)
        closed = junction.resistance_area is None
        i = np.zeros(v.shape) if closed else junction.parallel_conductance * v
        through = i if closed else junction.conductance(0.0, v) * v
    heat = junction.thermal_resistance * through * v
    return Operating(i, v, junction.temperature + heat)


def _need_voltage(junction: "Junction", current: NDArray) -> None:
    """Refuse a current whose voltage would count but is not known."""
    counts = junction.vcma or junction.field_like_quadratic
    if counts and junction.resistance_area is None and np.any(current):
        name = "vcma" if junction.vcma else "field_like_quadratic"
        raise ValueError(
            f"{name} is given, and the voltage of a current is not known; set resistance_area, or "
            "drive the junction by a voltage"
        )


def magnet(
    junction: "Junction",
    current: ArrayLike,
    voltage: ArrayLike | None,
    field: _Triple,
    sot_current: ArrayLike,
) -> Magnet:
    """See :meth:`Junction.magnet`."""
    if len(field) != 3:
        raise ValueError(f"field is {field!r}; expected three components, T")
    drive = operating(junction, current, voltage)
    kelvin = drive.temperature if junction.thermal_resistance else junction.temperature
    moment = junction.saturation(kelvin) * junction.volume
    transfer = transfer_field(drive.current, junction.polarisation, moment)
    along_p = junction.field_like * transfer + junction.field_like_quadratic * drive.voltage**2
    hall, like = _hall_fields(junction, sot_current, moment)
    # A torque at a given voltage does not depend on the state; one at a given current may.
    asymmetry = junction.asymmetry if voltage is None and np.any(drive.current) else 1.0
    if asymmetry != 1 and np.any(hall):
        raise ValueError(
            f"asymmetry is {asymmetry!r}, and there are two spin torques; expected 1 with both a "
            "current and a sot_current: drive the junction by a voltage, or set asymmetry=1"
        )
    if asymmetry != 1:
        # The macrospin takes the torque's direction for p, which a negative current turns round.
        turned = drive.current < 0
        transfer = np.where(turned, transfer * asymmetry**2, transfer)
        asymmetry = np.where(turned, 1 / asymmetry, asymmetry)
    towards = np.array([0.0, 0.0, 1.0] if junction.axis == "z" else [1.0, 0.0, 0.0])
    spins = junction.heavy_metal.spin_direction if junction.heavy_metal else (0.0, 0.0, 0.0)
    along, across = anisotropy.fields(junction, drive.voltage, kelvin)
    return Magnet(
        moment=_plain(moment),
        alpha=junction.alpha,
        anisotropy=_vector(along, 0.0, across),
        temperature=_plain(kelvin),
        field=_vector(*(finite_array("field", part) for part in field)),
        damping_like=_vector(
            *(p * transfer + s * hall for p, s in zip(towards, spins, strict=True))
        ),
        field_like=_vector(*(p * along_p + s * like for p, s in zip(towards, spins, strict=True))),
        asymmetry=_plain(asymmetry),
    )


def _hall_fields(
    junction: "Junction", current: ArrayLike, moment: NDArray
) -> tuple[NDArray, NDArray]:
    i = finite_array("sot_current", current)
    if junction.heavy_metal is not None:
        return junction.heavy_metal.fields(i, moment / junction.area)
    if np.any(i):
        raise ValueError("sot_current is given, but the junction has no heavy metal; set one")
    return np.zeros(()), np.zeros(())


def _vector(*parts: ArrayLike) -> Vector:
    return Vector(*(_plain(part) for part in parts))


def _plain(value: ArrayLike) -> Any:
    array = np.asarray(value, np.float64)
    return array if array.ndim else float(array)


def axial(
    junction: "Junction", current: float, voltage: float | None, field: float, num_cells: int
) -> AxialMagnet:
    """See :meth:`Junction.axial`."""
    why = not_axial(junction)
    if why:
        raise ValueError(f"{why}, so m_z alone is not enough; use Junction.harmonics")
    if junction.asymmetry != 1 and voltage is None and current:
        raise ValueError(
            f"asymmetry is {junction.asymmetry!r}: the torque is not a field along the axis; use "
            "asymmetry=1, a voltage, or the macrospin"
        )
    given = magnet(junction, current, voltage, (0.0, 0.0, field), 0.0)
    kelvin = float(np.asarray(given.temperature))
    scale = float(np.asarray(given.moment)) / (2 * BOLTZMANN * kelvin)
    delta = float(scale * np.asarray(given.anisotropy.z))
    if delta < 0:
        raise ValueError(
            f"the drive turns the easy axis into the plane: delta is {delta:.4g}; use a lower "
            "voltage, or Junction.harmonics"
        )
    torque = np.asarray(given.field_like.z) + np.asarray(given.damping_like.z) / junction.alpha
    push = float(scale * (field + torque))
    delta = max(delta, _SMALL)
    return AxialMagnet(delta, push / delta, num_cells)


def not_axial(junction: "Junction") -> str:
    """Why m_z does not evolve by itself; empty where it does."""
    if junction.orientation != "perpendicular":
        return "the magnet lies in plane"
    along, _ = anisotropy.fields(junction)
    if abs(float(along)) > 1e-9 * mu_0 * junction.magnetisation:
        return f"x and y differ by {float(along):.4g} T"
    return ""


def harmonics(
    junction: "Junction",
    current: float,
    voltage: float | None,
    field: _Triple,
    sot_current: float,
    degree: int,
) -> SphericalMagnet:
    """See :meth:`Junction.harmonics`."""
    given = magnet(junction, current, voltage, field, sot_current)
    if given.asymmetry != 1:
        raise ValueError(
            f"asymmetry is {given.asymmetry!r}; expected 1: this law holds torques of constant "
            "size, the macrospin all"
        )
    thermal = BOLTZMANN * float(np.asarray(given.temperature))
    scale = float(np.asarray(given.moment)) / thermal

    def scaled(vector: Vector, by: float) -> _Triple:
        x, y, z = (by * float(np.asarray(part)) for part in vector)
        return x, y, z

    outer = Vector(*(a + b for a, b in zip(given.field, given.field_like, strict=True)))
    return SphericalMagnet(
        scaled(given.anisotropy, -scale / 2),
        alpha=junction.alpha,
        field=scaled(outer, scale),
        torque=scaled(given.damping_like, scale / junction.alpha),
        degree=degree,
    )


def notes(junction: "Junction") -> tuple[str, ...]:
    """See :meth:`Junction.notes`."""
    barrier, found = junction.barrier(), []
    if barrier.mechanism == "domain wall":
        found.append(
            f"a domain wall reverses this magnet at a barrier of {barrier.wall:.3g} kT, all of it "
            f"at {barrier.coherent:.3g}: {min(junction.sides) * 1e9:.3g} nm is too wide for one "
            "macrospin, whose times are too long; measured rates need a fit of their own"
        )
    if junction.spacing is not None:
        found.append("one of two coupled free layers: alone here, without the other's field")
    return tuple(found)
