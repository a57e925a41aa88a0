"""When p-bits are updated: colour by colour, together, or freely."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pbits import checks

_ROUNDING = 1e-9  # of sums of times
_MOST_LATE = 1000  # all fields in between are kept
KINDS = ("coloured", "parallel", "asynchronous")


class Clocks(NamedTuple):
    """Of one sweep.

    Attributes:
        count: clocks.
        dt: s, that a p-bit has in each.
        fraction: of all p-bits that a clock takes; 0 clocks colours.
        follow: share of the way to its field that an input goes in a clock.
        delay: clocks that fields come late.
    """

    count: int
    dt: float
    fraction: float
    follow: float
    delay: int

    @property
    def updates(self) -> float:
        """Times that each p-bit is asked, on average; free ones are at every step."""
        return self.count * self.fraction if self.fraction else 1.0


@dataclass(frozen=True)
class Clocking:
    """How a machine is clocked.

    Attributes:
        kind: "coloured": p-bits that do not feel each other at once, colour after colour, which
            keeps Boltzmann's law; "parallel": a random part of all at once, all for `fraction` 1,
            whose law is Little's; "asynchronous": nobody is clocked, devices flip at their own
            rates while fields follow.
        fraction: of p-bits that a parallel clock takes.
        wait: correlation times that a clocked p-bit is given before it is read.
        period: s, of a clock; None for what fields and waiting take.  A short one reads p-bits
            before they have forgotten.
        lag: s, time constant with which inputs follow their fields.
        delay: s, that fields come late.
        step: of the simulation of free p-bits, as a share of their correlation time: at each step
            all inputs are those of the step before, an error of first order.

    Raises:
        ValueError: on another kind, or numbers out of range.

    Example:
        >>> Clocking("parallel", fraction=0.25).clocks(9, (1e-9, 1e-9)).count
        4
    """

    kind: str = "coloured"
    fraction: float = 1.0
    wait: float = 4.0
    period: float | None = None
    lag: float = 0.0
    delay: float = 0.0
    step: float = 0.05

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}; expected one of {', '.join(KINDS)}")
        checks.positive("fraction", self.fraction, most=1.0)
        checks.positive("wait", self.wait)
        checks.positive("step", self.step, most=1.0)
        for name in ("lag", "delay"):
            checks.non_negative(name, getattr(self, name))
        if self.period is not None:
            checks.positive("period", self.period)
        if self.fraction != 1 and self.kind != "parallel":
            raise ValueError(
                f"fraction is {self.fraction:g} and kind {self.kind!r}; it belongs to 'parallel'"
            )

    @property
    def is_plain(self) -> bool:
        """Whether fields are those of the present spins and p-bits are clocked by colours."""
        return self.kind == "coloured" and self.lag == self.delay == 0

    def clocks(
        self,
        colours: int,
        taus: tuple[float, float],
        before: float = 0.0,
        decision: float = 0.0,
    ) -> Clocks:
        """Of one sweep, in which every p-bit is updated once on average.

        A sweep has whole clocks: as many as come nearest where 1 / `fraction` is no whole number;
        `Clocks.updates` says how often p-bits are updated then.  Free p-bits have as many steps as
        make one correlation time of the slowest; what fields take is a delay of theirs.

        Args:
            colours: of the problem's graph.
            taus: s, correlation times at no field of the fastest and of the slowest p-bit.
            before: s, that fields take before p-bits can answer them.
            decision: s, of p-bits without a correlation time, such as digital ones.

        Raises:
            ValueError: on a period that is over before p-bits have answered, free p-bits without a
                correlation time, or fields that come a thousand clocks late.
        """
        fast, tau = taus
        if self.kind == "asynchronous":
            if fast <= 0:
                raise ValueError(
                    "free p-bits need a device with a correlation time; ideal ones decide only "
                    "when they are clocked: use kind='parallel' or 'coloured', or another model"
                )
            dt = self.step * fast
            return self._with(max(round(tau / dt), 1), dt, dt, 1.0, before)
        least = 0.0 if tau else decision
        left = (self.wait * tau or decision) if self.period is None else self.period - before
        if self.period is not None and (left <= 0 or left < least * (1 - _ROUNDING)):
            takes = f"fields take {before:.3g} s" + (f", p-bits {least:.3g} s" if least else "")
            raise ValueError(f"period is {self.period:.3g} s and {takes} of it; expected more")
        if self.kind == "coloured":
            return self._with(colours, left, before + left, 0.0)
        return self._with(max(round(1 / self.fraction), 1), left, before + left, self.fraction)

    def _with(
        self, count: int, dt: float, clock: float, fraction: float, late: float = 0.0
    ) -> Clocks:
        if clock <= 0 and (self.lag or self.delay):
            raise ValueError(
                "lag or delay is given and a clock takes no time; give a period, or p-bits and a "
                "coupling that take some"
            )
        follow = 1.0 if self.lag == 0 else float(-np.expm1(-clock / self.lag))
        late += self.delay
        clocks = 0 if late == 0 else max(round(late / clock), 0)
        if clocks > _MOST_LATE:
            raise ValueError(
                f"fields come {late:.3g} s late, {clocks} clocks of {clock:.3g} s; expected at "
                f"most {_MOST_LATE}: p-bits must be slower, or the coupling faster"
            )
        return Clocks(count, dt, fraction, follow, clocks)
