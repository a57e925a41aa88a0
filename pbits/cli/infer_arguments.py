"""Options of ``pbits infer``."""

from pathlib import Path
from typing import Annotated

import typer

from pbits.cli.arguments import option
from pbits.cli.crossbar_arguments import CostFile as CostFile
from pbits.cli.crossbar_arguments import Tile as Tile
from pbits.cli.crossbar_arguments import WeightBits as WeightBits

_WHAT, _ARRAY, _RUN = "Network and images", "Arrays", "Run and output"


Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        show_default=False,
        help="An ONNX file, or digits-mlp, digits-lenet or mnist-mlp, which are trained first.",
    ),
]
Data = Annotated[
    str | None,
    option("mnist, cifar10 or digits; default: what has images of the network's size.", _WHAT,
            metavar="SET", show_default=False),
]  # fmt: skip
DataDir = Annotated[
    Path | None,
    option("Folder of the images; else PBITS_DATA_DIR and the user's cache.", _WHAT,
            metavar="DIR", show_default=False),
]  # fmt: skip
Preprocess = Annotated[
    str,
    option("What the network takes: unit (0 to 1), bytes (0 to 255), imagenet (mean and "
            "deviation); auto takes what does best on training images.", _WHAT, metavar="KIND"),
]  # fmt: skip
Images = Annotated[int, option("Test images.", _WHAT, metavar="N")]
Prune = Annotated[
    float, option("Share of each layer's smallest weights set to zero.", _WHAT, metavar="SHARE")
]
HardwareName = Annotated[
    str,
    option("ideal, sot, sot-flash, sot-multilevel, stt, stt-28nm, granular, reram or pcm.",
            _ARRAY, metavar="PRESET"),
]  # fmt: skip
Adc = Annotated[
    int | None,
    option("Bits of a converter, with sign; default: the preset's.", _ARRAY, metavar="BITS",
            show_default=False),
]  # fmt: skip
InputBits = Annotated[int, option("Bits of an input.", _ARRAY, metavar="BITS")]
WireOhm = Annotated[
    float,
    option("Resistance of a wire between two cells; above 0 it takes a while to set up.", _ARRAY,
            metavar="OHM"),
]  # fmt: skip
NoCalibrate = Annotated[
    bool,
    option("Ranges that hold all that could come, not what does.", _ARRAY, "--no-calibrate",
            metavar=""),
]  # fmt: skip
NoGains = Annotated[
    bool, option("No digital gain and offset for each column.", _ARRAY, "--no-gains", metavar="")
]
Clip = Annotated[
    bool,
    option("Cut each column's largest weights where deviations of cells would cost more.", _ARRAY,
            "--clip", metavar=""),
]  # fmt: skip
Codes = Annotated[
    str,
    option("How weights become codes: plain rounds them, wires makes up for wires, measured for "
            "each cell of the chip too, as a first programming shows them.", _ARRAY,
            metavar="KIND"),
]  # fmt: skip
Chips = Annotated[
    int,
    option("Chips that the network is programmed into; the accuracy is their mean.", _RUN,
            metavar="N"),
]  # fmt: skip
InOrder = Annotated[
    bool,
    option("Gains and offsets once more, layer by layer, each on what those before it give.",
            _ARRAY, "--in-order", metavar=""),
]  # fmt: skip
Seed = Annotated[
    int | None,
    option("Of chips and reads; drawn if not given.", _RUN, metavar="N", min=0, max=2**32 - 1,
            show_default=False),
]  # fmt: skip
Plot = Annotated[
    Path | None,
    option("Draw confusion and energies: png, pdf or svg.", _RUN, metavar="FILE",
            show_default=False),
]  # fmt: skip
Json = Annotated[bool, option("Print one JSON object.", _RUN, "--json", metavar="")]
