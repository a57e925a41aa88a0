"""Processes that measure: an environment that is given back, one core."""

import os

import pytest

from pbits.bench.process import environment, on_one_core


def told(name: str) -> tuple[int, str | None, str | None]:
    """Cores, and two words of the environment, of the process that runs this."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return cores, os.environ.get("PBITS_NUM_DEVICES"), os.environ.get(name)


def test_the_environment_is_given_back(monkeypatch):
    monkeypatch.setenv("PBITS_OLD", "old")
    monkeypatch.delenv("PBITS_NEW", raising=False)

    def fails() -> None:
        with environment(PBITS_OLD="other", PBITS_NEW="new"):
            seen.append((os.environ["PBITS_OLD"], os.environ["PBITS_NEW"]))
            raise ZeroDivisionError

    seen = []
    with pytest.raises(ZeroDivisionError):
        fails()
    assert seen == [("other", "new")]
    assert os.environ["PBITS_OLD"] == "old"
    assert "PBITS_NEW" not in os.environ


def test_a_process_has_one_core_and_what_it_was_given(monkeypatch):
    monkeypatch.setenv("PBITS_NUM_DEVICES", "7")
    assert on_one_core(told, "PBITS_TOLD", PBITS_TOLD="yes") == (1, "1", "yes")
    assert told("PBITS_TOLD")[1:] == ("7", None)
