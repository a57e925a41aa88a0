"""How JAX is set up: CPU cores as devices, the compilation cache, compiler options.

Nothing happens at import.  The first sampling call configures JAX unless :func:`configure` was
called before; both must come before JAX has started its backends.  Environment:
``PBITS_NUM_DEVICES`` (how many CPU devices share the reads) and ``PBITS_CACHE_DIR`` (a folder, or
``off``).
"""

import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import jax

_OFF = ("off", "none", "")
_notes: list[str] = []
_settings: dict[str, Any] = {}


def configure(*, num_devices: int | None = None, cache_dir: str | None = "default") -> None:
    """Share reads over CPU devices and keep compiled programs on disk.

    Args:
        num_devices: CPU devices; default: ``PBITS_NUM_DEVICES``, else one for each usable core.
        cache_dir: folder of JAX's persistent compilation cache; "default" stands for
            ``PBITS_CACHE_DIR`` or the user's cache folder, None or "off" for no cache.

    Raises:
        ValueError: where `num_devices` is below one.

    Example:
        >>> configure(cache_dir=None)
    """
    if num_devices is not None and num_devices < 1:
        raise ValueError(f"num_devices is {num_devices}; expected at least 1")
    count = num_devices or _devices_asked_for()
    _settings["num_devices"] = count
    try:
        jax.config.update("jax_num_cpu_devices", count)
    except RuntimeError:
        _already_started(count)
    _set_cache(cache_dir)


def ensure_configured() -> None:
    """Configure with defaults once, unless the user did."""
    if not _settings:
        configure()


def devices(limit: int | None = None) -> list[Any]:
    """The devices that share the reads, at most `limit` of them."""
    ensure_configured()
    found = jax.devices()
    if _settings["num_devices"] > len(found) and found[0].platform == "cpu":
        _already_started(_settings["num_devices"])
    return found[: limit or len(found)]


def notes() -> tuple[str, ...]:
    """What a user should know about this run, for instance that cores are idle."""
    return tuple(dict.fromkeys(_notes))


def compiler_options() -> dict[str, Any] | None:
    """Options for `jax.jit`: wide vectors on a CPU (harmless where it has none), none elsewhere."""
    return {"xla_cpu_prefer_vector_width": 512} if jax.default_backend() == "cpu" else None


@cache
def versions() -> dict[str, str]:
    """Versions of this package and of what its results depend on."""
    found = {name: metadata.version(name) for name in ("pbits", "jax", "jaxlib", "numpy", "dimod")}
    return found | {"python": platform.python_version()}


def describe() -> dict[str, Any]:
    """Versions, devices, cache and notes, ready for JSON.

    Example:
        >>> sorted(describe())[:3]
        ['cache_dir', 'cpu_count', 'devices']
    """
    used = devices()
    return {
        "versions": versions(),
        "platform": used[0].platform,
        "devices": [f"{d.platform}:{d.id} {d.device_kind}" for d in used],
        "num_devices": len(used),
        "cpu_count": _usable_cores(),
        "cache_dir": _cache_in_use(),
        "notes": list(notes()),
    }


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _devices_asked_for() -> int:
    text = os.environ.get("PBITS_NUM_DEVICES", "").strip()
    if not text:
        return _usable_cores()
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"PBITS_NUM_DEVICES is {text!r}; expected a whole number above 0")
    return int(text)


def _already_started(wanted: int) -> None:
    have = len(jax.devices())
    if have < wanted and jax.devices()[0].platform == "cpu":
        _notes.append(
            f"JAX had already started with {have} CPU device(s), so {have} of {wanted} cores "
            "share the reads; call pbits.configure() before any other use of JAX"
        )


def _set_cache(cache_dir: str | None) -> None:
    if cache_dir == "default":
        cache_dir = os.environ.get("PBITS_CACHE_DIR", _default_cache())
    if cache_dir is None or cache_dir.lower() in _OFF:
        return
    try:
        Path(cache_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _notes.append(f"no compilation cache: {error}")
        return
    jax.config.update("jax_compilation_cache_dir", str(cache_dir))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)


def _cache_in_use() -> Any:
    return jax.config.values["jax_compilation_cache_dir"]


def _default_cache() -> str:
    # A user who set JAX's own cache folder keeps it.
    if _cache_in_use():
        return _cache_in_use()
    from platformdirs import user_cache_dir

    return str(Path(user_cache_dir("pbits")) / "jax")
