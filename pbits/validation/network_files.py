"""Published networks and images that rows need; a row whose files are missing is not run."""

from pbits.neural import data, read_onnx
from pbits.neural.network import Network
from pbits.validation.rows import NotRun
from problems import store


def network(name: str) -> Network:
    """``nets/NAME.onnx`` in a folder of :func:`problems.store.folders`.

    Raises:
        NotRun: where it, or onnx, is missing.
    """
    places = [folder / "nets" / f"{name}.onnx" for folder in store.folders()]
    files = [path for path in places if path.is_file()]
    if not files:
        raise NotRun(f"no nets/{name}.onnx in the folder that {store.ENVIRONMENT} names")
    try:
        return read_onnx(files[0])
    except ImportError as missing:
        raise NotRun(str(missing)) from missing


def images(name: str, split: str, count: int | None = None) -> data.Labelled:
    """As `pbits.neural.data.load`.

    Raises:
        NotRun: where files, or what reads them, are missing.
    """
    try:
        return data.load(name, split, count=count)
    except (FileNotFoundError, ImportError) as missing:
        raise NotRun(str(missing).partition("\n")[0]) from missing
