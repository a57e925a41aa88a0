"""Networks in crossbar arrays: the quantised twin, accuracy, aids, chunks, costs."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from mapped_networks import KEY, binary, classifier, digits, small, small_conv

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.programming import program_codes
from pbits.neural import Aids, accuracy, evaluate_chips, map_network, mlp, tiles
from pbits.neural import chips as chips_module
from pbits.neural.chips import paired_error
from pbits.neural.clipping import clipped, code_variance
from pbits.neural.costing import cost_of, estimate, layout_of
from pbits.neural.in_order import fit_in_order
from pbits.neural.inference import evaluate
from pbits.neural.pruning import prune, sparsity_of
from pbits.neural.signs import unsigned_layers
from pbits.neural.twin import quantised, twin_of

pytest.importorskip("sklearn")
PLAIN, READ = Aids.none(), random.key(1)
INPUTS = np.random.default_rng(2).normal(size=(6, 8, 8, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def ideal():
    return map_network(small_conv(), small(), INPUTS, KEY, aids=PLAIN)


@pytest.fixture(scope="module")
def free(ideal):
    """The same without converters."""
    return ideal.change(
        lambda one: one.replace(design=one.design.replace(adc=IdealAdc(None)), noise=None)
    )


@pytest.fixture(scope="module")
def mapped():
    return map_network(classifier(), binary(0.04), digits()[2], KEY)


def test_ideal_cells_and_lossless_converters_equal_the_twin_bit_for_bit(ideal) -> None:
    twin = twin_of(ideal)
    assert ideal.arrays["conv"].is_signed
    assert not ideal.arrays["dense"].is_signed
    found = ideal.counted(INPUTS)[0]
    assert np.array_equal(found, twin.run(INPUTS))
    # One code of one weight is seen.
    codes = twin.layers["dense"].codes
    codes[3, 2] += 1
    assert not np.array_equal(found, twin.run(INPUTS))


def test_the_twin_is_as_near_as_its_bits() -> None:
    exact = np.asarray(small_conv()(INPUTS))
    errors = [
        np.abs(quantised(small_conv(), INPUTS, bits, bits).run(INPUTS) - exact).max()
        for bits in (4, 8, 12)
    ]
    assert errors[0] > 5 * errors[1] > 25 * errors[2] > 0


def test_one_product_where_nothing_is_rounded(ideal, free) -> None:
    assert tiles.is_unrounded(free.arrays["conv"], None)
    assert not tiles.is_unrounded(ideal.arrays["conv"], None)
    first, energy = free.counted(INPUTS)
    second, joules = ideal.counted(INPUTS)
    assert np.allclose(first, second, rtol=1e-5, atol=1e-5)
    assert energy == pytest.approx(joules, rel=1e-5, abs=0)
    assert min(joules.values()) > 0


def test_mapped_networks_can_be_traced(free) -> None:
    images = jnp.asarray(INPUTS)
    assert np.allclose(jax.jit(lambda m, x: m(x))(free, images), free(images), atol=1e-4)


def test_parts_change_nothing(ideal, monkeypatch) -> None:
    memory, rows = ideal.arrays["dense"], jnp.asarray(np.abs(INPUTS[:, :6, :6]).reshape(6, 36))
    rows = jnp.tile(rows, (4, 1)).at[23].set(0)
    whole, energy = tiles.multiply(memory, rows, counted=True)
    monkeypatch.setattr(tiles, "_MOST", 3 * 5 * memory.transfer.shape[0] * 16)
    assert tiles._rows_at_once(memory) == 5
    parts, joules = tiles.multiply(memory, rows[:23], counted=True)
    assert np.array_equal(parts, whole[:23])
    assert joules == pytest.approx(float(energy), rel=1e-5, abs=0)


def test_accuracy_within_three_points_and_broken_mappings_are_not(mapped) -> None:
    images, labels, _ = digits()
    found = evaluate(mapped, images, labels, key=READ)
    assert found.float_accuracy > 0.92
    assert found.loss < 0.03
    assert found.confusion.sum() == len(labels)
    assert np.trace(found.confusion) == round(found.accuracy * len(labels))
    broken = {
        "slices worth the same": lambda one: one.replace(significance=jnp.ones(4)),
        "one sign": lambda one: one.replace(transfer=jnp.maximum(one.transfer, 0)),
        "inputs out of order": lambda one: one.replace(transfer=one.transfer[:, :, ::-1]),
    }
    for what, change in broken.items():
        worse = accuracy(mapped.change(change), images, labels, batch=100)
        assert worse < found.accuracy - 0.03, what


def test_batches_share_a_program_and_what_fills_the_last_is_not_counted(mapped) -> None:
    images = digits()[0]
    logits, energy = mapped.counted(images[:100], READ)
    before = tiles._multiply._cache_size()
    more, again = mapped.counted(images[:150], READ)
    assert tiles._multiply._cache_size() == before
    assert again == energy
    assert np.array_equal(more[:100], logits)
    other = mapped.counted(images[:100], random.key(2))[0]
    assert 0 < np.abs(other - logits).max() < 0.3


def test_ranges_and_gains_help_coarse_converters(mapped) -> None:
    images, labels, typical = digits()
    few = {
        aids: map_network(classifier(), binary(0.04), typical, KEY, aids=aids)
        for aids in (Aids(ranges=False), Aids(gains=False), PLAIN)
    } | {Aids(): mapped}
    exact = np.asarray(classifier()(images))
    errors = {aids: np.square(one.run(images) - exact).mean() for aids, one in few.items()}
    assert errors[Aids()] < 0.8 * errors[Aids(gains=False)] < 0.5 * errors[PLAIN]
    assert errors[Aids()] < 0.5 * errors[Aids(ranges=False)]
    plain = accuracy(few[PLAIN], images, labels, batch=100)
    assert accuracy(mapped, images, labels, batch=100) > plain + 0.05


def test_gains_in_order_make_up_for_layers_before(mapped) -> None:
    images, _, typical = digits()
    alive = jnp.arange(64) % 4 > 0  # a quarter of the first layer's columns give nothing
    first = mapped.arrays["first"]
    arrays = mapped.arrays | {"first": first.replace(transfer=first.transfer * alive)}
    worse = replace(mapped, arrays=arrays)
    better = replace(mapped, arrays=fit_in_order(mapped.network, arrays, typical, READ))
    whole = replace(mapped, arrays=fit_in_order(mapped.network, mapped.arrays, typical, READ))
    exact, known = (np.asarray(classifier()(x)) for x in (images, typical))
    errors = [np.square(one.run(images) - exact).mean() for one in (whole, better, worse)]
    assert errors[0] < 0.8 * errors[1] < 0.6 * errors[2]
    # Least squares with an offset: what is left has no mean over the images of the fit.
    left = [np.abs((one.run(typical, READ) - known).mean(0)).max() for one in (better, worse)]
    assert left[0] < 0.01 < 0.1 * left[1]
    same = map_network(classifier(), binary(0.04), typical, KEY, aids=Aids(in_order=True))
    wanted = fit_in_order(mapped.network, mapped.arrays, typical, random.fold_in(KEY, 2))
    assert np.array_equal(same.arrays["last"].gain, wanted["last"].gain)


def test_cut_weights_leave_less_error_where_cells_deviate() -> None:
    images, _, typical = digits()
    exact = np.asarray(classifier()(images))
    errors = [
        np.mean([
            np.square(map_network(classifier(), binary(0.15), typical, random.key(chip), aids=aids)
                      .run(images) - exact).mean() for chip in range(2)
        ]) for aids in (Aids(), Aids(clip=True))
    ]  # fmt: skip
    assert errors[1] < 0.9 * errors[0]
    matrix, rows = np.asarray(classifier()["last"].weight, float)[:, :10], np.eye(64)
    shares = [
        np.abs(clipped(matrix, binary(spread, weight_bits=8), rows)).max(0) / np.abs(matrix).max(0)
        for spread in (0.0, 0.15)
    ]
    assert shares[1].mean() < 0.9 < shares[0].mean()


def test_cuts_follow_units_inputs_scales_and_both_spreads() -> None:
    whole = np.eye(100)
    design = Design(Cell([1e-6, 2e-6], device_spread=0.2), per_column=True)
    weights = np.append(np.ones(99), 2.0)[:, None]
    cut = clipped(weights, design, whole)
    assert cut.max() < 1.5
    assert np.allclose(clipped(100 * weights, design, whole), 100 * cut)
    assert clipped(weights, design, whole[-1:]).max() == 2  # nothing else is driven
    both = np.hstack([weights, np.full((100, 1), 2.0)])
    one = clipped(both, design.replace(per_column=False), whole).max(0)
    assert one[0] == one[1]
    assert np.ptp(clipped(both, design, whole).max(0)) > 0.4
    kinds = [Cell([1.0, 2.0], **{kind: 0.1}) for kind in ("device_spread", "cycle_spread")]
    first, second = (code_variance(design.replace(cell=one)) for one in kinds)
    assert np.allclose(first, second)
    assert first.min() > 0


def test_variance_of_codes_is_that_of_programmed_ones() -> None:
    design = binary(0.1)
    codes = np.tile(np.arange(-15, 16, dtype=np.int32)[:, None], (1, 2000))
    memory = program_codes(KEY, codes, np.float64(1.0), design)
    found = np.asarray(memory.sums(), np.float64).var(1)
    # Relative deviation of a variance of 2000 draws is 0.032, and 31 of them are compared.
    assert np.abs(found / code_variance(design) - 1).max() < 0.15


def test_chips_differ_and_the_first_ones_do_not_depend_on_how_many(monkeypatch) -> None:
    images, labels, typical = digits()
    reads = []

    def noted(*args, key, **options):
        reads.append(random.key_data(key).tolist())
        return evaluate(*args, key=key, **options)

    monkeypatch.setattr(chips_module, "evaluate", noted)
    one, two = (
        evaluate_chips(
            classifier(), binary(0.15), typical, images, labels, KEY, chips=chips, batch=100
        )
        for chips in (1, 2)
    )
    assert np.array_equal(one.right[0], two.right[0])
    assert not np.array_equal(*two.right)
    assert reads[0] == reads[1] != reads[2]  # chips are read with noise, each with its own
    assert two.loss == pytest.approx(np.mean([found.loss for found in two.evaluations]))
    assert two.loss > 0
    assert one.accuracy_deviation is None
    assert two.accuracy_deviation == pytest.approx(np.ptp(two.accuracies) / np.sqrt(2))
    single, both = one.facts(), two.facts()
    assert single["accuracy"] == one.evaluations[0].accuracy == single["accuracy_mean"]
    assert single["loss_standard_error"] == pytest.approx(one.evaluations[0].loss_error)
    assert both["accuracy"] == both["accuracy_mean"] == pytest.approx(np.mean(both["accuracies"]))
    assert both["chips"] == 2
    assert both["images"] == len(labels)
    assert np.sum(both["confusion"]) == 2 * len(labels)
    assert "on 2 chips" in str(two)
    assert "chips" not in str(one)
    with pytest.raises(ValueError, match="chips"):
        evaluate_chips(classifier(), small(), typical, images, labels, KEY, chips=0)


def test_the_error_over_chips_and_images_is_that_of_repeated_draws() -> None:
    draw = np.random.default_rng(3)
    trials, chips, images = 3000, 4, 25

    def variances(of_chip, of_image, rest):
        tables = (
            of_chip * draw.normal(size=(trials, chips, 1))
            + of_image * draw.normal(size=(trials, 1, images))
            + rest * draw.normal(size=(trials, chips, images))
        )
        claimed = np.mean([paired_error(table) ** 2 for table in tables])
        alone = np.mean([paired_error(table.mean(0)[None]) ** 2 for table in tables])
        return claimed, alone, of_chip**2 / chips + (of_image**2 + rest**2 / chips) / images

    for effects in ((0.3, 1.0, 1.0), (0.0, 1.0, 1.0), (0.3, 0.0, 1.0)):
        claimed, alone, true = variances(*effects)
        # The floor only ever adds, and images are divided by n, not n - 1.
        assert 0.94 * true < claimed < 1.25 * true
    assert alone < 0.5 * true  # what images alone would say of the last


@pytest.mark.slow
def test_chosen_codes_make_up_for_the_spread_of_a_chip() -> None:
    typical = digits()[2]
    design = binary(0.15)
    plain, measured = (
        map_network(classifier(), design, typical, KEY, aids=Aids(codes=codes))
        for codes in ("plain", "measured")
    )
    wanted = np.asarray(classifier()["last"].weight)
    errors = [np.abs(np.asarray(one.arrays["last"].matrix()) - wanted).mean()
              for one in (plain, measured)]  # fmt: skip
    assert errors[1] < 0.7 * errors[0]
    images = digits()[0]
    exact = np.asarray(classifier()(images))
    squared = [np.square(one.run(images) - exact).mean() for one in (plain, measured)]
    assert squared[1] < 0.5 * squared[0]


def test_layers_of_their_own_and_refusals(mapped) -> None:
    typical = digits()[2]
    with pytest.raises(ValueError, match=r"'lost'; there are first, last"):
        map_network(classifier(), small(), typical, KEY, layers={"lost": {}})
    with pytest.raises(ValueError, match="input_scale is None"):
        tiles.multiply(mapped.arrays["first"].replace(input_scale=None), jnp.ones((1, 64)))
    with pytest.raises(ValueError, match="labels have shape"):
        evaluate(mapped, typical, [1, 2])
    with pytest.raises(ValueError, match="codes is 'best'"):
        Aids(codes="best")
    with pytest.raises(ValueError, match="clip goes with"):
        Aids(codes="measured", clip=True)


def test_an_estimate_counts_the_same_and_guesses_the_cells(ideal) -> None:
    real = cost_of(ideal, ideal.counted(INPUTS)[1])
    guessed = estimate(small_conv().linears(), small(encoding="unsigned"))
    assert guessed.arrays == real.arrays
    for one, other in zip(guessed.layers, real.layers, strict=True):
        assert one.report.area == pytest.approx(other.report.area, rel=1e-6, abs=0)
        assert one.report.latency == pytest.approx(other.report.latency, rel=1e-6, abs=0)
    cells = "cells and wires"
    parts, counted = guessed.by_part(), real.by_part()
    assert parts.pop(cells) == pytest.approx(counted.pop(cells), rel=0.5, abs=0)
    assert parts == pytest.approx(counted, rel=1e-6, abs=0)
    for memory in ideal.arrays.values():
        assert layout_of(memory.design, memory.inputs, memory.outputs) == memory.layout


def test_signs_follow_the_graph() -> None:
    assert unsigned_layers(small_conv(), unsigned_input=False) == {"dense"}
    assert unsigned_layers(small_conv(), unsigned_input=True) == {"conv", "dense"}
    tanh = mlp([np.eye(2), np.eye(2)], activation="tanh")
    assert unsigned_layers(tanh, unsigned_input=True) == {"dense1"}


def test_pruning_takes_the_smallest_weights() -> None:
    net = prune(classifier(), {"first": 0.5})
    old, new = np.asarray(classifier()["first"].weight), np.asarray(net["first"].weight)
    assert np.sum(new == 0) == 2048
    assert sparsity_of(net) == sparsity_of(classifier()) + 2048 / 8192
    assert np.abs(old[new == 0]).max() <= np.abs(new[new != 0]).min()
    assert np.array_equal(net["last"].weight, classifier()["last"].weight)
    with pytest.raises(ValueError, match="below 1"):
        prune(classifier(), 1.0)
