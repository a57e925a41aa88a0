"""The notebooks run, in their fast mode, and are committed as they should be."""

import os
import re
from pathlib import Path

import pytest

import pbits

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")
pytest.importorskip("dwave.samplers")

# Jupyter's own warnings, of some of its versions.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Jupyter is migrating its paths:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning"),
]

NOTEBOOKS = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# Half a minute of a core each, even in their fast mode.
LONG = {
    "benchmarking_against_classical_annealers",
    "parallel_tempering_on_a_spin_glass",
    "a_matrix_in_magnetic_memory",
    "a_pbit_computer_factors_945",
    "choosing_a_crossbar_for_maxcut",
    "from_magnet_to_pbit",
    "is_this_junction_a_good_pbit",
    "neurons_that_roll_dice",
    "sudoku_tours_and_formulas",
    "training_a_boltzmann_machine",
    "what_does_device_variability_cost",
    "your_network_in_magnetic_memory",
}
runs_by_name = pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.slow] if p.stem in LONG else []) for p in NOTEBOOKS],
    ids=[p.stem for p in NOTEBOOKS],
)


def load(path):
    return nbformat.read(path, as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def figures(notebook):
    return [o.data["image/png"] for o in outputs(notebook) if "image/png" in o.get("data", {})]


def errors(notebook):
    return [output for output in outputs(notebook) if output.output_type == "error"]


@pytest.fixture
def kernel_environment(monkeypatch):
    """The kernel is a process of its own: it must be quick and import the pbits under test."""
    monkeypatch.setenv("PBITS_EXAMPLES_FAST", "1")
    home = str(Path(pbits.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", home, prepend=os.pathsep)


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 15


@runs_by_name
@pytest.mark.usefixtures("kernel_environment")
def test_runs(path, tmp_path):
    notebook = load(path)
    folder = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=300, resources=folder)
    client.execute()  # raises on an error in a cell
    assert not errors(notebook)
    assert len(figures(notebook)) >= 2


@by_name
def test_committed_with_small_clean_outputs(path):
    notebook = load(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert path.stat().st_size < 300_000
    assert not errors(notebook)
    assert len(figures(notebook)) >= 2
    assert all(len(figure) < 80_000 for figure in figures(notebook))  # base64: 60 KB
    assert all(o.get("name") != "stderr" for o in outputs(notebook)), "a warning was kept"
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


@by_name
def test_committed_without_machine_paths(path):
    for output in outputs(load(path)):
        data = output.get("data", {}).items()
        shown = [str(output.get("text", "")), *[str(v) for k, v in data if k != "image/png"]]
        assert not re.search(r"(^|[\s'\"(=])(/\w+/|~/|[A-Z]:\\)", "\n".join(shown))
