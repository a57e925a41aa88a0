"""Problems, their files and their certificates: the side that never trusts a sampler.

NumPy, SciPy, networkx and dimod only; no JAX.  Everything is an :class:`IsingProblem`,
``E(s) = sum h_i s_i + sum_{i<j} J_ij s_i s_j + offset``, minimised, s in {-1, +1}.
"""

from problems import generators as generators
from problems.bqm import from_bqm as from_bqm
from problems.bqm import to_bqm as to_bqm
from problems.formats import FORMATS as FORMATS
from problems.formats import FormatError as FormatError
from problems.formats import Instance as Instance
from problems.formats import read as read
from problems.formats import write as write
from problems.maxcut import CutCertificate as CutCertificate
from problems.maxcut import MaxCut as MaxCut
from problems.maxcut import maxcut as maxcut
from problems.maxcut import maxcut_from_edges as maxcut_from_edges
from problems.model import IsingProblem as IsingProblem
from problems.model import ising as ising
from problems.qubo import binary_to_spin as binary_to_spin
from problems.qubo import from_qubo as from_qubo
from problems.qubo import spin_to_binary as spin_to_binary
from problems.qubo import to_qubo as to_qubo
