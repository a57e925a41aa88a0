"""What a run of `sample` says about itself, in a small record for sample sets and reports."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pbits.diagnostics.mixing import autocorrelation_time, r_hat
from pbits.diagnostics.samples import by_chain
from pbits.diagnostics.temperature import EffectiveBeta, effective_beta
from pbits.results import SampleResult
from problems.polynomial import Problem

_MIN_DRAWS = 4
_MAX_SIGMA = 4
# Samples times spins that beta is read from in milliseconds, to about one percent.
_MAX_ENTRIES = 2**16
_MAX_R_HAT = 1.01
_MIN_EFFECTIVE = 100  # per quantity, as Vehtari et al. (2021) ask for four chains


def summarise(
    problem: Problem, result: SampleResult, max_entries: int = _MAX_ENTRIES
) -> dict[str, Any]:
    """Mixing of the energy and effective beta, ready for JSON: numbers, None or strings.

    Args:
        problem: what was sampled.
        result: the samples.
        max_entries: samples times spins that the effective beta is read from, evenly spaced.

    Returns:
        `num_chains`, `num_draws` of each chain, `mean_energy` with `mean_energy_error`; `tau_int`
        (draws) with `tau_int_error`, `ess` (samples / tau_int) and `r_hat`, None where there are
        fewer than 2 chains or 4 draws of each, or nothing varies; `effective_beta` with its
        `_error`, `_interval` (95 %) and `_note`; `warnings`.

    Example:
        >>> from pbits import sample
        >>> from problems.generators import ferromagnet
        >>> problem = ferromagnet((4, 4))
        >>> drawn = sample(problem, beta=0.2, num_reads=400, num_chains=8, seed=1)
        >>> facts = summarise(problem, drawn)
        >>> facts["num_draws"], facts["r_hat"] < 1.05, facts["warnings"]
        (50, True, [])
    """
    facts = _mixing(result.energies, result.num_chains)
    found = _effective_beta(problem, result, max_entries)
    facts |= {
        "effective_beta": found.beta,
        "effective_beta_error": found.error,
        "effective_beta_interval": None if found.interval is None else list(found.interval),
        "effective_beta_note": found.note,
    }
    if found.beta is not None and found.error is not None:
        if abs(found.beta - result.beta) > _MAX_SIGMA * found.error:
            facts["warnings"].append(
                f"the samples look like beta {found.beta:.4g}, not {result.beta:.4g}: "
                "too little burn-in?"
            )
    return facts


def _effective_beta(problem: Problem, result: SampleResult, max_entries: int) -> EffectiveBeta:
    """From evenly spaced draws, and from fewer chains where there are too many."""
    chains, n = result.num_chains, max(problem.num_variables, 1)
    draws = max(len(result.spins) // chains, 1)
    room = max(max_entries // n, 8)
    kept = min(chains, room)
    chosen = np.arange(draws)[:: -(-draws * kept // room)]
    # Two or three draws show nothing of how they depend on each other.
    chosen = chosen if chosen.size >= _MIN_DRAWS else np.array([draws - 1])
    rows = (chosen[:, None] * chains + np.arange(kept)).reshape(-1)
    return effective_beta(problem, result.spins[rows], num_chains=kept, start=result.beta)


def _mixing(energies: ArrayLike, num_chains: int) -> dict[str, Any]:
    series = by_chain(energies, num_chains)
    draws, chains = series.shape
    facts: dict[str, Any] = {"num_chains": chains, "num_draws": draws}
    values = np.asarray(energies, np.float64)
    tau = ratio = None
    closed = True
    if chains > 1 and draws >= _MIN_DRAWS:
        found, ratio = autocorrelation_time(series), r_hat(series)
        tau, closed = found.tau, found.closed or found.tau is None
        facts |= {"tau_int": tau, "tau_int_error": found.error}
        facts["ess"] = None if tau is None else series.size / tau
    else:
        facts |= dict.fromkeys(("tau_int", "tau_int_error", "ess"))
    stuck = ratio is not None and math.isinf(ratio)
    facts["r_hat"] = None if stuck else ratio
    spread = float(values.std(ddof=1)) if values.size > 1 else None
    facts["mean_energy"] = float(values.mean())
    known = spread is not None and (tau is not None or draws == 1 or spread == 0)
    facts["mean_energy_error"] = (
        spread * math.sqrt((tau or 1.0) / values.size) if known and spread is not None else None
    )
    facts["warnings"] = _complaints(facts, stuck, closed)
    return facts


def _complaints(facts: dict[str, Any], stuck: bool, closed: bool) -> list[str]:
    """What a user should not overlook."""
    found = []
    ratio, size = facts["r_hat"], facts["ess"]
    if stuck:
        found.append("every chain is stuck at its own energy")
    elif ratio is not None and ratio > _MAX_R_HAT:
        found.append(f"split R-hat is {ratio:.3f}, above {_MAX_R_HAT}: chains disagree")
    if size is not None and size < _MIN_EFFECTIVE:
        found.append(f"only {size:.0f} effective samples")
    if not closed:
        found.append("chains too short to see tau: it and errors of means may be larger")
    return found
