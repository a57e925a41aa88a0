"""What a benchmark ran on: processor, versions, commit and date."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = (
    "pbits", "jax", "jaxlib", "numpy", "scipy", "dimod", "dwave-samplers", "openjij", "thrml",
    "cmtj", "badcrossbar",
)  # fmt: skip


def cores() -> list[int]:
    """Numbers of the logical cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def describe() -> dict[str, Any]:
    """Date, hardware, versions and commit, ready for JSON.

    Example:
        >>> sorted(describe())
        ['commit', 'date', 'hardware', 'versions']
    """
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hardware": {
            "cpu": _cpu_model(),
            "num_cores": len(cores()),
            "platform": platform.platform(),
        },
        "versions": {name: installed_version(name) for name in _PACKAGES}
        | {"python": platform.python_version()},
        "commit": _commit(),
    }


def installed_version(package: str) -> str | None:
    """Version of an installed distribution, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _commit() -> str | None:
    """Commit of a checkout, with "+changes" where tracked files differ; None if installed."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        return _git(root, "rev-parse", "HEAD") + ("+changes" if _git(root, "diff", "HEAD") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
