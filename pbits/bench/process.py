"""Processes that measure: their environment and their cores."""

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def environment(**wanted: str) -> Iterator[None]:
    """Environment of processes started meanwhile; libraries read it when they are imported.

    Example:
        >>> before = os.environ.get("PBITS_CACHE_DIR")
        >>> with environment(PBITS_CACHE_DIR="off"):
        ...     os.environ["PBITS_CACHE_DIR"]
        'off'
        >>> os.environ.get("PBITS_CACHE_DIR") == before
        True
    """
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def pin(cores: Collection[int]) -> None:
    """Keep this process to some cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def on_one_core(measure: Callable[[Any], Any], settings: Any, **wanted: str) -> Any:
    """What `measure(settings)` returns in a process of its own, pinned to one core.

    Args:
        measure: of a module, so that the process finds it.
        settings: its argument.
        wanted: of the process's environment, beside PBITS_NUM_DEVICES.
    """
    # Not forked: a fork of a process with threads may hang.
    with (
        environment(PBITS_NUM_DEVICES="1", **wanted),
        ProcessPoolExecutor(1, get_context("spawn"), _pin_to_first) as pool,
    ):
        return pool.submit(measure, settings).result()


def on_one_thread(measure: Callable[[Any], Any], settings: Any) -> Any:
    """As :func:`on_one_core`, with one thread for every library and on the CPU."""
    return on_one_core(
        measure, settings, **dict.fromkeys(_THREADS, "1"), JAX_PLATFORMS="cpu",
        # Programs that were kept on disk would hide what compiling takes.
        PBITS_CACHE_DIR="off",
        XLA_FLAGS=f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false",
    )  # fmt: skip


def _pin_to_first() -> None:
    if hasattr(os, "sched_getaffinity"):
        pin({min(os.sched_getaffinity(0))})
