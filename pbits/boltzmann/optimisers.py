"""Optimisers of `optax`, which is optional: ``pip install pbits[neural]``."""

from functools import cache
from types import ModuleType
from typing import Any


def optax() -> ModuleType:
    """The package.

    Raises:
        ImportError: where it is not installed, with how to.
    """
    try:
        import optax as found
    except ImportError as error:
        raise ImportError(
            "training needs optax, which is optional: pip install 'pbits[neural]'"
        ) from error
    return found


@cache
def momentum(decay: float) -> Any:
    """Descent with momentum, of learning rate 1; one object for each number."""
    return optax().chain(optax().trace(decay=decay), optax().scale(-1.0))
