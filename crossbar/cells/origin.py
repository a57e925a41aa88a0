"""Numbers with their origin, and presets made of them."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from crossbar.cells.cell import Cell

Label = Literal["measured", "simulated", "memory", "assumed"]


class Number(NamedTuple):
    """A value of a preset, with where it is from and how it is known.

    "measured": on a device; "simulated": of somebody's model or fit; "memory": not looked up
    again; "assumed": chosen here, because no source gives it.
    """

    value: Any
    label: Label
    source: str


class Preset(NamedTuple):
    """A cell in numbers.

    Attributes:
        text: what it is.
        numbers: by name; those of `build`.
        build: makes the datasheet of their values.
    """

    text: str
    numbers: dict[str, Number]
    build: Callable[..., Cell]

    def cell(self, **changes: Any) -> Cell:
        """The datasheet, some numbers changed."""
        return self.build(**{key: number.value for key, number in self.numbers.items()} | changes)


def numbers(label: Label, source: str, **values: Any) -> dict[str, Number]:
    """Values of one origin.

    Example:
        >>> numbers("assumed", "a guess", tmr=1.0)["tmr"].label
        'assumed'
    """
    return {name: Number(value, label, source) for name, value in values.items()}
