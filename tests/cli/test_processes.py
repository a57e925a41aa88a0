"""The command as a process: pipes, terminals, signals and what it imports."""

import json
import os
import signal
import sys

import pytest

from pbits.cli.report import table
from pbits.cli.signals import interruptible

# Tells on stderr when sampling has begun.
ANNOUNCE = """
import sys
import pbits.solving as module
solve = module.solve
def announcing(*args, **kwargs):
    seen = []
    def progress(now):
        if not seen:
            print("sampling", file=sys.stderr, flush=True)
        seen.append(now)
    return solve(*args, **kwargs | {"progress": progress})
module.solve = announcing
"""
SHOW_MODULES = """
import atexit, sys
heavy = {"jax", "dimod", "matplotlib", "networkx", "rich", "scipy"}
atexit.register(lambda: print(*sorted(heavy & set(sys.modules)), file=sys.stderr))
"""


def test_one_json_object_in_a_pipe(start):
    process = start("solve", "example", "--reads", 4, "--sweeps", 50, "--json", before=SHOW_MODULES)
    output, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert json.loads(output)["instance"] == "torus_24x24"
    assert output.count("\n") == 1
    assert "\x1b" not in output
    assert not {"matplotlib", "rich"} & set(error.split())


@pytest.mark.parametrize("words", [["--version"], []])
def test_heavy_libraries_are_not_imported_for_small_talk(start, words):
    process = start(*words, before=SHOW_MODULES)
    output, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert output
    assert set(error.split()) <= {"rich"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_keeps_the_result(start, tmp_path, number):
    out = tmp_path / "best.json"
    words = ("example", "--time-limit", 60, "--json", "--out", out)
    process = start("solve", *words, before=ANNOUNCE)
    assert process.stderr.readline() == "sampling\n"
    process.send_signal(number)
    output, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (130, "")
    facts = json.loads(output)
    assert facts["stopped_by"] == "interrupt"
    assert json.loads(out.read_text())["value"] == facts["best"]


def test_a_reader_that_leaves(start):
    process = start("solve", "example", "--reads", 1, "--sweeps", 1)
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_stdout(start):
    with open("/dev/full", "w") as full:
        process = start("--version", stdout=full)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error == "pbits: [Errno 28] No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")
def test_a_bar_on_a_terminal(start):
    import pty

    ours, theirs = pty.openpty()
    words = ("example", "--reads", 4, "--time-limit", 4.0)
    process = start("solve", *words, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b"".join(iter(lambda: _read(ours), b"")).decode()
    assert process.wait(timeout=30) == 0
    assert "compiling" in text
    assert "searching" in text
    assert "best cut" in text
    assert text.rindex("torus_24x24 (rudy)") > text.rindex("searching")


def _read(terminal):
    """What comes next; nothing once the other end is closed."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_the_first_signal_asks_and_the_second_insists():
    with interruptible() as interrupt:
        assert not interrupt()
        interrupt.check()
        signal.raise_signal(signal.SIGTERM)
        assert interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_ignored_signals_stay_ignored():
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible() as interrupt:
            signal.raise_signal(signal.SIGINT)
            assert not interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, handler)


def test_a_wrong_energy_is_not_hidden():
    facts = {
        "instance": "x", "format": "coo", "num_variables": 1, "num_interactions": 0,
        "objective": "energy", "sense": "minimise", "best": 0.5, "energy": 0.5,
        "certificate": {"agrees_with_sampler": False}, "stopped_by": "schedule", "reads": 1,
        "method": "anneal",
        "sweeps": 1, "sweeps_done": 1, "seed": 0, "seconds": {"sample": 1.0, "total": 1.0},
        "spin_updates_per_second": 1.0, "kernel": "k", "num_devices": 1, "notes": ["idle cores"],
    }  # fmt: skip
    text = table(facts)
    assert "WARNING" in text
    assert "note        idle cores" in text
    assert "1 variable, 0 interactions" in text
