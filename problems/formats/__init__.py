"""Files of Ising, QUBO and max-cut problems, in the formats that libraries publish."""

from problems.formats.instance import Instance as Instance
from problems.formats.registry import FORMATS as FORMATS
from problems.formats.registry import read as read
from problems.formats.registry import write as write
from problems.formats.text import FormatError as FormatError
