"""Benchmarks against other samplers; each writes the record that a claim can be checked with."""
