"""Ids of merchants, stores, campaigns and keys: opaque, and ordered by when they were made."""

from secrets import token_hex


def new_id(kind: str, now_ms: int) -> str:
    """`<kind>_` and 21 hex digits: the time, then 40 random bits."""
    return f"{kind}_{now_ms:011x}{token_hex(5)}"
