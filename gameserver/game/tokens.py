"""Player tokens: signed, so that a guest costs no row anywhere and any process can check one.

`<player>.<expires_ms>.<HMAC-SHA256 over both, 32 hex digits of it>`.
"""

import hmac
from hashlib import sha256

from gameserver.game.model import ID_MAX

PLAYER_ID_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def player_id_is_good(player: str) -> bool:
    """Ids have 1 to 64 characters out of letters, digits, `_` and `-`."""
    return 0 < len(player) <= ID_MAX and PLAYER_ID_ALPHABET.issuperset(player)


def make_token(secret: bytes, player: str, expires_ms: int) -> str:
    """A token for a player, good until `expires_ms`. ValueError for an id that can't be one."""
    if not player_id_is_good(player):
        raise ValueError(f"not a player id: {player!r}")
    return f"{player}.{expires_ms}.{_mac(secret, player, expires_ms)}"


def player_of(secret: bytes, token: str, now_ms: int) -> str | None:
    """The player that a token speaks for; None where it is not ours or has expired."""
    parts = token.split(".")
    if not token.isascii() or len(parts) != 3 or not player_id_is_good(parts[0]):
        return None
    player, expires, _ = parts
    if not (expires.isdigit() and len(expires) < 16):
        return None
    # The whole token is compared, so that no second spelling of the time is good too.
    if not hmac.compare_digest(make_token(secret, player, int(expires)), token):
        return None
    return player if now_ms < int(expires) else None


def expiry_of(token: str) -> int:
    """When a token that `make_token` made expires, epoch milliseconds."""
    return int(token.split(".")[1])


def _mac(secret: bytes, player: str, expires_ms: int) -> str:
    return hmac.new(secret, f"{player}.{expires_ms}".encode(), sha256).hexdigest()[:32]
