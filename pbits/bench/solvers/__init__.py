"""Solvers that race for the best state: ours and other packages', by name."""

from pbits.bench.solvers.base import Solver, Trial
from pbits.bench.solvers.table import SOLVERS, Racer

__all__ = ["SOLVERS", "Racer", "Solver", "Trial"]
