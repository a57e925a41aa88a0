"""``pbits data``: the table of public instances, and fetching them from their publishers."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.errors import fail

if TYPE_CHECKING:
    from problems.registry import Entry

app = typer.Typer(
    no_args_is_help=True,
    help="List public instances with their best known values, or download them.",
)


_Family = Annotated[
    str | None,
    typer.Argument(
        metavar="FAMILY",
        show_default=False,
        help="Only gset, k2000, torus, ea3d, biqmac, orlib, chimera, sat, coloring, tsp, qap, "
        "knapsack or qplib.",
    ),
]
_Folder = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where to put them; by default PBITS_DATA_DIR, else the user's cache folder.",
    ),
]
_AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print one JSON array.")]
_Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME",
        show_default=False,
        help="Instances such as G1, or whole families such as gset; see `pbits data list`.",
    ),
]


@app.command(name="list")
def list_instances(family: _Family = None, as_json: _AsJson = False) -> None:
    """Show names, sizes and best known values, with their sources.

    Sizes are spins and couplings, or in the terms of the file: the header of a family's list names
    them. Best known values are false clauses, numbers of colours, lengths of tours, costs of
    assignments and values of packings where files are of such problems.

    $ pbits data list gset
    """
    from problems import registry

    try:
        entries = [registry.entry(name) for name in registry.names(family)]
    except ValueError as error:
        fail(error)
    if as_json:
        print(json.dumps([_facts(entry) for entry in entries]))
        return
    units = {entry.units for entry in entries}
    first, second = units.pop() if len(units) == 1 else ("size", "terms")
    wide = 1 + max(15, *(len(entry.name) for entry in entries))
    print(f"{'name':<{wide}}{first:>10}{second:>11}  {'sense':<6}{'best known':>12}  source")
    for entry in entries:
        source = f"{entry.source} [optimal]" if entry.proven else entry.source
        print(
            f"{entry.name:<{wide}}{entry.num_variables:>10}{entry.num_interactions:>11}  "
            f"{entry.sense:<6}{entry.best_known:>12}  {source}"
        )


def _facts(entry: "Entry") -> dict[str, Any]:
    more = {"target": entry.target, "units": entry.units, "url": entry.url}
    return asdict(entry) | more


@app.command()
def download(names: _Names, folder: _Folder = None) -> None:
    """Fetch instances from their publishers and check their SHA-256; prints the paths.

    What is published as one archive comes whole.

    $ pbits data download G1 torus
    """
    from problems import registry

    try:
        for name in names:
            members = registry.names(name) if name in registry.families() else (name,)
            for member in members:
                print(registry.download(member, folder))
    except (ValueError, LookupError, OSError) as error:
        fail(error.args[0] if isinstance(error, LookupError) else error)
