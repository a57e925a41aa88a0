"""A programmed matrix: exact without imperfections, and each imperfection as it should be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from crossbar import Cell, Design, IdealAdc, Wire, program
from crossbar.converters.adc import Adc
from crossbar.converters.sar import SarAdc
from crossbar.counting import count_events
from crossbar.mapping import MAPPINGS
from crossbar.nonlinear import exact_mvm
from crossbar.programming import with_adc, with_conductance
from crossbar.quantise import quantise
from crossbar.wires.nodal import solve_nodes

KEY = jax.random.key(7)


def whole(rng: np.random.Generator, shape: tuple[int, ...], bits: int) -> np.ndarray:
    """Whole numbers, the largest of them present, so that scales are 1."""
    top = 2 ** (bits - 1) - 1
    values = rng.integers(-top, top + 1, shape)
    values.flat[0] = top
    return values


def design(**changes: object) -> Design:
    cell = Cell(jnp.linspace(1e-6, 2.5e-6, 4), read_voltage=0.2, read_time=5e-9, area=1e-13)
    return Design(cell, rows=16, columns=12).replace(**changes)


CASES = [(mapping, "twos-complement", 1) for mapping in MAPPINGS]
CASES += [("differential", "sign-magnitude", 3), ("offset", "unsigned", 2)]


@pytest.mark.parametrize(("mapping", "encoding", "dac_bits"), CASES)
def test_without_imperfections_it_is_the_matrix_product(
    mapping: str, encoding: str, dac_bits: int
) -> None:
    """Whole numbers come out exactly, through a converter that tells all sums apart."""
    rng = np.random.default_rng(3)
    bits = 2 if mapping == "ternary" else 4
    weights, inputs = whole(rng, (37, 21), bits), whole(rng, (5, 37), 6)
    if encoding == "unsigned":
        inputs = abs(inputs)
    chosen = design(
        mapping=mapping, weight_bits=bits, input_bits=6 - (encoding == "unsigned"),
        encoding=encoding, dac_bits=dac_bits,
    )  # fmt: skip
    # A shared reference at mid-scale makes differences no larger than levels do.
    chosen = chosen.replace(adc=IdealAdc(chosen.lossless_bits))
    memory = program(KEY, weights, chosen)
    result, _ = memory.mvm(inputs)
    assert np.allclose(result, inputs @ weights, rtol=1e-5, atol=1e-3)
    assert np.allclose(memory.matrix(), weights, atol=1e-3)


def test_a_converter_with_a_bit_less_is_not_lossless() -> None:
    """Negative control, with sums that reach the ends."""
    weights, inputs = np.full((16, 3), 7), np.full((1, 16), 31)
    chosen = design(weight_bits=4, input_bits=6)
    held = program(KEY, weights, chosen)
    for bits, exact in [(chosen.lossless_bits, True), (chosen.lossless_bits - 1, False)]:
        memory = held.replace(design=chosen.replace(adc=IdealAdc(bits)))
        memory = memory.replace(step=jnp.ones_like(memory.step))
        assert np.allclose(memory.mvm(inputs)[0], inputs @ weights, rtol=1e-5) == exact


@pytest.mark.parametrize("mapping", ["differential", "offset"])
def test_wires_are_those_of_nodal_analysis(mapping: str) -> None:
    """Currents and power of every array, solved on their own."""
    wire = Wire(word=40.0, bit=25.0, source=100.0)
    chosen = design(mapping=mapping, wire=wire, weight_bits=3, encoding="sign-magnitude",
                    input_bits=2)  # fmt: skip
    rng = np.random.default_rng(0)
    weights, inputs = whole(rng, (30, 18), 3), whole(rng, (1, 30), 2)
    memory = program(KEY, weights, chosen)
    cells = np.asarray(memory.conductance, np.float64)
    volts = np.pad(inputs[0], (0, 2)).reshape(2, 16, 1) * 0.2
    power, current = 0.0, np.zeros(cells.shape[:4] + cells.shape[5:])
    for place in np.ndindex(*cells.shape[:4]):
        nodes = solve_nodes(cells[place], volts[place[2]], wire)
        current[place] = nodes.sensed[:, 0]
        power += float(volts[place[2]][:, 0] @ nodes.driven[:, 0])
    if mapping == "offset":
        sums = (current[0, ..., :-1] - current[0, ..., -1:]).sum(1)
    else:
        sums = (current[0] - current[1]).sum(1)
    levels = sums.reshape(sums.shape[0], -1)[:, :18] / (0.2 * float(chosen.cell.step))
    result, events = memory.mvm(inputs)
    assert np.allclose(result[0], memory.significance @ levels, rtol=1e-4, atol=1e-4)
    assert float(events["cell.read"]) == pytest.approx(power * 5e-9, rel=1e-4, abs=0)
    assert not np.allclose(result[0], inputs[0] @ weights, rtol=1e-2)


def test_read_noise_has_the_variance_of_its_cells() -> None:
    """Of each of all reads; and a tenth more noise is rejected."""
    cell = design().cell.replace(read_noise=0.05)
    chosen = design(cell=cell, weight_bits=3, input_bits=2, encoding="sign-magnitude")
    rng = np.random.default_rng(1)
    weights, inputs = whole(rng, (16, 8), 3), whole(rng, (1, 16), 2)
    memory = program(KEY, weights, chosen)
    many = np.repeat(inputs, 4000, axis=0)
    noisy = np.asarray(memory.mvm(many, jax.random.key(1))[0]) - np.asarray(memory.mvm(many)[0])
    cells = np.asarray(memory.conductance)[:, 0, 0, 0] / float(cell.step)
    variance = ((0.05 * cells) ** 2).sum(0)[:, :8] * inputs[0][:, None] ** 2
    scaled = noisy / np.sqrt(variance.sum(0))
    assert stats.kstest(scaled.ravel(), "norm").pvalue > 1e-4
    assert stats.kstest(scaled.ravel() / 1.1, "norm").pvalue < 1e-4


def test_same_key_same_chip() -> None:
    cell = design().cell.replace(device_spread=0.1)
    weights = np.ones((4, 4))
    one, same, other = (
        np.asarray(program(key, weights, design(cell=cell)).conductance)
        for key in (KEY, KEY, jax.random.key(8))
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_counts_and_costs() -> None:
    memory = program(KEY, np.ones((37, 21)), design(adc=IdealAdc(6)))
    x = np.ones((3, 37))
    _, events = memory.mvm(x)
    layout = memory.layout
    # 7 bits in digits of 4 levels; 37 rows in arrays of 16, 21 columns in arrays of 12.
    assert (layout.planes, layout.slices, layout.blocks, layout.tiles) == (2, 4, 3, 2)
    assert events["adc.sar.6"] == 3 * 8 * 3 * 4 * 21
    assert {**events, "cell.read": 0.0} == {
        **count_events(memory.design, layout, 3),
        "cell.read": 0.0,
    }
    report = memory.report(events, 3)
    assert report.energy == pytest.approx(sum(row.total for row in report.rows
                                              if row.quantity == "energy"))  # fmt: skip
    assert report.latency == pytest.approx(3 * (8 * 5e-9 + 8 * 8 * 7e-9 + 3 * 1e-9))
    assert report.area == pytest.approx(layout.arrays * 16 * 12 * 1e-13)


def test_it_is_differentiable() -> None:
    """With respect to the conductances, where nothing is rounded."""
    chosen = design(wire=Wire(10.0, 10.0), input_bits=8)
    memory = program(KEY, np.eye(5), chosen)

    def total(resistance: jax.Array) -> jax.Array:
        wired = chosen.replace(wire=Wire(resistance, resistance))
        return with_conductance(memory.replace(design=wired), memory.conductance).matrix().sum()

    slope = jax.jit(jax.grad(total))(10.0)
    assert float(slope) == pytest.approx(float(total(10.5) - total(9.5)), rel=0.01, abs=0)
    assert slope < 0


def test_columns_can_have_scales_of_their_own() -> None:
    weights = np.array([[1.0, 100.0], [-0.5, 50.0]])
    for per_column, error in [(False, 0.3), (True, 0.01)]:
        memory = program(KEY, weights, design(per_column=per_column, weight_bits=8))
        assert np.abs(np.asarray(memory.matrix())[:, 0] - weights[:, 0]).max() < error
    assert quantise(weights, 8, axis=0).scale.shape == (1, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: program(KEY, [[np.nan]], design()), r"matrix\[0, 0\] is nan"),
        (lambda: program(KEY, np.ones(3), design()), "expected rows and columns"),
        (lambda: program(KEY, np.ones((3, 3)), design()).mvm(np.ones(4)), "expected .* 3"),
        (lambda: program(KEY, np.ones((2, 2)), design()).mvm([np.inf, 1]), "not finite"),
        (lambda: design(mapping="sideways"), "mapping is 'sideways'"),
        (lambda: design(dac_bits=2), "two's complement"),
        (lambda: design(adc=IdealAdc(0)), "adc bits is 0"),
        (lambda: Cell([2e-6, 1e-6]), "contrast"),
        (lambda: Cell([1e-6]), "at least two"),
        (lambda: design(rows=0), "rows is 0"),
    ],
)
def test_bad_input_is_explained(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]


def test_many_chips_at_once() -> None:
    """`vmap` over keys gives each chip what it has alone."""
    cell = design().cell.replace(device_spread=0.05)
    chosen = design(cell=cell, wire=Wire(5.0, 5.0), adc=IdealAdc(8))
    weights = np.random.default_rng(0).normal(size=(20, 9))
    keys = jax.random.split(KEY, 3)

    def product(key: jax.Array) -> jax.Array:
        return program(key, weights, chosen).mvm(weights.T[:4])[0]

    together = jax.jit(jax.vmap(product))(keys)
    assert np.allclose(together[1], product(keys[1]), rtol=1e-5, atol=1e-4)
    assert float(together.std(0).mean()) > 0.01


@pytest.mark.slow
def test_contrast_that_falls_with_the_voltage() -> None:
    """Solved array by array: as the linear product where it is the same, else larger weights."""
    rng = np.random.default_rng(4)
    weights, inputs = whole(rng, (14, 6), 3), whole(rng, (2, 14), 3)
    chosen = design(weight_bits=3, input_bits=3, wire=Wire(2000.0, 2000.0))
    linear = program(KEY, weights, chosen)
    assert np.allclose(exact_mvm(linear, inputs), linear.mvm(inputs)[0], rtol=1e-4, atol=1e-3)
    bent = program(KEY, weights, chosen.replace(cell=chosen.cell.replace(half_voltage=0.2)))
    difference = np.abs(exact_mvm(bent, inputs) - bent.mvm(inputs)[0]).max()
    assert difference > 0.01 * np.abs(bent.mvm(inputs)[0]).max()
    ideal = bent.replace(design=bent.design.replace(wire=None))
    flat = program(KEY, weights, ideal.design)
    assert np.allclose(exact_mvm(ideal, inputs), flat.mvm(inputs)[0], rtol=1e-4, atol=1e-3)


@pytest.mark.slow  # three programs
@pytest.mark.parametrize("adc", [SarAdc(5, mismatch=0.1, offset=0.3), IdealAdc(3)])
def test_converters_put_behind_cells_are_those_of_programming(adc: Adc) -> None:
    weights = np.random.default_rng(3).normal(size=(9, 5))
    written = program(KEY, weights, design(adc=adc))
    behind = with_adc(KEY, program(KEY, weights, design(adc=IdealAdc())), adc)
    assert jax.tree.structure(written) == jax.tree.structure(behind)
    for one, other in zip(jax.tree.leaves(written), jax.tree.leaves(behind), strict=True):
        np.testing.assert_array_equal(one, other)
