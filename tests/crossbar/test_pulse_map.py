"""Write pulses and levels: closed forms against draws, inverses, derivatives, and the cell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit
from scipy.stats import binom

from crossbar.cells.cell import Cell
from crossbar.cells.presets import describe, get
from crossbar.cells.pulse_cell import pulse_cell, pulse_energies
from crossbar.cells.pulse_counts import (
    binomial,
    count_chances,
    device_counts,
    draw_scores,
    level_confusion,
    write_parts,
)
from crossbar.cells.pulse_map import (
    PulseMap,
    level_scatter,
    mean_level,
    part_chances,
    parts_for_cycle,
    voltage_for,
)
from pbits.devices.pulse_sigmoid import orbit_pulses

ALPHA = 1e-4
LAW = PulseMap(0.895, 0.0225, 0.045, parts=20)
MEAN = jax.jit(mean_level)
VOLTAGE = jax.jit(voltage_for)
CONFUSION = jax.jit(level_confusion)
SCATTER = jax.jit(level_scatter)
CHANCES = jax.jit(part_chances)
COUNTS = jax.jit(count_chances)
BINOMIAL = jax.jit(binomial, static_argnums=1)
WRITE = jax.jit(write_parts)
WRITES = 20_000


def p_value(found, chances):
    """Chi-square of numbers of parts, rare ones pooled from the ends."""
    seen, wanted = np.bincount(found, minlength=LAW.parts + 1), np.asarray(chances, float) * WRITES
    keep = np.flatnonzero(wanted >= 10)
    first, last = keep[0], keep[-1] + 1
    assert (wanted[first:last] >= 10).all()
    pool = [np.r_[x[:first].sum() + x[first], x[first + 1 : last - 1], x[last - 1 :].sum()]
            for x in (seen, wanted)]  # fmt: skip
    return stats.chisquare(pool[0], pool[1] * WRITES / pool[1].sum()).pvalue


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.045, 0.2])
@pytest.mark.parametrize("pulses", [1, 4])
def test_the_mean_is_the_integral_over_thresholds(spread: float, pulses: int) -> None:
    law = LAW.replace(spread=spread)
    voltages = np.array([0.8, 0.88, 0.895, 0.95])

    def share(score: float, volt: float) -> float:
        stays = expit((0.895 + spread * score - volt) / 0.0225)
        return (1 - stays**pulses) * stats.norm.pdf(score)

    exact = [integrate.quad(share, -9, 9, (v,), limit=200)[0] for v in voltages]
    np.testing.assert_allclose(MEAN(law, voltages, pulses), exact, rtol=2e-5)


def test_a_part_has_the_law_of_one_device() -> None:
    """`pbits` has the same law, and the numbers of the preset."""
    law, one = LAW.replace(spread=0.0, incubation=0.3e-9), orbit_pulses()
    one = one._replace(incubation=0.3e-9)
    volts = jnp.array([0.85, 0.9, 1.0])
    for seconds in (0.5e-9, 0.75e-9, 3e-9):
        found = CHANCES(law, volts, jnp.zeros(1), 1, seconds)[:, 0]
        np.testing.assert_allclose(found, one.probability(volts, seconds), rtol=1e-4)
    numbers = {key: number.value for key, number in describe("sot-pulses").numbers.items()}
    names = ("threshold", "width", "pulse", "strip_resistance")
    assert tuple(numbers[name] for name in names) == tuple(orbit_pulses())[:4]


def test_new_devices_are_binomial() -> None:
    """Thresholds and switching drawn anew; 4 mV, or no spread, would be seen."""
    one, two = jax.random.split(jax.random.key(1))
    scores = draw_scores(one, LAW, (WRITES,))
    found = np.asarray(WRITE(two, LAW, scores, 0.92, 2))
    assert p_value(found, COUNTS(LAW, 0.92, 2)) > ALPHA
    assert p_value(found, COUNTS(LAW, 0.924, 2)) < ALPHA
    assert p_value(found, COUNTS(LAW.replace(spread=0.0), 0.92, 2)) < ALPHA
    assert p_value(found, COUNTS(LAW, 0.92, 1)) < ALPHA


def test_writes_of_one_device_are_quieter() -> None:
    """Exact for its own thresholds, where a binomial law of the same mean is rejected."""
    one, two = jax.random.split(jax.random.key(2))
    scores = draw_scores(one, LAW)
    chances = CHANCES(LAW, 0.9, scores)
    found = np.asarray(WRITE(two, LAW, jnp.broadcast_to(scores, (WRITES, LAW.parts)), 0.9))
    assert p_value(found, jax.jit(device_counts)(chances)) > ALPHA
    assert p_value(found, BINOMIAL(chances.mean(), LAW.parts)) < ALPHA
    exact = np.sqrt(float((chances * (1 - chances)).sum()))
    # Standard error 1 / sqrt(2 n) is 0.5 %.
    assert found.std() == pytest.approx(exact, rel=0.02)


def test_scatter_adds_up_and_is_that_of_draws() -> None:
    found = SCATTER(LAW, jnp.array([0.85, 0.9]))
    np.testing.assert_allclose(np.hypot(found.device, found.cycle), found.together, rtol=1e-5)
    scores = draw_scores(jax.random.key(3), LAW, (WRITES,))
    chances = np.asarray(CHANCES(LAW, 0.9, scores), float)
    assert chances.mean(-1).std() == pytest.approx(float(found.device[1]), rel=0.02)
    within = np.sqrt((chances * (1 - chances)).sum(-1).mean()) / LAW.parts
    assert within == pytest.approx(float(found.cycle[1]), rel=0.01)
    assert parts_for_cycle(LAW, float(SCATTER(LAW, jnp.array([0.895, 0.9])).cycle[0])) == LAW.parts


@pytest.mark.parametrize("parts", [20, 1000])
def test_binomial_chances_keep_their_digits(parts: int) -> None:
    shares = np.array([1e-6, 0.03, 0.5, 0.999, 0.0, 1.0])
    exact = binom.pmf(
        np.arange(parts + 1), parts, shares[:4, None].astype(np.float32).astype(float)
    )
    np.testing.assert_allclose(BINOMIAL(shares, parts)[:4], exact, rtol=2e-4, atol=1e-7)
    np.testing.assert_allclose(BINOMIAL(shares, parts)[4:, [0, -1]], np.eye(2), atol=1e-4)


def test_the_inverse_is_one() -> None:
    law, shares = LAW.replace(incubation=0.75e-9), jnp.linspace(0.02, 0.98, 25)
    for pulses, seconds in ((1, 0.75e-9), (5, 0.75e-9), (1, 2e-9)):
        back = MEAN(law, VOLTAGE(law, shares, pulses, seconds), pulses, seconds)
        np.testing.assert_allclose(back, shares, atol=3e-6)
    ends = VOLTAGE(LAW.replace(largest=0.9), shares.at[0].set(0.0), 1, 0.75e-9)
    assert float(ends[0]) == 0
    assert np.isnan(ends[-1])  # beyond the drivers
    assert float(VOLTAGE(LAW, shares, 1, 0.75e-9)[12]) == pytest.approx(0.895, abs=1e-6)
    assert float(VOLTAGE(law, shares, 1, 1.5e-9)[12]) == pytest.approx(0.75 * 0.895, abs=1e-5)


def test_derivatives_are_differences() -> None:
    """Of the mean, the inverse and the error of a level, in voltage and in what the law holds."""

    def found(x: jax.Array) -> jax.Array:
        law = LAW.replace(spread=x[1], width=x[2])
        share, levels = mean_level(law, x[0]), jnp.array([0.0, 0.5, 1.0])
        right = level_confusion(law, levels, jnp.stack([0.0, share, 1.0]))[1, 1]
        return jnp.stack([share, voltage_for(law, x[0] - 0.2), right])

    point, steps = jnp.array([0.92, 0.045, 0.0225]), 1e-3 * jnp.eye(3)
    quick, slopes = jax.jit(jax.vmap(found)), jax.jit(jax.jacrev(found))(point)
    sides = quick(jnp.concatenate([point + steps, point - steps]))
    np.testing.assert_allclose(slopes.T, (sides[:3] - sides[3:]) / 2e-3, rtol=0.02, atol=0.01)


def test_wrong_levels_are_counted() -> None:
    shares = jnp.linspace(0, 1, 6)
    found = np.asarray(CONFUSION(LAW, shares, shares), float)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    # 20 parts, levels every 4: the borders, 2 parts away, count half for each.
    exact = binom.pmf(np.arange(21), 20, 0.4)
    right = exact[7:10].sum() + exact[[6, 10]].sum() / 2
    assert found[2, 2] == pytest.approx(right, rel=1e-4)
    np.testing.assert_allclose(found, found[::-1, ::-1], atol=1e-5)
    finer = np.asarray(CONFUSION(LAW.replace(parts=2000), shares, shares), float)
    assert (1 - np.diag(finer)).max() < 1e-3 < (1 - np.diag(found)).max()


def test_a_cell_has_the_spreads_of_its_pulses() -> None:
    base = Cell(jnp.linspace(1e-6, 3e-6, 11), device_spread=0.03)
    law = LAW.replace(parts=400, largest=1.3)
    found = pulse_cell(base, law)
    np.testing.assert_allclose(found.cell.levels, base.levels, rtol=1e-5)
    assert [float(v) for v in found.voltages[::10]] == pytest.approx([0.0, 1.3])
    np.testing.assert_allclose(MEAN(law, found.voltages), np.linspace(0, 1, 11), atol=1e-5)
    one, two = jax.random.split(jax.random.key(4))
    scores = draw_scores(one, law, (2000,))
    share = np.asarray(WRITE(two, law, scores, found.voltages[5])) / law.parts
    spread = np.hypot(found.cell.device_spread[5], found.cell.cycle_spread[5])
    own = (1e-6 + 2e-6 * share).std() / 2e-6  # without the spread of the base
    assert np.hypot(own, 0.03) == pytest.approx(float(spread), rel=0.03)
    # Ends are tight.
    assert float(found.cell.cycle_spread[0]) == 0
    assert float(found.cell.cycle_spread[10]) < 1e-2 * float(found.cell.cycle_spread[5])
    energies = np.asarray(pulse_energies(law, found.voltages))
    assert float(found.cell.write.energy) == pytest.approx(energies.mean(), rel=1e-6)
    assert energies[0] == pytest.approx(1.3**2 * 0.75e-9 / 776, rel=1e-5, abs=0)


def test_the_preset_scatters_as_was_measured() -> None:
    cell = get("sot-pulses")
    assert cell.num_levels == 11
    # Rounding to whole parts: 1 / (2 N).
    assert float(cell.cycle_spread[5]) == pytest.approx(0.02, rel=3e-3)
    assert float(get("sot-pulses", cycle_spread=0.04).cycle_spread[5]) == pytest.approx(
        0.04, rel=9e-3
    )
    assert describe("sot-pulses").numbers["threshold_spread"].label == "assumed"
    softer = get("sot-pulses", series=1e6)
    assert float(softer.cycle_spread[5]) < 0.8 * float(cell.cycle_spread[5])


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"width": 0.0}, "width"), ({"spread": 0.3}, "spread"), ({"parts": 0}, "parts"),
     ({"largest": np.inf}, "largest"), ({"spread": -0.1}, "spread")],
)  # fmt: skip
def test_impossible_maps_are_refused(changes: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        LAW.replace(**changes)
    with pytest.raises(ValueError, match="deviation"):
        parts_for_cycle(LAW, 0.0)
    with pytest.raises(ValueError, match="shape"):
        level_confusion(LAW, [0.5], [0.5])
    with pytest.raises(ValueError, match="rise"):
        pulse_cell(Cell([1.0, 2.0]), LAW.replace(largest=0.1))
