"""Easy-plane p-bits in a field of their plane, and two disks that feel each other.

:mod:`pbits.devices.kubo` with the energy ``-b cos(phase)`` (over kT): m_z also feels the field,
``dm_z/dt ~ -b sin(phase)``, and the long-run law of the phase is von Mises', ``exp(b cos phase)``.
The same equations hold for the angle between two equal disks with stray fields, to whose
difference both turn, so that :func:`coupled_layers` needs no model of its own.

m_z takes ``1 / (4 kappa)`` of m_x's length on average, and as much of the bias.  Good where the
field is well below the one that holds m in its plane: beyond ``|b| = kappa / 2``, B a quarter of
B_d, it is refused; up to there the mean spin is within 0.005 from kappa = 5 on.  A field along
the reference, or a field-like torque, is such a bias; a damping-like torque in the plane is not: it
has no energy, acts far less, and drives a disk out of its plane from ``alpha B_d / 2`` on.  Use
:class:`pbits.devices.sphere.SphericalMagnet` or :func:`pbits.devices.simulation.simulate` for it.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from pbits.devices.biased_rotor import BiasedRotor
from pbits.devices.checking import Number, check_known
from pbits.devices.kubo import EasyPlane, double_layer, easy_plane
from pbits.devices.macrospin import BOLTZMANN


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FieldDisk(BiasedRotor):
    """A disk steered by a field in its plane, T, and read by the sign of m_x.

    Attributes:
        disk: without a field, :func:`pbits.devices.kubo.easy_plane`.
        thermal: T, field at which ``Ms V B = kT``; :func:`field_disk` computes it.
        offset: T, field at which the mean spin is zero.

    Raises:
        ValueError: on a thermal field not above zero; at inputs beyond a quarter of the field
            that holds the magnet in its plane.

    Example:
        >>> pbit = field_disk(moment=1.5e-18, hard_field=0.8, alpha=0.01)
        >>> round(float(pbit.transfer(2e-3)), 3)
        0.43
    """

    disk: EasyPlane
    thermal: Number
    offset: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_known("thermal", self.thermal, 0.0, strictly=True)

    def at(self, inputs: Number) -> tuple[jax.Array, jax.Array]:
        """Bias and level."""
        bias = (jnp.asarray(inputs) - self.offset) / self.thermal
        _check_flat(self.disk, bias)
        return self.length * bias, jnp.zeros_like(bias)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BiasedDisk(BiasedRotor):
    """A disk in a constant field of its plane, held against the input: s = +1 where m_x > -input.

    Attributes:
        disk: without a field.
        bias: b, energy in the field over kT.

    Raises:
        ValueError: on a bias beyond half of kappa.

    Example:
        >>> disk = easy_plane(moment=1.5e-18, hard_field=0.8, alpha=0.01)
        >>> round(float(BiasedDisk(disk, bias=-0.5).transfer(0.0)), 3)
        -0.307
    """

    disk: EasyPlane
    bias: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_flat(self.disk, self.bias)

    def at(self, inputs: Number) -> tuple[jax.Array, jax.Array]:
        """Bias and level."""
        # The comparator sees a vector that is shorter in the plane.
        level = jnp.asarray(inputs) / self.length
        bias, level = jnp.broadcast_arrays(self.length * self.bias, level)
        return bias, level


def field_disk(
    moment: Number, hard_field: Number, alpha: Number, temperature: Number = 300.0
) -> FieldDisk:
    """A disk steered by a field, from its material; arguments of :func:`kubo.easy_plane`."""
    disk = easy_plane(moment, hard_field, alpha, temperature)
    return FieldDisk(disk, BOLTZMANN / 1e-23 * temperature / (jnp.asarray(moment) * 1e23))


def coupled_layers(
    moment: Number,
    hard_field: Number,
    alpha: Number,
    stray: tuple[Number, Number],
    temperature: Number = 300.0,
) -> BiasedDisk:
    """Two equal free disks with stray fields, read against each other: m_1 . m_2 for m_x.

    With little damping they swing in the stray fields, and four correlation times are not enough
    for independent bits: wait 4 / G.  A current between the layers is left out: it turns both
    alike.  In the preset "double-free-layer" that is true to about 0.2 V (74 mT of torque), where
    the mean of m_1 . m_2 has moved by 0.04; at 0.3 V by 0.07, measured with `pair`.

    Args:
        moment, hard_field, alpha, temperature: of each, see :func:`kubo.easy_plane`.
        stray: T, of one layer in the other along its in-plane and its perpendicular m:
            :meth:`pbits.devices.junction.Junction.coupling_field`.  The first is the bias; the
            second stiffens the motion of one layer against the other.

    Example:
        >>> alone = coupled_layers(6.3e-20, 1.0, 0.01, (0.0, 0.0))
        >>> pair = coupled_layers(6.3e-20, 1.0, 0.01, (-0.035, 0.07))
        >>> [round(abs(float(p.mean_direction())), 2) for p in (alone, pair)]
        [0.0, 0.23]
    """
    across, along = stray
    one = easy_plane(moment, jnp.asarray(hard_field) + along, alpha, temperature)
    thermal = BOLTZMANN / 1e-23 * temperature / (jnp.asarray(moment) * 1e23)
    return BiasedDisk(double_layer(one), across / thermal)


def _check_flat(disk: EasyPlane, bias: Number) -> None:
    """|b| <= kappa / 2, with 2 kappa = G / D."""
    numbers = disk.damping, disk.diffusion, bias
    known = float | int | np.ndarray | np.generic | jax.Array
    if not all(isinstance(x, known) and not isinstance(x, Tracer) for x in numbers):
        return
    kappa = np.asarray(disk.damping) / np.maximum(2 * np.asarray(disk.diffusion), 1e-30)
    share = float(np.max(np.abs(np.asarray(bias)) / kappa, initial=0.0))
    if not share <= 0.5:
        raise ValueError(
            f"the field is {share / 2:.3g} of the one that holds the magnet in its plane (bias "
            "over 2 kappa); expected at most 0.25. Use pbits.devices.simulation.simulate"
        )
