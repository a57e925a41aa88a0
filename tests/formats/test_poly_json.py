"""Polynomials as JSON: round trips, detection, damage."""

import json
from pathlib import Path

import dimod
import numpy as np
import pytest

from problems import FormatError, from_poly, from_terms, ising, read, write

TERMS = [[["a", "b", "c"], 1.5], [["a"], -1], [[], 2], [[["x", 1], "b"], 3]]


def file(folder: Path, **fields: object) -> Path:
    path = folder / "poly.json"
    path.write_text(json.dumps(fields))
    return path


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_energies_are_those_of_the_terms(tmp_path: Path, vartype: str) -> None:
    instance = read(file(tmp_path, vartype=vartype, terms=TERMS))
    poly = dimod.BinaryPolynomial({"abc": 1.5, "a": -1, (): 2, (("x", 1), "b"): 3}, vartype)
    spins = np.array([[1, 1, -1, 1], [-1, 1, 1, -1]])
    values = spins if vartype == "SPIN" else (spins + 1) // 2
    expected = poly.energies((values, list(instance.problem.labels)))
    assert (instance.name, instance.format) == ("poly", "json")
    np.testing.assert_allclose(instance.values(spins), expected)


@pytest.mark.parametrize("name", ["p.json", "p.json.gz"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    poly = dimod.BinaryPolynomial({"abc": 1.5, "ad": -0.1, (): 7}, "SPIN")
    for problem in (from_poly(poly), from_terms([([[0, 1, 2]], [2])], 5, offset=-3)):
        write(problem, tmp_path / name)
        again = read(tmp_path / name).problem
        assert (again.labels, again.offset, again.is_integer) == (
            problem.labels, problem.offset, problem.is_integer,
        )  # fmt: skip
        spins = np.random.default_rng(0).choice((-1, 1), (8, problem.num_variables))
        np.testing.assert_array_equal(again.energies(spins), problem.energies(spins))


def test_quadratic_models_are_still_read(tmp_path: Path) -> None:
    write(ising([1, 0], [0], [1], [2]), tmp_path / "q.json")
    assert read(tmp_path / "q.json").values([1, 1]).item() == 3


def test_other_formats_refuse_polynomials(tmp_path: Path) -> None:
    problem = from_terms([([[0, 1, 2]], [1])])
    for name in ("p.rud", "p.coo", "p.bqm", "p.qubo"):
        with pytest.raises(FormatError, match="json"):
            write(problem, tmp_path / name)


@pytest.mark.parametrize(
    "fields",
    [
        {"terms": TERMS},
        {"vartype": "SPIN", "terms": {}},
        {"type": "BinaryPolynomial", "vartype": "SPIN"},
        {"vartype": "SPIN", "terms": [["a", 1]]},
        {"vartype": "SPIN", "terms": [[["a"], "1"]]},
        {"vartype": "SPIN", "terms": [[["a"], True]]},
        {"vartype": "SPIN", "terms": [[["a"], float("nan")]]},
        {"vartype": "SPIN", "terms": [[[{}], 1]]},
        {"vartype": "SPIN", "terms": TERMS, "labels": ["a", "b"]},
        {"vartype": "SPIN", "terms": [], "labels": ["a", "a"]},
        {"vartype": "SPIN", "terms": [], "labels": 3},
        {"vartype": "BINARY", "terms": [[list(range(21)), 1]]},
    ],
)
def test_damage_is_named_in_one_line(tmp_path: Path, fields: dict) -> None:
    with pytest.raises(FormatError, match=r"poly\.json: .*; expected") as caught:
        read(file(tmp_path, **fields))
    assert "\n" not in str(caught.value)
