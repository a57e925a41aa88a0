"""Other simulators of crossbars: badcrossbar (wires of one array) and CrossSim (whole layers).

badcrossbar 1.1 (MIT): ``pip install --no-deps badcrossbar pathvalidate sigfig``; pycairo, which it
asks for, only its plots need.  CrossSim 3.2 (BSD-3) is not on PyPI: the environment's
``PBITS_CROSSSIM`` names a checkout of https://github.com/sandialabs/cross-sim, or its `simulator`
can be imported; it needs NumPy and SciPy.
"""

import logging
import os
import sys
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pbits.bench.entrant import Unsupported
from pbits.bench.machine import installed_version

if TYPE_CHECKING:
    from pbits.bench.crossbar_work import Arrays, Layer

CHECKOUT = "PBITS_CROSSSIM"


def bad_crossbar(arrays: "Arrays") -> Callable[[], Any]:
    """`badcrossbar.compute` of an array's response to one volt on each word line.

    Raises:
        Unsupported: where it is not installed.
    """
    try:
        # It turns warnings on, to say that it found no pycairo.
        with warnings.catch_warnings(record=True):
            import badcrossbar  # type: ignore[import-not-found]
    except ImportError:
        raise Unsupported("pip install --no-deps badcrossbar pathvalidate sigfig") from None
    logging.getLogger("badcrossbar").setLevel(logging.WARNING)
    volts, ohms, segment = np.eye(len(arrays.cells)), 1 / arrays.cells, arrays.settings.wire
    return lambda: (
        badcrossbar.compute(
            volts, ohms, r_i=segment, node_voltages=False, all_currents=False
        ).currents.output
    )


def find_crosssim() -> Any:
    """CrossSim's module `simulator`.

    Raises:
        Unsupported: where there is none.
    """
    path = os.environ.get(CHECKOUT, "")
    if path and not (Path(path) / "simulator").is_dir():
        raise Unsupported(f"the environment's {CHECKOUT} names no checkout of CrossSim: {path}")
    if path and path not in sys.path:
        sys.path.insert(0, path)
    try:
        import simulator  # type: ignore[import-not-found]
    except ImportError:
        raise Unsupported(f"let {CHECKOUT} name a checkout of sandialabs/cross-sim") from None
    if not hasattr(simulator, "AnalogCore"):
        raise Unsupported("the module `simulator` that is installed is not CrossSim's")
    return simulator


class CrossSim:
    """``AnalogCore(weights, params) @ x``, at the settings of `Layer.design`.

    A balanced core, one-sided, in arrays of the same size, cells of 7 bits, sign-magnitude inputs
    bit by bit, a converter after each, all with the same range; parasitics of the same wires.

    Raises:
        Unsupported: where it is not found, or its wires do not converge.
    """

    name = "CrossSim"

    def __init__(self, layer: "Layer", wire: float) -> None:
        self.simulator = find_crosssim()
        self.version = crosssim_version()
        self.weights = np.ascontiguousarray(layer.weights.T, np.float32)
        self.parameters = self._parameters(layer, wire)
        settings = layer.settings
        self.vectors = min(settings.peer_vectors, settings.batch) if wire else settings.batch
        # All at once without wires; with them one by one keeps its arrays in the cache.
        size = 1 if wire else self.vectors
        self.parts = [np.ascontiguousarray(layer.x[start : start + size].T)
                      for start in range(0, self.vectors, size)]  # fmt: skip
        self.core = self.set_up()
        try:
            self.core.matmul(self.parts[0])
        except ValueError as error:
            raise Unsupported(f"CrossSim says: {error}") from None

    def set_up(self) -> Any:
        """Weights into arrays."""
        return self.simulator.AnalogCore(self.weights, self.parameters)

    def product(self) -> Any:
        """[vectors, outputs]."""
        return np.concatenate([self.core @ part for part in self.parts], axis=1).T

    def _parameters(self, layer: "Layer", wire: float) -> Any:
        from simulator.parameters.core_parameters import (  # type: ignore[import-not-found]
            BalancedCoreStyle,
            CoreStyle,
        )
        from simulator.parameters.xbar_parameters import (  # type: ignore[import-not-found]
            ADCRangeLimits,
        )

        from pbits.bench.crossbar_work import BITS

        settings, parameters = layer.settings, self.simulator.CrossSimParameters()
        core, xbar = parameters.core, parameters.xbar
        core.style, core.balanced.style = CoreStyle.BALANCED, BalancedCoreStyle.ONE_SIDED
        core.rows_max = core.cols_max = settings.array
        core.weight_bits = BITS
        core.mapping.weights.percentile = None
        core.mapping.weights.min, core.mapping.weights.max = -1.0, 1.0
        core.mapping.inputs.mvm.min, core.mapping.inputs.mvm.max = -1.0, 1.0
        xbar.device.Rmin = settings.resistance
        xbar.device.Rmax = settings.resistance * settings.contrast
        xbar.device.cell_bits = BITS - 1
        dac, adc = xbar.dac.mvm, xbar.adc.mvm
        dac.model, dac.bits, dac.input_bitslicing, dac.slice_size = (
            "SignMagnitudeDAC",
            BITS,
            True,
            1,
        )
        adc.model = "SignMagnitudeADC"
        # Choosing a model makes new parameters.
        adc = xbar.adc.mvm
        adc.bits, adc.adc_per_ibit = BITS, True
        adc.adc_range_option = ADCRangeLimits.CALIBRATED
        # In currents of a cell at its highest: 127 codes of `step` levels.
        top = layer.step * (1 - 1 / settings.contrast)
        adc.calibrated_range = np.array([-top, top])
        if wire:
            parasitics = xbar.array.parasitics
            parasitics.enable, parasitics.Rp_row, parasitics.Rp_col = True, wire, wire
        parameters.simulation.hide_convergence_msg = True
        return parameters


def crosssim_version() -> str | None:
    """Of the installed distribution, or of the checkout."""
    path = Path(os.environ.get(CHECKOUT, "")) / "pyproject.toml"
    if os.environ.get(CHECKOUT) and path.is_file():
        return tomllib.loads(path.read_text()).get("project", {}).get("version")
    return installed_version("CrossSim")
