"""Constrained quadratic models in the library: see `problems.constrained`."""

from collections.abc import Mapping
from typing import Any

import dimod

from problems.constrained import Penalised, penalise
from problems.library.files.lp import from_lp


def constrained(
    cqm: dimod.ConstrainedQuadraticModel | str,
    penalties: float | Mapping[Any, float] | None = None,
    encoding: str = "binary",
    real_step: float | Mapping[Any, float] | None = None,
    resolution: float | None = None,
) -> Penalised:
    """A constrained model of dimod, or the text of an LP file.

    Args:
        cqm: the model.
        penalties, encoding, real_step, resolution: see :func:`problems.constrained.penalise`.

    Raises:
        ValueError: on text that is no LP file, and as `penalise` does.

    Example:
        >>> text = "Maximize  2 x + y  Subject To  room: x + y <= 1  Binary  x y  End"
        >>> encoded = constrained(text)
        >>> encoded.certificate({"x": 1, "y": 1}).violations
        ("constraint 'room': 2 <= 1 does not hold",)
    """
    return penalise(
        from_lp(cqm) if isinstance(cqm, str) else cqm, penalties, encoding, real_step, resolution
    )
