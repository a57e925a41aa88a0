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


def round_up_count(count: int) -> int:
    """The next of 64, 128, ... 1024, then as `round_up`.

    For stacks that a dynamic count cuts short: spare entries cost memory but no time.

    Example:
        >>> [round_up_count(k) for k in (1, 2, 20, 65, 3000)]
        [64, 64, 64, 128, 3072]
    """
    if count <= 64:
        return 64
    return 1 << (count - 1).bit_length() if count <= 1024 else round_up(count)
