"""All rows, family by family.  A new family is one more name here."""

from pbits.validation import (
    cross_runs,
    crossbar_costs,
    crossbar_digital,
    crossbar_grains,
    crossbar_losses,
    crossbar_readout,
    crossbar_sensors,
    crossbar_tiles,
    crossbar_wires,
    crossbar_writing,
    equilibrium,
    fokker_planck,
    in_plane,
    junctions,
    machine,
    machine_errors,
    motion,
    networks,
    pbit_models,
    switching,
)
from pbits.validation.rows import Row

_LETTERS = ("T", "X", "M")


def all_rows() -> list[Row]:
    """Every row, in the order of their numbers.

    Example:
        >>> all_rows()[0].id
        'T1.1'
    """
    families = (
        cross_runs, crossbar_costs, crossbar_digital, crossbar_grains, crossbar_losses,
        crossbar_readout, crossbar_sensors, crossbar_tiles, crossbar_wires, crossbar_writing,
        equilibrium, fokker_planck, in_plane, junctions, machine, machine_errors, motion,
        networks, pbit_models, switching,
    )  # fmt: skip
    rows = [row for family in families for row in family.ROWS]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[int, int, int]:
    family, _, number = row.id.partition(".")
    letters = family.rstrip("0123456789")
    return _LETTERS.index(letters), int(family[len(letters) :] or 0), int(number)
