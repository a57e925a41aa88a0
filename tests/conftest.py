"""Strict promotion of types where kernels are tested; nothing else is changed."""

import os
from collections.abc import Iterator

# Two workers share the cores; more threads for small factorisations would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import pytest


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
