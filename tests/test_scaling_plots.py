"""Pictures of crossbar studies show the committed records' numbers."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot

from crossbar.contrast import Contrast
from crossbar.scaling import Study
from pbits.scaling_plots import plot_contrast, plot_scaling

RECORDS = Path(__file__).parents[1] / "examples" / "records"


def facts(name: str) -> dict:
    return json.loads((RECORDS / name).read_text())


@pytest.fixture(autouse=True)
def _figures():
    yield
    pyplot.close("all")


def test_scaling_shows_errors_energies_and_latencies() -> None:
    study = Study.from_facts(facts("crossbar-scaling.json"))
    errors, energies, latencies = plot_scaling(study)
    shown = {box.get_label(): box.lines[0].get_xydata() for box in errors.containers}
    wanted = [(point.size, 100 * point.error) for point in study.series("all")]
    assert np.allclose(shown["all together"], wanted)
    assert len(shown) == 8
    lines = {line.get_label(): line.get_ydata() for line in energies.get_lines()}
    first = study.series("none")[0]
    assert lines["one array"][0] == pytest.approx(first.energy / first.size**2 * 1e12)
    assert len(latencies.get_lines()) == 4
    assert errors.get_xlabel() == "N of an N x N matrix"


def test_contrast_shows_both_machines() -> None:
    found = Contrast.from_facts(facts("crossbar-contrast.json"))
    _, figures = pyplot.subplots(1, 3)
    axes = plot_contrast(found, figures)
    assert [ax.figure for ax in axes] == [figures[0].figure] * 3
    spread = {box.get_label(): box.lines[0].get_xydata() for box in axes[2].containers}
    rows = found.series("spread", "digital")
    assert np.allclose(spread["digital"], [(row.value, 100 * row.error) for row in rows])
    assert axes[2].get_yscale() == "log"


def test_three_axes_are_needed() -> None:
    found = Contrast.from_facts(facts("crossbar-contrast.json"))
    with pytest.raises(ValueError, match="expected three"):
        plot_contrast(found, pyplot.subplots(1, 2)[1])


def test_records_hold_what_the_text_says() -> None:
    """All together stays below a tenth to 2048, where a plain array is beyond a half."""
    study = Study.from_facts(facts("crossbar-scaling.json"))
    assert max(point.error or 1 for point in study.series("all")) < 0.1
    assert (study.at(2048, "none").error or 0) > 0.5
    assert (study.at(2048, "all").error or 1) < (study.at(2048, "all but tree").error or 0)
