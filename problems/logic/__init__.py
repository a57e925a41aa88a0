"""Invertible logic: gates, circuits and arithmetic whose ground states are what they compute."""

from problems.logic.arithmetic import adder as adder
from problems.logic.arithmetic import circuit as circuit
from problems.logic.arithmetic import multiplier as multiplier
from problems.logic.circuits import Circuit as Circuit
from problems.logic.circuits import CircuitCertificate as CircuitCertificate
from problems.logic.circuits import Placed as Placed
from problems.logic.circuits import join as join
from problems.logic.factoring_by_circuit import MultiplierFactoring as MultiplierFactoring
from problems.logic.factoring_by_circuit import factoring_circuit as factoring_circuit
from problems.logic.factoring_by_error import Factoring as Factoring
from problems.logic.factoring_by_error import factoring as factoring
from problems.logic.factors import FactorCertificate as FactorCertificate
from problems.logic.gates import GATES as GATES
from problems.logic.gates import Gate as Gate
from problems.logic.gates import GateCertificate as GateCertificate
from problems.logic.gates import all_bits as all_bits
from problems.logic.gates import gate as gate
from problems.logic.synthesis import synthesise as synthesise
