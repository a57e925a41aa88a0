"""Probabilistic computing with magnetic p-bits: exact Ising sampling and optimisation in JAX.

`solve` chooses by itself how to minimise; `anneal`, `temper`, `population_anneal` (which also gives
free energies), `quantum_anneal` and `bifurcate` are the methods by name, and `sample` draws from a
Boltzmann distribution.  The samplers are the same behind dimod; `MachineSampler` and
`MachineBoltzmannSampler` simulate a p-bit computer (`pbits.machine`) and tell what it takes.
Importing configures nothing: JAX is set up at the first run, or by `configure`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pbits.adapters import AnnealingSampler as AnnealingSampler
    from pbits.adapters import AutoSampler as AutoSampler
    from pbits.adapters import BifurcationSampler as BifurcationSampler
    from pbits.adapters import BoltzmannSampler as BoltzmannSampler
    from pbits.adapters import CQMSampler as CQMSampler
    from pbits.adapters import MachineBoltzmannSampler as MachineBoltzmannSampler
    from pbits.adapters import MachineSampler as MachineSampler
    from pbits.adapters import PolySampler as PolySampler
    from pbits.adapters import PopulationSampler as PopulationSampler
    from pbits.adapters import PresolveComposite as PresolveComposite
    from pbits.adapters import QuantumAnnealingSampler as QuantumAnnealingSampler
    from pbits.adapters import TemperingSampler as TemperingSampler
    from pbits.annealing import anneal as anneal
    from pbits.bifurcation import bifurcate as bifurcate
    from pbits.descent import descend as descend
    from pbits.population import population_anneal as population_anneal
    from pbits.quantum import quantum_anneal as quantum_anneal
    from pbits.results import AnnealResult as AnnealResult
    from pbits.results import BifurcationResult as BifurcationResult
    from pbits.results import PopulationResult as PopulationResult
    from pbits.results import QuantumResult as QuantumResult
    from pbits.results import SampleResult as SampleResult
    from pbits.results import SolveResult as SolveResult
    from pbits.results import TemperResult as TemperResult
    from pbits.runtime import configure as configure
    from pbits.runtime import describe as describe
    from pbits.sampling import sample as sample
    from pbits.solving import solve as solve
    from pbits.solving import solve_encoded as solve_encoded
    from pbits.tempering import temper as temper

# JAX and dimod take most of a second to import, so names are resolved when first used.
_HOMES = {
    "AnnealResult": "pbits.results",
    "AnnealingSampler": "pbits.adapters",
    "AutoSampler": "pbits.adapters",
    "BifurcationSampler": "pbits.adapters",
    "BoltzmannSampler": "pbits.adapters",
    "CQMSampler": "pbits.adapters",
    "MachineBoltzmannSampler": "pbits.adapters",
    "MachineSampler": "pbits.adapters",
    "PolySampler": "pbits.adapters",
    "PopulationResult": "pbits.results",
    "BifurcationResult": "pbits.results",
    "QuantumResult": "pbits.results",
    "SampleResult": "pbits.results",
    "SolveResult": "pbits.results",
    "TemperResult": "pbits.results",
    "PopulationSampler": "pbits.adapters",
    "PresolveComposite": "pbits.adapters",
    "QuantumAnnealingSampler": "pbits.adapters",
    "TemperingSampler": "pbits.adapters",
    "anneal": "pbits.annealing",
    "bifurcate": "pbits.bifurcation",
    "configure": "pbits.runtime",
    "descend": "pbits.descent",
    "describe": "pbits.runtime",
    "population_anneal": "pbits.population",
    "quantum_anneal": "pbits.quantum",
    "sample": "pbits.sampling",
    "solve": "pbits.solving",
    "solve_encoded": "pbits.solving",
    "temper": "pbits.tempering",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pbits' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
