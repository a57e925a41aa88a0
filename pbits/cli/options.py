"""What ``pbits solve`` was asked for, checked before any work is done."""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pbits.cli.errors import fail
from pbits.cli.output import check_writable

_PICTURES = (".png", ".pdf", ".svg")


class Update(StrEnum):
    """How a spin answers its field."""

    METROPOLIS = "metropolis"
    GIBBS = "gibbs"


class Method(StrEnum):
    """How to look for a low energy."""

    AUTO = "auto"
    ANNEAL = "anneal"
    TEMPER = "temper"


@dataclass(frozen=True)
class Options:
    """What the command line asked for, in its own terms."""

    file: Path
    format: str | None
    method: Method | None
    reads: int | None
    sweeps: int | None
    seed: int | None
    time_limit: float | None
    target: float | None
    update: Update
    beta_min: float | None
    beta_max: float | None
    out: Path | None
    plot: Path | None
    as_json: bool

    def check(self) -> None:
        """End the command on a value out of range or a file that cannot be written."""
        self._check_numbers()
        if self.plot and self.plot.suffix.lower() not in _PICTURES:
            fail(f"--plot {self.plot} names no picture; expected one of {', '.join(_PICTURES)}")
        taken = [self.path.resolve()]
        for option, written in (("--out", self.out), ("--plot", self.plot)):
            if written is None:
                continue
            if written.resolve() in taken:
                fail(f"{option} {written} is another file of this command too; name a new one")
            taken.append(written.resolve())
            check_writable(written, option)

    def _check_numbers(self) -> None:
        for name in ("time_limit", "beta_min", "beta_max"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                option = name.replace("_", "-")
                fail(f"--{option} is {value}; expected a finite number above 0")
        if self.sweeps is not None and self.chosen is Method.AUTO:
            fail("--method auto chooses the number of sweeps; leave out --sweeps, or the method")
        if self.target is not None and not math.isfinite(self.target):
            fail(f"--target is {self.target}; expected a finite number")

    @property
    def chosen(self) -> Method:
        """The method: a number of sweeps without a method asks for an anneal of so many."""
        return self.method or (Method.AUTO if self.sweeps is None else Method.ANNEAL)

    @property
    def path(self) -> Path:
        """The file to read: a bundled one where its name is given and no such file exists."""
        return problem_path(self.file)


def problem_path(file: Path) -> Path:
    """The file to read: a bundled one where its name is given and no such file exists."""
    from problems import data

    bundled = data.BUNDLED.get(str(file))
    return file if bundled is None or file.exists() else data.path(bundled)
