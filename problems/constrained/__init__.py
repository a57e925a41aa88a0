"""Constrained quadratic models of dimod as energies of spins: :func:`penalise`, :func:`adapt`."""

from problems.constrained.adapt import Adapted as Adapted
from problems.constrained.adapt import Round as Round
from problems.constrained.adapt import adapt as adapt
from problems.constrained.penalised import Penalised as Penalised
from problems.constrained.penalised import penalise as penalise
