"""``pbits verify``: check and score a solution from anywhere."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.arguments import AsJson, File, FormatName
from pbits.cli.errors import fail
from pbits.cli.natural import Settings, encoded_of, judgement, rows, settings
from pbits.cli.options import problem_path

if TYPE_CHECKING:
    from problems.formats import Instance

_Solution = Annotated[
    Path,
    typer.Argument(
        metavar="SOLUTION",
        show_default=False,
        help="In the format that `pbits solve FILE --out` writes: `v` lines of a formula, a "
        "TSPLIB tour, colours, a permutation, JSON; of problems of spins JSON with spins.",
    ),
]


def verify(
    file: File,
    solution: _Solution,
    format: FormatName = None,
    given: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Check a solution against its problem's file: feasible or not, and what it is worth.

    Nothing but the two files is used, no energy and no sampler. The exit status is 0
    where every constraint holds, 1 where one does not, and 2 on files that cannot be
    read.

    $ pbits solve queen5_5.col --out queens.sol

    $ pbits verify queen5_5.col queens.sol
    """
    from problems.formats.text import read_bytes
    from problems.library.instance import open_instance

    try:
        instance = open_instance(problem_path(file), format, **settings(given))
        text = read_bytes(solution).decode("utf-8", "replace")
        facts = _judged(instance, text)
    except ValueError as error:
        fail(f"{solution}: {error}" if str(solution) not in str(error) else error)
    print(json.dumps(facts, allow_nan=False) if as_json else _table(instance, facts))
    if not facts["feasible"]:
        raise typer.Exit(1)


def _judged(instance: "Instance", text: str) -> dict[str, Any]:
    encoded = encoded_of(instance)
    if encoded is None:
        return _of_spins(instance, text)
    from problems.library import FILES

    found = FILES[instance.format].read_solution(encoded, text)
    return {
        "instance": instance.name,
        "problem": encoded.kind,
        "sense": "maximise" if encoded.maximise else "minimise",
        **judgement(encoded.certificate(found)),
    }


def _of_spins(instance: "Instance", text: str) -> dict[str, Any]:
    """A state has no constraints: it is worth what its spins say."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"no JSON ({error}); expected spins") from error
    spins = data.get("spins") if isinstance(data, dict) else data
    if not isinstance(spins, list):
        raise ValueError('no list of spins; expected one, or {"spins": [...]}')
    value = instance.values(spins)
    if value.shape:
        raise ValueError(f"{len(spins)} states given; expected one")
    energy = instance.problem.energies(spins).item()
    return {
        "instance": instance.name,
        "problem": instance.objective,
        "sense": "maximise" if instance.maximise_source else "minimise",
        "feasible": True,
        "objective": value.item(),
        "num_violations": 0,
        "violations": [],
        "facts": {"energy": energy},
    }


def _table(instance: "Instance", facts: dict[str, Any]) -> str:
    lines = rows(facts)
    wide = 2 + max(len(name) for name, _ in lines)
    head = f"{instance.name} ({instance.format})"
    return "\n".join([head, *(f"  {name:<{wide}}{text}" for name, text in lines)])
