"""``pbits validate``."""

import json

import pytest

from pbits.validation import table
from pbits.validation.rows import Row

KEYS = {"id", "claim", "source", "reference", "tolerance", "value", "pass", "seconds"}


@pytest.fixture
def two_rows(monkeypatch):
    """One row that passes and one that does not."""

    def broken(full):
        raise RuntimeError("no convergence")

    rows = [
        Row("X1.1", "two |and| two", "arithmetic", 4.0, 1e-9, lambda full: 4.0),
        Row("X2.1", "three and three", "arithmetic", 6.0, 1e-9, lambda full: 7.0),
        Row("X2.2", "nothing", "arithmetic", 6.0, 1e-9, broken),
    ]
    monkeypatch.setattr(table, "all_rows", lambda: rows)


def test_one_row_as_json(invoke):
    result = invoke("validate", "--only", "T7.3", "--json")
    assert result.exit_code == 0
    (row,) = json.loads(result.stdout)["rows"]
    assert set(row) == KEYS
    assert (row["id"], row["pass"]) == ("T7.3", True)
    assert row["value"] == pytest.approx(row["reference"], abs=row["tolerance"])
    assert row["value"] != row["reference"]


def test_a_family_as_a_table(invoke):
    result = invoke("validate", "--only", "t7")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:-1]] == [[f"T7.{k}", "pass"] for k in range(1, 6)]
    assert lines[-1] == "5 of 5 rows pass"


def test_failing_rows_are_shown_and_end_with_status_1(invoke, two_rows):
    result = invoke("validate")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stdout.splitlines()[1:4]] == ["pass", "FAIL", "FAIL"]
    assert "1 of 3 rows pass" in result.stdout
    assert "X2.2: RuntimeError: no convergence" in result.stderr


def test_failing_rows_are_in_json(invoke, two_rows):
    result = invoke("validate", "--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)["rows"]
    assert [(row["value"], row["pass"]) for row in rows] == [
        (4.0, True), (7.0, False), (None, False)
    ]  # fmt: skip


def test_rows_chosen_pass_alone(invoke, two_rows):
    assert invoke("validate", "--only", "X1").exit_code == 0
    assert invoke("validate", "--only", "X1.1", "--only", "X2.1").exit_code == 1


def test_markdown_has_no_times(invoke, two_rows):
    lines = invoke("validate", "--markdown", "--only", "X1").stdout.splitlines()
    assert lines[2] == "| X1.1 | two \\|and\\| two | arithmetic | 4 | 1e-09 | 4 | pass |"


def test_bad_requests_are_one_line(complaint):
    assert "no row is called 'T99'" in complaint("validate", "--only", "T99")
    assert "exclude" in complaint("validate", "--json", "--markdown")
