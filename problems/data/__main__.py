"""Write the bundled files anew, into the folder given or in place."""

import sys
from pathlib import Path

from problems.data import make

make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
