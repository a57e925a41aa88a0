"""``pbits problems``: the library, its files, and what each problem is built from."""

import inspect
import json
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.arguments import AsJson
from pbits.cli.errors import fail

if TYPE_CHECKING:
    from problems.library import Kind
    from problems.library.natural import NaturalFile

_Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", show_default=False, help="Show one problem and its settings."),
]


def problems(name: _Name = None, as_json: AsJson = False) -> None:
    """List the problems of the library and the files they come in.

    $ pbits problems

    $ pbits problems graph-colouring
    """
    from problems.library import FILES, KINDS, kind

    try:
        chosen = KINDS.values() if name is None else [kind(name)]
    except ValueError as error:
        fail(error)
    if name is None and not as_json:
        print(_table(FILES, KINDS))
        return
    facts = [_facts(each) for each in chosen]
    if as_json:
        print(json.dumps(facts if name is None else facts[0]))
    else:
        print(_one(facts[0]))


def _facts(kind: "Kind") -> dict[str, Any]:
    return {
        "name": kind.name,
        "summary": kind.summary,
        "settings": [{"name": name, "needed": needed} for name, needed in kind.parameters.items()],
        "example": {"problem": kind.name, **kind.example},
        "help": inspect.getdoc(kind.builder) or "",
    }


def _table(files: dict[str, "NaturalFile"], kinds: dict[str, "Kind"]) -> str:
    wide = 2 + max(map(len, kinds))
    lines = [f"{name:<{wide}}{kind.summary}" for name, kind in kinds.items()]
    lines += ["", "files of `pbits solve FILE` and `pbits verify FILE SOLUTION`:"]
    lines += [
        f"  {name:<{wide - 2}}{file.summary}{_suffixes(file.suffixes)}"
        for name, file in files.items()
    ]
    lines += ["", "data and settings of one: `pbits problems NAME`"]
    return "\n".join(lines)


def _suffixes(suffixes: tuple[str, ...]) -> str:
    return f" ({', '.join(suffixes)})" if suffixes else ""


def _one(facts: dict[str, Any]) -> str:
    """Name, settings and the text of the function, up to its examples."""
    text = facts["help"].partition("\nExample")[0].rstrip()
    text = re.sub(r":(?:func|mod|class):`([^`]+)`", r"\1", text)
    return (
        f"{facts['name']}: {facts['summary']}\n\n{text}\n\n"
        f"A file for `pbits solve`, whose keys are the arguments above:\n\n"
        f"    {json.dumps(facts['example'])}\n\n"
        "On the command line: --set NAME=VALUE adds or replaces one of them."
    )
