"""The ``pbits`` command.  Heavy libraries are imported by the commands that need them."""

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer

from pbits.bench.cli import app as bench
from pbits.cli.codesign import codesign
from pbits.cli.crossbar import crossbar
from pbits.cli.crossbar_scaling import crossbar_scaling
from pbits.cli.data import app as data
from pbits.cli.device import device
from pbits.cli.errors import BAD_INPUT, INTERRUPTED, complain
from pbits.cli.infer import infer
from pbits.cli.info import info
from pbits.cli.problems import problems
from pbits.cli.sample import sample
from pbits.cli.solve import solve
from pbits.cli.validate import validate
from pbits.cli.verify import verify

# The base class of all that is wrong with a command line; typer exports only this one of its kind.
_USAGE_ERROR: Any = typer.BadParameter.__base__

app = typer.Typer(
    name="pbits",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(solve)
app.command()(sample)
app.command()(verify)
app.command()(problems)
app.command()(codesign)
app.command()(infer)
app.command()(info)
app.command()(device)
app.command()(crossbar)
app.command()(crossbar_scaling)
app.command()(validate)
app.add_typer(bench, name="bench")
app.add_typer(data, name="data")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"pbits {version('pbits')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", help="Print the version.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Ising models, QUBOs and max-cut, solved by probabilistic bits on CPU or GPU."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 bad input, 130 interrupted.

    Args:
        arguments: words after ``pbits``; those of the process if None.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments is None:
        # Tracing makes many objects that live on: collecting them was a tenth of a second.
        gc.set_threshold(200_000)
    status = _status(arguments)
    if arguments is not None:
        sys.exit(status)
    # Taking JAX apart costs a third of a second, and nothing is left to be done.
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _status(arguments: list[str] | None) -> int:
    try:
        status = app(arguments, prog_name="pbits", standalone_mode=False)
        sys.stdout.flush()
        return status or 0
    except _USAGE_ERROR as error:
        command = error.ctx.command_path if error.ctx else "pbits"
        complain(f"{error.format_message().rstrip('.')}; see '{command} --help'")
        return BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        complain("interrupted")
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            complain(error)
        # The interpreter flushes stdout once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
