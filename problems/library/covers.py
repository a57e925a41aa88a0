"""What covers share: sets with costs, their elements, and choices among them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.library.amounts import Amount, amounts
from problems.library.encoded import Encoded
from problems.library.selection import Selection, as_name, chosen, mask


@dataclass(frozen=True)
class Family:
    """Sets of elements.

    Attributes:
        names: [m] of the sets.
        sets: [m] positions of each set's elements, rising.
        elements: [n], in order.
        costs: [m] of the sets.
    """

    names: tuple[Hashable, ...]
    sets: tuple[tuple[int, ...], ...]
    elements: tuple[Hashable, ...]
    costs: tuple[Amount, ...]

    @cached_property
    def holders(self) -> tuple[tuple[int, ...], ...]:
        """[n] positions of the sets that hold each element."""
        found: list[list[int]] = [[] for _ in self.elements]
        for k, members in enumerate(self.sets):
            for e in members:
                found[e].append(k)
        return tuple(map(tuple, found))

    def counts(self, picked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """[n] how many of the sets picked hold each element."""
        held = [e for k in np.flatnonzero(picked) for e in self.sets[k]]
        return np.bincount(np.array(held, np.int64), minlength=len(self.elements))

    def draw(self, picked: NDArray[np.bool_], axes: Any) -> None:
        """Sets as rows, elements as columns; those picked are dark."""
        shade = np.zeros((len(self.sets), len(self.elements)))
        for k, members in enumerate(self.sets):
            shade[k, list(members)] = 1.0 if picked[k] else 0.25
        axes.imshow(shade, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_xlabel("elements")
        axes.set_ylabel("sets")
        for ticks, names in (
            (axes.set_xticks, self.elements),
            (axes.set_yticks, self.names),
        ):
            if len(names) <= 30:
                ticks(range(len(names)), [str(name) for name in names])


@dataclass(frozen=True, eq=False)
class Cover(Encoded[Selection]):
    """Sets to choose from: solutions are tuples of the names of the sets chosen."""

    family: Family

    def draw(self, solution: Selection, axes: Any) -> None:
        """Sets as rows, elements as columns; the sets chosen are dark."""
        self.family.draw(self._mask(solution), axes)

    def plain(self, solution: Selection) -> list[Any]:
        return list(solution)

    def words(self, solution: Selection) -> str:
        return " ".join(map(str, solution))

    def from_plain(self, data: Any) -> Selection:
        return chosen(self.family.names, self._mask(data))

    def _mask(self, solution: Any) -> NDArray[np.bool_]:
        return mask(self.family.names, solution, "set")


def family(
    sets: Mapping[Hashable, Iterable[Any]] | Iterable[Iterable[Any]],
    costs: Any,
    universe: Iterable[Any] | None,
    default: Amount,
) -> Family:
    """Sets by name, or in order and then named 0, 1, ...; elements in order of appearance.

    Args:
        sets: of hashable elements; lists stand for tuples.
        costs: [m] in the order of the sets, or by name; `default` each if None.
        universe: the elements; by default those that occur.
        default: see `costs`.

    Raises:
        ValueError: on what are no sets, an element outside the universe, and costs that are
            negative, not finite or of other sets.
    """
    named = dict(sets) if isinstance(sets, Mapping) else dict(enumerate(_listed("sets", sets)))
    members = {name: _elements(f"set {name!r}", part) for name, part in named.items()}
    if universe is None:
        known = tuple(dict.fromkeys(e for part in members.values() for e in part))
    else:
        known = tuple(_elements("universe", universe))
    index = {element: i for i, element in enumerate(known)}
    for name, part in members.items():
        odd = [e for e in part if e not in index]
        if odd:
            raise ValueError(f"set {name!r} has {odd[0]!r}; expected elements of the universe")
    inside = tuple(tuple(sorted(index[e] for e in part)) for part in members.values())
    return Family(tuple(members), inside, known, _costs(costs, tuple(members), default))


def unheld(kind: str, sets: Family) -> None:
    """ValueError where an element is in no set."""
    for element, holders in zip(sets.elements, sets.holders, strict=True):
        if not holders:
            raise ValueError(f"{kind}: element {element!r} is in no set, so that nothing holds it")


def _costs(costs: Any, names: Sequence[Hashable], default: Amount) -> tuple[Amount, ...]:
    if costs is None:
        return (default,) * len(names)
    if isinstance(costs, Mapping):
        if set(costs) != set(names):
            raise ValueError(f"costs of {sorted(map(str, costs))!r:.60}; expected one for each set")
        costs = [costs[name] for name in names]
    known = amounts("costs", costs, 0)
    if len(known) != len(names):
        raise ValueError(f"{len(known)} costs and {len(names)} sets given; expected as many")
    return known


def _elements(name: str, part: Any) -> dict[Hashable, None]:
    return dict.fromkeys(map(as_name, _listed(name, part)))


def _listed(name: str, part: Any) -> list[Any]:
    if isinstance(part, (str, bytes)) or not isinstance(part, Iterable):
        raise ValueError(f"{name} is {part!r:.60}; expected a list")
    return list(part)
