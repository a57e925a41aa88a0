"""``pbits sample``: states of a problem file at one temperature, and how far to trust them."""

import json
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pbits.cli.errors import INTERRUPTED, complain, fail
from pbits.cli.options import Update, problem_path
from pbits.cli.output import check_writable, write_whole
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.sample_report import FILES, content, record, table
from pbits.cli.signals import Interrupt, interruptible

if TYPE_CHECKING:
    from pbits.results import SampleResult
    from problems.formats import Instance

# Larger numbers are typing errors, which would take all of the memory.
_MAX_READS, _MAX_SWEEPS = 10**6, 10**8
_CHAINS, _OUTPUT = "Chains", "Output"


@dataclass(frozen=True)
class _Options:
    """What the command line asked for, in its own terms."""

    file: Path
    beta: float
    format: str | None
    reads: int
    sweeps: int
    chains: int
    thinning: int
    update: Update
    seed: int | None
    out: Path | None
    as_json: bool

    def check(self) -> None:
        """End the command on a value out of range or a file that cannot be written."""
        if not (math.isfinite(self.beta) and self.beta >= 0):
            fail(f"--beta is {self.beta}; expected a finite number of at least 0")
        if self.out is None:
            return
        if self.out.suffix.lower() not in FILES:
            fail(f"--out {self.out} names no kind of file; expected one of {', '.join(FILES)}")
        if self.out.resolve() == problem_path(self.file).resolve():
            fail(f"--out {self.out} is the problem itself; name a new file")
        check_writable(self.out, "--out")


def sample(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Problem file, plain or compressed (.gz, .xz, .bz2), or the word 'example' for "
            "the max-cut instance that comes with pbits.",
        ),
    ],
    beta: Annotated[
        float,
        typer.Option(
            metavar="BETA",
            show_default=False,
            help="Inverse temperature, in inverse units of the energy.",
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="rudy, mc, sparse, qubo, bqp, coo, json or bqm; by default told from the "
            "file's name and first lines.",
        ),
    ] = None,
    reads: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=_MAX_READS,
            help="Samples, over all chains.",
            rich_help_panel=_CHAINS,
        ),
    ] = 4096,
    chains: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=_MAX_READS,
            help="Independent chains side by side.",
            rich_help_panel=_CHAINS,
        ),
    ] = 32,
    sweeps: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=_MAX_SWEEPS,
            help="Sweeps of burn-in before the first sample.",
            rich_help_panel=_CHAINS,
        ),
    ] = 1000,
    thinning: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=_MAX_SWEEPS,
            help="Sweeps between two samples of a chain.",
            rich_help_panel=_CHAINS,
        ),
    ] = 10,
    update: Annotated[
        Update,
        typer.Option(
            help="Update rule: gibbs is heat bath, the p-bit's own; metropolis moves faster but "
            "may never settle where moves are free.",
            rich_help_panel=_CHAINS,
        ),
    ] = Update.GIBBS,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            show_default=False,
            help="Seed; equal seeds give equal samples. Drawn and reported by default.",
            rich_help_panel=_CHAINS,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Write all samples (.json, or .npz for NumPy).",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print one JSON object.", rich_help_panel=_OUTPUT),
    ] = False,
) -> None:
    """Draw states of a problem file from exp(-beta E) / Z, and judge them.

    Reports the mean energy with its error, the autocorrelation time tau, the
    number of effective samples, split R-hat (1 where chains agree) and the beta
    that the samples themselves show; warns where these are bad.

    Ctrl-C stops and keeps the samples so far. The exit status is 0, 2 on bad
    input and 130 after Ctrl-C.

    $ pbits sample example --beta 0.5

    $ pbits sample glass.bqm --beta 2 --thinning 100 --out states.npz
    """
    _run(_Options(**locals()))


def _run(options: _Options) -> None:
    """Sample, report, write; the exit status is 130 after an interrupt, 2 on bad input."""
    try:
        with interruptible() as interrupt:
            stopped_by = _sample(options, interrupt)
    except KeyboardInterrupt:
        complain("interrupted")
        stopped_by = "interrupt"
    if stopped_by == "interrupt":
        raise typer.Exit(INTERRUPTED)


def _sample(options: _Options, interrupt: Interrupt) -> str:
    started = time.perf_counter()
    options.check()
    # Here, as libraries that take a second to import would slow down `pbits --help` too.
    from problems.formats import read

    try:
        instance = read(problem_path(options.file), options.format)
        loaded = time.perf_counter()
        result = _draw(instance, options, interrupt)
        sampled = time.perf_counter()
        asked = {
            "sweeps": options.sweeps,
            "thinning": options.thinning,
            "update": options.update.value,
            "reads": options.reads,
        }
        facts = record(instance, result, asked)
    except (ValueError, MemoryError) as error:
        fail(str(error) or "out of memory; ask for fewer --reads")
    facts["seconds"] = {
        "load": round(loaded - started, 6),
        "prepare": round(result.timing.preprocessing, 6),
        "compile": round(result.timing.compile, 6),
        "sample": round(result.timing.sampling, 6),
        "diagnose": round(time.perf_counter() - sampled, 6),
        "total": round(time.perf_counter() - started, 6),
    }
    try:
        if options.out:
            write_whole(options.out, content(instance, result, facts, options.out), "--out")
    finally:
        # Last, as the reader of a pipe may have gone; in any case, as the work is done.
        print(json.dumps(facts, allow_nan=False) if options.as_json else table(facts))
    return facts["stopped_by"]


def _draw(instance: "Instance", options: _Options, interrupt: Interrupt) -> "SampleResult":
    shown = not options.as_json and on_terminal()
    interrupt.check()
    with progress_bar(instance, None, "sampling") if shown else nullcontext() as progress:
        from pbits.sampling import sample as draw

        return draw(
            instance.problem,
            beta=options.beta,
            num_reads=options.reads,
            num_sweeps=options.sweeps,
            thinning=options.thinning,
            num_chains=options.chains,
            update=options.update.value,
            seed=options.seed,
            interrupt=interrupt,
            progress=progress,
        )
