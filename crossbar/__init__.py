"""Simulated spintronic crossbars: matrix-vector products in magnetic memory.

>>> import jax, crossbar
>>> cell = crossbar.Cell([1e-6, 2e-6, 3e-6, 4e-6], read_voltage=0.2)
>>> design = crossbar.Design(cell, crossbar.Wire(word=1.5, bit=1.5), crossbar.IdealAdc(8))
>>> memory = crossbar.program(jax.random.key(0), [[0.5, -1.0], [1.0, 0.25]], design)
>>> y, events = memory.mvm([1.0, 2.0])
>>> [round(float(value), 1) for value in y]
[2.5, -0.5]

This package is a leaf: it imports neither `pbits` nor `problems` (see ARCHITECTURE.md, import
ranks).  Names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossbar.cells.cell import Cell as Cell
    from crossbar.cells.cell import Write as Write
    from crossbar.converters.adc import IdealAdc as IdealAdc
    from crossbar.costs import Costs as Costs
    from crossbar.design import Design as Design
    from crossbar.ledger import Report as Report
    from crossbar.programmed import ProgrammedMatrix as ProgrammedMatrix
    from crossbar.programming import program as program
    from crossbar.wires.wire import Wire as Wire

_HOMES = {
    "Cell": "cells.cell",
    "Costs": "costs",
    "Design": "design",
    "IdealAdc": "converters.adc",
    "ProgrammedMatrix": "programmed",
    "Report": "ledger",
    "Wire": "wires.wire",
    "Write": "cells.cell",
    "program": "programming",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'crossbar' has no attribute {name!r}")
    return getattr(import_module(f"crossbar.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
