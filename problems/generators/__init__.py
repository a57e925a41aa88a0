"""Random and structured instances; equal arguments, seed included, give equal instances."""

from problems.generators.assignments import PlantedAssignment as PlantedAssignment
from problems.generators.assignments import planted_assignment as planted_assignment
from problems.generators.gnp import random_gnp as random_gnp
from problems.generators.lattice import edwards_anderson as edwards_anderson
from problems.generators.lattice import ferromagnet as ferromagnet
from problems.generators.loops import frustrated_loops as frustrated_loops
from problems.generators.networks import alarm_network as alarm_network
from problems.generators.networks import wet_grass_network as wet_grass_network
from problems.generators.planted import Planted as Planted
from problems.generators.planted_graphs import PlantedColouring as PlantedColouring
from problems.generators.planted_graphs import PlantedPartition as PlantedPartition
from problems.generators.planted_graphs import planted_colouring as planted_colouring
from problems.generators.planted_graphs import planted_partition as planted_partition
from problems.generators.regular import random_regular as random_regular
from problems.generators.satisfiability import PlantedFormula as PlantedFormula
from problems.generators.satisfiability import planted_satisfiability as planted_satisfiability
from problems.generators.sk import sherrington_kirkpatrick as sherrington_kirkpatrick
from problems.generators.tiles import tile_planting as tile_planting
from problems.generators.tours import PlantedTour as PlantedTour
from problems.generators.tours import convex_tour as convex_tour
from problems.generators.tours import planted_tour as planted_tour
from problems.generators.wishart import wishart_planting as wishart_planting
from problems.generators.xorsat import Xorsat as Xorsat
from problems.generators.xorsat import regular_xorsat as regular_xorsat
