"""Numbers of a comparison as plain data: speeds with their range, energies with standard errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.machine import installed_version
from pbits.bench.sides import Side


def summary(side: Side) -> dict[str, Any]:
    """Speeds and energies of one side over its rounds, ready for JSON."""
    batches, warm_up = side.batches, side.warm_up
    seconds = [batch.seconds for batch in batches]
    sampling = [b.sampling_seconds for b in batches if b.sampling_seconds is not None]
    updates = batches[0].spin_updates
    return {
        "name": side.entrant.name,
        "version": installed_version(side.entrant.package),
        "processes": side.team.num_processes,
        "reads": side.call.reads * side.team.num_processes,
        "sweeps": side.call.sweeps,
        "spin_updates": updates,
        "seconds": seconds,
        "sampling_seconds": sampling,
        "updates_per_second": spread([updates / s for s in seconds]),
        "sampling_updates_per_second": spread([updates / s for s in sampling]),
        "warm_up_seconds": warm_up.seconds,
        "compile_seconds": warm_up.compile_seconds if side.entrant.compiles else None,
        "energies": _energies(side),
        "final_energies": _final_energies(side),
        "info": warm_up.info or {},
    }


def comparison(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both sides, the ratio of their speeds in each round, and the difference of their energies.

    Energies of last states are compared with those of last states.
    """
    pairs = zip(
        ours["updates_per_second"]["per_round"],
        theirs["updates_per_second"]["per_round"],
        strict=True,
    )
    ratio = spread([mine / other for mine, other in pairs])
    difference = None
    left, right = ours["final_energies"], theirs["final_energies"]
    if left and right:
        errors = [left["standard_error"], right["standard_error"]]
        difference = {
            "mean": left["mean"] - right["mean"],
            "standard_error": None if None in errors else float(np.hypot(*errors)),
        }
    return {"ours": ours, "theirs": theirs, "ratio": ratio, "energy_difference": difference}


def spread(values: Sequence[float]) -> dict[str, Any] | None:
    """Values of the rounds with their median and range; None where there are none.

    Example:
        >>> spread([3.0, 1.0, 2.0])["median"]
        2.0
    """
    if not values:
        return None
    return {
        "per_round": list(values),
        "median": float(np.median(values)),
        "min": min(values),
        "max": max(values),
    }


def _energies(side: Side) -> dict[str, Any] | None:
    """Reported states over all rounds; None where the sampler does not anneal."""
    if side.entrant.energies is None:
        return None
    energies = np.concatenate([batch.energies for batch in side.batches])
    return {
        "states": side.entrant.energies,
        "count": energies.size,
        "best": energies.min().item(),
        "agree_with_sampler": all(batch.agrees for batch in side.batches),
    } | _mean(energies)


def _final_energies(side: Side) -> dict[str, float | None] | None:
    """Last states over all rounds.

    Where only their mean in each round is known, the error is that of these few means, but not
    below that of the returned states.
    """
    if side.entrant.energies is None:
        return None
    returned = _mean(np.concatenate([batch.energies for batch in side.batches]))
    if side.entrant.energies == "final":
        return returned
    means = [batch.final_mean for batch in side.batches if batch.final_mean is not None]
    if not means:
        return None
    last = _mean(np.array(means))
    errors = [x["standard_error"] for x in (last, returned) if x["standard_error"] is not None]
    return last | {"standard_error": max(errors, default=None)}


def _mean(values: NDArray) -> dict[str, float | None]:
    count = values.size
    error = float(np.std(values, ddof=1) / np.sqrt(count)) if count > 1 else None
    return {"mean": float(np.mean(values)), "standard_error": error}
