"""A run that cannot fit is refused before it begins, with what it needs and what to do."""

import numpy as np
import pytest

import pbits
from pbits import memory
from problems.generators import edwards_anderson


def test_too_many_reads_are_refused_before_anything_runs(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda device=None: 10**6)
    with pytest.raises(MemoryError, match=r"GB of memory needed, 0\.001 GB free.*fewer reads"):
        pbits.anneal(edwards_anderson((16, 16, 16)), num_reads=4096, num_sweeps=1)


def test_what_fits_runs(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda device=None: 10**7)
    found = pbits.anneal(edwards_anderson((4, 4)), num_reads=4, num_sweeps=8, seed=1)
    assert found.spins.shape == (4, 16)


def test_estimate_grows_with_reads(monkeypatch):
    """The limit lies between what few and what many reads need."""
    asked = []
    monkeypatch.setattr(memory, "check_fits", lambda needed, free, what: asked.append(needed))
    for reads in (256, 2560):
        pbits.anneal(edwards_anderson((8, 8)), num_reads=reads, num_sweeps=0, seed=1)
    bits = 64 * 2560
    assert asked[1] > asked[0]
    # State and complement twice over, and the spins returned: more than a byte, not a hundred.
    assert bits < asked[1] < 100 * bits


def test_unknown_memory_is_no_obstacle():
    memory.check_fits(10**18, None, "anything")


def test_group_limit_counts(tmp_path, monkeypatch):
    for name, text in (("max", "1000\n"), ("current", "700\n"), ("stat", "inactive_file 100\nx 1")):
        (tmp_path / f"memory.{name}").write_text(text)
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    assert memory.free_bytes() == 400
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._group() is None


def test_accelerators_know_their_own_memory():
    class Card:
        platform = "gpu"

        def memory_stats(self):
            return {"bytes_limit": np.int64(100), "bytes_in_use": 30}

    assert memory.free_bytes(Card()) == 70
