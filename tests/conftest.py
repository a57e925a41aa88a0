"""Strict promotion of types where kernels are tested, and room for compiled programs."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

# Two workers share the cores; more threads for small factorisations would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import pytest

MAPS = Path("/proc/self/maps")
# Linux gives a process 65,530 mappings; each compiled program takes some, and LLVM crashes at none.
MANY_MAPS = 20_000


@pytest.fixture(autouse=True, scope="module")
def forget_programs() -> Iterator[None]:
    """Compiled programs are dropped between modules once there are very many."""
    yield
    if MAPS.exists() and MAPS.read_bytes().count(b"\n") > MANY_MAPS:
        jax.clear_caches()
        gc.collect()


@pytest.fixture(autouse=True)
def strict_promotion(request: pytest.FixtureRequest) -> Iterator[None]:
    """int8 spins times float32 couplings must be written out.

    Ranks may promote: masks over a trailing axis of 32 reads are clearer without six Nones.
    """
    if request.path.parent.name != "kernels":
        yield
        return
    with jax.numpy_dtype_promotion("strict"):
        yield
