"""Barriers that differ from device to device, and with the temperature."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pbits.devices.pbit_model import PBitModel
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Devices, Spread, draw_devices

Array = NDArray[np.float64]
_FAR = 1e3  # barrier whose normal law nothing cuts


def varied(model: PBitModel, deviation: float, count: int, seed: int) -> PBitModel:
    """A model of devices whose barriers deviate, numbers [count, 1].

    A telegraph of `BarrierRates` has barriers that are normal, cut at 0, and critical inputs that
    are as large as they are, as for spin torque on a macrospin, so that only times differ: give a
    spread of slopes for the rest.  Times of `ConstantTime` are log-normal.

    Args:
        model: of all devices.
        deviation: standard, in kT.
        count: of devices.
        seed: which chip.

    Raises:
        ValueError: on another model, or one whose devices differ already.

    Example:
        >>> model = Telegraph(BarrierRates(delta=6.0, tau0=1e-9))
        >>> times = np.asarray(varied(model, 0.5, 1000, seed=1).correlation_time())
        >>> times.shape, round(float(np.log(times).std()), 1)
        ((1000, 1), 0.5)
    """
    law = model.law if isinstance(model, Telegraph) else None
    if isinstance(law, BarrierRates) and not np.ndim(law.delta) and not np.ndim(law.critical):
        delta = float(law.delta)
        drawn = _barriers(delta, deviation, count, seed)
        critical = float(law.critical) * drawn / delta
        return Telegraph(replace(law, delta=drawn[:, None], critical=critical[:, None]))
    if isinstance(law, ConstantTime) and not np.ndim(law.time):
        longer = np.exp(_barriers(_FAR, deviation, count, seed) - _FAR)
        return Telegraph(replace(law, time=float(law.time) * longer[:, None]))
    raise ValueError(
        f"spread of barriers is {deviation:g} kT and the model {type(model).__name__}; expected a "
        "Telegraph of BarrierRates or ConstantTime, one number for all devices: of others give a "
        "model whose numbers are arrays [n, 1]"
    )


def _barriers(mean: float, deviation: float, count: int, seed: int) -> Array:
    drawn = draw_devices(Devices(mean), Spread(barrier=deviation), count, seed=seed)
    return np.asarray(drawn.barrier, np.float64)


def barriers(model: PBitModel | None) -> Array:
    """Over kT, at the temperature of the model's numbers.

    Raises:
        ValueError: on a model that has none, with the annealing knobs that are left.

    Example:
        >>> barriers(Telegraph(BarrierRates(delta=6.0, tau0=1e-9))).tolist()
        6.0
    """
    if isinstance(model, Telegraph) and isinstance(model.law, BarrierRates):
        return np.asarray(model.law.delta, np.float64)
    name = "the ideal p-bit" if model is None else type(model).__name__
    if isinstance(model, Telegraph):
        name = f"a Telegraph of {type(model.law).__name__}"
    raise ValueError(
        f"p-bits are {name}, of which nobody says how it depends on temperature; expected a "
        "Telegraph of BarrierRates, or knob='input', or 'voltage' with a CrossbarCoupling"
    )
