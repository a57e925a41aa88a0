"""The import ranks of ARCHITECTURE.md, held against the code's own imports."""

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("problems", "crossbar", "pbits")

# Longest matching prefix decides.  A module may import lower ranks, and its own package.
RANKS = {
    "problems": 0,
    "crossbar": 0,
    "pbits.random": 1,
    "pbits.exponentials": 1,
    "pbits.runtime": 1,
    "pbits.results": 1,
    "pbits.interrupts": 1,
    "pbits.checks": 1,
    "pbits.memory": 1,
    "pbits.resampling": 1,
    "pbits.schedules": 2,
    "pbits.free_energy": 2,
    "pbits.stopping": 2,
    "pbits.descent": 2,
    "pbits.ladders": 3,
    "pbits.multistart": 3,
    "pbits.recording": 3,
    "pbits.tally": 3,
    "pbits.diagnostics": 2,
    "pbits.kernels": 2,
    "pbits.devices": 2,
    "pbits.neural.data": 2,
    "pbits.neural.processor": 2,
    "pbits.models": 3,
    "pbits.datasheets": 3,
    "pbits.cmtj_magnet": 3,
    "pbits.engine": 4,
    "pbits.swaps": 4,
    "pbits.pairing": 4,
    "pbits.exchange": 5,
    "pbits.replicas": 5,
    "pbits.restarts": 5,
    "pbits.annealing": 6,
    "pbits.machine": 7,
    "pbits.solving": 7,
    "pbits.sampling": 6,
    "pbits.tempering": 6,
    "pbits.population": 6,
    "pbits.quantum": 6,
    "pbits.bifurcation": 6,
    "pbits.adapters": 8,
    "pbits.neural": 8,
    "pbits.boltzmann": 8,
    "pbits.boltzmann_plots": 8,
    "pbits.plots": 8,
    "pbits.scaling_plots": 8,
    "pbits.crossbar_plots": 8,
    "pbits.machine_plots": 8,
    "pbits.imperfection_plots": 8,
    "pbits.bench": 9,
    "pbits.validation": 9,
    "pbits.cli": 10,
    "pbits": 11,
}
# Third-party packages that only some rooms may import, and by which prefixes.
CONFINED = {
    "jax": ("pbits", "crossbar"),
    "dimod": ("problems", "pbits.diagnostics", "pbits.adapters", "pbits.bench", "pbits.cli"),
    "cmtj": ("pbits.cmtj_magnet",),
    "arviz": ("pbits.diagnostics.inference_data",),
    "matplotlib": (
        "pbits.plots",
        "pbits.scaling_plots",
        "pbits.crossbar_plots",
        "pbits.machine_plots",
        "pbits.imperfection_plots",
        "pbits.boltzmann_plots",
        "pbits.cli",
        "pbits.bench.tts_panels",
        "pbits.neural.plots",
        "pbits.bench.tts_plots",
    ),
    "networkx": ("problems", "pbits.kernels.colouring", "pbits.plots", "pbits.bench"),
    "typer": ("pbits.cli", "pbits.bench"),
    "rich": ("pbits.cli", "pbits.bench"),
    "onnx": ("pbits.neural",),
    "optax": ("pbits.neural", "pbits.boltzmann.optimisers"),
    "sklearn": ("pbits.neural.data",),
    "PIL": ("pbits.neural.data",),
}
KERNEL_ORDER = (
    {"shapes", "colouring", "bits", "exponential", "base", "parts"},
    {"tiles", "edges", "acceptance", "slots"},
    {"wide"},
    {"packed", "sparse", "dense", "dense_float", "coupled_contract"},
    {"coupled_clocks"},
    {"coupled"},
    {"packed_model", "clusters", "quantum", "bifurcation"},
    {"packed_poly"},
    {"poly_float"},
    {"coupled_model"},
)


@cache
def modules() -> tuple[str, ...]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return tuple(found)


def source(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def imports(module: str) -> frozenset[str]:
    """Every module named in an import anywhere in the file, lazily or not."""
    found = set()
    for node in ast.walk(ast.parse(source(module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            found.add(node.module)
            # `from pbits import engine` names a module; `from pbits.engine import Engine` does not.
            candidates = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= candidates & set(modules())
    return frozenset(found)


def prefix_in(module: str, prefixes: object) -> str | None:
    hits = [p for p in prefixes if module == p or module.startswith(p + ".")]  # type: ignore[attr-defined]
    return max(hits, key=len, default=None)


def rank_of(module: str) -> int:
    return RANKS[prefix_in(module, RANKS)]


@pytest.mark.parametrize("module", modules())
def test_imports_point_downward(module: str) -> None:
    home = prefix_in(module, RANKS)
    for name in imports(module):
        if name.split(".")[0] not in PACKAGES or name == "pbits" == module:
            continue
        if name == "pbits":  # `from pbits import engine`: the names are in the list themselves
            continue
        same_package = prefix_in(name, RANKS) == home
        assert same_package or rank_of(name) < rank_of(module), f"{module} imports {name}"


@pytest.mark.parametrize("module", modules())
def test_heavy_packages_stay_in_their_rooms(module: str) -> None:
    for name in imports(module):
        rooms = CONFINED.get(name.split(".")[0])
        if rooms:
            assert prefix_in(module, rooms), f"{module} imports {name}"


@pytest.mark.parametrize("module", [m for m in modules() if m.startswith("pbits.kernels.")])
def test_kernels_are_ordered(module: str) -> None:
    def order(name: str) -> int:
        return next(i for i, level in enumerate(KERNEL_ORDER) if name.split(".")[2] in level)

    for name in imports(module):
        if name.startswith("pbits.kernels."):
            assert order(name) < order(module), f"{module} imports {name}"


def test_the_check_has_teeth() -> None:
    """The parser sees what it must forbid."""
    assert "pbits.kernels.bits" in imports("pbits.kernels.packed")
    assert rank_of("pbits.kernels.packed") > rank_of("pbits.random") > rank_of("problems.model")


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours(package: str) -> None:
    """`crossbar` is also the name of another distribution."""
    file = Path(importlib.import_module(package).__file__ or "")
    assert file.parent.name == package
    ours = (ROOT / package / "__init__.py").read_text()
    assert file.read_text() == ours


def test_ranks_are_documented() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for module in RANKS:
        assert f"`{module}" in text, f"{module} is missing from ARCHITECTURE.md"


def test_importing_pbits_is_light() -> None:
    """No heavy package comes with `import pbits`: its names are resolved when used."""
    assert imports("pbits") <= {"typing", "importlib", *modules()}
