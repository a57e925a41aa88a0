"""Optimisers of `optax`, which is optional: ``pip install pbits[neural]``."""

from typing import Any

OPTIMISERS = ("adam", "sgd")


def make(name: str, rate: float, steps: int, decay: float = 0.0) -> Any:
    """An `optax` optimiser whose rate falls to 0 as a cosine over all steps.

    Args:
        name: "adam", or "sgd" with Nesterov momentum 0.9.
        rate: of learning, at the start.
        steps: in all.
        decay: share of each weight taken away a step, times rate; parameters are then a dictionary
            by place, and weights those that end in ``.weight``.

    Raises:
        ImportError: where optax is not installed.
        ValueError: on another name.
    """
    try:
        import optax
    except ImportError as error:
        raise ImportError("training needs optax: pip install 'pbits[neural]'") from error
    if name not in OPTIMISERS:
        raise ValueError(f"optimiser is {name!r}; expected one of {', '.join(OPTIMISERS)}")
    first = optax.scale_by_adam() if name == "adam" else optax.trace(0.9, nesterov=True)
    decayed = optax.add_decayed_weights(decay, _is_weight) if decay else optax.identity()
    slowing = optax.cosine_decay_schedule(rate, steps)
    order = (first, decayed) if name == "adam" else (decayed, first)
    return optax.chain(*order, optax.scale_by_learning_rate(slowing))


def _is_weight(parameters: dict[str, Any]) -> dict[str, bool]:
    """True for matrices and kernels."""
    return {place: place.endswith(".weight") for place in parameters}
