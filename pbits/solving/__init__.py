"""Minimise without knobs: what runs, and for how long, follows from the problem and the time."""

from pbits.solving.driver import solve as solve
from pbits.solving.encoded import Solved as Solved
from pbits.solving.encoded import solve_encoded as solve_encoded
