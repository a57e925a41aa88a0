"""Round array sizes up to a few shared ones, so that similar instances share a compiled program."""


def round_up(size: int) -> int:
    """The next of 1, 2, ..., 8, 10, 12, 14, 16, 20, 24, ...: four sizes to a doubling.

    Example:
        >>> [round_up(k) for k in (0, 3, 9, 17, 100)]
        [1, 3, 10, 20, 112]
    """
    if size <= 8:
        return max(size, 1)
    step = 1 << ((size - 1).bit_length() - 3)
    return -(-size // step) * step
