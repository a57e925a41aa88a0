"""The p-bit computer: stochastic junctions as neurons, coupled through magnetic crossbars."""
