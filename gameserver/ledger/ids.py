"""Ids of merchants, stores, campaigns and keys: opaque, and ordered by when they were made."""

from secrets import randbits, token_hex


def new_id(kind: str, now_ms: int) -> str:
    """`<kind>_` and 21 hex digits: the time, then 40 random bits."""
    return f"{kind}_{now_ms:011x}{token_hex(5)}"


def new_ids(kind: str, now_ms: int, count: int) -> list[str]:
    """Ids in their order: in place of random bits a run of numbers with a random beginning.

    Runs of the same millisecond meet about once in 2**39 / `count` times.
    """
    begin = randbits(39)
    return [f"{kind}_{now_ms:011x}{begin + number:010x}" for number in range(count)]
