"""What only some methods of ``pbits solve`` have to tell: as facts, and as rows of the table."""

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pbits.results import BifurcationResult, Minimum, PopulationResult, QuantumResult

_MOST_PHASES = 7
_EACH = {"bifurcation": "time step", "descend": "descent"}


def particulars(result: "Minimum") -> dict[str, Any]:
    """Facts ready for JSON, by the kind of the result."""
    from pbits import results

    if isinstance(result, results.SolveResult):
        return _range(result) | {"phases": [phase._asdict() for phase in result.phases]}
    if isinstance(result, results.PopulationResult):
        return _range(result) | {"population": _population(result)}
    if isinstance(result, results.QuantumResult):
        return {"quantum": _quantum(result)}
    if isinstance(result, results.BifurcationResult):
        return {"bifurcation": _bifurcation(result)}
    return _range(result) if hasattr(result, "beta_range") else {}


def _range(result: Any) -> dict[str, Any]:
    return {"beta_range": [float(beta) for beta in result.beta_range]}


def _population(result: "PopulationResult") -> dict[str, Any]:
    error = float(result.log_z_error[-1])
    return {
        "num_temperatures": len(result.betas),
        "log_z": float(result.log_z[-1]),
        "log_z_error": error if isfinite(error) else None,
        "rho_t": float(result.rho_t),
        "num_families": int(result.num_families),
        "trustworthy": result.trustworthy,
        "reason": result.reason,
    }


def _quantum(result: "QuantumResult") -> dict[str, Any]:
    return {
        "beta": float(result.beta),
        "field_range": [float(value) for value in result.field_range],
        "num_slices": int(result.num_slices),
    }


def _bifurcation(result: "BifurcationResult") -> dict[str, Any]:
    return {"variant": result.variant, "time_step": float(result.time_step)}


def rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows of the table: what ran, and what it measured beside the best state."""
    if "phases" in facts:
        lines = [_phase(phase) for phase in facts["phases"]]
        hidden = len(lines) - _MOST_PHASES
        if hidden > 1:
            lines[2 : 2 + hidden] = [f"... {hidden} more (--json has them)"]
        return list(zip(["search", *[""] * len(lines)], lines, strict=False))
    found = [("reads", f"{facts['reads']}, {_sweeps(facts)}")]
    if "population" in facts:
        found += _free_energy(facts["population"], facts["beta_range"][1])
    if "quantum" in facts:
        its = facts["quantum"]
        first, last = its["field_range"]
        slices = count(its["num_slices"], "slice")
        found += [("paths", f"{slices} at beta {its['beta']:.3g}, field {first:.3g} to {last:.3g}")]
    if "bifurcation" in facts:
        its = facts["bifurcation"]
        found += [("variant", f"{its['variant']}, steps of {its['time_step']:g}")]
    return found


def _free_energy(its: dict[str, Any], beta: float) -> list[tuple[str, str]]:
    error = "error unknown" if its["log_z_error"] is None else f"+- {its['log_z_error']:.2g}"
    temperatures = count(its["num_temperatures"], "temperature")
    found = [("log Z", f"{its['log_z']:.8g} {error} at beta {beta:.3g}, after {temperatures}")]
    if not its["trustworthy"]:
        found.append(("note", f"log Z is not to be trusted: {_in_options(its['reason'])}"))
    return found


def _in_options(text: str) -> str:
    """Advice of the library in the words of the command line."""
    return text.replace("num_reads, num_sweeps_per_beta or betas", "--reads or --sweeps")


def _phase(phase: dict[str, Any]) -> str:
    sweeps = f", {count(phase['num_sweeps'], 'sweep')}" if phase["num_sweeps"] else ""
    return f"{phase['name']} until {phase['seconds']:.2f} s{sweeps}"


def _sweeps(facts: dict[str, Any]) -> str:
    """How much of what was asked for was done, per read."""
    asked, done, method = facts["sweeps"], facts["sweeps_done"], facts["method"]
    if method == "descend":
        return count(facts["anneals"], "descent") + " each"
    if method == "temper":
        return f"{count(done, 'sweep')} at each temperature"
    if method == "population":
        return f"{count(done, 'sweep')} each, {asked} at each temperature"
    noun = _EACH.get(method, "sweep")
    if asked == done:
        return f"{count(asked, noun)} each"
    return f"{count(done, noun)} each in runs of {asked}"


def count(number: int, noun: str) -> str:
    """A number of things.

    Example:
        >>> count(1, "sweep"), count(2, "sweep")
        ('1 sweep', '2 sweeps')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
