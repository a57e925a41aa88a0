"""A natural problem where the samplers' side expects an instance of a file."""

import os
from dataclasses import dataclass
from typing import Any

from problems.formats import Instance, read
from problems.formats.text import format_error, instance_name
from problems.library.encoded import Encoded
from problems.library.natural import FILES, detect, load


@dataclass(frozen=True)
class NaturalInstance(Instance):
    """An instance whose values are energies, and whose answers are the encoded problem's.

    Attributes:
        encoded: decodes and judges.
    """

    encoded: Encoded | None = None

    def energy_from_value(self, value):
        """Energy of a feasible solution of this objective."""
        return self.encoded.energy_of(value) if self.encoded else value


def open_instance(path: str | os.PathLike, format: str | None = None, **options: Any) -> Instance:
    """An instance of any file: a natural problem, or one of ``problems.formats``.

    Args:
        path: the file, plain or compressed.
        format: a key of `problems.library.FILES` or of `problems.FORMATS`; by default what
            suffix and first lines say.
        options: of the natural problem's function, such as `colours`.

    Raises:
        FormatError: on a file that is missing, malformed or of no known format.
        ValueError: on options that the problem does not know or lacks.

    Example:
        >>> from problems import data
        >>> open_instance(data.path("torus_24x24.rud")).format
        'rudy'
    """
    name = detect(path) if format is None else format
    if name not in FILES:
        if options:
            raise format_error(
                path, None, f"setting {next(iter(options))!r} of a file of spins", "none"
            )
        return read(path, format)
    encoded = load(path, name, **options)
    return NaturalInstance(encoded.problem, instance_name(path), name, encoded=encoded)
