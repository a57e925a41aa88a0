"""Pictures of co-design sweeps show the table's numbers."""

import matplotlib as mpl
import numpy as np
import pytest

from pbits.machine.codesign_result import Point
from pbits.machine.codesign_table import Table
from pbits.machine_plots import plot_parameter, plot_pareto, plot_quality

mpl.use("Agg")
BITS, CELL = "coupling.design.adc.bits", "coupling.design.cell"


def at(bits: int, cell: str, quality: float, successes: int, joules: float) -> Point:
    return Point(
        {BITS: bits, CELL: cell}, 1, 100, quality=quality, quality_error=0.01,
        successes=successes, seconds=1e-4 * bits, joules=joules, area_m2=1e-9,
    )  # fmt: skip


POINTS = (
    at(4, "stt", 0.8, 0, 4e-6), at(8, "stt", 0.95, 40, 8e-6),
    at(4, "sot", 0.9, 10, 4e-8), at(8, "sot", 0.97, 50, 8e-8),
)  # fmt: skip
REFUSED = Point({BITS: 16, CELL: "sot"}, 1, 100, refused="too many spins")
TABLE = Table((*POINTS, REFUSED), 5, -1.0, -1.0, 0.0, None, {})


@pytest.fixture(autouse=True)
def _closed():
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def test_points_stand_at_their_time_and_energy() -> None:
    ax = plot_pareto(TABLE)
    failed, solved, *rings = ax.collections
    shown = [point for point in POINTS if point.successes]
    expected = [[p.time_to_solution.value, p.energy_to_solution.value] for p in shown]
    np.testing.assert_allclose(np.asarray(solved.get_offsets()), expected)
    np.testing.assert_allclose(np.asarray(solved.get_array()), [95, 90, 97])
    bounds = [POINTS[0].time_to_solution.lower_bound, POINTS[0].energy_to_solution.lower_bound]
    np.testing.assert_allclose(np.asarray(failed.get_offsets()), [bounds])
    ringed = [tuple(ring.get_offsets()[0]) for ring in rings if len(ring.get_offsets())]
    assert ringed == [tuple(expected[2])]  # beats all others in everything
    assert [text.get_text() for text in ax.texts] == ["adc.bits 8, cell sot"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_ideal_machines_have_no_place_on_a_logarithm() -> None:
    free = Point({BITS: 4}, 1, 8, quality=1.0, quality_error=0.0, seconds=0.0, joules=0.0)
    with pytest.raises(ValueError, match="takes time and energy"):
        plot_pareto(Table((free,), 1, -1.0, -1.0, 0.0, None, {}))
    with pytest.raises(ValueError, match="takes time and energy"):
        plot_quality(Table((free,), 1, -1.0, -1.0, 0.0, None, {}))


def test_quality_stands_over_the_energy_of_a_read() -> None:
    ax = plot_quality(TABLE)
    (bars,) = ax.containers
    expected = [[p.joules_per_read, 100 * p.quality] for p in POINTS]
    np.testing.assert_allclose(bars.lines[0].get_xydata(), expected)
    ends = np.array(bars.lines[2][0].get_segments())
    np.testing.assert_allclose(np.ptp(ends[:, :, 1], axis=1), 4.0)  # two errors on either side
    # Of stt neither: sot does better for less.
    assert [text.get_text() for text in ax.texts] == [
        "adc.bits 4, cell sot",
        "adc.bits 8, cell sot",
    ]


@pytest.mark.parametrize("name", [BITS, CELL])
def test_a_parameter_is_shown_with_the_others_at_their_best(name: str) -> None:
    left, right = plot_parameter(TABLE, name)
    best, least = {BITS: ([90, 97], [4e-10, 8e-10]), CELL: ([95, 97], [4e-8, 4e-10])}[name]
    np.testing.assert_allclose(left.containers[0].lines[0].get_ydata().astype(float), best)
    np.testing.assert_allclose(right.lines[-1].get_ydata(), least)
    words = [label.get_text() for label in left.get_xticklabels()]
    assert words == {BITS: ["4", "8"], CELL: ["stt", "sot"]}[name]
    assert len(left.lines) == 2 + 1 + 2  # families, the profile, its caps


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(ValueError, match="was not varied"):
        plot_parameter(TABLE, "wait")
    with pytest.raises(ValueError, match="cost is 'money'"):
        plot_parameter(TABLE, BITS, cost="money")
    with pytest.raises(ValueError, match="0 axes given; expected 2"):
        plot_parameter(TABLE, BITS, [])
