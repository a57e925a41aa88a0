"""What ``pbits crossbar`` tells of converters and of reads: noise, and cells that reads flip."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crossbar.counting import converter_name, reads_in_turn
from crossbar.ledger import si

if TYPE_CHECKING:
    from crossbar.design import Design
    from crossbar.programmed import ProgrammedMatrix

_FLIPPED, _MISREAD = 0.01, 1e-3


def converter(design: "Design", kind: str) -> dict[str, Any]:
    """Of the converters, as asked for, and their entry in the table of costs."""
    return {
        "kind": kind,
        "offset_codes": float(getattr(design.adc, "offset", 0.0)),
        "reads": int(reads_in_turn(design).max()),
        "cost": converter_name(design),
    }


def reading(programmed: "ProgrammedMatrix") -> dict[str, Any]:
    """How long cells are read, how often noise misleads, and when reads have flipped a cell."""
    from crossbar.sensing import AMPLIFIER, sense, sensing_error
    from crossbar.writing.lifetime import reads_until

    design, cell = programmed.design, programmed.design.cell
    column = {"columns": 2, "drive_steps": 2**design.dac_bits - 1}
    reads = reads_until(cell, _FLIPPED, programmed.conductance.size)
    # All cells are counted as read by every digit, as if all inputs were ones.
    products = reads / (design.num_digits * int(reads_in_turn(design).max()))
    return {
        "seconds": float(cell.read_time),
        "noise_error": float(sensing_error(cell, design.rows, cell.read_time, **column)),
        "seconds_for_noise_error": float(sense(cell, design.rows, _MISREAD, **column).time),
        "amplifier_amperes_per_root_hertz": AMPLIFIER,
        "flips_per_read": float(cell.disturb),
        "flipped_limit": _FLIPPED,
        "products_until_flipped": products if np.isfinite(products) else None,
    }


def converter_text(facts: dict[str, Any]) -> str:
    """In a few words."""
    offset, reads = facts["offset_codes"], facts["reads"]
    off = f", comparators off by {offset:g} codes" if offset else ""
    return facts["kind"] + off + (f", {reads} reads" if reads > 1 else "")


def reading_text(facts: dict[str, Any]) -> str:
    """In one line."""
    products = facts["products_until_flipped"]
    flips = (
        "no figure of flips by reading"
        if products is None
        else f"a chance of {100 * facts['flipped_limit']:g} % that a cell has flipped after "
        f"{products:.2g} products"
    )
    missed = f"noise alone misleads {100 * facts['noise_error']:.2g} % of them"
    return f"{si(facts['seconds'], 's')} each, {missed}; {flips}"


def notes(facts: dict[str, Any]) -> list[str]:
    """That reads are too short, where they are."""
    if facts["noise_error"] <= _MISREAD:
        return []
    missed, longer = 100 * facts["noise_error"], si(facts["seconds_for_noise_error"], "s")
    return [
        f"in {si(facts['seconds'], 's')} noise of cells and of an amplifier (that of 10 kOhm, "
        f"assumed) takes a sum for its neighbour in {missed:.2g} % of reads, which the errors "
        f"leave out; {longer} make it {100 * _MISREAD:g} %: --read-error {_MISREAD:g}"
    ]
