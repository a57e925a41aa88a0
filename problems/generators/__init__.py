"""Random and structured instances; equal arguments, seed included, give equal instances."""

from problems.generators.gnp import random_gnp as random_gnp
from problems.generators.lattice import edwards_anderson as edwards_anderson
from problems.generators.lattice import ferromagnet as ferromagnet
from problems.generators.regular import random_regular as random_regular
from problems.generators.sk import sherrington_kirkpatrick as sherrington_kirkpatrick
