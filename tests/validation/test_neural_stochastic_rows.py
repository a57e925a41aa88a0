"""Rows of stochastic layers: the quick ones pass, and a wrong reference does not."""

from dataclasses import replace

import pytest

from pbits.validation.neural_stochastic import ROWS
from pbits.validation.rows import check

BY_ID = {row.id: row for row in ROWS}


@pytest.mark.parametrize("name", ["N20.1", "N20.2", "N20.3", "N21.1"])
def test_quick_rows_pass(name):
    found = check(BY_ID[name])
    assert found.passed, f"{found.row.claim}: {found.value}, {found.note}"


def test_a_wrong_reference_fails():
    """As if the wait did not matter."""
    row = replace(BY_ID["N20.2"], reference=BY_ID["N20.1"].reference)
    assert not check(row).passed


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_rows_pass_in_full(row):
    found = check(row, full=True)
    if found.passed is None:
        pytest.skip(found.note)
    assert found.passed, f"{row.claim}: {found.value}, {found.note}"
