"""Datasheets of crossbar cells from junctions: one junction drives p-bits and memory cells alike.

A `crossbar.cells.cell.Cell` holds numbers and knows no physics; here they come from the models of
`pbits.devices`: levels from conductance and TMR(V), retention from the barrier, write pulses from
critical currents and Fokker-Planck, spreads from `variability`, levels of grains from `granular`,
voltages of word lines from the spin-torque `diode`.
"""

from pbits.datasheets.cells import Sizes as Sizes
from pbits.datasheets.cells import cell_from_junction as cell_from_junction
from pbits.datasheets.cells import over_diameter as over_diameter
from pbits.datasheets.cells import retention as retention
from pbits.datasheets.films import GranularCell as GranularCell
from pbits.datasheets.films import cell_from_film as cell_from_film
from pbits.datasheets.pulses import orbit_pulse as orbit_pulse
from pbits.datasheets.pulses import spin_loss_pulse as spin_loss_pulse
from pbits.datasheets.pulses import transfer_pulse as transfer_pulse
from pbits.datasheets.sensors import PowerCurve as PowerCurve
from pbits.datasheets.sensors import Sensing as Sensing
from pbits.datasheets.sensors import fed_by as fed_by
from pbits.datasheets.sensors import power_curve as power_curve
