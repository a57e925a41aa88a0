"""What ``pbits crossbar`` is given: made into a matrix, a design and costs, or refused."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbits.cli.errors import fail

if TYPE_CHECKING:
    import numpy as np

    from crossbar.converters.adc import Adc
    from crossbar.design import Design

# Bits of each kind, as its converter and its price allow; none where it has always one.
CONVERTERS: "dict[str, tuple[int, int] | None]" = {
    "sar": (2, 16), "flash": (2, 10), "ramp": (2, 16), "sense": None, "stochastic": None,
}  # fmt: skip
_BITS = 8
# Multiplications and additions a second of a slow core, for a guess at how long wires take.
_SPEED, _PATIENCE = 5e9, 900.0
# Single precision holds these, their products and what cells of 16 bits make of them.
_LEAST, _MOST = 1e-25, 1e25


def check_ranges(ranges: dict[str, tuple[int, int, str]], given: dict[str, int | None]) -> None:
    """End the command on a number, by the option's name, below or beyond its range."""
    for name, value in given.items():
        low, high, what = ranges[name]
        if value is not None and not low <= value <= high:
            fail(f"--{name} is {value}; expected {low} to {high}{what}")


def check_wire(ohm: float) -> None:
    """End the command where `ohm`, the value of `--wire`, is no resistance."""
    if not 0 <= ohm < float("inf"):
        fail(f"--wire is {ohm}; expected ohms of at least 0; 0 is a wire without resistance")


def choose_weights(path: Path | None, size: int, seed: int) -> "tuple[np.ndarray, str]":
    """The matrix of a file, or a random one, and where it is from."""
    import numpy as np

    from crossbar.checking import finite_matrix
    from pbits.cli.matrix_file import read_matrix

    if path is None:
        return np.random.default_rng((seed, 1)).normal(size=(size, size)), "random, Gaussian"
    weights = finite_matrix(path.name, read_matrix(path))
    largest = float(abs(weights).max())
    if largest == 0:
        raise ValueError(
            f"{path.name} holds zeros only: an error relative to its products means nothing"
        )
    if not _LEAST <= largest <= _MOST:
        raise ValueError(
            f"the largest number of {path.name} is {largest:g}; expected {_LEAST:g} to {_MOST:g}, "
            "since products are of single precision: save W / abs(W).max(), relative errors and "
            "costs stay as they are"
        )
    return weights, path.name


def choose_costs(path: Path | None) -> Any:
    """The built-in table of costs, with the entries of a file in place of its own."""
    from crossbar.costs import Costs

    try:
        return Costs.load() if path is None else Costs.load(path)
    except UnicodeDecodeError:
        raise ValueError(f"--costs {path} is no text; expected a file of TOML") from None


def choose_cell(name: str, tmr: float | None) -> Any:
    """A preset, with another magnetoresistance (percent) where one is given."""
    from crossbar.cells import presets

    known = presets.names()
    if name not in known:
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}? There" if near else "there"
        shown = name or "''"
        raise ValueError(f"--cell {shown} is no preset; {hint} are {', '.join(known)}")
    if tmr is None:
        return presets.get(name)
    if "tmr" not in presets.describe(name).numbers:
        raise ValueError(
            f"--tmr {tmr:g}: {name} is not read through a tunnel junction; leave it out"
        )
    if not 0 < tmr < float("inf"):
        raise ValueError(
            f"--tmr is {tmr:g} %; expected more than 0: (R_AP - R_P) / R_P, without which the two "
            "states cannot be told apart"
        )
    return presets.get(name, tmr=tmr / 100)


def choose_converter(kind: str, bits: int | None, offset: float, reads: int | None) -> "Adc":
    """The converters of the columns: a kind, its bits, and what its comparators are off by."""
    if kind not in CONVERTERS:
        near = difflib.get_close_matches(kind.lower(), CONVERTERS, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}? There" if near else "there"
        shown = kind or "''"
        raise ValueError(f"--converter {shown} is no kind; {hint} are {', '.join(CONVERTERS)}")
    if not 0 <= offset < float("inf"):
        raise ValueError(f"--offset is {offset:g}; expected codes of at least 0")
    if reads is not None and kind != "stochastic":
        raise ValueError(f"--reads is of --converter stochastic; leave it out for {kind}")
    allowed = CONVERTERS[kind]
    if allowed is None:
        return _one_bit(kind, bits, offset, reads)
    bits = _BITS if bits is None else bits
    low, high = allowed
    if not low <= bits <= high:
        raise ValueError(f"--converter {kind} takes {low} to {high} bits; --adc is {bits}")
    from crossbar.converters.adc import IdealAdc
    from crossbar.converters.flash import FlashAdc
    from crossbar.converters.ramp import RampAdc
    from crossbar.converters.sar import SarAdc

    if kind == "sar" and not offset:
        return IdealAdc(bits)  # the same codes in one step
    return {"sar": SarAdc, "flash": FlashAdc, "ramp": RampAdc}[kind](bits, offset=offset)


def _one_bit(kind: str, bits: int | None, offset: float, reads: int | None) -> "Adc":
    if bits is not None:
        raise ValueError(f"--converter {kind} has one bit; leave --adc out")
    if kind == "sense":
        from crossbar.converters.sense import SenseAmplifier

        return SenseAmplifier(offset=offset)
    if offset:
        raise ValueError("--offset is of comparators; --converter stochastic has none")
    from crossbar.converters.stochastic import StochasticReadout

    return StochasticReadout(samples=1 if reads is None else reads)


def check_price(costs: Any, design: "Design") -> None:
    """Refuse a converter that nothing says the energy of, before anything is computed."""
    from crossbar.counting import converter_name, with_converter

    name = converter_name(design)
    try:
        entry = with_converter(costs, design)[name]
    except ValueError as error:
        raise ValueError(
            f"{name} has no price ({error}): take other bits, or give an entry [{name}] with "
            "energy and time in a file to --costs"
        ) from None
    for figure in ("energy", "time"):
        entry.figure(figure)


def build_design(
    cell: Any, ohm: float, adc: "Adc", read_error: float | None = None, **choices: Any
) -> "Design":
    """A design with wires of `ohm` a cell in both directions, read for an error where given."""
    from crossbar.design import Design
    from crossbar.sensing import sensed
    from crossbar.wires.wire import Wire

    wire = Wire(word=ohm, bit=ohm)
    design = Design(cell, None if wire.is_ideal else wire, adc, **choices)
    if read_error is None:
        return design
    if not 1e-30 <= read_error < 0.5:
        raise ValueError(f"--read-error is {read_error:g}; expected 1e-30 to below 0.5")
    return sensed(design, read_error)


def check_room(weights: "np.ndarray", design: "Design", one_tile: bool) -> None:
    """Refuse what does not fit: one array where only one is wanted, memory, patience."""
    import numpy as np

    from crossbar.mapping import encode
    from pbits.memory import check_fits, free_bytes

    rows, columns = weights.shape
    shared = int(design.mapping == "offset")
    width = design.columns - shared
    blocks, across = -(-rows // design.rows), -(-columns // width)
    if one_tile and blocks * across > 1:
        raise ValueError(
            f"the matrix is {rows} x {columns} and with --one-tile an array of --tile "
            f"{design.rows} holds {design.rows} x {width}: take --tile "
            f"{max(rows, columns + shared)}, or leave --one-tile out"
        )
    one = encode(
        np.zeros((1, 2), np.int32), design.mapping, design.weight_bits, design.cell.num_levels
    )
    arrays = len(one.significance) * (1 if shared else 2) * blocks * across
    check_fits(
        24 * arrays * design.rows * design.columns, free_bytes(),
        "take a smaller matrix, fewer --weight-bits or a smaller --tile",
    )  # fmt: skip
    work = 16.0 * arrays * design.rows**3 * design.columns / _SPEED
    if design.wire is not None and work > _PATIENCE:
        raise ValueError(
            f"the wires of {arrays} arrays of {design.rows} x {design.columns} would take about "
            f"{_long(work)}: use a smaller --tile, or --wire 0"
        )


def _long(seconds: float) -> str:
    for unit, name in ((86400, "days"), (3600, "hours")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 60:.0f} minutes"
