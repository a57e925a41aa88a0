"""Biq Mac Library ``.sparse`` files: minimise x'Qx over x in {0, 1}^n.

``n m``, then m lines ``i j q``, indices 1..n, Q symmetric with each entry listed once: x_i x_j has
the coefficient 2q, x_i alone q_ii.  Lines that start with ``#`` are comments; the writer keeps a
constant in a leading comment ``# offset 1.5``, which the reader honours.

Source: http://biqmac.uni-klu.ac.at/biqmaclib.html and https://biqmac.aau.at (input formats).
"""

import os

from problems.formats import symmetric
from problems.formats.binary import binary_terms
from problems.formats.instance import Instance, problem_of
from problems.formats.text import Lines, instance_name, number_text, read_lines, write_lines
from problems.model import IsingProblem


def read(path: str | os.PathLike) -> Instance:
    """Read a file; the objective is x'Qx, to be minimised.

    Raises:
        FormatError: as :func:`problems.formats.symmetric.parse`, or on an unreadable file.
    """
    return Instance(parse(read_lines(path)), instance_name(path), "sparse")


def parse(lines: Lines) -> IsingProblem:
    """Ising problem of the text of a file; raises as :func:`read`.

    Example:
        >>> from problems.formats import sparse
        >>> from problems.formats.text import split_lines
        >>> problem = sparse.parse(split_lines("two", "2 2\\n1 1 -3\\n1 2 4\\n"))
        >>> problem.energies([[1, -1], [1, 1]]).tolist()
        [-3.0, 5.0]
    """
    start, header = lines.header("a header `n m`")
    return symmetric.parse(lines, start, header, sign=1)


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write the energy as x'Qx with x = (1 + s) / 2; labels are left out.

    Raises:
        FormatError: where the file cannot be written.
    """
    terms = binary_terms(problem_of(source))
    comment = [f"# offset {number_text(terms.constant)}"] if terms.constant else []
    write_lines(path, [*comment, *symmetric.lines_of(terms, sign=1)])
