"""Every problem that the table names is there, documented and reachable."""

import inspect
import subprocess
import sys

import pytest

from problems import library
from problems.library import FILES, KINDS
from problems.library.encoded import Encoded


@pytest.mark.parametrize("name", KINDS)
def test_builders_are_documented(name):
    kind = KINDS[name]
    assert kind.parameters
    text = inspect.getdoc(kind.builder) or ""
    assert all(part in text for part in ("Args:", "Raises:", "Example"))
    for parameter in kind.parameters:
        assert f"{parameter}" in text
    assert getattr(library, kind.function) is kind.builder
    found = inspect.signature(kind.builder).return_annotation
    home = inspect.getmodule(kind.builder)
    built = getattr(home, found) if isinstance(found, str) else found
    assert issubclass(built, Encoded)
    assert built.kind == name


@pytest.mark.parametrize("name", FILES)
def test_formats_have_their_functions(name):
    file = FILES[name]
    assert callable(file.read)
    assert callable(file.write_solution)
    assert callable(file.read_solution)


def test_functions_keep_their_names_where_modules_have_the_same():
    """In a fresh process, each module being imported before the function of its name."""
    code = """
from importlib import import_module
from inspect import isfunction
import problems.library
from problems.library.kinds import KINDS
for kind in KINDS.values():
    home = import_module(f"problems.library.{kind.home}")
    found = {}
    exec(f"import problems.library.{kind.home}", found)
    exec(f"from problems.library import {kind.function} as it", found)
    assert isfunction(found["it"]) and found["it"] is getattr(home, kind.function), kind
    assert getattr(problems.library, kind.function) is found["it"], kind
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_names():
    with pytest.raises(ValueError, match="expected one of max-cut"):
        library.kind("maxcut")
    with pytest.raises(AttributeError, match="no attribute"):
        library.nothing  # noqa: B018
    assert "graph_colouring" in dir(library)
