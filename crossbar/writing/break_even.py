"""Memories that keep their data against those that leak or must be refreshed.

A magnetic write costs more than that of SRAM or DRAM, and nothing is paid while the data rests.
Below some rate of writes the magnetic memory uses less power.
"""

from typing import NamedTuple

from crossbar.checking import check_above_zero, check_range
from crossbar.costs import Costs

WORDS = 2**20 // 8
"""Of 64 bits, in 1 MB."""


class Memory(NamedTuple):
    """1 MB.

    Attributes:
        read, write: J, of a word of 64 bits.
        resting: W, of leakage and refresh.
    """

    read: float
    write: float
    resting: float


def memory(kind: str, costs: Costs | None = None) -> Memory:
    """1 MB of "sram" or "stt" at 22 nm as the table of costs has them.

    Example:
        >>> memory("sram")
        Memory(read=1.03e-12, write=1.69e-11, resting=0.0282)
    """
    table = Costs.load() if costs is None else costs

    def joules(part: str) -> float:
        return table[f"memory.{kind}.{part}"].figure("energy")

    return Memory(joules("read"), joules("write"), joules("leakage"))


def refreshed(access: float, refresh: float, period: float) -> Memory:
    """1 MB that is refreshed.

    Args:
        access: J, of a word of 64 bits, read or written.
        refresh: J, of a bit.
        period: s, between refreshes.

    Example:
        >>> f"{refreshed(1e-11, 1e-13, 64e-3).resting:.2g}"
        '1.3e-05'
    """
    check_range("access", access, 0.0, unit="J")
    check_range("refresh", refresh, 0.0, unit="J")
    check_above_zero("period", period, "s")
    return Memory(access, access, 64 * WORDS * refresh / period)


def dram(costs: Costs | None = None) -> Memory:
    """1 MB of an HBM2 device, refreshed every 64 ms: without the leakage of its periphery.

    So compare it with a magnetic memory of which the same is left out,
    ``memory("stt")._replace(resting=0.0)``.
    """
    table = Costs.load() if costs is None else costs
    access = 64 * table["hbm2.device.bit"].figure("energy")
    return refreshed(access, *_refresh(table, "dram"))


def edram(costs: Costs | None = None) -> Memory:
    """1 MB of ISAAC's embedded DRAM, a row of 256 bits read and written at each refresh."""
    table = Costs.load() if costs is None else costs
    access = table["edram.isaac.256b"].figure("energy") / 4
    return refreshed(access, *_refresh(table, "edram"))


def _refresh(table: Costs, kind: str) -> tuple[float, float]:
    entry = table[f"memory.{kind}.refresh"]
    return entry.figure("energy"), entry.figure("time")


def power(kept: Memory, writes: float, reads: float = 0.0) -> float:
    """W, at some words written and read per second."""
    check_range("writes", writes, 0.0)
    check_range("reads", reads, 0.0)
    return kept.resting + writes * kept.write + reads * kept.read


def break_even(lasting: Memory, other: Memory, reads: float = 0.0) -> float:
    """Words per second written up to which the lasting memory uses less power than the other.

    Args:
        lasting: that keeps its data.
        other: that leaks or is refreshed.
        reads: words per second read, from either.

    Returns:
        Infinity where it always does; 0 where it does not at rest, though it may at high rates if
        its writes are the cheaper ones.

    Example:
        >>> f"{break_even(memory('stt'), memory('sram')):.3g} words/s"
        '5.08e+08 words/s'
    """
    gained = power(other, 0.0, reads) - power(lasting, 0.0, reads)
    dearer = lasting.write - other.write
    if dearer <= 0:
        return float("inf") if gained >= 0 else 0.0
    return max(gained, 0.0) / dearer
