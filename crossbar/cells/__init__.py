"""Memory cells as datasheets: what an array needs to know of a cell, and where it is from."""
