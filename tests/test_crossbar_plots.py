"""Pictures of matrices in memory show the numbers that they are given."""

import jax
import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

import crossbar
from crossbar.assessment import Errors
from crossbar.ledger import charge
from pbits.crossbar_plots import LABEL_COLOURS, plot_energy, plot_error_map, plot_errors

CELL = crossbar.Cell([1e-6, 2e-6], device_spread=0.05)


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.mark.parametrize(("mapping", "width"), [("differential", 4), ("offset", 3)])
def test_error_map(ax, mapping, width):
    weights = np.random.default_rng(0).normal(size=(9, 5))
    design = crossbar.Design(CELL, rows=4, columns=4, mapping=mapping)
    memory = crossbar.program(jax.random.key(0), weights, design)
    plot_error_map(memory, weights, ax)
    wanted = (np.asarray(memory.matrix()) - weights) / np.sqrt(np.mean(weights**2))
    (image,) = ax.get_images()
    np.testing.assert_allclose(np.asarray(image.get_array()), wanted, rtol=1e-4, atol=1e-6)
    low, high = image.get_clim()
    assert -low == high == pytest.approx(np.percentile(np.abs(wanted), 99), rel=1e-4)
    across = [line for line in ax.get_lines() if line.get_ydata()[0] == line.get_ydata()[1]]
    assert sorted(line.get_ydata()[0] for line in across) == [3.5, 7.5]
    down = [line for line in ax.get_lines() if line not in across]
    assert [line.get_xdata()[0] for line in down] == [width - 0.5]
    assert f"{np.sqrt(np.mean(wanted**2)):.2g}" in ax.get_title()


def test_errors_in_percent(ax):
    errors = Errors(0.01, 0.1, 0.0, 0.02, 0.015, 0.3, 0.12)
    plot_errors(errors, ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    widths = dict(zip(names, [bar.get_width() for bar in ax.patches], strict=True))
    assert widths == pytest.approx(
        {"quantisation": 1, "programming": 10, "wires": 0, "converter": 2, "reading": 1.5,
         "all, uncalibrated": 30, "all": 12}
    )  # fmt: skip
    assert ax.yaxis_inverted()
    assert "(%)" in ax.get_xlabel()
    # A colour of a label beside it would claim where an error is known from.
    labels = {colors.to_rgba(colour) for colour in LABEL_COLOURS.values()}
    assert not labels & {bar.get_facecolor() for bar in ax.patches}


def test_energies_in_the_unit_of_the_axis_and_the_colour_of_the_label(ax):
    report = charge({"mac.int8": 10_000, "add.int32": 50_000, "sram.8kB.bit": 1})
    plot_energy(report, ax)
    rows = [row for row in report.rows if row.total > 5e-3 * report.energy]
    assert len(rows) == 2
    assert ax.get_xlabel() == "energy (nJ)"
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([r.total / 1e-9 for r in rows])
    assert [bar.get_facecolor() for bar in ax.patches] == [
        colors.to_rgba(LABEL_COLOURS[row.label]) for row in rows
    ]
    assert [text.get_text() for text in ax.texts] == [
        f"{row.total / report.energy:.0%}" for row in rows
    ]
