"""``pbits validate``."""

import json

import pytest

from pbits.validation import table
from pbits.validation.rows import Measured, NotRun, Row

KEYS = {
    "id", "claim", "source", "reference", "tolerance", "value", "standard_error", "pass", "note",
    "seconds",
}  # fmt: skip


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


@pytest.fixture
def rows_with_a_peer(monkeypatch):
    """One row with a standard error, two whose package is missing."""

    def peer(full):
        raise NotRun("peer is not installed: pip install peer")

    rows = [
        Row("X1.1", "a mean", "law", 0.6, 0.1, lambda full: Measured(0.625, 0.0123)),
        Row("X2.1", "as peer", "peer", 1.0, 0.02, peer),
        Row("X2.2", "as peer", "peer", 1.0, 0.02, peer),
    ]
    monkeypatch.setattr(table, "all_rows", lambda: rows)


def test_missing_packages_are_no_failure(invoke, rows_with_a_peer):
    result = invoke("validate")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "0.625 ± 0.01" in lines[1]
    assert lines[2].split()[:3] == ["X2.1", "not", "run"]
    assert lines[-1] == "1 of 1 rows pass, 2 not run"
    assert result.stderr.count("X2.1, X2.2: peer is not installed: pip install peer") == 1


def test_missing_packages_in_json_and_markdown(invoke, rows_with_a_peer):
    result = invoke("validate", "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["rows"]
    assert [(row["pass"], row["standard_error"]) for row in rows] == [
        (True, 0.0123), (None, None), (None, None)
    ]  # fmt: skip
    assert rows[1]["note"] == "peer is not installed: pip install peer"
    lines = invoke("validate", "--markdown").stdout.splitlines()
    assert lines[2].endswith("| 0.6 | 0.1 | 0.625 ± 0.01 | pass |")
    assert lines[3].endswith("| 1 | 0.02 | - | not run |")


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
