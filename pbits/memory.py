"""Whether a run fits in memory, asked before it begins."""

from pathlib import Path
from typing import Any

_GROUP = Path("/sys/fs/cgroup")


def free_bytes(device: Any = None) -> int | None:
    """Memory that a new run may take, in bytes; None where the system does not say.

    Args:
        device: a JAX device; accelerators know their own memory, None and CPUs have the host's.

    Example:
        >>> free = free_bytes()
        >>> free is None or free > 0
        True
    """
    if device is not None and device.platform != "cpu":
        stats = device.memory_stats() or {}
        limit = stats.get("bytes_limit")
        return None if limit is None else limit - stats.get("bytes_in_use", 0)
    known = [free for free in (_host(), _group()) if free is not None]
    return min(known, default=None)


def check_fits(needed: int, free: int | None, what: str) -> None:
    """Refuse to begin what cannot end well.

    Args:
        needed: bytes.
        free: bytes, None where unknown.
        what: is needed, and how to ask for less.

    Raises:
        MemoryError: where more is needed than is free.
    """
    if free is not None and needed > free:
        raise MemoryError(
            f"about {needed / 1e9:.3g} GB of memory needed, {free / 1e9:.3g} GB free: {what}"
        )


def _host() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in fields else None


def _group() -> int | None:
    """What a container's limit leaves."""
    try:
        limit = (_GROUP / "memory.max").read_text().strip()
        used = int((_GROUP / "memory.current").read_text())
    except (OSError, ValueError):
        return None
    if not limit.isdecimal():
        return None
    # Cached files count as used but are given up when needed.
    return max(int(limit) - used + _cached(), 0)


def _cached() -> int:
    try:
        lines = (_GROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    fields = dict(line.split(" ", 1) for line in lines if " " in line)
    return int(fields.get("inactive_file", 0))
