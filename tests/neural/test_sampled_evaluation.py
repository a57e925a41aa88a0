"""One call for accuracy, doubt and cost: each number against what it is made of."""

import jax
import numpy as np
import pytest

from crossbar.ledger import charge
from pbits.machine.pbit_costs import divider_cost
from pbits.neural import evaluate_samples, hardware, monte_carlo, pbit_mlp
from pbits.neural.digital import digital_report
from pbits.neural.predictions import auroc, calibration_error, entropy, softmax
from pbits.neural.processor import Processor
from pbits.neural.readout import in_arrays
from pbits.neural.sample_costs import sample_cost
from pbits.neural.shapes import mlp

RNG = np.random.default_rng(0)
NET, OTHER = pbit_mlp((6,), 3, hidden=(5,), drive=0), mlp((6,), 3, hidden=(5,))
X, STRANGE = (RNG.uniform(size=(30, 6)).astype(np.float32) for _ in range(2))
Y, PBIT = RNG.integers(0, 3, 30), divider_cost()


@pytest.fixture(scope="module")
def arrays():
    design = hardware("sot", rows=8, columns=8, weight_bits=3, input_bits=2)
    return in_arrays(NET, design, X[:8], jax.random.key(0), names=("dense2",))


@pytest.fixture(scope="module")
def found(arrays):
    return evaluate_samples(
        NET, X, Y, 4, pbit=PBIT, arrays=arrays, outside=STRANGE, compared=OTHER, seed=3, batch=30,
        held_out=(STRANGE, Y),
    )  # fmt: skip


def test_what_it_says_is_what_the_samples_say(found, arrays):
    drawn, strange = (monte_carlo(NET, x, 4, seed=3, arrays=arrays, batch=30) for x in (X, STRANGE))
    assert found.accuracy == drawn.accuracy(Y)
    assert found.by_samples == {k: drawn.accuracy(Y, k) for k in (1, 2, 4)}
    area, gain = found.detection
    theirs = [entropy(softmax(np.asarray(OTHER(x)))) for x in (X, STRANGE)]
    assert area == auroc(drawn.entropy(), strange.entropy())
    assert gain.value == pytest.approx(area - auroc(*theirs))
    assert found.float_accuracy == np.mean(np.asarray(OTHER(X)).argmax(-1) == Y)
    plain = softmax(np.asarray(OTHER(X)))
    assert found.temperatures[1] != 1
    sharper = plain ** (1 / found.temperatures[1])
    sharper /= sharper.sum(-1, keepdims=True)
    assert found.calibration[1] == pytest.approx(calibration_error(sharper, Y), rel=1e-6)


def test_the_cost_is_that_of_arrays_p_bits_and_what_is_in_no_memory(found, arrays):
    cost = sample_cost(NET, X, arrays, PBIT, seed=3)
    machine = Processor()
    first = charge(machine.events(6, 5, 1)).energy  # before the p-bits: once an image
    assert found.joules_per_image == pytest.approx(cost.joules(4) + first, rel=1e-9, abs=0)
    assert found.joules_by_part()["processor"] == pytest.approx(first, rel=1e-9, abs=0)
    assert found.seconds_per_image == pytest.approx(cost.seconds(4), rel=1e-9, abs=0)
    (memory,) = arrays.values()
    area = memory.report(memory.mvm(X[:1, :5])[1]).area
    assert found.cost.area == pytest.approx(area + 5 * PBIT.area, rel=1e-6, abs=0)
    both = first + charge(machine.events(5, 3, 1)).energy
    assert found.digital.energy == pytest.approx(both, rel=1e-9, abs=0)
    assert digital_report(NET, names=("dense1",)).energy == pytest.approx(first, rel=1e-9, abs=0)
    facts = found.facts()
    assert facts["digital"]["advantage"] == pytest.approx(both / found.joules_per_image)
    assert "against the deterministic network" in str(found)
    # Without memory, behind the p-bits: once a sample.
    alone = evaluate_samples(NET, X, Y, 4, pbit=PBIT, seed=3, batch=30)
    assert alone.rest_each == pytest.approx(both - first, rel=1e-9, abs=0)
    assert alone.detection is None
    assert alone.facts()["auroc"] is None
