"""Processes that measure: an environment that is given back, one core."""

import os

import pytest

from pbits.bench import process
from pbits.bench.process import environment, on_one_core, on_one_thread


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


def test_one_thread_keeps_flags_and_keeps_no_programs(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--own")
    monkeypatch.setattr(process, "on_one_core", lambda *_, **wanted: wanted)
    wanted = on_one_thread(told, None)
    assert wanted["XLA_FLAGS"].split() == ["--own", "--xla_cpu_multi_thread_eigen=false"]
    assert wanted["PBITS_CACHE_DIR"] == "off"
    assert {wanted[name] for name in wanted if name.endswith("_THREADS")} == {"1"}
