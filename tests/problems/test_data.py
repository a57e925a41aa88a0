"""The bundled instances: made by the generators, byte for byte, and found by their names."""

import subprocess
import sys

from problems import data, read


def test_bundled_files_are_what_the_generators_make(tmp_path):
    data.make(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == set(data.BUNDLED.values())
    for name, content in made.items():
        assert data.path(name).read_bytes() == content


def test_the_module_writes_them(tmp_path):
    subprocess.run([sys.executable, "-m", "problems.data", tmp_path], check=True, timeout=60)
    assert (tmp_path / data.TORUS).read_bytes() == data.path(data.TORUS).read_bytes()


def test_the_example_is_a_torus_of_signs():
    problem = read(data.path(data.BUNDLED["example"])).problem
    degree = [0] * problem.num_variables
    for i, j in zip(problem.row.tolist(), problem.col.tolist(), strict=True):
        degree[i] += 1
        degree[j] += 1
    assert set(degree) == {4}
    assert set(problem.coupling.tolist()) == {-1, 1}
