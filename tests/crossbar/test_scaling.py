"""The scaling study: each thing helps, costs are the ledger's, nothing is left out unsaid.

Sizes are small and wires thick of resistance, so that what matters at 1024 shows at 32.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar import Cell, Design, IdealAdc, Wire, program
from crossbar.compensation import compensate_columns
from crossbar.scaling import VARIANTS, Point, Study, Variant, study
from crossbar.scaling_chips import Chips, build
from crossbar.scaling_sizes import Size, Task
from crossbar.wires.effective import effective
from crossbar.wires.large import drawn_power, some_columns
from crossbar.write_verify import Verify

CELL = Cell(
    jnp.array([1e-5, 2.5e-5]), read_voltage=0.2, read_time=5e-9, area=1e-13,
    device_spread=0.04, cycle_spread=0.06, read_noise=0.002,
)  # fmt: skip
WIRE = Wire(word=40.0, bit=40.0)
NAMES = {variant.name: variant for variant in VARIANTS}
USED = [NAMES[name] for name in ("none", "ranges", "remap", "tree", "all")] + [
    Variant("ranges gain", ranges=True, gain=True),
    Variant("tree ranges", tree=True, ranges=True),
    Variant("tree ranges verify", tree=True, ranges=True, verify=True),
]


@pytest.fixture(scope="module")
def found() -> Study:
    return study(
        CELL, wire=WIRE, sizes=(32,), tile=8, adc=IdealAdc(5), weight_bits=4, input_bits=4,
        variants=USED, chips=4, vectors=24, outputs=32, rounds=1, remap_limit=8, seed=1,
        verify=Verify(0.05, 40),
    )  # fmt: skip


def lower(one: Point, other: Point, by: float = 3.0) -> bool:
    """By so many standard errors."""
    errors = one.error, one.error_se, other.error, other.error_se
    first, first_se, second, second_se = (error for error in errors if error is not None)
    return first + by * np.hypot(first_se, second_se) < second


@pytest.mark.slow
@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("ranges", "none"),
        ("ranges gain", "ranges"),
        ("tree", "none"),
        ("tree ranges verify", "tree ranges"),
        ("all", "ranges"),
        ("all", "none"),
    ],
)
def test_each_thing_reduces_the_error(found: Study, better: str, worse: str) -> None:
    assert lower(found.at(32, better), found.at(32, worse))


@pytest.mark.slow
def test_the_comparison_has_teeth(found: Study) -> None:
    """Nothing is lower than itself, nor the plain array than what helps."""
    assert not lower(found.at(32, "none"), found.at(32, "none"))
    assert not lower(found.at(32, "none"), found.at(32, "tree"))


@pytest.mark.slow
def test_the_tree_costs_conversions_and_is_quicker_than_a_bus(found: Study) -> None:
    assert (found.at(32, "all").energy or 0) > (found.at(32, "none").energy or 0)
    by_kind = {kind: seconds for n, kind, _, seconds in found.routes if n == 32}
    # Four arrays in a square are added in two steps either way.
    assert by_kind["h-tree"] == by_kind["mesh"] < by_kind["bus"]
    assert by_kind["h-tree"] == pytest.approx(found.at(32, "all").latency)


def test_kinds_of_routing_differ_by_the_ledger() -> None:
    """Without simulating: cells of a known energy, which is in totals once a column of tiles."""
    design = Design(CELL, WIRE, IdealAdc(5), rows=8, columns=8, weight_bits=4, input_bits=4)
    task = Task(design, 128, 2, 2, 8, 1, Verify(), 8, jax.random.key(0))
    size, everything = Size(task, 8, 0), NAMES["all"]
    size.made[True, True, True] = Chips([], 1e-3, 0.0, 0.0, [])
    found = {kind: (joules, seconds) for _, kind, joules, seconds in size.routes(everything)}
    assert found["h-tree"][1] < found["mesh"][1] < found["bus"][1]
    same = size.report(everything, size.made[True, True, True])
    assert found["h-tree"] == (same.energy, same.latency)
    assert [joules for joules, _ in found.values()] == pytest.approx([16e-3] * 3, rel=1e-3, abs=0)
    alone = size.point(NAMES["remap"])
    assert alone.error is alone.energy is None
    assert "no remap" in alone.note


@pytest.mark.slow
def test_what_is_left_out_says_why(found: Study) -> None:
    point = found.at(32, "remap")
    assert point.error is None
    assert "no remap" in point.note
    assert "left out" in str(found)
    same = Study.from_facts(found.facts())
    assert same.points == found.points
    assert same.routes == found.routes
    with pytest.raises(ValueError, match="studied were"):
        found.at(16, "none")
    with pytest.raises(ValueError, match="left out"):
        found.against_memory(32, "remap")


def test_energy_is_that_of_the_whole_matrix_in_the_ledger() -> None:
    """One column of tiles stands for all; here all are programmed, and wires eliminated."""
    rng = np.random.default_rng(0)
    weights, x = rng.normal(size=(16, 16)), rng.normal(size=(4, 16))
    cell = CELL.replace(device_spread=0.0, cycle_spread=0.0)
    design = Design(cell, WIRE, IdealAdc(6), rows=8, columns=8, weight_bits=3, input_bits=3)
    keys = jax.random.split(jax.random.key(3), 2)
    whole = program(keys[0], weights, design)
    _, events = whole.mvm(x)
    parts = [build(keys, weights[:, k : k + 8], design, np.arange(8), jnp.asarray(x, jnp.float32))
             for k in (0, 8)]  # fmt: skip
    joules = 4 * sum(part.joules for part in parts)
    assert joules == pytest.approx(float(events["cell.read"]), rel=1e-3)
    for part, first in zip(parts, (0, 8), strict=True):
        scale = part.programmed[0].weight_scale[0] / whole.weight_scale[0]
        if scale == 1:  # the half that holds the largest weight has the codes of the whole
            seen = part.programmed[0].transfer
            assert np.allclose(seen, whole.transfer[..., first : first + 8], atol=2e-4)


def test_gains_of_another_chip_do_not_help() -> None:
    """Without wires all that differs between columns is the chip's own."""
    rng = np.random.default_rng(5)
    weights, x, typical = rng.normal(size=(4, 8)), *rng.normal(size=(2, 40, 4))
    cell = CELL.replace(device_spread=0.3, cycle_spread=0.0, read_noise=None)
    design = Design(cell, None, IdealAdc(None), rows=4, columns=8, weight_bits=6)
    keys = jax.random.split(jax.random.key(9), 12)
    chips = build(keys, weights, design, np.arange(8), jnp.asarray(x, jnp.float32)).programmed
    fitted = [compensate_columns(chip, weights, typical) for chip in chips]

    def errors(swap: int) -> np.ndarray:
        wanted = x @ weights
        return np.array([
            np.linalg.norm(chip.replace(gain=other.gain, offset=other.offset).mvm(x)[0] - wanted)
            for chip, other in zip(chips, fitted[swap:] + fitted[:swap], strict=True)
        ])  # fmt: skip

    plain = np.array([np.linalg.norm(np.asarray(c.mvm(x)[0]) - x @ weights) for c in chips])
    own, wrong = plain - errors(0), plain - errors(1)
    assert own.mean() > 4 * own.std(ddof=1) / np.sqrt(len(own))
    assert wrong.mean() < 2 * wrong.std(ddof=1) / np.sqrt(len(wrong))


def test_codes_for_another_chip_do_not_help() -> None:
    rng = np.random.default_rng(6)
    weights, x = rng.normal(size=(8, 8)), rng.normal(size=(20, 8))
    cell = CELL.replace(device_spread=0.1, cycle_spread=0.0, read_noise=None)
    design = Design(cell, None, IdealAdc(None), rows=8, columns=8, weight_bits=6)
    keys = jax.random.split(jax.random.key(2), 4)

    def error(rounds: int, known: jax.Array | None = None) -> np.ndarray:
        made = build(keys, weights, design, np.arange(8), jnp.asarray(x, jnp.float32),
                     rounds=rounds, known=known)  # fmt: skip
        return np.array([np.linalg.norm(chip.mvm(x)[0] - x @ weights) for chip in made.programmed])

    plain, own, wrong = error(0), error(1), error(1, keys[::-1])
    assert (own < 0.4 * plain).all()
    assert wrong.mean() > 0.8 * plain.mean()


def test_some_columns_are_those_of_elimination() -> None:
    """Reciprocity and conjugate gradients, at a loss of nearly half."""
    rng = np.random.default_rng(4)
    cells = jnp.asarray(rng.uniform(1e-5, 3e-5, (24, 17)), jnp.float32)
    wire = Wire(80.0, 60.0, source=500.0, sense=300.0, drive="both", ground="both")
    exact = effective(cells, wire)
    wanted = jnp.array([0, 5, 16])
    few = some_columns(cells, wire, wanted, 1e-6)
    assert np.allclose(few.transfer, exact.transfer[:, wanted], rtol=1e-4)
    assert float(few.residual) < 1e-6
    assert few.steps < 40
    volts = jnp.asarray(rng.uniform(-1, 1, (3, 24)), jnp.float32)
    power = jnp.einsum("bi,ij,bj->b", volts, exact.drive, volts)
    assert np.allclose(drawn_power(cells, wire, volts), power, rtol=1e-3)
    rough = some_columns(cells, wire, wanted, 1e-6, 1)
    assert float(rough.residual) > 1e-6
    assert not np.allclose(rough.transfer, exact.transfer[:, wanted], rtol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": ()}, "sizes is empty"),
        ({"sizes": (12,)}, "multiple"),
        ({"chips": 1}, "chips is 1"),
        ({"outputs": 0}, "outputs is 0"),
        ({"rounds": 0}, "rounds is 0"),
        ({"remap_limit": -1}, "remap_limit is -1"),
        ({"tile": 256}, "tile is 256"),
        ({"cell": "sott"}, "sott"),
    ],
)
def test_bad_input_is_explained(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        study(**{"sizes": (16,), "tile": 8, **changes})
