"""Write the golden solutions of `badcrossbar.json` with badcrossbar, an independent solver.

Run where badcrossbar is installed (``pip install badcrossbar==1.1.0``; MIT licence):
``python tests/crossbar/golden/make_badcrossbar.py``.  It is needed to make the file, not to test.
"""

import json
from pathlib import Path

import badcrossbar  # type: ignore[import-not-found]
import numpy as np

# rows, columns, word and bit segments (Ohm), range of resistances (Ohm)
CASES = [
    (1, 1, 1.0, 1.0, (1e3, 1e3)),
    (3, 5, 0.5, 2.0, (1e2, 1e3)),
    (16, 16, 1.56, 1.56, (3e3, 6e3)),
    (12, 20, 4.69, 4.69, (3e3, 6e3)),
    (32, 8, 1.56, 4.69, (13e3, 26e3)),
    (24, 24, 100.0, 50.0, (3e3, 6e3)),
]


def solve(case: tuple) -> dict:
    """One array: resistances and voltages drawn, currents solved."""
    rows, columns, word, bit, (low, high) = case
    rng = np.random.default_rng(rows * 1000 + columns)
    resistances = np.exp(rng.uniform(np.log(low), np.log(high), (rows, columns)))
    voltages = rng.uniform(-0.5, 0.5, (rows, 2))
    solution = badcrossbar.compute(voltages, resistances, r_i_word_line=word, r_i_bit_line=bit)
    return {
        "word": word,
        "bit": bit,
        "resistances": resistances.tolist(),
        "voltages": voltages.tolist(),
        "sensed": solution.currents.output.tolist(),
    }


if __name__ == "__main__":
    target = Path(__file__).with_name("badcrossbar.json")
    target.write_text(json.dumps([solve(case) for case in CASES]) + "\n")
