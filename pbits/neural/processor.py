"""A digital processor, data movement included, to compare arrays with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Processor:
    """A digital processor to compare with.

    Each multiply-accumulate takes two operands from a buffer, whose every bit then serves `reuse`
    of them; weights come from a memory once for `images_per_load` images.

    Attributes:
        mac: entry of the table of costs.
        buffer: of activations and weights. memory: of weights.
        bits: of activations, and of weights unless `weight_bits` are given.
        reuse: multiply-accumulates that a bit of the buffer serves; 16 is a systolic array's side,
            assumed.
        images_per_load: images that a weight from the memory serves.
        weight_bits: of a weight; as many as `bits` if None.

    Example:
        >>> Processor(mac="add.int8", weight_bits=1).events(100, 10, 1)["dram.bit"]
        1000.0
    """

    mac: str = "mac.int8"
    buffer: str = "sram.32kB.bit"
    memory: str = "dram.bit"
    bits: int = 8
    reuse: float = 16.0
    images_per_load: float = 1.0
    weight_bits: int | None = None

    @property
    def stored_bits(self) -> int:
        """Of a weight."""
        return self.bits if self.weight_bits is None else self.weight_bits

    def events(self, inputs: int, outputs: int, products: int) -> dict[str, float]:
        """Of one layer and image."""
        macs = inputs * outputs * products
        operands = self.bits + self.stored_bits
        return {
            self.mac: macs,
            self.buffer: operands * macs / self.reuse + self.bits * outputs * products,
            self.memory: self.stored_bits * inputs * outputs / self.images_per_load,
        }
