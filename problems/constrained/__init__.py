"""Constrained quadratic models of dimod as energies of spins: :func:`penalise`, :func:`adapt`."""

from problems.constrained.penalised import Penalised as Penalised
from problems.constrained.penalised import penalise as penalise
