"""``pbits sample``: states of a problem file at one temperature, and how far to trust them."""

import json
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.arguments import (
    MAX_READS,
    MAX_SWEEPS,
    AsJson,
    File,
    FormatName,
    output,
    seed_option,
)
from pbits.cli.errors import fail
from pbits.cli.hardware import Hardware, load, sample_facts
from pbits.cli.methods import Update
from pbits.cli.options import problem_path
from pbits.cli.output import check_writable, write_whole
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.sample_report import FILES, content, record, table
from pbits.cli.signals import Interrupt, run_interruptible

if TYPE_CHECKING:
    from pbits.machine import LoadedMachine
    from pbits.results import SampleResult
    from problems.formats import Instance

_CHAINS = "Chains"
_chain = partial(typer.Option, rich_help_panel=_CHAINS)
_number = partial(_chain, metavar="N", min=1)

_Beta = Annotated[
    float,
    typer.Option(
        metavar="BETA",
        show_default=False,
        help="Inverse temperature, in inverse units of the energy.",
    ),
]
_Reads = Annotated[int, _number(max=MAX_READS, help="Samples, over all chains.")]
_Chains = Annotated[int, _number(max=MAX_READS, help="Independent chains side by side.")]
_Sweeps = Annotated[
    int, _number(min=0, max=MAX_SWEEPS, help="Sweeps of burn-in before the first sample.")
]
_Thinning = Annotated[int, _number(max=MAX_SWEEPS, help="Sweeps between two samples of a chain.")]
_UpdateRule = Annotated[
    Update,
    _chain(
        help="Update rule: gibbs is heat bath, the p-bit's own; metropolis moves faster but "
        "may never settle where moves are free.",
    ),
]
_Seed = Annotated[int | None, seed_option(_CHAINS)]
_Out = Annotated[
    Path | None,
    output(metavar="FILE", help="Write all samples (.json, or .npz for NumPy)."),
]


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
    hardware: str | None
    as_json: bool

    def check(self) -> None:
        """End the command on a value out of range or a file that cannot be written."""
        if not (math.isfinite(self.beta) and self.beta >= 0):
            fail(f"--beta is {self.beta}; expected a finite number of at least 0")
        if self.hardware is not None and self.update is not Update.GIBBS:
            fail(
                "--hardware has p-bits, whose rule is heat bath; leave out --update, or say "
                "--update gibbs"
            )
        if self.out is None:
            return
        if self.out.suffix.lower() not in FILES:
            fail(f"--out {self.out} names no kind of file; expected one of {', '.join(FILES)}")
        if self.out.resolve() == problem_path(self.file).resolve():
            fail(f"--out {self.out} is the problem itself; name a new file")
        check_writable(self.out, "--out")


def sample(
    file: File,
    beta: _Beta,
    format: FormatName = None,
    reads: _Reads = 4096,
    chains: _Chains = 32,
    sweeps: _Sweeps = 1000,
    thinning: _Thinning = 10,
    update: _UpdateRule = Update.GIBBS,
    seed: _Seed = None,
    out: _Out = None,
    hardware: Hardware = None,
    as_json: AsJson = False,
) -> None:
    """Draw states of a problem file from exp(-beta E) / Z, and judge them.

    Reports the mean energy with its error, the autocorrelation time tau, the
    number of effective samples, split R-hat (1 where chains agree) and the beta
    that the samples themselves show; warns where these are bad.

    Ctrl-C stops and keeps the samples so far. The exit status is 0, 2 on bad
    input and 130 after Ctrl-C.

    $ pbits sample example --beta 0.5

    $ pbits sample glass.bqm --beta 2 --thinning 100 --out states.npz

    $ pbits sample example --beta 0.5 --hardware default --reads 1024
    """
    run_interruptible(partial(_sample, _Options(**locals())))


def _sample(options: _Options, interrupt: Interrupt) -> str:
    """Sample, report, write; says what ended the run."""
    started = time.perf_counter()
    options.check()
    # Here, as libraries that take a second to import would slow down `pbits --help` too.
    from problems.library.instance import open_instance

    try:
        instance = open_instance(problem_path(options.file), options.format)
        loaded = time.perf_counter()
        machine = None if options.hardware is None else load(options.hardware, instance.problem)
        result = _draw(instance, options, interrupt, machine)
        sampled = time.perf_counter()
        asked = {
            "sweeps": options.sweeps,
            "thinning": options.thinning,
            "update": options.update.value,
            "reads": options.reads,
        }
        facts = record(instance, result, asked)
        diagnosed = time.perf_counter()
        if machine is not None:
            own: Any = result
            facts["hardware"] = sample_facts(instance, machine, own, options, interrupt)
            facts["warnings"] = [_of_hardware(text) for text in facts["warnings"]]
    except (ValueError, MemoryError) as error:
        fail(str(error) or "out of memory; ask for fewer --reads")
    facts["seconds"] = {
        "load": round(loaded - started, 6),
        "prepare": round(result.timing.preprocessing, 6),
        "compile": round(result.timing.compile, 6),
        "sample": round(result.timing.sampling, 6),
        "diagnose": round(diagnosed - sampled, 6),
        **({"compare": round(time.perf_counter() - diagnosed, 6)} if machine else {}),
        "total": round(time.perf_counter() - started, 6),
    }
    try:
        if options.out:
            write_whole(options.out, content(instance, result, facts, options.out), "--out")
    finally:
        # Last, as the reader of a pipe may have gone; in any case, as the work is done.
        print(json.dumps(facts, allow_nan=False) if options.as_json else table(facts))
    return "interrupt" if machine and interrupt() else facts["stopped_by"]


def _of_hardware(warning: str) -> str:
    """Samples of a machine have another temperature for other reasons too."""
    return warning.replace(": too little burn-in?", ": errors of the hardware, or little burn-in")


def _draw(
    instance: "Instance",
    options: _Options,
    interrupt: Interrupt,
    machine: "LoadedMachine | None",
) -> "SampleResult":
    shown = not options.as_json and on_terminal()
    interrupt.check()
    with progress_bar(instance, None, doing="sampling") if shown else nullcontext() as progress:
        from pbits.sampling import sample as draw

        asked: dict[str, Any] = {
            "beta": options.beta,
            "num_reads": options.reads,
            "num_sweeps": options.sweeps,
            "thinning": options.thinning,
            "num_chains": options.chains,
            "seed": options.seed,
            "interrupt": interrupt,
            "progress": progress,
        }
        if machine is not None:
            return machine.sample(**asked)
        return draw(instance.problem, update=options.update.value, **asked)
