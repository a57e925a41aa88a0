"""Write the generator's words, in an order a sampler reads them, to standard output without end.

    python tests/battery/dieharder_stream.py lanes | dieharder -g 200 -d 0

A counter-based generator has no order of its own, so each order in which related words meet is a
stream to be tested.  NumPy only; `tests/test_random.py` compares it with `pbits.random` bit by bit.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

NUM_SPINS = 1024
NUM_LANES = 64
NUM_PLANES = 16
_LONG = 1 << 16
_GOLDEN, _SECOND, _STRIDE = (np.uint32(k) for k in (0x9E3779B9, 0x85EBCA6B, 0xC2B2AE35))
_WORDS_PER_LANE = np.uint32(64)
Words = NDArray[np.uint32]


def mix(word: Words, key: Words) -> Words:
    """`pbits.random.mix`."""
    word = word ^ (word >> np.uint32(16))
    word = word * np.uint32(0x7FEB352D)
    word = word ^ (word >> np.uint32(15))
    word = (word + key) * np.uint32(0x846CA68B)
    return word ^ (word >> np.uint32(16))


def word(
    seed: ArrayLike, sweep: ArrayLike, spin: ArrayLike, lane: ArrayLike, index: ArrayLike
) -> Words:
    """The random word of (seed, sweep, spin, lane, index); arguments broadcast.

    Example:
        >>> word(0, 0, 0, 0, [0, 1]).tolist() == word(0, 0, 0, 0, [0, 1]).tolist()
        True
    """
    number = np.asarray(seed, np.uint64)
    low, high = (number & np.uint64(0xFFFFFFFF)).astype(np.uint32), number >> np.uint64(32)
    high = high.astype(np.uint32)
    sweep, spin, lane, index = (np.asarray(x, np.uint32) for x in (sweep, spin, lane, index))
    with np.errstate(over="ignore"):
        first = mix(sweep * _GOLDEN + low, high)
        second = mix(sweep * _SECOND + high, low ^ _STRIDE)
        row_first = mix(spin * _GOLDEN + first, second)
        row_second = mix(spin * _SECOND + second, first)
        counter = (lane * _WORDS_PER_LANE + index) * _GOLDEN
        return mix(counter + row_first, row_second)


def lanes(seed: int, sweep: int) -> Words:
    """As a kernel reads them: word 0 of all lanes, spin after spin, sweep after sweep."""
    return word(seed, sweep, np.arange(NUM_SPINS)[:, None], np.arange(NUM_LANES), 0)


def spins(seed: int, sweep: int) -> Words:
    """Across the spins of one lane, lane after lane."""
    return word(seed, sweep, np.arange(NUM_SPINS), np.arange(NUM_LANES)[:, None], 0)


def planes(seed: int, sweep: int) -> Words:
    """Across the words that one spin and lane use in a sweep."""
    spin, lane = np.arange(NUM_SPINS)[:, None, None], np.arange(NUM_LANES)[:, None]
    return word(seed, sweep, spin, lane, np.arange(NUM_PLANES))


def sweeps(seed: int, spin: int) -> Words:
    """Across the sweeps of one spin and lane, lane after lane."""
    return word(seed, np.arange(_LONG), spin, np.arange(4)[:, None], 0)


def seeds(seed: int, sweep: int) -> Words:
    """Across runs with successive seeds, at one sweep, spin and lane, spin after spin."""
    return word(seed + np.arange(_LONG), sweep, np.arange(4)[:, None], 0, 0)


def bits(seed: int, sweep: int) -> Words:
    """The 16-bit random numbers of single reads, bit k from word k; two spins to a word."""
    plane = planes(seed, sweep)[..., None, :]  # [spins, lanes, 1, planes]
    bit = (plane >> np.arange(32, dtype=np.uint32)[:, None]) & np.uint32(1)
    number = (bit << np.arange(NUM_PLANES, dtype=np.uint32)).sum(-1, dtype=np.uint32)
    number = number.reshape(NUM_SPINS // 2, 2, -1)
    return number[:, 0] | (number[:, 1] << np.uint32(16))


ORDERS: dict[str, Callable[[int, int], Words]] = {
    "lanes": lanes,
    "spins": spins,
    "planes": planes,
    "sweeps": sweeps,
    "seeds": seeds,
    "bits": bits,
}


def stream(order: str, seed: int) -> Iterator[Words]:
    """Blocks of one order, without end."""
    step = 0
    while True:
        yield ORDERS[order](seed, step)
        step += 1


def main(order: str, seed: str = "0") -> None:
    try:
        for block in stream(order, int(seed)):
            sys.stdout.buffer.write(np.ascontiguousarray(block))
    except BrokenPipeError:
        # dieharder has read enough; keep the interpreter from flushing into the closed pipe.
        sys.stderr.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
