"""What the bench commands share: refusals before any work, and records of strict JSON."""

import json

import pytest
import typer
from typer.testing import CliRunner

from pbits.bench.cli import app
from pbits.bench.command import append_line, open_record, refusals


def test_a_refusal_is_one_line():
    with pytest.raises(typer.BadParameter, match=r"^two lines$"), refusals():
        raise ValueError("two\n  lines")
    with pytest.raises(typer.BadParameter, match="absent"), refusals(LookupError):
        raise LookupError("absent")


def test_other_errors_are_not_the_users():
    with pytest.raises(LookupError), refusals():
        raise LookupError("absent")


def test_a_record_is_made_and_appended_to(tmp_path):
    path = tmp_path / "runs.jsonl"
    open_record(path)
    assert path.read_text() == ""
    append_line(path, {"a": 1})
    open_record(path)
    append_line(path, {"b": [2.5, None]})
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"a": 1},
        {"b": [2.5, None]},
    ]
    with pytest.raises(ValueError, match="JSON"):
        append_line(path, {"c": float("nan")})
    assert len(path.read_text().splitlines()) == 2


def test_no_record_is_no_file():
    open_record(None)
    append_line(None, {"a": float("nan")})


WORK = {
    "throughput": ["--quick"],
    "tts": ["--planted", "tile:4"],
    "device": ["--quick"],
    "crossbar": ["--quick"],
}


@pytest.mark.parametrize("command", WORK)
def test_a_record_that_cannot_be_written_is_refused_first(command, tmp_path, monkeypatch):
    def never(*arguments, **keywords):
        raise AssertionError("worked before the record was looked at")

    for place in ("throughput.compare", "race.race", "device.compare", "crossbar.compare"):
        monkeypatch.setattr(f"pbits.bench.{place}", never)
    monkeypatch.chdir(tmp_path)  # a short path stays in one line of the message
    done = CliRunner().invoke(app, [command, *WORK[command], "--record", "absent/runs.jsonl"])
    assert done.exit_code == 2, done.output
    assert "absent" in done.stderr


@pytest.mark.parametrize(
    "words",
    ["--delta 0", "--delta nan", "--alpha 0", "--tolerance 2", "--seconds inf", "--rounds 0"],
)
def test_work_that_means_nothing_is_refused(words):
    done = CliRunner().invoke(app, ["device", *words.split()])
    assert done.exit_code == 2, done.output
    assert words.split()[0] in done.stderr
