"""``pbits codesign``: a problem on many p-bit computers, and which of them are good enough."""

import json
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pbits.cli.arguments import MAX_READS, MAX_SWEEPS, AsJson, File, FormatName, option
from pbits.cli.errors import fail
from pbits.cli.hardware import split
from pbits.cli.options import problem_path
from pbits.cli.output import check_picture, check_writable, write_picture
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.signals import Interrupt, run_interruptible

if TYPE_CHECKING:
    from pbits.machine.codesign_table import Table
    from problems.formats import Instance

_HARDWARE, _RUN = "Hardware", "Run and output"
_WORDS = {"true": True, "false": False, "none": None}


_Preset = Annotated[
    str,
    option("Machine to start from, as of `pbits solve --hardware`: default,rows=64.", _HARDWARE,
            "--hardware", metavar="PRESET"),
]  # fmt: skip
_Vary = Annotated[
    list[str],
    option("A number of the preset, a path such as clocking.wait, or num_sweeps or num_reads, "
            "and its values; again for another. All combinations are run.", _HARDWARE, "--vary",
            metavar="NAME=V1,V2", show_default=False),
]  # fmt: skip
_Subset = Annotated[
    int | None,
    option("Run only so many of the combinations, drawn at random.", _HARDWARE, metavar="N",
            min=1, show_default=False),
]  # fmt: skip
_Chips = Annotated[
    int,
    option("Chips of each machine: devices and programming are drawn anew.", _HARDWARE,
            metavar="N", min=1),
]  # fmt: skip
_Loss = Annotated[
    float,
    option("Quality that may be lost against the best machine, percent.", _HARDWARE,
            metavar="PERCENT", min=0.0),
]  # fmt: skip
_Reads = Annotated[
    int, option("Anneals on each chip.", _RUN, metavar="N", min=1, max=MAX_READS)
]  # fmt: skip
_Sweeps = Annotated[
    int, option("Sweeps of each anneal.", _RUN, metavar="N", min=1, max=MAX_SWEEPS)
]  # fmt: skip
_Target = Annotated[
    float | None,
    option("Value that counts as success, in the file's terms; default: the best that the exact "
            "sampler finds in anneals four times as long.", _RUN, metavar="VALUE",
            show_default=False),
]  # fmt: skip
_Out = Annotated[
    Path | None,
    option("Add each finished machine to this file of JSON lines; what is there is not run again.",
            _RUN, metavar="FILE", show_default=False),
]  # fmt: skip
_Plot = Annotated[
    Path | None,
    option("Draw energy against time to solution, or quality against energy where no machine "
            "reaches the target (.png, .pdf, .svg).", _RUN, metavar="FILE", show_default=False),
]  # fmt: skip
_Seed = Annotated[
    int, option("Seed of all runs; equal seeds give equal tables.", _RUN, metavar="N", min=0)
]


@dataclass(frozen=True)
class _Options:
    """What the command line asked for, in its own terms."""

    file: Path
    vary: list[str]
    hardware: str
    format: str | None
    subset: int | None
    chips: int
    loss: float
    reads: int
    sweeps: int
    target: float | None
    seed: int
    out: Path | None
    plot: Path | None
    as_json: bool

    def check(self) -> None:
        """End the command on a file that cannot be written."""
        if self.out is not None:
            if self.out.resolve() == problem_path(self.file).resolve():
                fail(f"--out {self.out} is the problem itself; name a new file")
            check_writable(self.out, "--out")
        if self.plot is not None:
            check_picture(self.plot)

    def parameters(self) -> dict[str, list[Any]]:
        """Values by name."""
        found: dict[str, list[Any]] = {}
        for text in self.vary:
            name, equals, values = text.partition("=")
            name = name.strip().replace("-", "_")
            if not equals or not name or not all(value.strip() for value in values.split(",")):
                fail(f"--vary {text}: expected NAME=VALUE,VALUE")
            if name in found:
                fail(f"--vary {text}: {name} is given twice; give all values at once")
            found[name] = [_value(value.strip()) for value in values.split(",")]
        return found


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def codesign(
    file: File,
    vary: _Vary,
    hardware: _Preset = "default",
    format: FormatName = None,
    subset: _Subset = None,
    chips: _Chips = 1,
    loss: _Loss = 1.0,
    reads: _Reads = 64,
    sweeps: _Sweeps = 1000,
    target: _Target = None,
    seed: _Seed = 0,
    out: _Out = None,
    plot: _Plot = None,
    as_json: AsJson = False,
) -> None:
    """Anneal a problem file on many simulated p-bit computers and compare them.

    How many bits, how much spread, which cells can this problem do with? Each
    machine's quality, time, energy and area, and the cheapest value of each
    number whose loss of quality is within --loss.

    Ctrl-C stops and shows what is done. The exit status is 0, 2 on bad input and
    130 after Ctrl-C.

    $ pbits codesign example --vary adc_bits=4,6,8 --vary offset_spread=0,0.1,0.3

    $ pbits codesign G1.txt --vary cell=stt,sot --vary wait=1,2,4 --out sweep.jsonl
    """
    run_interruptible(partial(_codesign, _Options(**locals())))


def _codesign(options: _Options, interrupt: Interrupt) -> str:
    """Sweep, report, draw; says what ended the run."""
    options.check()
    parameters = options.parameters()
    # Here, as libraries that take a second to import would slow down `pbits --help` too.
    from problems.library.instance import open_instance

    try:
        instance = open_instance(problem_path(options.file), options.format)
        table = _sweep(instance, parameters, options, interrupt)
        choice = _affordable(table, options.loss / 100)
    except (ValueError, TypeError, MemoryError) as error:
        fail(str(error) or "out of memory; ask for fewer --reads")
    stopped_by = "schedule" if len(table) == table.asked else "interrupt"
    refusal = None
    try:
        if options.plot is not None and table.done:
            refusal = _draw(table, options.plot)
    finally:
        # Last, as the reader of a pipe may have gone; in any case, as the work is done.
        if options.as_json:
            print(json.dumps(_facts(instance, table, choice, options), allow_nan=False))
        else:
            print(table, *([] if choice is None else ["", choice]), sep="\n")
    if refusal is not None:
        fail(f"--plot: {refusal}")
    return stopped_by


def _sweep(
    instance: "Instance", parameters: dict[str, list[Any]], options: _Options, interrupt: Interrupt
) -> "Table":
    shown = not options.as_json and on_terminal()
    interrupt.check()
    bar = progress_bar(instance, None, "machine", "annealing") if shown else nullcontext()
    with bar as progress:
        from pbits.machine import presets, sweep
        from problems.max_cut import MaxCut

        name, changes = split(options.hardware)
        presets.describe(name)
        is_cut = instance.objective == "cut"
        target = options.target
        return sweep(
            MaxCut(instance.problem) if is_cut else instance.problem,  # type: ignore[arg-type]
            partial(presets.get, name, **changes), parameters, subset=options.subset,
            chips=options.chips, num_reads=options.reads, num_sweeps=options.sweeps,
            target_energy=None if target is None else float(instance.energy_from_value(target)),
            seed=options.seed, out=options.out, interrupt=interrupt, progress=progress,
        )  # fmt: skip


def _affordable(table: "Table", loss: float) -> Any:
    from pbits.machine import affordable

    if not table.done:
        if len(table) == table.asked:
            _ = table.best  # says why
        return None
    return affordable(table, loss)


def _draw(table: "Table", path: Path) -> ValueError | None:
    """Why there is no picture, or None."""
    from matplotlib.figure import Figure

    from pbits.machine_plots import plot_pareto, plot_quality

    figure = Figure(figsize=(7, 4.6), layout="constrained")
    try:
        draw = plot_pareto if any(point.successes for point in table) else plot_quality
        draw(table, figure.subplots())
    except ValueError as error:
        return error
    write_picture(path, figure)
    return None


def _facts(instance: "Instance", table: "Table", choice: Any, options: _Options) -> dict[str, Any]:
    best = {id(point) for point in table.pareto()}
    name, changes = split(options.hardware)
    return {
        "instance": instance.name,
        "hardware": {"preset": name, "changes": changes},
        "settings": table.settings,
        "target_value": _whole(instance.value_from_energy(table.target_energy)),
        "machines": [
            {**record, "pareto": id(point) in best}
            for record, point in zip(table.records(), table, strict=True)
        ],
        "asked": table.asked,
        "affordable": None if choice is None else _choice_facts(choice, options.loss),
        "stopped_by": "schedule" if len(table) == table.asked else "interrupt",
    }


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _choice_facts(choice: Any, loss: float) -> dict[str, Any]:
    return {
        "loss_percent": loss,
        "values": choice.values,
        "choices": {
            name: [one._asdict() for one in found] for name, found in choice.choices.items()
        },
        "cheapest": choice.cheapest.parameters,
    }
