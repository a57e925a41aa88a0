"""How a matrix is laid out on arrays: everything that is chosen before there is a matrix."""

from dataclasses import dataclass, field, replace
from typing import Any

import jax

from crossbar.cells.cell import Cell
from crossbar.checking import check_whole, check_word
from crossbar.converters.adc import Adc, IdealAdc
from crossbar.converters.dac import Dac
from crossbar.mapping import MAPPINGS
from crossbar.quantise import ENCODINGS
from crossbar.routing import KINDS
from crossbar.wires.wire import Wire

_STATIC = {"static": True}


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Design:
    """Cells, wires, digits and converters of a matrix in memory.

    Args:
        cell: datasheet.
        wire: of each array; None for wires without resistance.
        adc: of each column; see `converters`.
        dac: drivers of word lines that deviate; None for ideal ones.
        rows, columns: of a physical array; larger matrices take several.
        mapping: of weights to cells; see `mapping.encode`.
        weight_bits: of a weight, with its sign.
        input_bits: of an input, with its sign where there is one.
        dac_bits: of a digit of the input that is applied at once; 1 is bit-serial.
        encoding: of inputs; see `quantise.digits`.  Two's complement takes digits of one bit.
        per_column: whether each column of the matrix has a scale of its own.
        routing: of inputs and partial sums between arrays; see `routing.gather`.
        columns_per_adc: converted in turn by one converter.

    Raises:
        ValueError: on another mapping or encoding, or numbers out of range.

    Example:
        >>> import jax.numpy as jnp
        >>> design = Design(Cell(jnp.array([1e-6, 2e-6])), rows=64, columns=64)
        >>> design.full_scale
        64
    """

    cell: Cell
    wire: Wire | None = None
    adc: Adc = field(default_factory=IdealAdc)
    dac: Dac | None = None
    rows: int = field(default=128, metadata=_STATIC)
    columns: int = field(default=128, metadata=_STATIC)
    mapping: str = field(default="differential", metadata=_STATIC)
    weight_bits: int = field(default=8, metadata=_STATIC)
    input_bits: int = field(default=8, metadata=_STATIC)
    dac_bits: int = field(default=1, metadata=_STATIC)
    encoding: str = field(default="twos-complement", metadata=_STATIC)
    per_column: bool = field(default=False, metadata=_STATIC)
    routing: str = field(default="h-tree", metadata=_STATIC)
    columns_per_adc: int = field(default=8, metadata=_STATIC)

    def __post_init__(self) -> None:
        for name, low, high in (
            ("rows", 1, 4096),
            ("columns", 2, 4096),
            ("weight_bits", 2, 16),
            ("input_bits", 1, 16),
            ("dac_bits", 1, 16),
            ("columns_per_adc", 1, 4096),
        ):
            check_whole(name, getattr(self, name), low, high)
        check_word("mapping", self.mapping, tuple(MAPPINGS))
        check_word("encoding", self.encoding, ENCODINGS)
        check_word("routing", self.routing, KINDS)
        if self.encoding == "twos-complement" and self.dac_bits > 1:
            raise ValueError(
                f"dac_bits is {self.dac_bits} with two's complement, whose top bit counts "
                "negatively and stands alone; use encoding='sign-magnitude' or 'unsigned'"
            )
        if self.encoding != "unsigned" and self.input_bits < 2:
            raise ValueError("input_bits is 1 with a sign; use at least 2, or encoding='unsigned'")

    @property
    def num_digits(self) -> int:
        """How many digits an input is applied in, one after another."""
        low = self.input_bits - (self.encoding != "unsigned")
        return -(-low // self.dac_bits) + (self.encoding == "twos-complement")

    @property
    def full_scale(self) -> int:
        """Largest result of one array and digit, in steps of a level times a digit."""
        return self.rows * (self.cell.num_levels - 1) * (2**self.dac_bits - 1)

    @property
    def lossless_bits(self) -> int:
        """Bits of a converter that tells all results of one array and digit apart."""
        return lossless_bits(self.rows, self.cell.num_levels, self.dac_bits, signed=True)

    def replace(self, **changes: Any) -> "Design":
        """A design with some values changed."""
        return replace(self, **changes)


def lossless_bits(rows: int, num_levels: int, dac_bits: int, *, signed: bool) -> int:
    """``ceil(log2(number of different sums))`` of an array.

    Args:
        signed: of differences of two columns, rather than of single ones.

    Example:
        >>> lossless_bits(128, 2, 1, signed=False), lossless_bits(128, 4, 1, signed=False)
        (8, 9)
    """
    most = rows * (num_levels - 1) * (2**dac_bits - 1)
    # Sums from 0 to the largest are one more than that, hence no `- 1`.
    return int(2 * most if signed else most).bit_length()
