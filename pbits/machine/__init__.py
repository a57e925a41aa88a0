"""A p-bit computer: stochastic devices as neurons, a crossbar between them, and what it costs."""

from pbits.machine.clocking import Clocking
from pbits.machine.codesign import sweep
from pbits.machine.codesign_choice import affordable
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, bipolar
from pbits.machine.machine import LoadedMachine, Machine, MachineMinimum, MachineSamples
from pbits.machine.neurons import Neurons
from pbits.machine.report import HardwareReport

__all__ = [
    "Clocking",
    "CrossbarCoupling",
    "HardwareReport",
    "IdealCoupling",
    "LoadedMachine",
    "Machine",
    "MachineMinimum",
    "MachineSamples",
    "Neurons",
    "affordable",
    "bipolar",
    "sweep",
]
