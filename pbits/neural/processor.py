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
        bits: of weights and activations.
        reuse: multiply-accumulates that a bit of the buffer serves; 16 is a systolic array's side,
            assumed.
        images_per_load: images that a weight from the memory serves.
    """

    mac: str = "mac.int8"
    buffer: str = "sram.32kB.bit"
    memory: str = "dram.bit"
    bits: int = 8
    reuse: float = 16.0
    images_per_load: float = 1.0

    def events(self, inputs: int, outputs: int, products: int) -> dict[str, float]:
        """Of one layer and image."""
        macs = inputs * outputs * products
        return {
            self.mac: macs,
            self.buffer: 2 * self.bits * macs / self.reuse + self.bits * outputs * products,
            self.memory: self.bits * inputs * outputs / self.images_per_load,
        }
