"""Rooflines: what a machine attains at so many operations per byte moved."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crossbar.checking import check_above_zero, check_whole
from crossbar.digital import DigitalMacro, OperatingPoint

HBM3_STACK: Final = 900e9
"""Bytes per second of one HBM3 stack, about; JEDEC 819, remembered."""


class Roof(NamedTuple):
    """A roofline: ``min(peak, intensity * bandwidth)``.

    Attributes:
        peak: operations per second; a multiply-accumulate is two.
        bandwidth: bytes per second.

    Example:
        >>> accelerator = Roof(100e12, HBM3_STACK)
        >>> f"{accelerator.attainable(intensity(10)):.3g} of {accelerator.ridge:.0f} ops/byte"
        '1.44e+12 of 111 ops/byte'
    """

    peak: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """Operations per byte from which the peak is reached."""
        return self.peak / self.bandwidth

    def attainable(self, operations_per_byte: float) -> float:
        """Operations per second at an intensity.

        Raises:
            ValueError: for an intensity that is not above 0.
        """
        if not operations_per_byte > 0:
            raise ValueError(f"operations_per_byte is {operations_per_byte!r}; expected above 0")
        return min(self.peak, operations_per_byte * self.bandwidth)


def intensity(bits_per_mac: float, reuse: float = 1.0) -> float:
    """Operations per byte where each multiply-accumulate moves so many bits.

    Example:
        >>> intensity(10), intensity(16, reuse=4)
        (1.6, 4.0)
    """
    if not bits_per_mac > 0 or not reuse > 0:
        raise ValueError(f"bits_per_mac {bits_per_mac!r} and reuse {reuse!r} must be above 0")
    return 2 * reuse / (bits_per_mac / 8)


def macro_roof(
    macros: int, bits: int = 8, point: OperatingPoint | None = None, bandwidth: float = HBM3_STACK
) -> Roof:
    """Peak of so many macros whose activations come over one link.

    Raises:
        ValueError: on fewer than one macro, or a bandwidth not above 0.

    Example:
        >>> f"{macro_roof(1000, 4, OperatingPoint(1.2)).peak:.3g}"
        '4.42e+15'
    """
    check_whole("macros", macros, 1, 2**30)
    check_above_zero("bandwidth", bandwidth, "bytes/s")
    headline = DigitalMacro(bits, bits, point or OperatingPoint()).headline()
    return Roof(macros * headline.tops * 1e12, bandwidth)


def roofline(roof: Roof, intensities: Sequence[float]) -> dict[float, float]:
    """Operations per second by intensity: the points of a plot.

    Example:
        >>> roofline(Roof(8.0, 2.0), [1.0, 4.0, 16.0])
        {1.0: 2.0, 4.0: 8.0, 16.0: 8.0}
    """
    return {value: roof.attainable(value) for value in intensities}
