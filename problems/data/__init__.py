"""Instances that come with the package, made by its own generators.

`torus_24x24.rud` is a max-cut graph: a 24 x 24 square lattice on a torus, each of its 1152 edges of
weight -1 or +1 with equal chance, which is a two-dimensional Edwards-Anderson glass.
``python -m problems.data`` writes it anew, byte for byte.
"""

from pathlib import Path

TORUS = "torus_24x24.rud"
# What a command line may call them.
BUNDLED = {"example": TORUS}


def path(name: str) -> Path:
    """Place of a bundled file.

    Example:
        >>> from problems import data, read
        >>> read(data.path(data.TORUS)).problem.num_variables
        576
    """
    return Path(__file__).parent / name


def make(folder: str | Path) -> None:
    """Write all bundled files into `folder`."""
    from problems.formats import write
    from problems.generators import edwards_anderson

    write(edwards_anderson((24, 24), seed=24), Path(folder) / TORUS)
