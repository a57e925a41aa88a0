"""A p-bit computer: stochastic devices as neurons, a crossbar between them, and what it costs."""
