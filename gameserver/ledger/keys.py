"""API keys: `cat_<id>_<secret>`, shown once and kept as a hash.

The secret has 192 random bits, so one round of SHA-256 keeps it: there is nothing to guess.
"""

from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from gameserver.ledger.tables import api_keys, merchants

Role = Literal["merchant", "clerk", "admin", "service"]

_PREFIX = "cat"
_NOBODY = sha256(token_hex().encode()).digest()


class Principal(Struct, frozen=True):
    """Who a key stands for. `merchant` is None for the roles `admin` and `service`."""

    role: Role
    merchant: str | None
    key: str


class NewKey(Struct, frozen=True):
    """A key's id, and the key as it is shown this once."""

    id: str
    key: str


def add_key(connection: Connection, role: Role, merchant: str | None, now_ms: int) -> NewKey | None:
    """Make a key of a role; None if there is no such merchant.

    The roles `merchant` and `clerk` have a merchant, `admin` and `service` have none.
    """
    if merchant is not None:
        known = select(merchants.c.id).where(merchants.c.id == merchant)
        if connection.scalar(known) is None:
            return None
    id_, secret = token_hex(8), token_hex(24)
    connection.execute(
        insert(api_keys).values(
            id=id_,
            role=role,
            merchant_id=merchant,
            secret_sha256=_digest(secret),
            created_ms=now_ms,
        )
    )
    return NewKey(id_, f"{_PREFIX}_{id_}_{secret}")


def authenticate(connection: Connection, key: str) -> Principal | None:
    """Who a key stands for; None if it is none of ours or was revoked.

    Takes the same time whichever part of the key is wrong.
    """
    prefix, _, rest = key.partition("_")
    id_, _, secret = rest.partition("_")
    row = connection.execute(
        select(api_keys.c.role, api_keys.c.merchant_id, api_keys.c.secret_sha256).where(
            api_keys.c.id == (id_ if id_.isalnum() else ""), api_keys.c.revoked_ms.is_(None)
        )
    ).first()
    right = compare_digest(_digest(secret), _NOBODY if row is None else row.secret_sha256)
    if row is None or not right or prefix != _PREFIX:
        return None
    return Principal(row.role, row.merchant_id, id_)


def revoke_key(connection: Connection, id_: str, now_ms: int) -> bool:
    """Let a key open nothing from now on. False if there is no such key; again is the same."""
    found = connection.scalar(select(api_keys.c.id).where(api_keys.c.id == id_))
    connection.execute(
        update(api_keys)
        .where(api_keys.c.id == id_, api_keys.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    return found is not None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
