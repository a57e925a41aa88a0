"""Other simulators of inference in memory: CrossSim, and aihwkit where it is installed.

How CrossSim 3.2 is found is told in `crossbar_peers`.  aihwkit 1.1 (MIT) needs PyTorch; its inputs
are not applied bit by bit, so it converts each sum once where all others convert seven times: it is
told for information, not at equal settings.
"""

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench import crossbar_peers
from pbits.bench.entrant import Unsupported
from pbits.bench.inference_work import BITS, LARGEST
from pbits.bench.machine import installed_version

if TYPE_CHECKING:
    from pbits.bench.inference_work import LayerWork, Work

Array = NDArray[np.float64]


class Peer(ABC):
    """A simulator that gets one layer's rows after another.

    Without wires it runs the network on `peer_images` images, with `pbits` for what is digital;
    with them it gets `peer_vectors` rows of each layer.
    """

    name, version = "peer", None

    def __init__(self, work: "Work", wire: float) -> None:
        self.work, self.wire, self.images = work, wire, work.settings.peer_images
        self.in_products = 0.0
        self.layers = self.set_up()

    @abstractmethod
    def set_up(self) -> dict[str, Any]:
        """Weights into arrays."""

    @abstractmethod
    def layer(self, name: str, rows: NDArray[np.float32]) -> Array:
        """Products of one layer."""

    def run(self) -> NDArray[np.float32]:
        """Outputs of its images, all at once."""
        return self.infer(self.work.images[: self.images])

    def infer(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs of images; `in_products` becomes the CPU seconds that products took."""
        import jax.numpy as jnp

        self.in_products = 0.0

        def product(name: str, layer: Any, rows: Any) -> Any:
            given = np.asarray(rows)
            start = time.process_time()
            result = np.asarray(self.layer(name, given), np.float32)
            self.in_products += time.process_time() - start
            return jnp.asarray(result)

        return np.asarray(self.work.network.run(jnp.asarray(images), linear=product))

    def some(self, layer: "LayerWork") -> Array:
        """Products of `peer_vectors` rows of a layer, one by one."""
        rows = layer.rows[: self.work.settings.peer_vectors]
        parts = [self.layer(layer.name, rows[i : i + 1]) for i in range(len(rows))]
        return np.concatenate(parts)


class CrossSim(Peer):
    """An ``AnalogCore`` for each layer, at the settings of `Work.design`.

    Raises:
        Unsupported: where it is not found, or its wires do not converge.
    """

    name = "CrossSim"

    def __init__(self, work: "Work", wire: float) -> None:
        self.simulator = crossbar_peers.find_crosssim()
        self.version = crossbar_peers.crosssim_version()
        super().__init__(work, wire)

    def set_up(self) -> dict[str, Any]:
        """Weights into arrays."""
        try:
            return {
                name: self.simulator.AnalogCore(
                    np.ascontiguousarray(layer.matrix.T, np.float32), self._parameters(layer)
                )
                for name, layer in self.work.layers.items()
            }
        except AttributeError as error:
            # Version 3.2 asks for a parameter that it lacks where weights are sliced, with wires.
            raise Unsupported(f"CrossSim says: {error}") from None

    def layer(self, name: str, rows: NDArray[np.float32]) -> Array:
        """Products of one layer."""
        try:
            return (self.layers[name] @ np.ascontiguousarray(rows.T)).T
        except ValueError as error:
            raise Unsupported(f"CrossSim says: {error}") from None

    def _parameters(self, layer: "LayerWork") -> Any:
        from simulator.parameters.core_parameters import (  # type: ignore[import-not-found]
            PartitionStrategy,
        )

        own, parameters = self.work.settings, self.simulator.CrossSimParameters()
        core = parameters.core
        core.rows_max = core.cols_max = own.array
        core.weight_bits = BITS
        core.mapping.weights.percentile = None
        core.mapping.weights.row_partition_strategy = PartitionStrategy.MAX
        core.mapping.weights.col_partition_strategy = PartitionStrategy.MAX
        top = float(np.abs(layer.matrix).max())
        core.mapping.weights.min, core.mapping.weights.max = -top, top
        core.mapping.inputs.mvm.min, core.mapping.inputs.mvm.max = -layer.top, layer.top
        self._cells(parameters, layer)
        dac = parameters.xbar.dac.mvm
        dac.model, dac.bits, dac.input_bitslicing, dac.slice_size = (
            "SignMagnitudeDAC", BITS, True, 1,
        )  # fmt: skip
        if self.wire:
            wires = parameters.xbar.array.parasitics
            wires.enable, wires.Rp_row, wires.Rp_col = True, self.wire, self.wire
        parameters.simulation.hide_convergence_msg = True
        return parameters

    def _cells(self, parameters: Any, layer: "LayerWork") -> None:
        """Cells, slices of a weight, and the ranges of the converters of each."""
        from simulator.parameters.core_parameters import (  # type: ignore[import-not-found]
            BalancedCoreStyle,
            BitSlicedCoreStyle,
            CoreStyle,
        )
        from simulator.parameters.xbar_parameters import (  # type: ignore[import-not-found]
            ADCRangeLimits,
        )

        own, core, xbar = self.work.settings, parameters.core, parameters.xbar
        core.balanced.style = BalancedCoreStyle.ONE_SIDED
        slices = len(layer.steps)
        if slices == 1:
            core.style = CoreStyle.BALANCED
        else:
            core.style, core.bit_sliced.style = CoreStyle.BITSLICED, BitSlicedCoreStyle.BALANCED
            core.bit_sliced.num_slices = slices
        xbar.device.Rmin = own.resistance
        xbar.device.Rmax = own.resistance * own.contrast
        xbar.device.cell_bits = (own.levels - 1).bit_length()
        xbar.adc.mvm.model = "SignMagnitudeADC"
        # Choosing a model makes new parameters.
        adc = xbar.adc.mvm
        adc.bits, adc.adc_per_ibit = BITS, True
        adc.adc_range_option = ADCRangeLimits.CALIBRATED
        # In currents of a cell at its highest: 127 codes of so many steps of a level.
        top = LARGEST * layer.steps / (own.levels - 1) * (1 - 1 / own.contrast)
        ranges = np.stack([-top, top], axis=1)
        adc.calibrated_range = ranges[0] if slices == 1 else ranges


class Aihwkit(Peer):
    """aihwkit's inference tiles of the same size: 8-bit inputs at once, 8-bit outputs, no noise.

    Raises:
        Unsupported: where it cannot be imported, or with wires.
    """

    name = "aihwkit (not bit-serial)"

    def __init__(self, work: "Work", wire: float) -> None:
        if wire:
            raise Unsupported("its wires are an approximation of another kind")
        try:
            import aihwkit  # type: ignore[import-not-found]  # noqa: F401
        except ImportError:
            raise Unsupported("pip install aihwkit") from None
        self.version = installed_version("aihwkit")
        super().__init__(work, wire)

    def set_up(self) -> dict[str, Any]:
        """Weights into tiles."""
        return {name: self._linear(layer) for name, layer in self.work.layers.items()}

    def layer(self, name: str, rows: NDArray[np.float32]) -> Array:
        """Products of one layer."""
        import torch  # type: ignore[import-not-found]

        with torch.no_grad():
            scale = np.float32(self.work.layers[name].top)
            return self.layers[name](torch.tensor(rows / scale)).numpy() * scale

    def _linear(self, layer: "LayerWork") -> Any:
        import torch  # type: ignore[import-not-found]
        from aihwkit.nn import AnalogLinear  # type: ignore[import-not-found]

        torch.set_num_threads(1)
        size = layer.matrix.shape
        analog = AnalogLinear(*size, bias=False, rpu_config=self._configuration(layer))
        analog.set_weights(torch.tensor(layer.matrix.T, dtype=torch.float32))
        return analog.eval()

    def _configuration(self, layer: "LayerWork") -> Any:
        from aihwkit.simulator.configs import (  # type: ignore[import-not-found]
            TorchInferenceRPUConfig,
        )
        from aihwkit.simulator.parameters import (  # type: ignore[import-not-found]
            BoundManagementType,
            NoiseManagementType,
        )

        found = TorchInferenceRPUConfig()
        size, forward = self.work.settings.array, found.forward
        found.mapping.max_input_size = found.mapping.max_output_size = size
        found.mapping.weight_scaling_omega = 1.0
        forward.out_noise = forward.w_noise = 0.0
        forward.inp_res, forward.out_res = 1 / LARGEST, 1 / LARGEST
        sums = np.abs(layer.rows[:, :size] / layer.top @ layer.matrix[:size])
        forward.inp_bound = 1.0
        forward.out_bound = 1.25 * float(sums.max() / np.abs(layer.matrix).max())
        forward.noise_management = NoiseManagementType.NONE
        forward.bound_management = BoundManagementType.NONE
        return found
