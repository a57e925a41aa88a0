"""What learning and inference take on a p-bit computer, summed over the ledgers of its runs."""

from typing import Any, NamedTuple

from crossbar.ledger import si
from pbits.machine import HardwareReport


class Spent(NamedTuple):
    """Joules and seconds of some runs.

    Attributes:
        run_joules, run_seconds: of drawing states.
        write_joules, write_seconds: of writing couplings into arrays; 0 where nothing is written.
        updates: of all p-bits, held ones among them.
        runs: how many.
        writes: how often couplings were written.

    Example:
        >>> both = Spent(1e-9, 2e-6, runs=1) + Spent(2e-9, 1e-6, runs=1)
        >>> f"{both.joules:.0e}", both.runs
        ('3e-09', 2)
    """

    run_joules: float = 0.0
    run_seconds: float = 0.0
    write_joules: float = 0.0
    write_seconds: float = 0.0
    updates: float = 0.0
    runs: int = 0
    writes: int = 0

    @classmethod
    def of(cls, report: HardwareReport, *, written: bool = True) -> "Spent":
        """One run; `written` says whether writing is counted with it."""
        writing = report.programming if written else None
        return cls(
            report.run.energy, report.run.latency, writing.energy if writing else 0.0,
            writing.latency if writing else 0.0, report.updates, 1, int(writing is not None),
        )  # fmt: skip

    def __add__(self, other: "Spent") -> "Spent":  # type: ignore[override]
        sums = {name: getattr(self, name) + getattr(other, name) for name in self._fields}
        return Spent(**sums)

    @property
    def joules(self) -> float:
        """Of runs and writing."""
        return self.run_joules + self.write_joules

    @property
    def seconds(self) -> float:
        """Of runs and writing, one after another."""
        return self.run_seconds + self.write_seconds

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {"joules": self.joules, "seconds": self.seconds, **self._asdict()}

    def __str__(self) -> str:
        return (
            f"{si(self.joules, 'J')} in {si(self.seconds, 's')}: {si(self.run_joules, 'J')} in "
            f"{self.runs} runs, {si(self.write_joules, 'J')} in {self.writes} writes"
        )
