"""Rows of the table that ``--hardware`` adds: what a run takes, and what for."""

from typing import Any

from pbits.cli.particulars import count

_LARGEST = 3  # lines of a breakdown


def rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows of the table."""
    from pbits.machine.report import si_area

    changes = "".join(f",{key}={value}" for key, value in facts["changes"].items())
    between = f"; {facts['preset']} unchanged: " if changes else ": "
    found = [("hardware", f"{facts['preset']}{changes}{between}{facts['text']}")]
    if facts["arrays"]:
        its = facts["arrays"]
        found.append(
            ("arrays", f"{its['arrays']} of {its['rows']} x {its['columns']}, "
                       f"{100 * its['occupancy']:.2g} % of their cells used")
        )  # fmt: skip
    if facts["broken_chains"] is not None:
        broken = f"{100 * facts['broken_chains']:.2g} % of their chains broken"
        found.append(("copies", f"{count(facts['p_bits'], 'p-bit')}, {broken}"))
    run, written = facts["run_seconds"], facts["programming_joules"]
    without = f" (without {', '.join(facts['area_missing'])})" if facts["area_missing"] else ""
    found += [
        ("it takes", f"{_si(run, 's')}, {_si(facts['run_joules'], 'J')}, "
                     f"{_si(facts['power_watts'], 'W')}: {count(facts['reads'], facts['read'])}, "
                     "one after another"),
        ("area", f"{si_area(facts['area_m2'])}{without}"),
    ]  # fmt: skip
    if written:
        found.insert(-1, ("", f"and {_si(facts['programming_seconds'], 's')}, {_si(written, 'J')} "
                              "once, to write the problem"))  # fmt: skip
    if run:
        found.append(
            ("updates", f"{facts['flips_per_second']:.3g}/s, {_si(facts['joules_per_flip'], 'J')} "
                        "each, all included")
        )  # fmt: skip
    found += _breakdown(facts)
    found += _solution(facts) if "to_solution" in facts else _sample(facts)
    return found


def _breakdown(facts: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for quantity in ("energy", "time"):
        own = [row for row in facts["breakdown"] if row["quantity"] == quantity]
        total = sum(row["total"] for row in own)
        if total:
            largest = sorted(own, key=lambda row: -row["total"])[:_LARGEST]
            text = ", ".join(f"{row['name']} {row['total'] / total:.0%}" for row in largest)
            if facts["programming_joules"]:
                text += ", writing included"
            found.append((f"of {quantity}", text))
    shaky = sum(facts["energy_share_by_label"].get(label, 0) for label in ("assumed", "memory"))
    if facts["run_joules"]:
        found.append(
            ("", f"{shaky:.0%} of the energy rests on figures assumed or remembered, "
                 f"{len(facts['assumptions'])} assumptions: --json")
        )  # fmt: skip
    return found


def _solution(facts: dict[str, Any]) -> list[tuple[str, str]]:
    goal, cpu = facts["to_solution"], facts["cpu"]
    value = f"{goal['value']:.12g} ({goal['kind']})"
    found = [
        ("to solution", f"{value}: {_estimate(goal['seconds'], 's')}, "
                        f"{_estimate(goal['joules'], 'J')} to 99 % (TTS99); "
                        f"{goal['successes']} of {goal['reads']} reads reached it")
    ]  # fmt: skip
    if cpu is None:
        return found
    better = ""
    if cpu["best_energy"] < cpu["goal"]:
        better = f"; its best is {cpu['best_value']:.12g}"
    first = f"not reached in {cpu['limit']:.3g} s"
    if cpu["seconds"] is not None:
        first = f"{_si(cpu['seconds'], 's')} until the first read was there"
    return [
        *found,
        ("this computer", f"{_where(cpu)}, exact annealer: {cpu['successes']} of {cpu['reads']} "
                          f"reads reached it{better}"),
        ("", f"TTS99 {_estimate(cpu['time_to_solution'], 's')} with {cpu['reads']} reads side by "
             f"side; {first}"),
    ]  # fmt: skip


def _where(cpu: dict[str, Any]) -> str:
    return f"measured on {count(cpu['num_devices'], cpu['device'].upper() + ' device')}"


def _sample(facts: dict[str, Any]) -> list[tuple[str, str]]:
    each, cpu = facts["joules_per_effective_sample"], facts["cpu"]
    found = [] if each is None else [("a sample", f"{_estimate(each, 'J')} per effective sample")]
    if cpu is None:
        return found
    text = (
        f"{_where(cpu)}, exact sampler: "
        f"{_si(cpu['seconds'], 's')} for as many samples, mean energy {cpu['mean_energy']:.6g}"
    )
    return [*found, ("this computer", text)]


def _estimate(its: dict[str, Any], unit: str) -> str:
    if its["value"] is None:
        return f"more than {_si(its['lower_bound'], unit)}"
    if its["high"] is None:
        return f"{_si(its['value'], unit)} (at least {_si(its['low'], unit)})"
    if its["low"] == its["high"]:
        return _si(its["value"], unit)
    return f"{_si(its['value'], unit)} ({_si(its['low'], unit)} to {_si(its['high'], unit)})"


def _si(value: float, unit: str) -> str:
    from crossbar.ledger import si

    return si(value, unit)
