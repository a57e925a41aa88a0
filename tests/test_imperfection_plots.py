"""Pictures of imperfections show the studies' numbers."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot

from pbits.imperfection_plots import plot_clocks, plot_losses
from pbits.machine.dynamics import ClockPoint
from pbits.machine.imperfection_study import QualityLoss, StudyRow


@pytest.fixture(autouse=True)
def _figures():
    yield
    pyplot.close("all")


def test_losses_are_shown_over_sizes():
    study = [
        StudyRow("offset spread", size, QualityLoss(4 * size, 0.5, 0.0, 0.0, 200.0))
        for size in (0.5, 2.0)
    ]
    ax = plot_losses([study])
    (box,) = ax.containers
    assert box.get_label() == "offset spread, up to 2 beta I"
    assert np.allclose(box.lines[0].get_xydata(), [[0.25, 1.0], [1.0, 4.0]])
    ends = box.lines[2][0].get_segments()[0]
    assert np.allclose(ends[:, 1], [0.5, 1.5])  # two standard errors
    assert plot_losses([study], ax) is ax
    with pytest.raises(ValueError, match="no rows"):
        plot_losses([[]])
    with pytest.raises(ValueError, match="use a table instead"):
        plot_losses([[StudyRow("shape", "atan", study[0].loss)]])


def test_the_fastest_clock_is_marked():
    points = [
        ClockPoint(period, 1.0, 0.1, seconds, 1e-10, 0.0, -1.0, 0.1)
        for period, seconds in ((4e-9, 8e-9), (1e-9, 6e-9), (2e-9, 5e-9))
    ]
    ax = plot_clocks(points)
    marked = ax.get_lines()[-1]
    assert marked.get_label() == "least: 2 ns"
    assert np.allclose(marked.get_xydata(), [[2, 5]])
    with pytest.raises(ValueError, match="no points"):
        plot_clocks([])
