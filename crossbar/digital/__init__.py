"""A lossless digital macro in magnetic memory: bit-serial products in the bitcell, exact sums.

Model of the 40-nm, 64-kb STT-MRAM macro of Li et al., Nat. Electron. 8, 1046 (2025): `DigitalMacro`
programs an integer matrix and multiplies by it bit for bit as int64 would, and counts what that
costs at an `OperatingPoint`.  Its published headlines belong to two different operating points.
"""

from crossbar.digital.energy import EnergyLaw
from crossbar.digital.layout import Layout, Organisation
from crossbar.digital.macro import DigitalMacro, Headline, Programmed
from crossbar.digital.points import OperatingPoint
from crossbar.digital.writing import WritePulse

__all__ = [
    "DigitalMacro",
    "EnergyLaw",
    "Headline",
    "Layout",
    "OperatingPoint",
    "Organisation",
    "Programmed",
    "WritePulse",
]
