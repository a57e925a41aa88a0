"""The common part of the samplers, on a new one whose driver knows no states and no choices."""

import warnings

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import AnnealingSampler
from pbits.adapters.base import BaseSampler
from pbits.results import Minimum, Timing


class UpSampler(BaseSampler):
    """Every spin up, however often it is asked."""

    default_num_reads = 3

    def sample(
        self, bqm, num_reads=None, *, seed=None, interrupt_function=None, progress=None, **kwargs
    ):
        self.remove_unknown_kwargs(**kwargs)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        assert call.initial_spins is None
        call.callbacks.interrupt()
        spins = np.ones((call.num_reads, call.problem.num_variables), np.int8)
        result = Minimum(
            call.seed, 0, Timing(0.0, 0.0, 0.0, 0.0), "up", 1, ("core",), spins,
            call.problem.energies(spins), None, 1, "schedule",
        )  # fmt: skip
        return call.sampleset(result, {"own": 1}, ["adapter"])


BQM = dimod.BQM({"b": 0.5}, {("b", ("a", 1)): 1}, 0.25, "SPIN")


def test_a_short_sampler_conforms():
    dimod.testing.assert_sampler_api(UpSampler())
    found = UpSampler().sample(BQM, seed=4)
    assert found.record.energy.tolist() == [1.75] * 3
    assert list(found.variables) == list(BQM.variables)
    assert (found.info["own"], found.info["seed"]) == (1, 4)
    assert found.info["notes"] == ["core", "adapter"]
    binary = UpSampler().sample(BQM.change_vartype("BINARY", inplace=False), num_reads=1)
    assert binary.record.sample.tolist() == [[1, 1]]


def test_only_choices_that_sample_takes_are_named():
    assert set(UpSampler().properties) == {"default_num_reads"}
    assert UpSampler().parameters == {
        "num_reads": ["default_num_reads"], "seed": [], "interrupt_function": [], "progress": [],
    }  # fmt: skip
    assert set(AnnealingSampler().properties) == {
        "beta_schedule_options", "default_num_reads", "initial_states_generator_options",
        "proposal_acceptance_criteria_options",
    }  # fmt: skip


def test_a_base_without_sample_is_abstract():
    with pytest.raises(TypeError):
        BaseSampler()


def test_warnings_point_at_the_line_that_called_sample():
    def fail():
        raise OSError("no disk")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        UpSampler().sample(BQM, interrupt_function=fail)
        UpSampler().sample(BQM, nonsense=1)
    assert [w.filename for w in caught] == [__file__] * 2
