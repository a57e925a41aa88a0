"""Pictures of Boltzmann machines show the images and numbers that they are given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from pbits.boltzmann_plots import plot_filters, plot_images, plot_scores


@pytest.fixture
def ax():
    return Figure().subplots()


def drawn(ax):
    "What is inside of the frame."
    (image,) = ax.get_images()
    whole = np.asarray(image.get_array())
    sides = (whole[0], whole[-1], whole[:, 0], whole[:, -1])
    assert all((side == whole[0, 0]).all() for side in sides)
    return whole[1:-1, 1:-1]


def test_images_stand_side_by_side(ax):
    images = np.array([[1, -1, -1, 1, 1, 1], [-1, -1, -1, -1, -1, 0], [1] * 6])
    found = drawn(plot_images(images, (2, 3), ax, columns=2))
    assert found.shape == (5, 7, 3)
    np.testing.assert_allclose(found[:2, :3, 0], [[0, 1, 1], [0, 0, 0]])
    np.testing.assert_allclose(found[:2, 4:, 1], [[1, 1, 1], [1, 1, 0.5]])
    assert (found[3:, :3] == 0).all()
    frame = found[2, 0]
    assert (found[3:, 4:] == frame).all()  # there is no fourth image
    assert not np.isin(frame, [0, 1]).any()


def test_unknown_pixels_are_blue(ax):
    known = np.array([True, False])
    found = drawn(plot_images([[1, 1], [-1, -1], [0, 0]], (1, 2), ax, known=known))[0]
    for x, ink in ((0, 1), (3, 0), (6, 0.5)):
        np.testing.assert_allclose(found[x], 1 - ink)
        red, _, blue = found[x + 1]
        assert blue > red
    assert found[1].sum() < found[7].sum() < found[4].sum()


def test_filters_are_red_where_a_pixel_lifts_the_unit(ax):
    found = drawn(plot_filters([[-2.0, 2.0], [0.0, -1.0]], (1, 2), ax, columns=2))[0]
    red, blue = found[0], found[1]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert found[3].min() > 0.9
    assert "up to 2" in ax.get_title()


def test_scores_pass_over_gaps(ax):
    runs = {"pcd": ([1, 2, 3, 4], [0.1, np.nan, 0.3, 0.4]), "cd": ([1, 2], [0.2, 0.3])}
    plot_scores(runs, ax, ylabel="accuracy", levels={"ideal": 0.5})
    first, second, level = ax.get_lines()
    assert first.get_xdata().tolist() == [1, 3, 4]
    assert second.get_ydata().tolist() == [0.2, 0.3]
    assert level.get_ydata()[0] == 0.5
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["pcd", "cd"]
    assert ax.get_ylabel() == "accuracy"


def test_errors(ax):
    with pytest.raises(ValueError, match=r"expected \[k, 6\]"):
        plot_images(np.ones((2, 5)), (2, 3), ax)
