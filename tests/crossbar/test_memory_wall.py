"""The memory wall reproduces what is claimed, under the assumptions that it needs."""

import json

import pytest

from crossbar import memory_wall, roofline
from crossbar.costs import Costs
from crossbar.digital import OperatingPoint


def test_the_claim_needs_reuse():
    """10 to 100 times is what a reuse of 4 leaves; at none it is 46 to 369."""
    low, high = memory_wall.claimed_range().ratios
    assert 10 <= low < 15
    assert 75 < high <= 100
    low, high = memory_wall.claimed_range(reuse=1).ratios
    assert low > 40
    assert high > 300
    low, high = memory_wall.claimed_range(reuse=16).ratios
    assert low < 4


def test_moving_costs_of_a_processor():
    """39 to 315 pJ per multiply-accumulate at no reuse."""
    rows = memory_wall.claimed_range(reuse=1).rows
    moved = [row.movement * 1e12 for row in rows]
    assert min(moved) == pytest.approx(39)
    assert max(moved) == pytest.approx(315)
    assert {row.compute for row in rows} == {0.23e-12}


@pytest.mark.parametrize("reuse", [1.0, 4.0, 20.0])
def test_the_window_of_reuse_is_where_the_ends_meet(reuse):
    low, high = memory_wall.claimed_range(reuse=reuse).reuse_window()
    assert memory_wall.claimed_range(reuse=low).ratios[1] == pytest.approx(100)
    assert memory_wall.claimed_range(reuse=high).ratios[0] == pytest.approx(10)


def test_assumptions_are_told():
    wall = memory_wall.claimed_range()
    text = str(wall)
    for word in (
        "serves 4 multiply",
        "10 to 15 bits",
        "O'Connor",
        "memory",
        "adc.isaac.8",
        "not counted",
    ):
        assert word in text
    assert json.loads(json.dumps(wall.facts()))["reuse"] == 4
    low = str(memory_wall.compare(memory_wall.digital_macro()))
    assert "0.65 V" in low
    assert "0.0029 of its bits are read wrongly" in low


def test_energies_of_arrays():
    macro = memory_wall.digital_macro(8)
    assert macro.compute == pytest.approx(2 / 28.07e12, rel=1e-3, abs=0)
    fast = memory_wall.digital_macro(8, OperatingPoint(1.2))
    assert fast.compute > 2.5 * macro.compute
    analog = memory_wall.analog_tile()
    assert 0.5e-12 < analog.energy < 1e-12
    # Two-terminal junctions of kiloohms pay in the cells: V^2 G t, 64 bit products, one cell on.
    low_ohmic = memory_wall.analog_tile(resistance=4.5e3)
    extra = 64 * 0.25**2 / 4.5e3 * 1e-9
    assert low_ohmic.compute - analog.compute == pytest.approx(extra, rel=0.01, abs=0)


def test_activations_are_shared_by_rows_and_columns():
    """Inputs once for all outputs, and sums that grow by a bit with twice the inputs."""
    bit = Costs.load()["sram.8kB.bit"].figure("energy")
    for inputs, outputs, wide in ((256, 64, 24), (512, 64, 25)):
        expected = bit * (8 / outputs + wide / inputs)
        for array in (
            memory_wall.digital_macro(8, size=(inputs, outputs)),
            memory_wall.analog_tile(8, size=(inputs, outputs)),
        ):
            assert array.activations == pytest.approx(expected, rel=1e-9, abs=0)


def test_near_memories_leave_less_to_gain():
    wall = memory_wall.compare(memory_wall.analog_tile(), bits=[10])
    ratios = {row.memory: row.ratio for row in wall.rows}
    assert ratios["sram.8kB.bit"] < 3 < ratios["sram.1MB.bit"] < ratios["hbm2.device.bit"]
    assert ratios["hbm2.device.bit"] < ratios["dram.bit"]


def test_users_costs_are_used(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '["hbm2.device.bit"]\nunit = "bit"\nsource = "mine"\nlabel = "measured"\nenergy = 1e-12\n'
    )
    wall = memory_wall.compare(
        memory_wall.analog_tile(), ["hbm2.device.bit"], bits=[10], costs=Costs.load(mine)
    )
    assert wall.rows[0].movement == pytest.approx(10e-12, rel=1e-6, abs=0)
    assert wall.rows[0].label == "measured"


def test_rooflines():
    roof = roofline.Roof(100e12, roofline.HBM3_STACK)
    # 10 to 15 bits per multiply-accumulate: 1.1 to 1.6 operations per byte, 1 to 1.4 TOPS a stack.
    assert roof.attainable(roofline.intensity(15)) == pytest.approx(0.96e12)
    assert roof.attainable(roofline.intensity(10)) == pytest.approx(1.44e12)
    assert roof.attainable(10 * roof.ridge) == roof.peak
    assert roof.attainable(roof.ridge) == pytest.approx(roof.peak)
    macro = roofline.macro_roof(1, 4, OperatingPoint(1.2))
    assert macro.peak == pytest.approx(4.42e12, rel=1e-3, abs=0)
    with pytest.raises(ValueError, match="above 0"):
        roof.attainable(0)


def test_bad_arguments():
    with pytest.raises(ValueError, match="reuse is 0"):
        memory_wall.claimed_range(reuse=0)
    with pytest.raises(ValueError, match="at least one memory"):
        memory_wall.compare(memory_wall.analog_tile(), [])
    with pytest.raises(ValueError, match="rows is 0"):
        memory_wall.analog_tile(rows=0)
    with pytest.raises(ValueError, match="outputs is 0"):
        memory_wall.digital_macro(size=(256, 0))
    with pytest.raises(ValueError, match="macros is 0"):
        roofline.macro_roof(0)
    with pytest.raises(KeyError, match=r"hbm2\.device\.bit"):
        memory_wall.compare(memory_wall.analog_tile(), ["hbm3.device.bit"])
