"""``pbits data``: the table of public instances, and fetching them from their publishers."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pbits.cli.errors import fail

app = typer.Typer(
    no_args_is_help=True,
    help="List public instances with their best known values, or download them.",
)


_Family = Annotated[
    str | None,
    typer.Argument(
        metavar="FAMILY",
        show_default=False,
        help="Only gset, k2000, torus, ea3d, biqmac, orlib or chimera.",
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

    $ pbits data list gset
    """
    from problems import registry

    try:
        entries = [registry.entry(name) for name in registry.names(family)]
    except ValueError as error:
        fail(error)
    if as_json:
        print(json.dumps([asdict(entry) | {"url": entry.url} for entry in entries]))
        return
    print(f"{'name':<16}{'spins':>6}{'couplings':>11}  {'sense':<6}{'best known':>12}  source")
    for entry in entries:
        source = f"{entry.source} [optimal]" if entry.proven else entry.source
        print(
            f"{entry.name:<16}{entry.num_variables:>6}{entry.num_interactions:>11}  "
            f"{entry.sense:<6}{entry.best_known:>12}  {source}"
        )


@app.command()
def download(names: _Names, folder: _Folder = None) -> None:
    """Fetch instances from their publishers and check their SHA-256; prints the paths.

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
