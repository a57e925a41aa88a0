"""dimod binary quadratic models to Ising problems and back, through NumPy vectors.

Coefficients keep their exact value: a float32 bias becomes the float64 of the same value, and
integer-valued biases of any dtype give an integer problem.
"""

from typing import Any, Literal, cast

import dimod
import numpy as np
from dimod.binary.vartypeview import VartypeView

from problems.model import IsingProblem, ising
from problems.qubo import ising_from_binary


def from_bqm(bqm: dimod.BinaryQuadraticModel) -> IsingProblem:
    """Ising problem with the energies of a dimod model; x = 0, 1 becomes s = -1, +1.

    Spins keep the order of ``bqm.variables``.  Object-dtype models (``dimod.DictBQM``) are read by
    dimod in a Python loop; float32 and float64 models in compiled code.

    Args:
        bqm: a SPIN or BINARY model of any dtype and any labels, possibly empty.

    Raises:
        ValueError: where `bqm` is no binary quadratic model, or a bias is not a finite number.

    Example:
        >>> import dimod
        >>> from problems import from_bqm
        >>> problem = from_bqm(dimod.BQM({"a": 1}, {("a", "b"): -2}, 0.0, "SPIN"))
        >>> problem.labels, problem.h.tolist(), problem.coupling.tolist()
        (('a', 'b'), [1, 0], [-2])
    """
    if not isinstance(bqm, dimod.BinaryQuadraticModel):
        raise ValueError(f"expected a dimod.BinaryQuadraticModel, not {type(bqm).__name__}")
    # The views bqm.spin and bqm.binary have no compiled to_numpy_vectors; their copies do.
    model = bqm.copy() if isinstance(bqm.data, VartypeView) else bqm
    linear, (row, col, bias), *_ = model.to_numpy_vectors(sort_labels=False)
    # A million range labels need no list; object-dtype models keep theirs in a plain KeysView.
    in_range = getattr(model.variables, "is_range", False)
    labels = None if in_range else tuple(model.variables)
    build = ising if model.vartype is dimod.SPIN else ising_from_binary
    # model.offset: an object-dtype model's vectors carry the offset cast to the biases' dtype.
    offset: Any = model.offset
    return build(linear, row, col, bias, offset, labels)


def to_bqm(
    problem: IsingProblem, vartype: Literal["SPIN", "BINARY"] = "SPIN"
) -> dimod.BinaryQuadraticModel:
    """dimod model (float64) with the energies and labels of `problem`.

    Zero couplings stay interactions, so a SPIN round trip through :func:`from_bqm` changes nothing;
    a BINARY one is exact for integer problems and rounds others.

    Args:
        problem: any Ising problem.
        vartype: "SPIN" or "BINARY" (x = (1 + s) / 2), or dimod's own constants.

    Raises:
        ValueError: on another vartype, or on a label None, which dimod would replace.

    Example:
        >>> from problems import ising, to_bqm
        >>> float(to_bqm(ising([1, 0], [0], [1], [-2], labels="ab")).quadratic["a", "b"])
        -2.0
    """
    try:
        target = dimod.as_vartype(vartype)
    except TypeError as error:
        raise ValueError(f"vartype {vartype!r} given; expected 'SPIN' or 'BINARY'") from error
    by_range = problem.labels == range(problem.num_variables)
    if not by_range and None in problem.labels:
        raise ValueError("dimod cannot hold the label None; give the spin another label")
    bqm = dimod.BinaryQuadraticModel.from_numpy_vectors(
        problem.h.astype(np.float64),
        (problem.row, problem.col, problem.coupling.astype(np.float64)),
        problem.offset,
        dimod.SPIN,
        variable_order=cast(Any, None if by_range else problem.labels),
    )
    return bqm.change_vartype(target, inplace=True)
