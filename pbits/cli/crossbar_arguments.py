"""Options of ``pbits crossbar`` and ``pbits crossbar-scaling``."""

from pathlib import Path
from typing import Annotated

from pbits.cli.arguments import option

_MATRIX, _ARRAY, _RUN = "Matrix and cell", "Arrays", "Run and output"
# JAX makes its keys of the lowest 32 bits, and two seeds must not be one.
_LARGEST_SEED = 2**32 - 1


Matrix = Annotated[
    Path | None,
    option("Real numbers, inputs x outputs, as numpy.save writes them; random ones if not given.",
            _MATRIX, metavar="FILE.npy", show_default=False),
]  # fmt: skip
Size = Annotated[
    int | None,
    option("Rows and columns of the random matrix; 128 by default.", _MATRIX, metavar="N",
            show_default=False),
]  # fmt: skip
CellName = Annotated[
    str,
    option("stt, stt-aggressive, stt-28nm, stt-2t2m, sot, sot-multilevel, sot-pulses, "
            "spin-loss, granular, granular-50nm, reram, reram-1d, reram-2d, pcm or pcm-joshi.",
            _MATRIX, metavar="PRESET"),
]  # fmt: skip
Tmr = Annotated[
    float | None,
    option("Tunnelling magnetoresistance at no voltage, of cells that have one; default: the "
            "preset's.", _MATRIX, metavar="PERCENT", show_default=False),
]  # fmt: skip
Verify = Annotated[
    float | None,
    option("Write and read each cell until it is this near its target, in steps of a level.",
            _MATRIX, metavar="STEPS", show_default=False),
]  # fmt: skip
Tile = Annotated[int, option("Rows and columns of an array.", _ARRAY, metavar="N")]
OneTile = Annotated[
    bool, option("Refuse a matrix that does not fit one array.", _ARRAY, "--one-tile", metavar="")
]
Adc = Annotated[
    int | None,
    option("Bits of a converter, with sign; 8 by default.", _ARRAY, metavar="BITS",
            show_default=False),
]  # fmt: skip
Converter = Annotated[
    str,
    option("sar, flash (up to 10 bits), ramp, sense (one bit, the sign) or stochastic (a random "
            "bit a read); each at its own price.", _ARRAY, metavar="KIND"),
]  # fmt: skip
Offset = Annotated[
    float,
    option("Standard deviation of comparators, in codes.", _ARRAY, metavar="CODES"),
]  # fmt: skip
Reads = Annotated[
    int | None,
    option("Reads of a stochastic converter for one code; 1 by default.", _ARRAY, metavar="N",
            min=1, max=2**20, show_default=False),
]  # fmt: skip
ReadError = Annotated[
    float | None,
    option("Read so long that noise takes a sum for its neighbour this often; by default as long "
            "as the preset says.", _ARRAY, metavar="P", show_default=False),
]  # fmt: skip
WireOhm = Annotated[
    float,
    option("Resistance of a wire from cell to cell; 0 for none. Default: NeuroSim's 22-nm wires, "
            "four feature sizes.", _ARRAY, "--wire", metavar="OHM"),
]  # fmt: skip
WeightBits = Annotated[int, option("Bits of a weight, with sign.", _ARRAY, metavar="BITS")]
InputBits = Annotated[int, option("Bits of an input, with sign.", _ARRAY, metavar="BITS")]
Mapping = Annotated[
    str,
    option("differential, two-sided, offset, ternary or unary.", _ARRAY, metavar="NAME"),
]
Routing = Annotated[str, option("h-tree, bus or mesh.", _ARRAY, metavar="NAME")]
NoCalibrate = Annotated[
    bool,
    option("Leave converters at the range of all possible sums and columns without gains.", _RUN,
            "--no-calibrate", metavar=""),
]  # fmt: skip
Batch = Annotated[int, option("Random inputs to measure with.", _RUN, metavar="N")]
CostFile = Annotated[
    Path | None,
    option("Your own costs of events, whose entries replace the built-in ones.", _RUN,
            metavar="FILE.toml", show_default=False),
]  # fmt: skip
Seed = Annotated[
    int | None,
    option("Seed of chip, inputs and reads; drawn and reported by default.", _RUN, metavar="N",
            min=0, max=_LARGEST_SEED),
]  # fmt: skip
Plot = Annotated[
    Path | None,
    option("Draw the error map, the errors and the energy (.png, .pdf, .svg).", _RUN,
            metavar="FILE", show_default=False),
]  # fmt: skip
Json = Annotated[
    bool, option("Print one JSON object, with every number's source.", _RUN, "--json", metavar="")
]

Sizes = Annotated[
    str,
    option("Rows and columns of the matrices, each at most --tile or a multiple of it; 1024 takes "
           "minutes.", _MATRIX, metavar="N,N,..."),
]  # fmt: skip
Variants = Annotated[
    str,
    option("What is put in: names with commas between them, of none, ranges (of "
           "converters), gain (of columns), remap (codes for the cells as they are), verify, tree "
           "(tiles), all, 'all but ranges', 'all but compensation' and 'all but tree'; "
           "'every' studies each.", _ARRAY, metavar="NAMES"),
]  # fmt: skip
StudyTile = Annotated[int, option("Rows and columns of a tile, at most 128.", _ARRAY, metavar="N")]
Chips = Annotated[int, option("Drawn for each variant, the same for all.", _RUN, metavar="N")]
Vectors = Annotated[
    int,
    option("Random inputs for the error, and as many for calibration.", _RUN, metavar="N"),
]  # fmt: skip
Outputs = Annotated[
    int, option("Columns looked at in one large array.", _RUN, metavar="N", min=1, max=4096)
]
StudyPlot = Annotated[
    Path | None,
    option("Draw error, energy and latency over size (.png, .pdf, .svg).", _RUN, metavar="FILE",
           show_default=False),
]  # fmt: skip
