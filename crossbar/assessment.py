"""Where the error of a product comes from, and what wires take: one source at a time.

Each source is measured alone, with the others switched off, against the product of the rounded
numbers; rounding itself, and all of them together, against the exact product.  So the parts need
not add up: wires weaken what spread does, and calibration makes up for some of both.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from numpy.typing import ArrayLike, NDArray

from crossbar.calibration import calibrate
from crossbar.cells import cell
from crossbar.checking import finite_matrix
from crossbar.compensation import compensate_columns
from crossbar.design import Design
from crossbar.programmed import Events, ProgrammedMatrix, check_inputs, input_codes
from crossbar.programming import full_step, program, with_conductance
from crossbar.wires.effective import effective
from crossbar.wires.wire import largest_array, small_loss
from crossbar.write_verify import Verify

Array = NDArray[np.float64]
_rewire = jax.jit(with_conductance)


class Errors(NamedTuple):
    """Root-mean-square errors of products over the root mean square of the exact ones.

    Attributes:
        quantisation: of weights and inputs rounded to their bits.
        programming: of cells that differ from their levels.
        wires: of resistive wires around ideal cells.
        converter: of the codes of the converters, calibrated where `total` is.
        reading: from one read to the next, everything on.
        uncalibrated: of all together, converters over all sums that the matrix can make.
        total: of all together, calibrated where asked for.
    """

    quantisation: float
    programming: float
    wires: float
    converter: float
    reading: float
    uncalibrated: float
    total: float


class Loss(NamedTuple):
    """What one array's wires take of its current when all its word lines are driven.

    Attributes:
        share: lost, exactly, of the array that holds the corner of the matrix.
        law: the same by the law of small losses, which overrates large ones.
        limit: share that `largest` and `resistance` keep to, by the law.
        largest: cells along a side of a square array; None where wires have no resistance.
        resistance: Ohm, of the mean cell, with which an array of this size does.
    """

    share: float
    law: float
    limit: float
    largest: int | None
    resistance: float


class Assessment(NamedTuple):
    """A programmed matrix and how well it computes.

    Attributes:
        programmed: with calibration where asked for.
        errors: see `Errors`.
        outputs: [vectors, outputs], products of the inputs.
        events: of these products.
    """

    programmed: ProgrammedMatrix
    errors: Errors
    outputs: Array
    events: Events


def assess(
    key: jax.Array,
    matrix: ArrayLike,
    design: Design,
    inputs: ArrayLike,
    *,
    verify: Verify | None = None,
    calibrated: bool = True,
) -> Assessment:
    """Program a matrix and measure its products.

    Args:
        key: of chip, programming and reads; the first two as of `program`.
        matrix: real numbers, [inputs, outputs].
        design: see `Design`.
        inputs: [vectors, inputs]; the first half calibrates, the second half, which has one more
            where they are odd, is measured.
        verify: see `program`.
        calibrated: whether columns' gains and, where it helps, the converters' ranges are fitted.

    Raises:
        ValueError: on a matrix or inputs that do not fit, or fewer than four vectors.

    Example:
        >>> from crossbar.cells.presets import get
        >>> from crossbar.converters.adc import IdealAdc
        >>> from crossbar.wires.wire import Wire
        >>> draw = np.random.default_rng(0)
        >>> design = Design(get("sot"), Wire(1.56, 1.56), IdealAdc(8), rows=16, columns=16)
        >>> matrix, inputs = draw.normal(size=(16, 4)), draw.normal(size=(16, 16))
        >>> errors = assess(random.key(0), matrix, design, inputs).errors
        >>> errors.wires < errors.programming < 0.3
        True
    """
    weights = finite_matrix("matrix", matrix)
    check_inputs(inputs, len(weights), signed=design.encoding != "unsigned")
    x = np.asarray(inputs, np.float64)
    if x.ndim != 2 or len(x) < 4:
        raise ValueError(f"inputs have shape {x.shape}; expected [vectors, inputs], at least four")
    typical, tested = np.split(x, [len(x) // 2])
    cells = _program_variants(key, weights, design, verify)
    tuned, clean = cells.real, cells.clean
    if calibrated:
        tuned, clean = (calibrate(one, typical, key=key) for one in (tuned, clean))
    codes, scale = input_codes(tuned, jnp.asarray(tested, jnp.float32))
    tuned, clean, raw = (one.replace(input_scale=scale) for one in (tuned, clean, cells.real))
    final = _fitted(key, weights, typical, (tuned, raw)) if calibrated else raw
    once, again = (random.fold_in(key, index) for index in (101, 102))
    rounded = np.asarray(codes, np.float64) * float(scale)
    exact, ideal = tested @ weights, rounded @ cells.ideal
    outputs, events = final.mvm(tested, once)

    def error(found: Any, wanted: Array) -> float:
        return _rms(np.asarray(found, np.float64) - wanted) / max(_rms(exact), 1e-300)

    errors = Errors(
        quantisation=error(ideal, exact),
        programming=error(rounded @ cells.spread, ideal),
        wires=error(rounded @ cells.wired, ideal),
        converter=error(clean.mvm(tested, once)[0], ideal),
        reading=error(outputs - final.mvm(tested, again)[0], 0 * exact) / np.sqrt(2),
        uncalibrated=error(raw.mvm(tested, once)[0], exact),
        total=error(outputs, exact),
    )
    return Assessment(final, errors, np.asarray(outputs, np.float64), events)


def _fitted(
    key: jax.Array, weights: Array, typical: Array, choices: tuple[ProgrammedMatrix, ...]
) -> ProgrammedMatrix:
    """The best of several ranges on typical inputs, each with gains of its own.

    A finer range passes on what cells deviate by; where that is less than half a level, codes that
    are as far apart as levels, as they are before calibration, undo it.
    """
    done = [compensate_columns(one, weights, typical, key=key) for one in choices]
    read_key = random.fold_in(key, 103)
    errors = [_rms(np.asarray(one.mvm(typical, read_key)[0]) - typical @ weights) for one in done]
    return done[int(np.argmin(errors))]


class _Variants(NamedTuple):
    """One programming with some of its errors, arrays of one structure.

    Attributes:
        real: with all. clean: ideal cells and wires.
        ideal, spread, wired: [inputs, outputs], computed with nothing, with deviating cells, with
            wires.
    """

    real: ProgrammedMatrix
    clean: ProgrammedMatrix
    ideal: Array
    spread: Array
    wired: Array


def _program_variants(
    key: jax.Array, weights: Array, design: Design, verify: Verify | None
) -> _Variants:
    free = design.replace(wire=None)
    perfect = without_deviations(design)
    bare = program(key, weights, free, verify)
    clean = program(key, weights, free.replace(cell=perfect.cell), verify)
    spread, ideal = _matrix(bare), _matrix(clean)
    if design.wire is None:
        return _Variants(bare, clean, ideal, spread, ideal)
    real = _rewire(bare.replace(design=design), bare.conductance)
    real = real.replace(step=full_step(real))
    wired = _rewire(clean.replace(design=perfect), clean.conductance)
    # `clean` keeps its design without wires: calibration would aim at what they make of it.
    return _Variants(real, clean, ideal, spread, _matrix(wired))


def without_deviations(design: Design) -> Design:
    """The same with cells that are what their levels say, always."""
    return design.replace(cell=cell.without_deviations(design.cell))


def _matrix(programmed: ProgrammedMatrix) -> Array:
    return np.asarray(programmed.matrix(), np.float64)


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def wire_loss(programmed: ProgrammedMatrix, limit: float = 0.05) -> Loss:
    """What wires take, and by how much arrays or cells would have to change.

    Args:
        limit: share that may be lost.

    Example:
        >>> from crossbar.cells.presets import get
        >>> from crossbar.wires.wire import Wire
        >>> design = Design(get("stt"), Wire(1.56, 1.56), rows=64, columns=64)
        >>> memory = program(random.key(0), np.ones((64, 64)), design)
        >>> loss = wire_loss(memory)
        >>> 0.4 < loss.share < 0.6, loss.largest
        (True, 11)
    """
    design = programmed.design
    cells = programmed.conductance[0, 0, 0, 0]
    mean = float(cells.mean())
    if design.wire is None or design.wire.is_ideal:
        return Loss(0.0, 0.0, limit, None, 0.0)
    rows, columns = cells.shape
    law = float(small_loss(design.wire, mean, rows, columns))
    kept = float(effective(cells, design.wire).transfer.sum()) / float(cells.sum())
    # The law is proportional to the conductance.
    return Loss(1 - kept, law, limit, largest_array(design.wire, mean, limit), law / mean / limit)
