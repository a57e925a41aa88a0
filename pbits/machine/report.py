"""The bill of a run: seconds, joules and square metres of the hardware, and what a result costs.

Writing the problem is paid once, the run as often as it is repeated; both are in the totals and
told apart.  Power is that of the run alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossbar.costs import Costs
from crossbar.ledger import Report, Row, charge, si
from pbits import checks
from pbits.diagnostics.mixing import AutocorrelationTime
from pbits.diagnostics.tts import Estimate, time_to_solution
from pbits.machine.counts import MachineCounts
from pbits.machine.write_costs import WriteCost

_CERTAIN = 1.959963984540054  # standard errors to each side, 95 %
_SHOWN = {"energy": 4, "time": 2, "area": 2}
_UNITS = {"energy": "J", "time": "s", "area": "m^2"}
_SHAKY = ("assumed", "memory")


@dataclass(frozen=True)
class HardwareReport:
    """What a run of a machine takes.

    Attributes:
        run: of all reads.
        programming: of writing the problem once; None where it is not counted.
        updates: of all p-bits ("flips" of the p-bit literature, whether they change or not).
        reads: chains or anneals.
        assumptions: that the numbers rest on.
        writes: ways of writing the problem, compared.

    Example:
        >>> from pbits.machine.counts import machine_counts
        >>> from pbits.machine.pbit_costs import divider_cost
        >>> counts = machine_counts(num_spins=1000, num_sweeps=1000, pbit=divider_cost())
        >>> report = hardware_report(counts)
        >>> f"{report.flips_per_second:.2g} flips/s, {report.joules_per_flip:.2g} J"
        '1.8e+12 flips/s, 1.7e-14 J'
    """

    run: Report
    programming: Report | None
    updates: float
    reads: int
    assumptions: tuple[str, ...]
    writes: tuple[WriteCost, ...] = ()

    @property
    def seconds(self) -> float:
        """Writing the problem and all reads."""
        return self.run.latency + (self.programming.latency if self.programming else 0.0)

    @property
    def joules(self) -> float:
        """Writing the problem and all reads."""
        return self.run.energy + (self.programming.energy if self.programming else 0.0)

    @property
    def area_m2(self) -> float:
        """Of all chips, parts of known area: a lower bound where `run.missing` names others."""
        return self.run.area

    @property
    def power(self) -> float:
        """W, mean over the run; 0 for a run that takes no time."""
        return self.run.energy / self.run.latency if self.run.latency else 0.0

    @property
    def flips_per_second(self) -> float:
        """Updates over the time of the run; infinite where they take none."""
        if not self.updates:
            return 0.0
        return self.updates / self.run.latency if self.run.latency else float("inf")

    @property
    def joules_per_flip(self) -> float:
        """Energy of the run over its updates, everything included; 0 where there are none."""
        return self.run.energy / self.updates if self.updates else 0.0

    @property
    def seconds_per_read(self) -> float:
        """Mean, s: with several chips less than a read lasts."""
        return self.run.latency / self.reads

    @property
    def breakdown(self) -> tuple[Row, ...]:
        """Lines of the ledger, of the run and of writing the problem."""
        return self.run.rows + (self.programming.rows if self.programming else ())

    def joules_per_effective_sample(
        self, tau: AutocorrelationTime | float, num_samples: int
    ) -> Estimate:
        """Energy of the run over the independent samples that its samples are worth.

        Args:
            tau: integrated autocorrelation time in samples, ``1 + 2 sum rho`` (twice Sokal's):
                `pbits.diagnostics.autocorrelation_time` of what is to be known.
            num_samples: of all reads together.

        Returns:
            With the interval (95 %) that the standard error of `tau` implies; only a lower bound
            where chains were too short to see the whole of `tau`.

        Raises:
            ValueError: on a time that is not known or not above 0.

        Example:
            >>> from pbits.machine.counts import machine_counts
            >>> from pbits.machine.pbit_costs import divider_cost
            >>> counts = machine_counts(num_spins=10, num_sweeps=100, pbit=divider_cost())
            >>> report = hardware_report(counts)
            >>> found = report.joules_per_effective_sample(2.0, 100).value
            >>> round(found / report.run.energy, 3)
            0.02
        """
        count = checks.whole_number("num_samples", num_samples, 1)
        error, closed, value = 0.0, True, tau
        if isinstance(tau, AutocorrelationTime):
            if tau.tau is None or tau.error is None:
                raise ValueError("all values of the samples are equal: they have no time tau")
            value, error, closed = tau.tau, tau.error, tau.closed
        each = self.run.energy / count
        middle = checks.positive("tau", value) * each
        if not closed:
            return Estimate(None, lower_bound=middle)
        wide = _CERTAIN * error * each
        return Estimate(middle, max(middle - wide, 0.0), middle + wide)

    def time_to_solution(self, successes: int, reads: int | None = None) -> Estimate:
        """TTS99: seconds until one read has succeeded with probability 0.99.

        Args:
            successes: reads that reached what is asked for.
            reads: of which these are; those of this run by default.

        Returns:
            With the interval (95 %) of the success probability; see
            `pbits.diagnostics.tts.time_to_solution`.  Writing the problem is not in it.

        Raises:
            ValueError: on counts that cannot be.

        Example:
            >>> from pbits.machine.counts import machine_counts
            >>> from pbits.machine.pbit_costs import divider_cost
            >>> counts = machine_counts(
            ...     num_spins=10, num_sweeps=100, pbit=divider_cost(), num_reads=8)
            >>> report = hardware_report(counts)
            >>> round(report.time_to_solution(4).value / report.seconds_per_read, 2)
            6.64
        """
        return time_to_solution(self.seconds_per_read, successes, self._of(reads))

    def energy_to_solution(self, successes: int, reads: int | None = None) -> Estimate:
        """TTS99 times the mean power, J; arguments as `time_to_solution`."""
        found = self.time_to_solution(successes, reads)
        return Estimate(*(None if x is None else x * self.power for x in _parts(found)))

    def _of(self, reads: int | None) -> int:
        return self.reads if reads is None else checks.whole_number("reads", reads, 1)

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "seconds": self.seconds,
            "joules": self.joules,
            "area_m2": self.area_m2,
            "area_missing": list(self.run.missing),
            "power_watts": self.power,
            "updates": self.updates,
            "flips_per_second": self.flips_per_second if self.run.latency else None,
            "joules_per_flip": self.joules_per_flip,
            "reads": self.reads,
            "run_seconds": self.run.latency,
            "run_joules": self.run.energy,
            "programming_seconds": self.seconds - self.run.latency,
            "programming_joules": self.joules - self.run.energy,
            "writes": [one.facts() for one in self.writes],
            "energy_share_by_label": self.run.facts()["energy_share_by_label"],
            "breakdown": [row._asdict() for row in self.breakdown],
            "assumptions": list(self.assumptions),
        }

    def __str__(self) -> str:
        lines = [
            f"{si(self.seconds, 's')}, {si(self.joules, 'J')}, {si_area(self.area_m2)}, "
            f"{si(self.power, 'W')}",
            f"  {self.updates:.4g} updates: {self.flips_per_second:.3g} flips/s, "
            f"{si(self.joules_per_flip, 'J')} a flip",
        ]
        for quantity, most in _SHOWN.items():
            lines += _largest(self.run, quantity, most)
        if self.programming:
            written = f"{si(self.programming.energy, 'J')} in {si(self.programming.latency, 's')}"
            lines.append(f"  writing the problem, once: {written}")
        if self.writes:
            lines.append(f"  written by: {'; '.join(str(one) for one in self.writes)}")
        if self.run.missing:
            lines.append(f"  area not counted: {', '.join(self.run.missing)}")
        shaky = sum(self.run.share(label) for label in _SHAKY)
        lines.append(
            f"  {shaky:.0%} of the energy rests on figures assumed or remembered; "
            f"{len(self.assumptions)} assumptions"
        )
        return "\n".join(lines)


def hardware_report(
    counts: MachineCounts,
    programming: tuple[Mapping[str, float], Mapping[str, float]] | WriteCost | None = None,
    writes: Sequence[WriteCost] = (),
    costs: Costs | None = None,
) -> HardwareReport:
    """A report of what was counted.

    Args:
        counts: of `pbits.machine.counts.machine_counts`.
        programming: events and path of writing the problem (`Programming.charges()`), or a
            `WriteCost`.
        writes: ways of writing it, to be compared.
        costs: a table of your own, in which converters and p-bits must be; that of the counts by
            default.

    Raises:
        UnknownCostError: for an event that the table does not have.
    """
    table = counts.costs if costs is None else costs
    if isinstance(programming, WriteCost):
        programming = programming.programming.charges()
    written = None if programming is None else charge(*programming, costs=table)
    notes = counts.notes
    if written is None:
        notes = (*notes, "writing the problem is not counted")
    run = charge(counts.events, counts.path, counts.parts, table)
    return HardwareReport(run, written, counts.updates, counts.reads, notes, tuple(writes))


def si_area(square_metres: float) -> str:
    """An area as people say it.

    Example:
        >>> si_area(2.5e-9), si_area(3e-12)
        ('0.0025 mm^2', '3 um^2')
    """
    if 0 < square_metres < 1e-9:
        return f"{square_metres * 1e12:.4g} um^2"
    return f"{square_metres * 1e6:.4g} mm^2"


def _largest(report: Report, quantity: str, most: int) -> list[str]:
    """Lines of the largest shares of a total."""
    rows = sorted((r for r in report.rows if r.quantity == quantity), key=lambda row: -row.total)
    total = sum(row.total for row in rows)
    shown = []
    for number, row in enumerate(rows[:most] if total else []):
        amount = si_area(row.total) if quantity == "area" else si(row.total, _UNITS[quantity])
        head = quantity if number == 0 else ""
        shown.append(f"  {head:6} {row.total / total:>4.0%}  {row.name:22} {amount:>12}")
    return shown


def _parts(found: Estimate) -> tuple[float | None, ...]:
    return found.value, found.low, found.high, found.lower_bound
