"""Every example in a docstring runs and shows what it says."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

PACKAGES = ("problems", "pbits", "crossbar")


def modules():
    """Names of all modules, except those that are programs."""
    names = list(PACKAGES)
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        names += [found.name for found in pkgutil.walk_packages(path, f"{package}.")]
    return [name for name in names if not name.endswith(".__main__")]


def examples(module):
    """The doctests of a module that hold examples."""
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


# Their examples compile for seconds.
LONG = {
    "crossbar.assessment", "crossbar.calibration", "crossbar.compensation", "crossbar.contrast",
    "pbits.datasheets.films", "pbits.datasheets.sensors", "pbits.devices.granular",
    "pbits.devices.write_table", "pbits.devices.writing", "pbits.machine.learning",
    "pbits.neural.plasticity", "pbits.neural.sampled_evaluation",
}  # fmt: skip
by_module = pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if n in LONG else []) for n in modules()],
)


@by_module
def test_examples_run(name):
    runner = doctest.DocTestRunner()
    report: list[str] = []
    for test in examples(importlib.import_module(name)):
        runner.run(test, out=report.append)
    assert not runner.summarize(verbose=False).failed, "".join(report)


@pytest.mark.parametrize("package", ["problems", "pbits"])
def test_public_functions_have_examples(package):
    home = importlib.import_module(package)
    exported = [value for name in dir(home) if inspect.isfunction(value := getattr(home, name))]
    assert exported
    for function in exported:
        assert ">>> " in (function.__doc__ or ""), f"{package}.{function.__name__}: no example"
