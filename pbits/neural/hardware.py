"""Named designs of crossbars for inference."""

from typing import Any, NamedTuple

from crossbar.cells import presets
from crossbar.cells.cell import without_deviations
from crossbar.converters.adc import IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.design import Design, lossless_bits


class Hardware(NamedTuple):
    """A named design.

    Attributes:
        text: what it is.
        cell: preset of `crossbar.cells.presets`.
        adc: bits of converters; None for as many as lose nothing.
        flash: whether they are flash converters.
        ideal: whether cells are what their levels say.
    """

    text: str
    cell: str
    adc: int | None = 8
    flash: bool = False
    ideal: bool = False


HARDWARE: dict[str, Hardware] = {
    "ideal": Hardware("binary cells without deviations, lossless converters", "sot", None,
                      ideal=True),
    "sot": Hardware("binary SOT-MRAM, SAR converters of 8 bits", "sot"),
    "sot-flash": Hardware("binary SOT-MRAM, flash converters of 5 bits", "sot", 5, flash=True),
    "sot-multilevel": Hardware("SOT-MRAM of eleven levels, SAR of 8 bits", "sot-multilevel"),
    "stt": Hardware("binary STT-MRAM, SAR converters of 8 bits", "stt"),
    "stt-28nm": Hardware("binary STT-MRAM with the measured spread of an array", "stt-28nm"),
    "granular": Hardware("granular MRAM of two bits a cell", "granular"),
    "reram": Hardware("analog ReRAM of four bits a cell", "reram"),
    "pcm": Hardware("analog PCM of four bits a cell", "pcm"),
}  # fmt: skip


def hardware(name: str, **changes: Any) -> Design:
    """The design of a name: differential pairs, arrays of 128 x 128, weights and inputs of 8 bits.

    Each column has a scale of its own, and wires no resistance unless ``wire`` is given.

    Args:
        name: one of `HARDWARE`.
        changes: fields of `crossbar.Design`.

    Raises:
        ValueError: on another name, or a design that cannot be.

    Example:
        >>> hardware("ideal").adc.bits, hardware("stt", rows=64).rows
        (9, 64)
    """
    if name not in HARDWARE:
        raise ValueError(f"hardware is {name!r}; expected one of {', '.join(HARDWARE)}")
    kind = HARDWARE[name]
    cell = presets.get(kind.cell)
    cell = without_deviations(cell).replace(read_noise=None) if kind.ideal else cell
    rows, digit = changes.get("rows", 128), changes.get("dac_bits", 1)
    bits = kind.adc or lossless_bits(rows, cell.num_levels, digit, signed=True)
    adc = FlashAdc(bits) if kind.flash else IdealAdc(bits)
    return Design(**({"cell": cell, "adc": adc, "rows": rows, "per_column": True} | changes))
