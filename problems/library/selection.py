"""Solutions that are a choice among named things: items, sets, assets."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Selection = tuple[Hashable, ...]


def as_name(value: Any) -> Hashable:
    """A name from a file: lists stand for tuples, as JSON has none.

    Raises:
        ValueError: on what cannot be a name, such as an object.

    Example:
        >>> as_name([0, "a"])
        (0, 'a')
    """
    name = tuple(map(as_name, value)) if isinstance(value, list | tuple) else value
    if isinstance(name, Hashable):
        return name
    raise ValueError(f"{value!r:.60} cannot be a name; expected text, a number, or a list of these")


def chosen(names: Sequence[Hashable], ones: Iterable[Any]) -> Selection:
    """The names whose bit is set, in their order.

    Example:
        >>> chosen("abc", [1, 0, 1])
        ('a', 'c')
    """
    return tuple(name for name, one in zip(names, ones, strict=True) if one)


def mask(names: Sequence[Hashable], selection: Any, word: str) -> NDArray[np.bool_]:
    """Which names [n] a selection holds; lists stand for tuples.

    Raises:
        ValueError: on what is no list, or a name that is unknown or comes twice.
    """
    if isinstance(selection, str) or not isinstance(selection, Iterable):
        raise ValueError(f"{selection!r:.60} is no selection; expected a list, one {word} or more")
    index = {name: i for i, name in enumerate(names)}
    picked = np.zeros(len(index), bool)
    for name in selection:
        key = as_name(name)
        if key not in index:
            raise ValueError(f"{word} {name!r} is unknown; expected one of {len(index)} {word}s")
        if picked[index[key]]:
            raise ValueError(f"{word} {name!r} comes twice; expected each once at most")
        picked[index[key]] = True
    return picked
