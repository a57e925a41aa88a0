"""Options of ``pbits infer``."""

from pathlib import Path
from typing import Annotated, Any

import typer

_WHAT, _ARRAY, _RUN = "Network and images", "Arrays", "Run and output"


def _option(text: str, panel: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, **more)


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
    _option("mnist, cifar10 or digits; default: what has images of the network's size.", _WHAT,
            metavar="SET", show_default=False),
]  # fmt: skip
DataDir = Annotated[
    Path | None,
    _option("Folder of the images; else PBITS_DATA_DIR and the user's cache.", _WHAT,
            metavar="DIR", show_default=False),
]  # fmt: skip
Preprocess = Annotated[
    str,
    _option("What the network takes: unit (0 to 1), bytes (0 to 255), imagenet (mean and "
            "deviation); auto takes what does best on training images.", _WHAT, metavar="KIND"),
]  # fmt: skip
Images = Annotated[int, _option("Test images.", _WHAT, metavar="N")]
Prune = Annotated[
    float, _option("Share of each layer's smallest weights set to zero.", _WHAT, metavar="SHARE")
]
HardwareName = Annotated[
    str,
    _option("ideal, sot, sot-flash, sot-multilevel, stt, stt-28nm, granular, reram or pcm.",
            _ARRAY, metavar="PRESET"),
]  # fmt: skip
Tile = Annotated[int, _option("Rows and columns of an array.", _ARRAY, metavar="N")]
Adc = Annotated[
    int | None,
    _option("Bits of a converter, with sign; default: the preset's.", _ARRAY, metavar="BITS",
            show_default=False),
]  # fmt: skip
WeightBits = Annotated[int, _option("Of a weight, with its sign.", _ARRAY, metavar="BITS")]
InputBits = Annotated[int, _option("Of an input.", _ARRAY, metavar="BITS")]
WireOhm = Annotated[
    float,
    _option("Resistance of a wire between two cells; above 0 it takes a while to set up.", _ARRAY,
            metavar="OHM"),
]  # fmt: skip
NoCalibrate = Annotated[
    bool,
    _option("Ranges that hold all that could come, not what does.", _ARRAY, "--no-calibrate",
            metavar=""),
]  # fmt: skip
NoGains = Annotated[
    bool, _option("No digital gain and offset for each column.", _ARRAY, "--no-gains", metavar="")
]
CostFile = Annotated[
    Path | None,
    _option("Entries of your own for the table of costs.", _RUN, metavar="FILE.toml",
            show_default=False),
]  # fmt: skip
Seed = Annotated[
    int | None,
    _option("Of chip and reads; drawn if not given.", _RUN, metavar="N", min=0, max=2**32 - 1,
            show_default=False),
]  # fmt: skip
Plot = Annotated[
    Path | None,
    _option("Draw confusion and energies: png, pdf or svg.", _RUN, metavar="FILE",
            show_default=False),
]  # fmt: skip
Json = Annotated[bool, _option("Print one JSON object.", _RUN, "--json", metavar="")]
