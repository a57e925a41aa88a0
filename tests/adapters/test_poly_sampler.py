"""The higher-order sampler, against dimod's and OpenJij's."""

from collections.abc import Mapping

import dimod
import numpy as np
import pytest

from pbits import PolySampler
from pbits.results import Progress


def hubo(n: int = 10, seed: int = 0) -> dict[tuple, int]:
    rng = np.random.default_rng(seed)
    return {
        tuple(sorted(rng.choice(n, order, replace=False).tolist())): int(rng.integers(-2, 3))
        for order in (1,) * 4 + (2,) * 6 + (3,) * 8 + (4,) * 2
    }


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_the_lowest_energy_is_that_of_dimods_exact_sampler(vartype: str) -> None:
    poly = dimod.BinaryPolynomial(hubo(), vartype)
    found = PolySampler().sample_poly(poly, num_reads=64, num_sweeps=200, seed=1)
    exact = dimod.ExactPolySolver().sample_poly(poly)
    assert found.first.energy == exact.first.energy
    assert found.vartype is poly.vartype
    np.testing.assert_array_equal(found.record.energy, poly.energies(found))
    assert found.info["stopped_by"] == "schedule"


def test_openjij_finds_nothing_lower() -> None:
    openjij = pytest.importorskip("openjij")
    terms = hubo(30, seed=2)
    ours = PolySampler().sample_hubo(terms, num_reads=64, num_sweeps=300, seed=1)
    poly = dimod.BinaryPolynomial(terms, "BINARY")
    theirs = openjij.SASampler().sample_hubo(terms, vartype="BINARY", num_reads=50, seed=1)
    assert ours.first.energy == poly.energy(ours.first.sample)
    assert ours.first.energy == pytest.approx(theirs.first.energy)


def test_real_coefficients_and_any_labels() -> None:
    h, terms = {"z": 0.3}, {("a", 1, (2, 3)): 1.7, ("a", "z"): -0.4}
    found = PolySampler().sample_hising(h, terms, num_reads=16, num_sweeps=50, seed=1)
    assert set(found.variables) == {"a", "z", 1, (2, 3)}
    assert found.first.energy == pytest.approx(-2.4)
    assert found.info["kernel"] == "poly_float-metropolis"


def test_equal_seeds_give_equal_samples() -> None:
    arguments = {"num_reads": 64, "num_sweeps": 20}
    sampler = PolySampler()
    first, again, other = (sampler.sample_hubo(hubo(), seed=s, **arguments) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.record.sample, again.record.sample)
    assert np.any(first.record.sample != other.record.sample)


def test_runs_stop_as_asked() -> None:
    sampler = PolySampler()
    reports: list[Progress] = []
    limits = (
        ("target", {"target_energy": 100.0}),
        ("time_limit", {"num_restarts": None, "time_limit": 0.1}),
        ("interrupt", {"num_restarts": None, "interrupt_function": lambda: True}),
    )
    for reason, limit in limits:
        found = sampler.sample_hubo(hubo(), num_reads=64, seed=1, progress=reports.append, **limit)
        assert found.info["stopped_by"] == reason
    assert reports


def test_it_is_a_dimod_sampler_of_polynomials() -> None:
    sampler = PolySampler()
    assert isinstance(sampler, dimod.PolySampler)
    assert isinstance(sampler.parameters, Mapping)
    for relevant in sampler.parameters.values():
        assert set(relevant) <= set(sampler.properties)
    composed = dimod.PolyFixedVariableComposite(sampler)
    found = composed.sample_hising({}, {"abc": 1}, fixed_variables={"c": -1}, seed=1)
    assert found.first.energy == -1


def test_empty_and_constant_polynomials() -> None:
    sampler = PolySampler()
    found = sampler.sample_poly(dimod.BinaryPolynomial({(): 2.5}, "BINARY"), num_reads=3)
    assert found.record.energy.tolist() == [2.5] * 3
    assert len(found.variables) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"num_reads": 0},
        {"num_sweeps": -1},
        {"beta_range": (1.0,)},
        {"proposal_acceptance_criteria": "other"},
        {"num_restarts": None},
    ],
)
def test_bad_arguments_are_refused(arguments: dict) -> None:
    with pytest.raises(ValueError, match=r"expected|give"):
        PolySampler().sample_hubo({"abc": 1}, **arguments)
