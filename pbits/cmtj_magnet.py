"""One magnet in cmtj's own C++ code, where it is installed: a peer to compare with.

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

Array = NDArray[np.float64]
MISSING = "cmtj is not installed: pip install cmtj"
_MU0 = 4e-7 * np.pi
_SATURATION = 1.0  # T, mu0 Ms; only the moment and the fields matter
_MAGNETISATION = _SATURATION / _MU0
_THICKNESS = 1e-9
_PART = 4_000_000


def installed() -> bool:
    """Whether cmtj can be imported.

    Example:
        >>> isinstance(installed(), bool)
        True
    """
    return find_spec("cmtj") is not None


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

    Example:
        >>> Spin(delta=3.0, field=0.1).magnet().anisotropy.z
        0.1
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

    @property
    def has_torque(self) -> bool:
        """Whether a current acts on it."""
        return bool(self.damping_like or self.field_like)

    def magnet(self) -> Magnet:
        """The same for this library."""

        def along(size: float) -> Vector:
            x, y, z = (size * part for part in self.polariser)
            return Vector(x, y, z)

        return Magnet(
            self.moment, self.alpha, Vector(z=self.field), self.temperature,
            damping_like=along(self.damping_like), field_like=along(self.field_like),
        )  # fmt: skip


class Peer:
    """A magnet in cmtj; each run goes on with the noise and the direction of the last.

    Args:
        spin: the magnet.
        seed: of its noise; equal seeds give equal runs.

    Raises:
        ImportError: where cmtj is not installed.
    """

    def __init__(self, spin: Spin, seed: int) -> None:
        if not installed():
            raise ImportError(MISSING)
        import cmtj

        self._heun = cmtj.SolverMode.Heun
        constant = cmtj.ScalarDriver.getConstantDriver
        layer = _layer(cmtj, spin)
        layer.setSeed(seed)
        # Its type stubs lag behind its functions.
        self._junction: Any = cmtj.Junction([layer])
        if spin.has_torque:
            self._junction.setLayerCurrentDriver("free", constant(1.0))
        anisotropy = constant(spin.field * _MAGNETISATION / 2)
        self._junction.setLayerAnisotropyDriver("free", anisotropy)
        if spin.temperature:
            self._junction.setLayerTemperatureDriver("free", constant(spin.temperature))

    def run(self, *, dt: float, num_steps: int, every: int, axes: str = "xyz") -> Array:
        """Directions of cmtj's Heun method after its first step and every so many more, [axes, k].

        Args:
            dt: seconds.
            num_steps: in parts of about 4e6 at most, as cmtj keeps all it has ever recorded.
            every: steps between two records.
            axes: which components.
        """
        seen = []
        most = max(_PART // every, 1) * every
        for done in range(0, num_steps, most):
            steps = min(most, num_steps - done)
            self._junction.clearLog()
            # The halves survive its truncation of quotients.
            self._junction.runSimulation(
                (steps + 0.5) * dt, dt, (every + 0.5) * dt, solverMode=self._heun
            )
            log = self._junction.getLog()
            seen.append(np.array([log[f"free_m{axis}"] for axis in axes]))
        return np.concatenate(seen, axis=1)


def _layer(cmtj: Any, spin: Spin) -> Any:
    """Without a torque a plain layer, as one who measures its speed would take."""
    z, nothing = cmtj.CVector(0, 0, 1), [cmtj.CVector(0, 0, 0)] * 3
    surface = spin.moment / _MAGNETISATION / _THICKNESS
    form = "free", cmtj.CVector(*spin.start), z, _SATURATION, _THICKNESS, surface, nothing
    if not spin.has_torque:
        return cmtj.Layer(*form, damping=spin.alpha)
    layer = cmtj.Layer.createSOTLayer(
        *form, damping=spin.alpha, dampingLikeTorque=spin.damping_like / _MU0,
        fieldLikeTorque=spin.field_like / _MU0,
    )  # fmt: skip
    layer.setReferenceLayer(cmtj.CVector(*spin.polariser))
    return layer
