"""Variables taken out before any dimod sampler, and put back."""

import json
import unittest
from types import MappingProxyType

import dimod
import dimod.testing
import networkx as nx
import numpy as np
import pytest

from pbits import PresolveComposite

EXACT = dimod.ExactSolver()


def test_api():
    sampler = PresolveComposite(EXACT)
    dimod.testing.assert_sampler_api(sampler)
    dimod.testing.assert_composite_api(sampler)
    assert set(PresolveComposite(sampler).parameters) == {"roof", "separate"}


@dimod.testing.load_sampler_bqm_tests(PresolveComposite(EXACT))
class TestPresolveComposite(unittest.TestCase):
    pass


def model(seed, vartype):
    """Two sparse parts with loops, labels of all kinds."""
    graph = nx.disjoint_union(nx.gnm_random_graph(9, 20, seed=seed), nx.complete_graph(5))
    graph = nx.relabel_nodes(graph, {0: "zero", 1: ("one", 1), 2: -2.5})
    rng = np.random.default_rng(seed)
    linear = {name: int(rng.integers(-2, 3)) for name in graph}
    pairs = {pair: int(rng.integers(-300, 301)) for pair in graph.edges}
    return dimod.BQM(linear, pairs, 7, vartype)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("separate", [True, False])
def test_the_ground_state_is_that_of_the_whole(vartype, separate):
    sizes = set()
    for seed in range(6):
        bqm = model(seed, vartype)
        found = PresolveComposite(EXACT).sample(bqm, separate=separate, roof=seed % 2 == 0)
        dimod.testing.assert_sampleset_energies(found, bqm)
        assert found.vartype is bqm.vartype
        assert found.first.energy == EXACT.sample(bqm).first.energy
        told = json.loads(json.dumps(found.info))["presolve"]
        assert told["num_variables"] - sum(told["applied"].values()) == told["num_left"]
        assert sum(told["parts"]) == told["num_left"]
        assert len(found) == 2 ** max(told["parts"], default=0)
        sizes.add(len(told["parts"]))
    assert max(sizes) == 1 + separate


class Few(dimod.Sampler):
    """Keeps what it was called with; two samples, the worse one first, variables reversed."""

    parameters, properties = MappingProxyType({"depth": []}), MappingProxyType({"colour": "green"})

    def sample(self, bqm, **parameters):
        self.called = bqm.num_variables, parameters
        best = EXACT.sample(bqm).to_pandas_dataframe().sort_values("energy")[::-1].tail(2)
        names = list(bqm.variables)[::-1]
        return dimod.SampleSet.from_samples_bqm(
            (best[names].to_numpy(), names), bqm, num_occurrences=[3, 4], info={"own": 1}
        )


def test_the_child_sees_what_is_left_and_its_counts_are_kept():
    child, bqm = Few(), model(1, "BINARY")
    sampler = PresolveComposite(child)
    assert sampler.properties == {"child_properties": {"colour": "green"}}
    found = sampler.sample(bqm, depth=2)
    left = found.info["presolve"]["num_left"]
    assert 0 < left < bqm.num_variables
    assert (child.called, found.info["own"]) == ((left, {"depth": 2}), 1)
    assert found.record.num_occurrences.tolist() == [3, 4]
    dimod.testing.assert_sampleset_energies(found, bqm)
    exact = EXACT.sample(bqm).first.energy
    assert found.record.energy[1] == exact
    assert sampler.sample(bqm, separate=True).record.energy[0] == exact


def test_nothing_left_needs_no_child():
    child = Few()
    found = PresolveComposite(child).sample(dimod.BQM({"a": 1}, {"ab": 3, "bc": -2}, 0, "SPIN"))
    assert not hasattr(child, "called")
    assert (found.first.energy, len(found)) == (-6, 1)
