"""One magnet in cmtj's own C++ code, where it is installed.

cmtj 1.15 draws a thermal field of variance ``2 alpha kT / (gamma Ms V)`` per axis and time, which
is Brown's, and puts it into both terms of the equation; its Heun method is Stratonovich's, plain
Heun with the length restored after each step.  The Euler-Heun method, to which it switches by
itself from any other where there is a temperature, has an error of first order in the step.  Its
gyromagnetic ratio is 0.18 % below that of the electron (220880 m / (A s)), so it is that much
slower; the stationary law does not depend on it.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.devices.macrospin import BOLTZMANN, Magnet, Vector
from pbits.validation.rows import NotRun

Array = NDArray[np.float64]
_MU0 = 4e-7 * np.pi
_SATURATION = 1.0  # T, mu0 Ms; only the moment and the fields matter
_THICKNESS = 1e-9
_PART = 4_000_000
_MISSING = "cmtj is not installed: pip install cmtj"


@dataclass(frozen=True)
class Spin:
    """A uniaxial magnet along z for both codes.

    Attributes:
        delta: barrier over kT at 300 K.
        field: T, anisotropy field.
        alpha: Gilbert damping.
        damping_like, field_like: T, torques along `polariser`.
        polariser: [3], of length 1.
        start: [3], of length 1.
        temperature: K.
    """

    delta: float
    field: float = 1.0
    alpha: float = 0.1
    damping_like: float = 0.0
    field_like: float = 0.0
    polariser: tuple[float, float, float] = (0.0, 0.0, 1.0)
    start: tuple[float, float, float] = (0.0, 0.0, 1.0)
    temperature: float = 300.0

    @property
    def moment(self) -> float:
        """A m^2."""
        return 2 * self.delta * BOLTZMANN * 300.0 / self.field

    def magnet(self) -> Magnet:
        """The same for this library."""

        def along(size: float) -> Vector:
            x, y, z = (size * part for part in self.polariser)
            return Vector(x, y, z)

        return Magnet(
            self.moment, self.alpha, Vector(z=self.field), self.temperature,
            damping_like=along(self.damping_like), field_like=along(self.field_like),
        )  # fmt: skip


def run(spin: Spin, *, dt: float, num_steps: int, every: int, seed: int) -> Array:
    """Directions of cmtj's Heun method after its first step and every so many more, [3, k].

    Args:
        spin: the magnet.
        dt: seconds.
        num_steps: in parts of at most 4e6, as cmtj keeps all it has ever recorded.
        every: steps between two records.
        seed: of its noise; equal seeds give equal runs.

    Raises:
        NotRun: where cmtj is not installed.
    """
    if find_spec("cmtj") is None:
        raise NotRun(_MISSING)
    import cmtj

    junction, seen = _junction(cmtj, spin, seed), []
    for done in range(0, num_steps, _PART):
        steps = min(_PART, num_steps - done)
        junction.clearLog()
        # The halves survive its truncation of quotients.
        junction.runSimulation(
            (steps + 0.5) * dt, dt, (every + 0.5) * dt, solverMode=cmtj.SolverMode.Heun
        )
        log = junction.getLog()
        seen.append([log[f"free_m{axis}"] for axis in "xyz"])
    return np.concatenate([np.asarray(part) for part in seen], axis=1)


def _junction(cmtj: Any, spin: Spin, seed: int) -> Any:
    z, constant = cmtj.CVector(0, 0, 1), cmtj.ScalarDriver.getConstantDriver
    magnetisation = _SATURATION / _MU0
    layer = cmtj.Layer.createSOTLayer(
        "free", cmtj.CVector(*spin.start), z, _SATURATION, _THICKNESS,
        spin.moment / magnetisation / _THICKNESS, [cmtj.CVector(0, 0, 0)] * 3, damping=spin.alpha,
        dampingLikeTorque=spin.damping_like / _MU0, fieldLikeTorque=spin.field_like / _MU0,
    )  # fmt: skip
    layer.setSeed(seed)
    layer.setReferenceLayer(cmtj.CVector(*spin.polariser))
    junction = cmtj.Junction([layer])
    junction.setLayerCurrentDriver("free", constant(1.0))
    junction.setLayerAnisotropyDriver("free", constant(spin.field * magnetisation / 2))
    if spin.temperature:
        junction.setLayerTemperatureDriver("free", constant(spin.temperature))
    return junction
