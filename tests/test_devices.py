"""Devices share the reads and change nothing; caches and settings, each in a fresh process."""

import json
import os
import subprocess
import sys

import pytest

from pbits import configure

RUNS = """
import hashlib, json, os
import numpy as np
from pbits import anneal, describe, population_anneal, sample, temper
from problems import ising
from problems.generators import random_gnp

def digest(result):
    return hashlib.sha256(result.spins.tobytes()).hexdigest(), result.kernel, result.num_devices

def cooled(problem):
    found = population_anneal(
        problem, num_reads=70, num_sweeps_per_beta=2, betas=[0.05, 0.1], update="gibbs", seed=1
    )
    parts = (found.spins, found.states, found.log_z, found.mean_energy_error, found.weights)
    digests = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    return digests, found.kernel, found.num_devices

def tempered(problem, **settings):
    found = temper(problem, seed=1, betas=[0.01, 0.05, 0.1], **short, **settings)
    parts = [found.spins, found.states, found.mean_energy, found.rejection, found.cluster_fraction]
    if found.rung_history is not None:
        parts.append(found.rung_history.rung)
    digests = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    return digests, found.kernel, found.num_devices

problems = [
    random_gnp(n, p, seed=1, couplings=couplings)
    for n, p in ((12, 0.4), (70, 0.6))
    for couplings in ("pm1", "gaussian")
]
if os.environ["PBITS_NUM_DEVICES"] == "2":  # compiling for all takes long
    problems = problems[:1]
# 70 reads are three words of 32, so that three devices have work, unequally much.
short = {"num_reads": 70, "num_sweeps": 5, "update": "gibbs"}
hot = short | {"beta_range": (0.01, 0.1)}
start = np.ones((70, 12), np.int8)
print(json.dumps({
    "anneal": [digest(anneal(p, seed=1, **hot)) for p in problems],
    "sample": [digest(sample(p, seed=1, beta=0.1, **short)) for p in problems[:2]],
    "temper": [tempered(p, record_rungs=True) for p in problems[:2]],
    "clusters": [tempered(p, cluster_moves=True) for p in problems[:2]],
    "population": [cooled(p) for p in problems[:1]],
    "other": [digest(anneal(p, seed=2, **hot)) for p in problems[:2]],
    "given": [digest(anneal(p, seed=1, initial_spins=start, **hot)) for p in problems[:2]],
    "describe": describe(),
}))
"""

STARTED = """
import jax
jax.devices()
import json
from pbits import anneal
from problems.generators import ferromagnet
found = anneal(ferromagnet((4, 4)), num_reads=70, num_sweeps=100, seed=1)
print(json.dumps([found.num_devices, found.best_energy, found.notes]))
"""


def start(script, home, **settings):
    """A fresh Python with its own home and no settings of JAX's or ours but the given ones."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PBITS_", "JAX_", "XLA_"))
    }
    homes = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=inherited | homes | {"JAX_PLATFORMS": "cpu"} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return json.loads(output)


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    return {count: tmp_path_factory.mktemp(f"home{count}") for count in (1, 2, 3)}


@pytest.fixture(scope="module")
def found(homes):
    """Results with one, two and three devices; without a cache, with a given one, by default."""
    cache = {1: "off", 2: str(homes[2] / "given"), 3: None}
    processes = {
        count: start(
            RUNS,
            home,
            PBITS_NUM_DEVICES=str(count),
            **({"PBITS_CACHE_DIR": cache[count]} if cache[count] else {}),
        )
        for count, home in homes.items()
    }
    return {count: finish(process) for count, process in processes.items()}


KERNELS = ["packed-gibbs", "sparse-gibbs", "dense-gibbs", "dense_float-gibbs"]


@pytest.mark.parametrize(
    "task", ["anneal", "sample", "temper", "clusters", "population", "other", "given"]
)
def test_spins_do_not_depend_on_the_number_of_devices(found, task):
    for count in (1, 2, 3):
        spins, kernels, used = zip(*found[count][task], strict=True)
        assert list(kernels) == KERNELS[: len(kernels)]
        assert set(used) == {count}
        assert list(spins) == [spin for spin, _, _ in found[1][task]][: len(spins)]


def test_another_seed_gives_other_spins(found):
    for one, other in zip(found[1]["anneal"], found[1]["other"], strict=False):
        assert one[0] != other[0]


def test_describe_names_devices_and_cache(found, homes):
    for count in (1, 2, 3):
        told = found[count]["describe"]
        assert told["num_devices"] == len(told["devices"]) == count
        assert told["platform"] == "cpu"
        assert told["notes"] == []
        assert told["versions"].keys() >= {"pbits", "jax", "numpy", "dimod", "python"}
    assert not found[1]["describe"]["cache_dir"]
    assert found[2]["describe"]["cache_dir"] == str(homes[2] / "given")


def test_programs_are_cached_where_told(found, homes):
    def files(count):
        return [path for path in homes[count].rglob("*") if path.is_file()]

    del found
    assert files(1) == []
    assert files(2)
    assert all(path.is_relative_to(homes[2] / "given") for path in files(2))
    assert files(3)  # in the user's cache folder
    assert all("pbits" in path.parts for path in files(3))


def test_a_jax_that_had_started_is_used_and_noted(tmp_path):
    settings = {"PBITS_NUM_DEVICES": "2", "PBITS_CACHE_DIR": "off"}
    num_devices, best, notes = finish(start(STARTED, tmp_path, **settings))
    assert (num_devices, best) == (1, -32)
    assert len(notes) == 1
    assert "already started with 1 CPU device(s), so 1 of 2 cores share the reads" in notes[0]
    assert "call pbits.configure() before" in notes[0]


@pytest.mark.parametrize("value", ["bad", "0", "-1", "1.5", "²"])
def test_bad_numbers_of_devices_in_the_environment(monkeypatch, value):
    monkeypatch.setenv("PBITS_NUM_DEVICES", value)
    with pytest.raises(ValueError, match=f"PBITS_NUM_DEVICES is '{value}'; expected a whole"):
        configure()


@pytest.mark.parametrize("count", [0, -2])
def test_bad_numbers_of_devices(count):
    with pytest.raises(ValueError, match=f"num_devices is {count}; expected at least 1"):
        configure(num_devices=count)
