"""Trees, buses and meshes of arrays against closed forms and a sum carried out on the grid."""

import math

import numpy as np
import pytest

from crossbar.routing import KINDS, gather, scatter, width

PITCH = 2e-4


@pytest.mark.parametrize("levels", range(6))
def test_a_tree_of_a_power_of_two(levels: int) -> None:
    """Half as many additions at each level, a bit wider; branches double at every second level."""
    arrays, found = 2**levels, gather("h-tree", 2**levels, 8, PITCH)
    branches = [PITCH / 2 * 2 ** (level // 2) for level in range(levels)]
    assert found.steps == levels
    assert found.bits == 8 + levels
    assert found.added_bits == sum(arrays // 2**k * (8 + k) for k in range(1, levels + 1))
    moved = sum(arrays / 2**k * (8 + k) * branch for k, branch in enumerate(branches))
    assert found.bit_metres == pytest.approx(moved, rel=1e-12, abs=0)
    assert found.metres == pytest.approx(sum(branches), rel=1e-12, abs=0)
    down = sum(arrays / 2**k * 3 * branch for k, branch in enumerate(branches))
    assert scatter("h-tree", arrays, 3, PITCH) == pytest.approx(down, rel=1e-12, abs=0)


def test_branches_lead_to_the_middle_of_the_grid() -> None:
    """The longest way is that of a corner of a square, along the grid."""
    for side in (2, 4, 8):
        corner = 2 * (side - 1) / 2 * PITCH
        assert gather("h-tree", side**2, 8, PITCH).metres == pytest.approx(corner, rel=1e-12, abs=0)


def test_a_tree_of_five() -> None:
    """By hand: 2 + 1 + 1 additions of 9, 10 and 11 bits; 5, 3 and 2 numbers are moved."""
    found = gather("h-tree", 5, 8, 1.0)
    assert (found.steps, found.bits) == (3, 11)
    assert found.added_bits == 2 * 9 + 10 + 11
    assert found.bit_metres == 5 * 8 * 0.5 + 3 * 9 * 0.5 + 2 * 10 * 1.0
    assert scatter("h-tree", 5, 8, 1.0) == 8 * (5 * 0.5 + 3 * 0.5 + 2 * 1.0)


@pytest.mark.parametrize("arrays", [1, 2, 5, 16])
def test_a_bus(arrays: int) -> None:
    """Each number goes from its own place to the end; all additions are of the final width."""
    found = gather("bus", arrays, 8, PITCH)
    assert found.steps == arrays - 1
    assert found.added_bits == (arrays - 1) * (8 + math.ceil(math.log2(arrays)))
    places = PITCH * np.arange(arrays)
    assert found.bit_metres == pytest.approx(8 * places.sum(), rel=1e-12, abs=0)
    assert found.metres == pytest.approx(places.max(), rel=1e-12, abs=0)
    assert scatter("bus", arrays, 3, PITCH) == pytest.approx(3 * places.max(), rel=1e-12, abs=0)


@pytest.mark.parametrize("arrays", [1, 2, 3, 5, 12, 16, 17])
def test_a_mesh_adds_along_rows_and_then_down_a_column(arrays: int) -> None:
    side = math.ceil(math.sqrt(arrays))
    held = np.zeros((side, side), int)
    held.flat[:arrays] = 1
    added, moved = 0, 0.0

    def hand_on(give: tuple[int, int], take: tuple[int, int]) -> None:
        nonlocal added, moved
        if held[give] and held[take]:
            moved += PITCH * width(int(held[give]), 8)
            held[take] += held[give]
            held[give] = 0
            added += width(int(held[take]), 8)

    for row in range(side):
        last = int(held[row].sum()) - 1
        for column in range(last):
            hand_on((row, column), (row, column + 1))
        held[row, 0], held[row, 1:] = held[row].sum(), 0
    rows = int((held[:, 0] > 0).sum())
    for row in range(rows - 1):
        hand_on((row, 0), (row + 1, 0))
    found = gather("mesh", arrays, 8, PITCH)
    assert found.added_bits == added
    assert found.bit_metres == pytest.approx(moved, rel=1e-12, abs=1e-300)
    assert found.steps == (side - 1) + (rows - 1)
    assert found.metres == pytest.approx(found.steps * PITCH, rel=1e-12, abs=1e-300)
    assert scatter("mesh", arrays, 3, PITCH) == pytest.approx(3 * (arrays - 1) * PITCH, abs=1e-300)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_fit_their_width_and_no_less(kind: str) -> None:
    for arrays in (1, 2, 3, 4, 5, 16, 17):
        largest = arrays * (2**8 - 1)
        bits = gather(kind, arrays, 8, PITCH).bits
        assert largest < 2**bits
        assert largest >= 2 ** (bits - 1)
    assert gather(kind, 1, 8, PITCH)[:4] == (0, 0, 0, 0)
    assert scatter(kind, 1, 8, PITCH) == 0


def test_a_tree_is_the_fastest_and_a_bus_the_slowest() -> None:
    steps = [gather(kind, 64, 8, PITCH).steps for kind in ("h-tree", "mesh", "bus")]
    assert steps == [6, 14, 63]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("star", 4, 8, PITCH), "kind is 'star'"),
        (("bus", 0, 8, PITCH), "arrays is 0"),
        (("bus", 4, 0, PITCH), "bits is 0"),
        (("bus", 4, 8, -1.0), "pitch is -1"),
        (("bus", True, 8, PITCH), "arrays is True"),
    ],
)
def test_impossible_routes(arguments: tuple, message: str) -> None:
    for route in (gather, scatter):
        with pytest.raises(ValueError, match=message):
            route(*arguments)
