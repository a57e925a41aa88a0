"""To ArviZ, an optional dependency that takes seconds to import: effective sample size, plots, all.

ArviZ: R. Kumar et al., J. Open Source Softw. 4, 1143 (2019), doi 10.21105/joss.01143.
"""

import warnings
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from pbits.diagnostics.samples import Source, by_chain, chains_in, chains_of
from pbits.results import SampleResult

INSTALL = "pip install 'arviz>=0.20,<1'"


def load_arviz() -> Any:
    """The module `arviz`.

    Raises:
        ImportError: where it is missing or cannot start, with the command that installs it.
    """
    try:
        with warnings.catch_warnings():
            # Once a day, version 0.23 announces its successor.
            warnings.simplefilter("ignore")
            import arviz
    except (ImportError, OSError) as error:  # OSError: it writes into the user's cache folder
        raise ImportError(f"ArviZ cannot be imported ({error}); install it: {INSTALL}") from error
    return arviz


def ess(source: Source) -> float | None:
    """Bulk effective sample size by ArviZ: rank-normalised, all chains together.

    A. Vehtari et al., Bayesian Analysis 16, 667 (2021), doi 10.1214/20-BA1221, section 4.1.

    Args:
        source: a `SampleResult` or a sample set of `BoltzmannSampler`, whose energies are taken, or
            numbers [draws, chains] or [draws].

    Returns:
        None where all values are equal.

    Raises:
        ValueError: on fewer than 4 draws, or a source without chains.
        ImportError: without ArviZ.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> 3000 < ess(rng.standard_normal((500, 8))) < 5000
        True
    """
    chains = chains_of(source)
    if len(chains) < 4:
        raise ValueError(f"{len(chains)} draws of each chain given; expected at least 4")
    if np.ptp(chains) == 0:
        return None
    return float(load_arviz().ess(chains.T, method="bulk"))


def to_arviz(result: SampleResult | dimod.SampleSet, *, spins: bool = False) -> Any:
    """Samples as ``arviz.InferenceData`` of dimensions (chain, draw).

    The group `posterior` holds `energy`, `magnetization` (mean spin) and on request `spin`, with
    the labels of a sample set as coordinates; `sample_stats` holds `energy` again, where ArviZ's
    energy plots look for it.  Samples of an unfinished last draw are left out.

    Args:
        result: of `sample` or `BoltzmannSampler`, in the order drawn.
        spins: whether to add all spins, -1 and +1.

    Raises:
        ValueError: on a sample set that does not tell its chains.
        ImportError: without ArviZ.

    Example:
        >>> from pbits import sample
        >>> from problems.generators import ferromagnet
        >>> drawn = sample(ferromagnet((4, 4)), beta=0.2, num_reads=40, num_chains=4, seed=1)
        >>> dict(to_arviz(drawn).posterior.sizes)
        {'chain': 4, 'draw': 10}
    """
    energy = chains_of(result).T
    states, chains, labels, beta = _states(result)
    drawn = by_chain(states, chains).swapaxes(0, 1)  # [chain, draw, n]
    # Without variables a mean would be no number.
    mean = drawn.sum(-1) / max(drawn.shape[-1], 1)
    posterior = {"energy": energy, "magnetization": mean}
    extra: dict[str, Any] = {}
    if spins:
        posterior["spin"] = drawn.astype(np.int8)
        extra = {"coords": {"variable": labels}, "dims": {"spin": ["variable"]}}
    if beta is not None:
        extra["posterior_attrs"] = {"beta": beta}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # more chains than draws are what p-bits are good at
        return load_arviz().from_dict(posterior=posterior, sample_stats={"energy": energy}, **extra)


def _states(result: SampleResult | dimod.SampleSet) -> tuple[NDArray, int, list, float | None]:
    """Spins [k, n], chains, names of variables, beta."""
    if isinstance(result, SampleResult):
        return result.spins, result.num_chains, list(range(result.spins.shape[1])), result.beta
    values = result.record.sample
    spins = 2 * values.astype(np.int8) - 1 if result.vartype is dimod.BINARY else values
    plain = all(isinstance(label, str | int) for label in result.variables)
    labels = [label if plain else str(label) for label in result.variables]
    return spins, chains_in(result) or 1, labels, result.info.get("beta")
