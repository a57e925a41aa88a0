"""Physics of stochastic magnetic tunnel junctions."""
