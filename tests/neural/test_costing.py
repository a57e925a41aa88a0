"""Costs of an inference, checked by hand, and pictures of them."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from mapped_networks import small
from matplotlib import pyplot

from crossbar.costs import Costs
from pbits.neural import plots
from pbits.neural.costing import estimate
from pbits.neural.hardware import HARDWARE, hardware
from pbits.neural.inference import Evaluation
from pbits.neural.processor import Processor
from pbits.validation.neural_mapping import ROWS
from pbits.validation.rows import check

TABLE = Costs.load()


@pytest.fixture(scope="module")
def cost():
    shapes = [("conv", 9, 4, 36), ("dense", 36, 5, 1)]
    return estimate(shapes, small(encoding="unsigned"))


@pytest.fixture(autouse=True)
def _figures():
    yield
    pyplot.close("all")


def test_conversions_and_buffers_by_hand(cost) -> None:
    conv, dense = cost.layers
    # 3 slices and 3 digits, of signed bits as of unsigned ones.
    rows = {row.name: row.count for row in conv.report.rows if row.quantity == "energy"}
    assert rows["adc.sar.6"] == 36 * 4 * 3 * 3
    assert rows["sram.32kB.bit"] == 36 * (9 * 3 + 4 * 8)
    assert rows["add.int32"] == 36 * 4
    rows = {row.name: row.count for row in dense.report.rows if row.quantity == "energy"}
    assert rows["adc.sar.6"] == 3 * 3 * 5 * 3  # three arrays along 36 inputs
    assert (conv.arrays, dense.arrays) == (3 * 2, 3 * 2 * 3)


def test_the_processor_by_hand(cost) -> None:
    macs, weights, results = 36 * 36 + 180, 36 + 180, 36 * 4 + 5
    bits = 2 * 8 * macs / 16 + 8 * results
    wanted = (
        macs * TABLE["mac.int8"].figure("energy")
        + bits * TABLE["sram.32kB.bit"].figure("energy")
        + 8 * weights * TABLE["dram.bit"].figure("energy")
    )
    assert cost.digital_energy == pytest.approx(wanted, rel=1e-6, abs=0)
    assert sum(cost.by_part(digital=True).values()) == pytest.approx(wanted, rel=1e-6, abs=0)
    assert cost.advantage == pytest.approx(wanted / cost.energy)
    stays = wanted - 8 * weights * TABLE["dram.bit"].figure("energy")
    assert cost.advantage_on_chip == pytest.approx(stays / cost.energy, rel=1e-6)
    assert 0 < cost.advantage_on_chip < cost.advantage
    often = Processor(images_per_load=100)
    assert often.events(10, 10, 1)["dram.bit"] == 8


def test_totals_are_sums(cost) -> None:
    assert sum(cost.by_part().values()) == pytest.approx(cost.energy, rel=1e-6, abs=0)
    assert sum(cost.by_layer().values()) == pytest.approx(cost.energy, rel=1e-6, abs=0)
    latencies = [layer.report.latency for layer in cost.layers]
    assert cost.latency == pytest.approx(sum(latencies), rel=1e-6, abs=0)
    assert cost.interval == max(latencies)
    assert cost.edp == pytest.approx(cost.energy * cost.latency, rel=1e-6, abs=0)
    facts = cost.facts()
    assert facts["joules_per_image"] == cost.energy
    assert "times as much" in str(cost)


def test_every_hardware_is_a_design() -> None:
    for name, kind in HARDWARE.items():
        design = hardware(name)
        assert kind.text
        assert design.rows == 128
    assert hardware("ideal").lossless_bits == hardware("ideal").adc.bits
    assert float(np.max(hardware("ideal").cell.device_spread)) == 0
    with pytest.raises(ValueError, match="expected one of ideal, sot"):
        hardware("tape")


def test_rows_that_are_arithmetic_pass() -> None:
    chosen = [row for row in ROWS if row.id.startswith(("N1", "N2")) and row.id != "N1.6"]
    assert len(chosen) == 8
    for done in map(check, chosen):
        assert done.passed, (done.row.id, done.value, done.note)


def evaluation(cost) -> Evaluation:
    labels = np.array([0, 0, 1, 2, 2, 2])
    return Evaluation(labels, np.array([0, 1, 1, 2, 2, 0]), labels, 3, cost)


def test_confusion_is_drawn(cost) -> None:
    found = evaluation(cost)
    assert found.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert found.loss == pytest.approx(1 / 3)
    assert found.loss_error == pytest.approx(np.sqrt(1 / 3 * 2 / 3 / 6))
    ax = plots.plot_confusion(found, ["cat", "dog", "bird"])
    shown = {text.get_position()[::-1]: text.get_text() for text in ax.texts}
    assert shown == {(0, 0): "1", (0, 1): "1", (1, 1): "1", (2, 0): "1", (2, 2): "2"}
    assert "66.7 %" in ax.get_title()


def test_energies_are_drawn(cost) -> None:
    ax = plots.plot_layers(cost)
    widths = np.zeros(2)
    for box in ax.containers:
        widths += [bar.get_width() for bar in box]
    unit = {"nJ": 1e-9, "pJ": 1e-12}[ax.get_xlabel()[-3:-1]]
    assert widths * unit == pytest.approx(list(cost.by_layer().values()), rel=1e-6, abs=0)
    ax = plots.plot_comparison(cost)
    sides = [*cost.by_part().values(), *cost.by_part(digital=True).values()]
    unit = {"nJ": 1e-9, "pJ": 1e-12}[ax.get_xlabel()[-3:-1]]
    assert [bar.get_width() * unit for bar in ax.patches] == pytest.approx(sides, rel=1e-6, abs=0)
