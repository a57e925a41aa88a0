"""File formats of natural problems and of their solutions; one module each."""
