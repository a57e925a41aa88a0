"""Problems, their files and their certificates: the side that never trusts a sampler.

NumPy, SciPy, networkx and dimod only; no JAX.  Almost everything is an :class:`IsingProblem`,
``E(s) = sum h_i s_i + sum_{i<j} J_ij s_i s_j + offset``, minimised, s in {-1, +1}; products of more
than two spins make a :class:`PolynomialProblem`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from problems import generators as generators
    from problems import logic as logic
    from problems import registry as registry
    from problems.bayesian import BayesianNetwork as BayesianNetwork
    from problems.bayesian import bayesian_network as bayesian_network
    from problems.bqm import from_bqm as from_bqm
    from problems.bqm import to_bqm as to_bqm
    from problems.clamping import clamp as clamp
    from problems.formats import FORMATS as FORMATS
    from problems.formats import FormatError as FormatError
    from problems.formats import Instance as Instance
    from problems.formats import read as read
    from problems.formats import write as write
    from problems.max_cut import CutCertificate as CutCertificate
    from problems.max_cut import MaxCut as MaxCut
    from problems.max_cut import maxcut as maxcut
    from problems.max_cut import maxcut_from_edges as maxcut_from_edges
    from problems.model import IsingProblem as IsingProblem
    from problems.model import ising as ising
    from problems.poly import from_poly as from_poly
    from problems.poly import to_poly as to_poly
    from problems.polynomial import PolynomialProblem as PolynomialProblem
    from problems.polynomial import from_terms as from_terms
    from problems.qubo import binary_to_spin as binary_to_spin
    from problems.qubo import from_qubo as from_qubo
    from problems.qubo import spin_to_binary as spin_to_binary
    from problems.qubo import to_qubo as to_qubo

# dimod, networkx and scipy take half a second to import: names are resolved when first used.
_HOMES = {
    "FORMATS": "problems.formats",
    "BayesianNetwork": "problems.bayesian",
    "CutCertificate": "problems.max_cut",
    "FormatError": "problems.formats",
    "Instance": "problems.formats",
    "IsingProblem": "problems.model",
    "MaxCut": "problems.max_cut",
    "PolynomialProblem": "problems.polynomial",
    "binary_to_spin": "problems.qubo",
    "bayesian_network": "problems.bayesian",
    "clamp": "problems.clamping",
    "from_bqm": "problems.bqm",
    "from_poly": "problems.poly",
    "from_qubo": "problems.qubo",
    "from_terms": "problems.polynomial",
    "ising": "problems.model",
    "maxcut": "problems.max_cut",
    "maxcut_from_edges": "problems.max_cut",
    "read": "problems.formats",
    "spin_to_binary": "problems.qubo",
    "to_bqm": "problems.bqm",
    "to_poly": "problems.poly",
    "to_qubo": "problems.qubo",
    "write": "problems.formats",
}
_MODULES = ("generators", "logic", "registry")


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"problems.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'problems' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_HOMES, *_MODULES])
