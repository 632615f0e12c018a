"""One endpoint: who may call it, with what, and what comes back.

The server binds it, `/openapi.json` and `/docs` describe it, and tests go through it, so that none
of them can say anything else than the others.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from gameserver.http.call import AnyCall, NoQuery, Role
from gameserver.http.errors import Problem
from gameserver.live.messages import InboxMessage
from gameserver.screen.broadcast import Broadcast

JSON = "application/json"


class Written(Struct, frozen=True):
    """An answer that is encoded already."""

    status: int
    media: str
    body: bytes


class Streamed(Struct, frozen=True):
    """A file that is made while it is sent, as fast as the caller reads.

    What `chunks` raises breaks off the connection: the status has been said by then.
    """

    media: str
    filename: str
    chunks: AsyncIterator[bytes]


class Told(Struct, frozen=True):
    """News as server-sent events, for as long as caller and server are there."""

    broadcast: Broadcast
    address: str


class Upload(Struct, frozen=True):
    """A large body that was read, and the digest of its bytes, by which it is known again."""

    digest: bytes


@dataclass(frozen=True, slots=True)
class Medium:
    """A media type besides JSON that a route's body may come as.

    `read` makes what the route works with out of the bytes and the parameters of the Content-Type,
    or says what is wrong. It runs in a thread, so it may take its time and must keep nothing.
    """

    name: str
    read: Callable[[bytes, Mapping[str, str]], Any]
    about: str
    example: str
    is_body: bool = False
    """Whether its shape is that of the route's `body`."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How much of a body is read, for how long, of how many callers at once; None is as usual."""

    most: int = 1024 * 1024
    within_s: float | None = None
    at_once: int | None = None


USUAL = Intake()


Answer = Struct | Problem | Written | Streamed | Told | None
"""A struct (the route's `answer`), a refusal, bytes, a file, news, or nothing (204)."""


class Done(Struct, frozen=True):
    """An answer, and what a player should hear once it is so."""

    answer: Struct
    message: InboxMessage


Handler = Callable[[AnyCall], Awaitable[Answer]]

Deed = Callable[[Connection, AnyCall], Struct | Done | Problem]
"""What a POST makes or pays, on a connection. Run again where its transaction lost a race."""


Prepare = Callable[[AnyCall], Awaitable[AnyCall | Problem]]
"""What a deed needs that takes its time: the call with it, or a refusal."""

_OF_COUPONS = frozenset({"campaigns", "coupons", "reports"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint, with a `handler` that reads and changes, or a `deed` that is done once.

    `problems` are codes besides those that its other fields bring along.
    """

    method: str
    path: str
    roles: frozenset[Role]
    tag: str
    handler: Handler | None = None
    deed: Deed | None = None
    prepare: Prepare | None = None
    status: int = 200
    body: type[Any] | None = None
    body_optional: bool = False
    """No body is as good as an empty object."""
    rules: tuple[Callable[[Any], Problem | None], ...] = ()
    """What a body of JSON must hold besides its shape."""
    media_taken: tuple[Medium, ...] = ()
    """What a body may come as besides JSON; one of that name reads JSON, too."""
    intake: Intake = USUAL
    query: type[Any] = NoQuery
    answer: Any = None
    media: str = JSON
    problems: tuple[str, ...] = ()
    needs_books: bool = True
    is_question: bool = False
    """A POST that asks with a body, and makes nothing."""

    @property
    def is_of_coupons(self) -> bool:
        """Whether it is the coupon service's to answer, for merchants and their clerks."""
        return self.tag in _OF_COUPONS

    @property
    def is_open(self) -> bool:
        """Whether it needs no key or token."""
        return Role.ANYONE in self.roles

    @property
    def takes_key(self) -> bool:
        """Whether it takes an Idempotency-Key: every POST does that is no question."""
        return self.method == "POST" and not self.is_question

    @property
    def does(self) -> Handler | Deed:
        """The function behind it; its name and docstring are the endpoint's."""
        does = self.handler or self.deed
        assert does is not None
        return does

    @property
    def name(self) -> str:
        """The operation's id: `makeStore` for `make_store`."""
        first, *more = self.does.__name__.split("_")
        return first + "".join(word.capitalize() for word in more)

    @property
    def description(self) -> str:
        """What it does."""
        return inspect.getdoc(self.does) or ""

    @property
    def takes_code(self) -> bool:
        """Whether it looks up a coupon by its code, which somebody may be guessing."""
        return "unknown_coupon" in self.problems

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Every code that it can answer with."""
        codes = ["bad_request", "invalid", *self.problems]
        if not self.is_open:
            codes += ["unauthenticated", "forbidden"]
        if self.takes_code:
            codes.append("too_many_requests")
        elif "{" in self.path:
            codes.append("not_found")
        if self.body is not None:
            codes += ["bad_json", "too_slow", "too_large", "unsupported_media_type"]
        if self.intake.at_once is not None:
            codes.append("busy")
        if self.deed is not None:
            codes.append("idempotency_key_reused")
        if self.needs_books:
            codes += ["busy", "unavailable"]
        return tuple(dict.fromkeys([*codes, "internal"]))
