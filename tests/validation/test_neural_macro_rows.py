"""Rows N10-N14: they pass, and fail where the reference is wrong."""

import dataclasses
from pathlib import Path

import pytest

from pbits.validation import neural_macro, neural_readout
from pbits.validation.rows import check, choose
from problems import store

ROWS = (*neural_macro.ROWS, *neural_readout.ROWS)
DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def shared(monkeypatch):
    if DATA.is_dir():
        monkeypatch.setenv(store.ENVIRONMENT, str(DATA))


@pytest.mark.parametrize("name", ["N14.1", "N14.4"])
def test_rows_pass_and_a_wrong_reference_fails(name):
    (row,) = choose(ROWS, [name])
    wrong = dataclasses.replace(row, reference=row.reference + 3 * row.tolerance)
    assert check(row).passed
    assert not check(wrong).passed


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_all_rows_pass_or_say_what_is_missing(row, shared):
    pytest.importorskip("optax")
    found = check(row)
    if found.passed is None:
        pytest.skip(found.note or "not run")
    assert found.passed, f"{row.claim}: {found.value} for {row.reference}, {found.note}"
