"""Writing by spin loss: the magnet's own spin current, absorbed more at one face than at the other.

A current density J in a ferromagnetic metal carries the spin current ``(hbar / 2e) theta J``
towards its two faces.  Faces that absorb the shares eta_bottom and eta_top of it leave behind

``a_DL = (hbar / 2e) theta J (eta_bottom - eta_top) / (Ms t)``  (T),

none where the faces are alike.  So the critical current goes as 1 / asymmetry, and the energy of
a write as asymmetry**-2, at equal resistance and pulse.  A magnet driven by spin dissipated into
an antiferromagnetic insulator: Choi et al., Nat. Commun. (2025), doi:10.1038/s41467-025-61073-w;
the absorbed shares follow from that idea and are not in it.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import finite_array, positive_array

FLUX = 1.054571817e-34 / (2 * 1.602176634e-19)  # hbar / 2e, Wb
# Energy per write without and with the loss at one face, as a press release has it; the paper's
# abstract has no factor, and no source has the shares.
REPORTED_ENERGY_RATIO = 3.0


class SpinLoss(NamedTuple):
    """A ferromagnetic strip that writes itself.

    Attributes:
        angle: spin Hall angle of the ferromagnet.
        bottom, top: shares of the spin current that each face absorbs, 0 to 1.
        magnetisation: A / m.
        thickness: of the ferromagnet, m.
        width: across the current, m.
        resistance: of the strip, ohm.
        label: where the numbers come from.
    """

    angle: float
    bottom: float
    top: float
    magnetisation: float
    thickness: float
    width: float
    resistance: float
    label: str = "assumed"

    @property
    def asymmetry(self) -> float:
        """bottom - top; turns its sign with the torque's."""
        return self.bottom - self.top


def spin_loss_torque(strip: SpinLoss, current: ArrayLike) -> jax.Array:
    """Damping-like torque a_DL of a current in A, in T; differentiable.

    Example:
        >>> strip = reported_spin_loss()
        >>> alike = strip._replace(top=strip.bottom)
        >>> bool(spin_loss_torque(strip, 1e-4) > 0), float(spin_loss_torque(alike, 1e-4))
        (True, 0.0)
    """
    area = strip.thickness * strip.width
    per_ampere = FLUX * strip.angle / (strip.magnetisation * strip.thickness * area)
    return jnp.asarray(current) * per_ampere * (strip.bottom - strip.top)


def spin_loss_critical_current(strip: SpinLoss, critical_torque: ArrayLike) -> NDArray[np.float64]:
    """Current in A whose torque is critical.

    Args:
        strip: of unlike faces.
        critical_torque: T, at its magnetic geometry: ``alpha B_k`` where the spins lie along an
            axial magnet's axis, ``alpha (B_k + B_d / 2)`` along the easy axis of a film.

    Raises:
        ValueError: where the faces absorb alike, which writes nothing, or shares are not shares.

    Example:
        >>> strip = reported_spin_loss()
        >>> bool(spin_loss_critical_current(strip, 5e-3) > 0)
        True
    """
    shares = finite_array("bottom and top", [strip.bottom, strip.top])
    if np.any((shares < 0) | (shares > 1)):
        raise ValueError(f"absorbed shares are {shares.tolist()}; expected between 0 and 1")
    torque = float(spin_loss_torque(strip, 1.0))
    if torque == 0:
        raise ValueError("both faces absorb alike: no torque; give one of them another share")
    return positive_array("critical_torque", critical_torque) / abs(torque)


def spin_loss_energy(
    strip: SpinLoss, critical_torque: ArrayLike, seconds: ArrayLike, overdrive: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Energy in J of a square pulse of `overdrive` critical currents: goes as asymmetry**-2."""
    current = positive_array("overdrive", overdrive) * spin_loss_critical_current(
        strip, critical_torque
    )
    return current**2 * strip.resistance * positive_array("seconds", seconds)


def reported_spin_loss(energy_ratio: float = REPORTED_ENERGY_RATIO, loss: float = 1.0) -> SpinLoss:
    """A strip calibrated to a reported factor in energy between no loss and full loss.

    At no loss the faces differ by ``1 / sqrt(energy_ratio)``, at full loss by 1; between them in
    proportion.  The factor is fitted, so that it cannot be predicted by this; material and
    geometry are placeholders.

    Args:
        energy_ratio: energy at no loss over that at full loss, above 1.
        loss: from 0 to 1.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> energy = [spin_loss_energy(reported_spin_loss(loss=x), 5e-3, 1e-9) for x in (0, 1)]
        >>> round(float(energy[0] / energy[1]), 4)
        3.0
    """
    if not (energy_ratio > 1 and 0 <= loss <= 1):
        raise ValueError(
            f"energy_ratio is {energy_ratio!r} and loss {loss!r}; expected above 1, and 0 to 1"
        )
    plain = 1 / np.sqrt(energy_ratio)
    return SpinLoss(
        angle=0.05, bottom=float(plain + (1 - plain) * loss), top=0.0, magnetisation=1e6,
        thickness=4e-9, width=100e-9, resistance=500.0,
        label="factor of energy: press release on doi:10.1038/s41467-025-61073-w; rest assumed",
    )  # fmt: skip
