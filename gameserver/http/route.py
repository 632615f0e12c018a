"""One endpoint: who may call it, with what, and what comes back.

The server binds it, `/openapi.json` and `/docs` describe it, and tests go through it, so that none
of them can say anything else than the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from gameserver.http.call import AnyCall, NoQuery, Role
from gameserver.http.errors import Problem

JSON = "application/json"


class Written(Struct, frozen=True):
    """An answer that is encoded already."""

    status: int
    media: str
    body: bytes


Answer = Struct | list[Any] | Problem | Written | None
"""A struct (the route's `answer`), a refusal, bytes, or nothing (204)."""

Handler = Callable[[AnyCall], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint. `problems` are codes besides those that its other fields bring along."""

    name: str
    method: str
    path: str
    summary: str
    roles: frozenset[Role]
    handler: Handler
    tag: str
    status: int = 200
    body: type[Any] | None = None
    body_optional: bool = False
    """No body is as good as an empty object."""
    rules: tuple[Callable[[Any], Problem | None], ...] = ()
    """What a body must hold besides its shape."""
    query: type[Any] = NoQuery
    answer: Any = None
    media: str = JSON
    problems: tuple[str, ...] = ()
    takes_key: bool = False
    """Takes an Idempotency-Key."""

    @property
    def is_open(self) -> bool:
        """Whether it needs no key or token."""
        return Role.ANYONE in self.roles

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Every code that it can answer with."""
        codes = ["bad_request", *self.problems]
        if not self.is_open:
            codes += ["unauthenticated", "forbidden"]
        if "{" in self.path and "unknown_coupon" not in codes:
            codes.append("not_found")
        if self.body is not None:
            codes += ["bad_json", "too_slow", "too_large", "unsupported_media_type"]
        if self.body is not None or self.query is not NoQuery:
            codes.append("invalid")
        if self.takes_key:
            codes += ["invalid", "idempotency_key_reused"]
        return tuple(dict.fromkeys([*codes, "internal", "busy", "unavailable"]))
