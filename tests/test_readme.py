"""What the README tells people to type works: Python blocks run, shell blocks name real options."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pbits.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


GROUPS = ("bench", "data")  # whose second word is a command as well


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.S | re.M)


def commands():
    """Words of every command in the shell blocks, comments left out."""
    found = []
    for line in "".join(blocks("bash")).splitlines():
        words = shlex.split(line, comments=True)
        while "&&" in words:
            cut = words.index("&&")
            found.append(words[:cut])
            words = words[cut + 1 :]
        found += [words] if words else []
    return found


def of_program(program):
    chosen = [words[1:] for words in commands() if words[0] == program]
    return [pytest.param(words, id=" ".join(words)) for words in chosen]


def options_in_help(*words):
    """All options that ``pbits ... --help`` names."""
    wide = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    shown = CliRunner().invoke(app, [*words, "--help"], env=wide)
    assert shown.exit_code == 0, f"pbits {' '.join(words)}: {shown.output}"
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", shown.output))


def programs():
    """Python blocks; studies take minutes, short ones are in `crossbar/test_scaling.py`.

    What the block of machines calls is in `machine/test_machine_presets.py` and `_outcomes.py`.
    """
    slow = ("import study", "machine import presets")
    return [
        pytest.param(
            code,
            id=code.split("\n", 1)[0],
            marks=[pytest.mark.slow] if any(words in code for words in slow) else [],
        )
        for code in blocks("python")
    ]


@pytest.mark.parametrize("code", programs())
def test_python_block_runs(code):
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})


def test_blocks_are_found():
    assert len(blocks("python")) >= 3
    assert len(blocks("bash")) >= 3


def test_only_known_programs():
    assert {words[0] for words in commands()} <= {"pip", "pytest", "pbits"}


@pytest.mark.parametrize("words", of_program("pbits"))
def test_pbits_options_exist(words):
    options = [word.split("=")[0] for word in words if word.startswith("-")]
    known = options_in_help(*words[: 2 if words[0] in GROUPS else 1])
    assert set(options) <= known


def test_the_check_has_teeth():
    assert "--time-limit" in options_in_help("solve")
    assert "--time" not in options_in_help("solve")


@pytest.mark.parametrize("words", of_program("pip"))
def test_pip_extras_exist(words):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert words[0] == "install"
    for extra in re.findall(r"\[(\w+)\]", " ".join(words)):
        assert extra in project["optional-dependencies"]


def test_inline_commands_exist():
    """Commands in the running text, such as `pbits bench throughput`."""
    inline = re.findall(
        r"`pbits ([a-z][a-z ]*)`", re.sub(r"^```.*?^```$", "", README, flags=re.S | re.M)
    )
    assert inline
    for command in inline:
        options_in_help(*command.split())


def test_the_table_of_values_is_made_from_the_records():
    from pbits.bench.tts_report import build_report
    from pbits.bench.tts_tables import markdown

    records = sorted((ROOT / "examples" / "records").glob("*.jsonl.xz"))
    shown = README.split("<!-- tts -->\n")[1].split("\n<!-- /tts -->")[0]
    assert shown == markdown(build_report(records)[0], brief=True)
