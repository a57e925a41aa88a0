"""The kernel and the model that simulate a machine, p-bit by p-bit."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pbits.devices.clocked import Heated
from pbits.kernels.coupled import Timing, coupled
from pbits.kernels.coupled_model import Layout, coupled_model, energy_of
from pbits.machine.clocking import Clocks
from pbits.machine.couplings import LoadedArrays
from pbits.machine.crossbar_fields import CROSSBAR_BY_VOLTAGE
from pbits.machine.knobs import Turned, by_temperature, by_voltage, with_full
from pbits.models import Prepared

if TYPE_CHECKING:
    from pbits.machine.machine import Machine
    from pbits.machine.neurons import Neurons


def assemble(
    machine: "Machine",
    layout: Layout,
    arrays: LoadedArrays | None,
    clocks: Clocks,
    turned: Turned | None = None,
) -> Prepared:
    """Kernel and model of a machine that holds a problem.

    Args:
        machine: it.
        layout: of the problem.
        arrays: that hold its couplings; None for an ideal coupling.
        clocks: of a sweep.
        turned: what sets beta, but for the scale of inputs.
    """
    layout, fields = _coupling(layout, arrays, turned)
    pbit = machine.neurons.heated_pbit if by_temperature(turned) else machine.neurons.pbit
    timing = _timing(machine, clocks)
    layout = layout if timing.in_turn else layout.together()
    products = layout.is_dense or arrays is not None
    kernel = coupled(
        layout.coupling, pbit, energy_of(layout), timing,
        dtype=np.float32 if layout.is_dense else np.int8,
        lane_multiple=64 if products else 16,
    )  # fmt: skip
    model = coupled_model(
        layout, coupling=fields, pbit=_pbits(machine.neurons, layout.num_spins, clocks, turned),
        num_clocks=clocks.count, fraction=clocks.fraction, follow=clocks.follow,
        common=2 * machine.common_noise,  # of drives, which are twice beta I
    )  # fmt: skip
    return Prepared(kernel, model, layout.unit)


def _coupling(
    layout: Layout, arrays: LoadedArrays | None, turned: Turned | None
) -> tuple[Layout, list[Any] | None]:
    """The layout and the parameters of its fields; None for those of the ideal coupling."""
    if arrays is None:
        return layout, None
    layout, fields = arrays.parameters(layout)
    if turned is not None and by_voltage(turned):
        return layout._replace(coupling=CROSSBAR_BY_VOLTAGE), [with_full(fields, turned)]
    return layout, [fields]


def _pbits(neurons: "Neurons", count: int, clocks: Clocks, turned: Turned | None) -> Any:
    """Parameters of the p-bits."""
    each = neurons.parameters(count, clocks.dt)
    if turned is None or not by_temperature(turned):
        return each
    return Heated(each, *(np.asarray(x, np.float32) for x in (turned.reference, turned.waited)))


def _timing(machine: "Machine", clocks: Clocks) -> Timing:
    common = machine.common_noise > 0
    return Timing(
        in_turn=machine.clocking.is_plain and not machine.neurons.remembers and not common,
        lags=clocks.follow < 1, delay=clocks.delay, common=common,
    )  # fmt: skip
