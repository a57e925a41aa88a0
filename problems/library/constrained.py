"""Constrained quadratic models in the library: see `problems.constrained`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dimod

from problems.constrained import Penalised, penalise
from problems.library.files.lp import from_lp, maximises


def constrained(
    cqm: dimod.ConstrainedQuadraticModel | str,
    penalties: float | Mapping[Any, float] | None = None,
    encoding: str = "binary",
    real_step: float | Mapping[Any, float] | None = None,
    resolution: float | None = None,
    maximise: bool | None = None,
) -> Penalised:
    """A constrained model of dimod, or the text of an LP file.

    Args:
        cqm: the model.
        penalties, encoding, real_step, resolution: see :func:`problems.constrained.penalise`.
        maximise: whether the model is the negative of what is to be largest; by default what an LP
            text says, and not so for models of dimod.

    Raises:
        ValueError: on text that is no LP file, and as `penalise` does.

    Example:
        >>> text = "Maximize  2 x + y  Subject To  room: x + y <= 1  Binary  x y  End"
        >>> encoded = constrained(text)
        >>> encoded.certificate({"x": 1, "y": 1}).violations
        ("constraint 'room': 2 <= 1 does not hold",)
    """
    if isinstance(cqm, str):
        maximise = maximises(cqm) if maximise is None else maximise
        cqm = from_lp(cqm)
    encoded = penalise(cqm, penalties, encoding, real_step, resolution)
    return replace(encoded, maximise=bool(maximise))
