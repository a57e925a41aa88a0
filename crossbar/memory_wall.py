"""The memory wall: what moving operands costs against multiplying them, and what a crossbar saves.

A processor pays for one multiply-accumulate ``e_mac + bits * e_bit / reuse``: `bits` moved for each
at no reuse, each moved bit then serving `reuse` of them.  A crossbar does not move weights; it pays
for its own products and for activations, shared by all its rows and columns.  How many times
better it is follows from the reuse more than from anything else, so every result here carries its
assumptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from crossbar.checking import check_above_zero
from crossbar.costs import Costs
from crossbar.digital import DigitalMacro, OperatingPoint
from crossbar.digital.arithmetic import accumulator_bits

BITS_PER_MAC: Final = (10.0, 15.0)
"""Bits moved for one multiply-accumulate, as quoted; which reuse that includes is not said."""
_ACTIVATIONS: Final = "activations of a {} x {} matrix through an 8-kB SRAM buffer, once each"


class CrossbarMac(NamedTuple):
    """Energy of one multiply-accumulate in memory.

    Attributes:
        name: of the array.
        compute: J in array and converters. activations: J of moving inputs and results.
        assumptions: what the figures rest on.
    """

    name: str
    compute: float
    activations: float
    assumptions: tuple[str, ...]

    @property
    def energy(self) -> float:
        """J per multiply-accumulate."""
        return self.compute + self.activations


def activation_energy(
    inputs: int,
    outputs: int,
    input_bits: int,
    output_bits: int,
    buffer: str = "sram.8kB.bit",
    costs: Costs | None = None,
) -> float:
    """J per multiply-accumulate of reading inputs once and writing results once.

    Raises:
        ValueError: on sizes or bits not above 0.

    Example:
        >>> f"{activation_energy(256, 256, 8, 24):.3g}"
        '1.95e-14'
    """
    given = {"inputs": inputs, "outputs": outputs}
    given |= {"input_bits": input_bits, "output_bits": output_bits}
    for name, value in given.items():
        check_above_zero(name, value)
    bit = (costs or Costs.load())[buffer].figure("energy")
    return bit * (input_bits / outputs + output_bits / inputs)


def digital_macro(
    bits: int = 8,
    point: OperatingPoint | None = None,
    size: tuple[int, int] = (256, 256),
    costs: Costs | None = None,
) -> CrossbarMac:
    """One multiply-accumulate in the lossless digital macro, at the published activity.

    Args:
        bits: of inputs and of weights.
        point: voltage and clock; 0.65 V and 80 MHz where None is given.
        size: inputs and outputs that share activations.

    Example:
        >>> f"{digital_macro().compute:.3g}"
        '7.12e-14'
    """
    at = OperatingPoint(0.65) if point is None else point
    joules = 2 / (DigitalMacro(bits, bits, at).headline().tops_per_watt * 1e12)
    moved = _activations(size, bits, costs)
    return CrossbarMac(
        "digital macro",
        joules,
        moved,
        (
            f"digital macro: {bits} x {bits} bits at {at.voltage} V and {at.period**-1:.3g} Hz, "
            "input toggle rate 1/16, weight sparsity 1/2; "
            f"{at.read_error_rate:.2g} of its bits are read wrongly there",
            _ACTIVATIONS.format(*size),
        ),
    )


def _activations(size: tuple[int, int], bits: int, costs: Costs | None) -> float:
    """J per multiply-accumulate, results in full precision."""
    return activation_energy(*size, bits, accumulator_bits(bits, bits, size[0]), costs=costs)


def analog_tile(
    bits: int = 8,
    rows: int = 128,
    *,
    resistance: float = 1e6,
    voltage: float = 0.25,
    read_time: float = 1e-9,
    adc: str = "adc.isaac.8",
    size: tuple[int, int] = (256, 256),
    costs: Costs | None = None,
) -> CrossbarMac:
    """One multiply-accumulate in an analog tile of differential one-bit cells, bit-serial inputs.

    Each of ``bits * bits`` bit products reads two cells where the input bit is 1, half of the time;
    a column is converted once for all its rows and added to an accumulator.

    Args:
        bits: of inputs and of weights.
        rows: summed by one conversion.
        resistance: ohm of a cell; 1e6 needs a three-terminal cell.
        voltage: V of a read. read_time: s of it.
        adc: entry of the table of costs.
        size: inputs and outputs that share activations.

    Example:
        >>> f"{analog_tile().energy:.3g}"
        '8.55e-13'
    """
    table = costs or Costs.load()
    given = {"bits": bits, "rows": rows, "resistance": resistance}
    given |= {"voltage": voltage, "read_time": read_time}
    for name, value in given.items():
        check_above_zero(name, value)
    products = bits * bits
    cells = products * 0.5 * 2 * voltage**2 / resistance * read_time
    periphery = table[adc].figure("energy") + table["add.int32"].figure("energy")
    compute = cells + products * periphery / rows
    moved = _activations(size, bits, table)
    return CrossbarMac(
        "analog tile",
        compute,
        moved,
        (
            f"analog tile: {bits} x {bits} bits, {rows} rows, differential one-bit cells of "
            f"{resistance:.3g} ohm read at {voltage} V for {read_time:.3g} s, half the inputs on",
            f"one {adc} conversion and one 32-bit addition a column and input bit; drivers of word "
            "lines and losses in wires are not counted",
            _ACTIVATIONS.format(*size),
        ),
    )


class WallRow(NamedTuple):
    """A processor fed from one memory, against a crossbar; J per multiply-accumulate."""

    memory: str
    bits: float
    compute: float
    movement: float
    crossbar: float
    ratio: float
    label: str


@dataclass(frozen=True)
class Wall:
    """The comparison, with all it assumes.

    Attributes:
        rows: by memory and bits moved.
        reuse: how many multiply-accumulates each moved bit serves.
        assumptions: in words.
    """

    rows: tuple[WallRow, ...]
    reuse: float
    assumptions: tuple[str, ...]

    @property
    def ratios(self) -> tuple[float, float]:
        """Least and greatest advantage of the crossbar."""
        ratios = [row.ratio for row in self.rows]
        return min(ratios), max(ratios)

    def reuse_window(self, least: float = 10.0, most: float = 100.0) -> tuple[float, float]:
        """Reuse from which, and up to which, all ratios lie in a range; none if the first is more.

        Example:
            >>> low, high = claimed_range().reuse_window()
            >>> f"{low:.2f} to {high:.2f}"
            '3.70 to 4.69'
        """
        low = max(_quotient(row.movement, most * row.crossbar - row.compute) for row in self.rows)
        high = min(_quotient(row.movement, least * row.crossbar - row.compute) for row in self.rows)
        return low * self.reuse, high * self.reuse

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "ratios": list(self.ratios),
            "reuse": self.reuse,
            "assumptions": list(self.assumptions),
            "rows": [row._asdict() for row in self.rows],
        }

    def __str__(self) -> str:
        lines = [
            f"{row.memory:18} {row.bits:4.0f} bits: {row.compute * 1e12:6.3g} + "
            f"{row.movement * 1e12:7.4g} pJ, crossbar {row.crossbar * 1e12:6.3g} pJ, "
            f"{row.ratio:7.4g} x  ({row.label})"
            for row in self.rows
        ]
        return "\n".join([*lines, *(f"assumed: {text}" for text in self.assumptions)])


def _quotient(movement: float, gap: float) -> float:
    return movement / gap if gap > 0 else float("inf")


def compare(
    crossbar: CrossbarMac,
    memories: Sequence[str] = ("sram.8kB.bit", "sram.1MB.bit", "hbm2.device.bit", "dram.bit"),
    *,
    bits: Sequence[float] = BITS_PER_MAC,
    reuse: float = 1.0,
    mac: str = "mac.int8",
    costs: Costs | None = None,
) -> Wall:
    """A processor fed from each of `memories` against a crossbar.

    Args:
        crossbar: what a multiply-accumulate in memory costs.
        memories: entries of the table of costs, per bit.
        bits: moved per multiply-accumulate at no reuse.
        reuse: multiply-accumulates that each moved bit serves.
        mac: entry of the processor's own multiply-accumulate.
        costs: the table; the built-in one if None.

    Raises:
        ValueError: when `reuse` or `bits` are not above 0, or there is no memory.

    Example:
        >>> low, high = compare(digital_macro(), ["hbm2.device.bit"]).ratios
        >>> f"{low:.0f} to {high:.0f}"
        '432 to 647'
    """
    if not reuse > 0 or not bits or not min(bits) > 0 or not memories:
        raise ValueError(
            f"reuse is {reuse!r}, bits {tuple(bits)!r}, memories {tuple(memories)!r}; "
            "expected numbers above 0 and at least one memory"
        )
    table = costs or Costs.load()
    own = table[mac].figure("energy")
    rows = []
    for memory in memories:
        cost = table[memory]
        for moved in bits:
            movement = moved * cost.figure("energy") / reuse
            ratio = (own + movement) / crossbar.energy
            rows.append(WallRow(memory, moved, own, movement, crossbar.energy, ratio, cost.label))
    assumptions = (
        f"each moved bit serves {reuse:g} multiply-accumulate(s)",
        f"{min(bits):g} to {max(bits):g} bits moved per multiply-accumulate before reuse",
        f"a processor's multiply-accumulate is {mac}: {table[mac].source} ({table[mac].label})",
        *(f"{memory}: {table[memory].source} ({table[memory].label})" for memory in memories),
        *crossbar.assumptions,
        "the crossbar's weights stay where they are; writing them is not counted",
    )
    return Wall(tuple(rows), reuse, assumptions)


def claimed_range(
    reuse: float = 4.0, crossbar: CrossbarMac | None = None, costs: Costs | None = None
) -> Wall:
    """The often quoted 10 to 100 times of computing in memory, and what has to be assumed for it.

    From the HBM device alone to the whole path of a GPU, 10 to 15 bits each, against an analog
    tile: at no reuse the advantage is 46 to 369 times; a reuse of about 4 makes it 10 to 100.

    Example:
        >>> [f"{ratio:.1f}" for ratio in claimed_range().ratios]
        ['11.7', '92.4']
        >>> [f"{ratio:.0f}" for ratio in claimed_range(reuse=1).ratios]
        ['46', '369']
    """
    array = analog_tile(costs=costs) if crossbar is None else crossbar
    return compare(array, ("hbm2.device.bit", "hbm2.path.bit"), reuse=reuse, costs=costs)
