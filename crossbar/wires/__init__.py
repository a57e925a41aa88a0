"""Resistance of the wires of an array: what arrives of an ideal product, and how to know it."""
