"""Simulated spintronic crossbars: matrix-vector products in magnetic memory.

This package is a leaf: it imports neither `pbits` nor `problems` (see ARCHITECTURE.md, import
ranks).  It holds no code yet; its place is fixed so that a crossbar tile can later stand wherever
the samplers take a *coupling*, that is anything that maps spins to fields and counts events.
"""
