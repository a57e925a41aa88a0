"""Devices in blocks: every device once, in its own place, whatever the number of cores."""

import numpy as np
import pytest

from pbits.devices.blocks import LARGEST, Layout
from pbits.devices.macrospin import Magnet, Vector


@pytest.mark.parametrize("count", [1, 7, 8192, 8193, 10_000, 100_000])
@pytest.mark.parametrize("cores", [1, 2, 8])
def test_blocks_hold_every_device_once(count, cores):
    layout = Layout(count, cores)
    assert layout.blocks % cores == 0
    assert layout.width <= LARGEST
    assert count <= layout.total < count + cores + 16 * layout.blocks
    values = np.arange(3 * count, dtype=np.float32).reshape(3, count)
    blocks = layout.spread(values)
    assert blocks.shape == (layout.blocks, 3, layout.width)
    assert np.array_equal(layout.joined(blocks), values)
    numbers = layout.numbers.ravel()
    assert np.array_equal(numbers, np.arange(layout.total))
    # Spare places repeat the last device, so that they cannot go wrong in a way of their own.
    assert np.all(blocks[-1][:, layout.width - (layout.total - count) :] == values[:, -1:])


def test_fields_go_with_their_devices():
    layout, each = Layout(20_000, 1), np.linspace(0.01, 0.5, 20_000)
    single, many = layout.split(Magnet(1e-18, each, Vector(z=0.1)))
    assert many.moment is None
    assert single.alpha is None
    assert single.moment == np.float32(1e-18)
    assert layout.joined(many.alpha) == pytest.approx(each)
    with pytest.raises(ValueError, match="one for each device"):
        layout.split(Magnet(1e-18, each[:-1], Vector(z=0.1)))
