"""Running the command in this process, and as a process of its own."""

import json
import os
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pbits.cli import app, main

LAUNCH = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
{before}
from pbits.cli import main
main()
"""


@pytest.fixture
def invoke():
    """Run words through the typer application: a result with exit_code, stdout and stderr."""

    def run(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        return result

    return run


@pytest.fixture
def solve_json(invoke):
    """The facts that ``pbits solve ... --json`` prints."""

    def run(*words):
        result = invoke("solve", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def complaint(capsys):
    """What `main` says on stderr when it ends with status 2: one line."""

    def run(*words):
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as end:
                main([str(word) for word in words])
        finally:
            signal.signal(signal.SIGTERM, handler)
        output, error = capsys.readouterr()
        assert end.value.code == 2
        assert output == ""
        assert error.startswith("pbits: ")
        assert error.count("\n") == 1
        return error.removeprefix("pbits: ").rstrip()

    return run


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """Environment of child processes, with a cache of compiled programs that they share."""
    return os.environ | {"PBITS_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture
def start(environment):
    """Start ``pbits`` as a process; `before` is Python that it runs first."""
    started = []

    def run(*words, before="", stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        command = [sys.executable, "-c", LAUNCH.format(before=before), *map(str, words)]
        process = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, text=True, env=environment
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
