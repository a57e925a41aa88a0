"""What ``pbits solve`` was asked for, checked before any work is done."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbits.cli.errors import fail
from pbits.cli.methods import OWN_OPTIONS, TRAITS, Method, Update, Variant, check_belongs, flag
from pbits.cli.natural import settings
from pbits.cli.output import check_picture_name, check_writable


@dataclass(frozen=True)
class Options:
    """What the command line asked for, in its own terms; None where it did not."""

    file: Path
    format: str | None
    method: Method | None
    reads: int | None
    sweeps: int | None
    seed: int | None
    time_limit: float | None
    target: float | None
    presolve: bool | None
    update: Update | None
    beta_min: float | None
    beta_max: float | None
    slices: int | None
    variant: Variant | None
    out: Path | None
    plot: Path | None
    draw: Path | None
    settings: list[str] | None
    hardware: str | None
    as_json: bool

    def check(self) -> None:
        """End the command on a value out of range or a file that cannot be written."""
        self._check_numbers()
        self._check_hardware()
        for name in OWN_OPTIONS:
            if getattr(self, name) is not None:
                check_belongs(name, self.chosen)
        pictures = (("--plot", self.plot), ("--draw", self.draw))
        for option, picture in pictures:
            if picture:
                check_picture_name(picture, option)
        taken = [self.path.resolve()]
        for option, written in (("--out", self.out), *pictures):
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
                fail(f"{flag(name)} is {value}; expected a finite number above 0")
        if self.target is not None and not math.isfinite(self.target):
            fail(f"--target is {self.target}; expected a finite number")

    def _check_hardware(self) -> None:
        if self.hardware is None:
            return
        if self.method not in (None, Method.ANNEAL):
            fail(
                f"--hardware anneals and --method is {self.method}; leave out --method, or say "
                "--method anneal"
            )
        if self.update is Update.METROPOLIS:
            fail(
                "--hardware has p-bits, whose rule is heat bath; leave out --update, or say "
                "--update gibbs"
            )

    @property
    def chosen(self) -> Method:
        """The method: a number of sweeps or a hardware without one asks for an anneal."""
        annealed = self.sweeps is not None or self.hardware is not None
        return self.method or (Method.ANNEAL if annealed else Method.AUTO)

    @property
    def num_reads(self) -> int | None:
        """Reads asked for, or the method's own number; None where it chooses."""
        return self.reads or TRAITS[self.chosen].reads

    @property
    def num_sweeps(self) -> int | None:
        """Sweeps asked for, or the method's own number; None where there is none.

        Ladders go on until time is up, unless they were given a number.
        """
        if self.chosen is Method.TEMPER and self.time_limit is not None:
            return self.sweeps
        return self.sweeps or TRAITS[self.chosen].sweeps

    @property
    def rule(self) -> str | None:
        """The update rule, of a method that has one."""
        if "update" not in TRAITS[self.chosen].options:
            return None
        own = Update.METROPOLIS if self.hardware is None else Update.GIBBS
        return (self.update or own).value

    @property
    def asked_settings(self) -> dict[str, Any]:
        """Settings of a problem of the library, by name."""
        return settings(self.settings)

    @property
    def path(self) -> Path:
        """The file to read: a bundled one where its name is given and no such file exists."""
        return problem_path(self.file)


def problem_path(file: Path) -> Path:
    """The file to read: a bundled one where its name is given and no such file exists."""
    from problems import data

    bundled = data.BUNDLED.get(str(file))
    return file if bundled is None or file.exists() else data.path(bundled)
