"""Arrays of one layer, fitted to what the layer sees: ranges, gains and codes, each switchable."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from numpy.typing import NDArray

from crossbar.calibration import calibrate, without_deviations
from crossbar.compensation import compensate_columns, remap
from crossbar.design import Design
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program
from crossbar.write_verify import Verify
from pbits.neural.clipping import clipped

Array = NDArray[np.float64]
CODES = ("plain", "wires", "measured")


@dataclass(frozen=True)
class Aids:
    """What is done so that arrays compute what a layer asks for.

    Attributes:
        ranges: inputs' scale and converters' steps with the least squared error on typical inputs;
            else inputs keep their largest value, and converters reach all sums.
        powers_of_two: steps are powers of two, so that adding slices up takes shifts only.
        gains: each column gets the digital gain and offset that fit some products best.
        codes: "plain" rounds weights, "wires" chooses codes that make up for wires, "measured" for
            this chip's conductances too, which are then programmed twice before; see
            `crossbar.compensation.remap`.
        in_order: gains and offsets are fitted once more, layer by layer, to what the layers before
            give in memory, as batch normalisation would be; see `in_order.fit_in_order`.
        clip: the largest weights of a column are cut where deviations of cells would cost more; see
            `clipping.clipped`. With plain codes, since chosen ones make up for deviations.

    Raises:
        ValueError: on another word for codes, or chosen codes of cut weights.

    Example:
        >>> Aids.none().gains
        False
    """

    ranges: bool = True
    powers_of_two: bool = True
    gains: bool = True
    codes: str = "plain"
    in_order: bool = False
    clip: bool = False

    def __post_init__(self) -> None:
        if self.codes not in CODES:
            raise ValueError(f"codes is {self.codes!r}; expected one of {', '.join(CODES)}")
        if self.clip and self.codes != "plain":
            raise ValueError(f"clip goes with codes='plain'; codes is {self.codes!r}")

    @staticmethod
    def none() -> "Aids":
        """No aid at all."""
        return Aids(ranges=False, gains=False)


def fit(
    key: jax.Array,
    matrix: Array,
    design: Design,
    rows: Array,
    aids: Aids,
    verify: Verify | None = None,
) -> ProgrammedMatrix:
    """Program a matrix and fit it to rows like those to come.

    A range finer than a step of a level passes on what cells deviate by, which codes as far apart
    as levels round away; so the full range stays in the running, and the better one on the rows
    is taken.

    Args:
        key: of chip and programming.
        matrix: float [in, out].
        design: see `Design`.
        rows: [vectors, in], typical; not all 0.
        aids: see `Aids`.
        verify: how cells are written; not with chosen codes.

    Raises:
        ValueError: where codes are chosen and writes verified.
    """
    cut = clipped(matrix, design, rows) if aids.clip else matrix
    raw = _programmed(key, cut, design, aids, verify)
    largest = 2 ** (design.input_bits - raw.is_signed) - 1
    top = max(float(np.abs(rows).max()), float(np.finfo(np.float32).tiny) * 2**16)
    raw = raw.replace(input_scale=jnp.float32(top / largest))
    read = random.fold_in(key, 101)
    choices = [raw]
    if aids.ranges and np.any(rows):
        # Codes that were chosen make sums between whole numbers, and mean them.
        plain = aids.codes == "plain" and design.adc.bits is not None
        meant = raw.replace(transfer=_meant(raw)) if plain else raw
        tuned = calibrate(raw, rows, key=read, powers_of_two=aids.powers_of_two, meant=meant)
        wide = raw.replace(input_scale=tuned.input_scale)
        choices = [tuned] if design.adc.bits is None else [tuned, wide]
    if aids.gains and np.any(rows):
        choices = [compensate_columns(one, matrix, rows, key=read) for one in choices]
    if len(choices) == 1:
        return choices[0]
    again = random.fold_in(key, 102)
    errors = [np.square(np.asarray(one.mvm(rows, again)[0]) - rows @ matrix) for one in choices]
    return choices[int(np.argmin([error.sum() for error in errors]))]


@jax.jit
def _meant(programmed: ProgrammedMatrix) -> jax.Array:
    """Currents without deviations; one program, which leaves out all that is not asked for."""
    return without_deviations(programmed).transfer


def _programmed(
    key: jax.Array, matrix: Array, design: Design, aids: Aids, verify: Verify | None
) -> ProgrammedMatrix:
    if aids.codes == "plain":
        return program(key, matrix, design, verify)
    if verify is not None:
        raise ValueError("verify goes with codes='plain': chosen codes are written once")
    return remap(key, matrix, design, measured=aids.codes == "measured", rounds=2).programmed
