"""The methods of ``pbits solve``: the options that each of them takes, and its own defaults."""

from enum import StrEnum
from typing import NamedTuple

from pbits.cli.errors import fail


class Method(StrEnum):
    """How to look for a low energy."""

    AUTO = "auto"
    ANNEAL = "anneal"
    TEMPER = "temper"
    POPULATION = "population"
    QUANTUM = "quantum"
    BIFURCATION = "bifurcation"
    DESCEND = "descend"


class Update(StrEnum):
    """How a spin answers its field."""

    METROPOLIS = "metropolis"
    GIBBS = "gibbs"


class Variant(StrEnum):
    """What oscillators act on each other with: positions, or their signs."""

    BALLISTIC = "ballistic"
    DISCRETE = "discrete"


class Traits(NamedTuple):
    """What a method takes beside --reads, --seed, limits and --out, and how much it does."""

    options: tuple[str, ...]
    reads: int | None
    sweeps: int | None


_BETAS = ("update", "beta_min", "beta_max", "plot")
TRAITS = {
    Method.AUTO: Traits(("presolve", *_BETAS), None, None),
    Method.ANNEAL: Traits(("sweeps", *_BETAS), 64, 1000),
    Method.TEMPER: Traits(("sweeps", *_BETAS), 32, 1000),
    Method.POPULATION: Traits(("sweeps", "update", "beta_max", "plot"), 1024, 10),
    Method.QUANTUM: Traits(("sweeps", "slices", "update", "plot"), 32, 1000),
    Method.BIFURCATION: Traits(("sweeps", "variant", "plot"), 64, 1000),
    Method.DESCEND: Traits((), 64, None),
}
# In the order of `pbits solve --help`.
OWN_OPTIONS = (
    "sweeps", "presolve", "update", "beta_min", "beta_max", "slices", "variant", "plot"
)  # fmt: skip


def check_belongs(name: str, method: Method) -> None:
    """End the command where an option was given that `method` does not take.

    Example:
        >>> check_belongs("slices", Method.QUANTUM)
    """
    traits = TRAITS[method]
    if name in traits.options:
        return
    *most, last = [other for other, its in TRAITS.items() if name in its.options]
    takers = f"{', '.join(most)} or {last}" if most else last
    takes = ", ".join(flag(own) for own in ("reads", *traits.options))
    fail(
        f"--method {method} takes no {flag(name)}; leave out {flag(name)}, or name a method that "
        f"takes it: {takers} (what {method} takes: {takes})"
    )


def flag(name: str) -> str:
    """The option as it is typed.

    Example:
        >>> flag("beta_max")
        '--beta-max'
    """
    return "--" + name.replace("_", "-")
