"""From an aiohttp request to a handler and back: who asks, what for, and what is said."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from email.message import Message
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from gameserver.coupons.wire import ACTING_FOR, ActingFor
from gameserver.game.tokens import player_of
from gameserver.http.call import ANYONE, Call, NoQuery, OnceKey, Role, Who
from gameserver.http.doing_once import doing_once
from gameserver.http.errors import (
    PROBLEM_JSON,
    Problem,
    invalid,
    not_valid,
    problem_body,
    problem_headers,
)
from gameserver.http.event_stream import event_stream
from gameserver.http.guessing import Guesses
from gameserver.http.memory import Memory
from gameserver.http.route import JSON, USUAL, Answer, Route, Streamed, Told, Upload, Written
from gameserver.http.site import Site
from gameserver.http.strange_json import not_json
from gameserver.ledger import idempotency
from gameserver.ledger.paging import BadCursor

BODY_WITHIN_S = 15.0

KEY_MAX = 128
"""An API key or token that is longer is none."""

_JSON_MEDIA = re.compile(r"application/(json|[a-z0-9.-]+\+json)")

_UNAUTHENTICATED = Problem("unauthenticated")
_SLOW = Problem("too_slow")

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(route: Route, site: Site, memory: Memory, guesses: Guesses) -> Handle:
    """The aiohttp handler of a route."""
    handler = route.handler
    if route.deed is not None:
        handler = doing_once(route.deed, route.status, route.prepare)
    assert handler is not None

    async def handle(request: web.Request) -> web.StreamResponse:
        call = await _let_in(route, site, memory, request)
        if isinstance(call, Problem):
            return as_response(call)
        try:
            answer = await (guesses.guarded(call, handler) if route.takes_code else handler(call))
        except BadCursor:
            answer = invalid("cursor", "is none of ours")
        return _answered(route, answer, request)

    return handle if route.intake.at_once is None else _few(handle, route.intake.at_once)


def _few(handle: Handle, at_once: int) -> Handle:
    """A handler for so many callers at once; whoever comes beyond is told to come again."""
    room = asyncio.Semaphore(at_once)

    async def handle_if_room(request: web.Request) -> web.StreamResponse:
        if room.locked():
            return as_response(Problem("busy", retry_after_s=5))
        async with room:
            return await handle(request)

    return handle_if_room


def as_response(problem: Problem) -> web.Response:
    """A problem as HTTP."""
    return web.Response(
        status=problem.kind.status,
        body=problem_body(problem),
        content_type=PROBLEM_JSON,
        headers=problem_headers(problem),
    )


def _answered(route: Route, answer: Answer, request: web.Request) -> web.Response:
    match answer:
        case Problem():
            return as_response(answer)
        case Written(status, media, body):
            return web.Response(status=status, body=body, headers={"Content-Type": media})
        case Streamed(media, filename, chunks):
            disposition = f'attachment; filename="{filename}"'
            headers = {"Content-Type": media, "Content-Disposition": disposition}
            return web.Response(body=chunks, headers=headers)
        case Told(broadcast, address):
            return event_stream(request, partial(broadcast.frames, address))
        case None:
            return web.Response(status=204)
        case _:
            body = msgspec.json.encode(answer)
            return web.Response(status=route.status, body=body, content_type=route.media)


async def _let_in(
    route: Route, site: Site, memory: Memory, request: web.Request
) -> Call[Any, Any] | Problem:
    """The call, or why it is not let in. Nobody's body is read before it is known who asks."""
    who = await admitted(route, site, request)
    if isinstance(who, Problem):
        return who
    query = _query(route, request)
    if isinstance(query, Problem):
        return query
    body = await _body(route, request)
    if isinstance(body, Problem):
        return body
    once = _once(route, who, request, body)
    if isinstance(once, Problem):
        return once
    return Call(
        site=site,
        memory=memory,
        who=who,
        address=(who.through.address if who.through else request.remote) or "",
        path=request.match_info,
        query=query,
        body=body,
        now_ms=site.clock(),
        once=once,
    )


async def admitted(route: Route, site: Site, request: web.Request) -> Who | Problem:
    """Who asks, if the route is for them."""
    if route.is_open:
        return ANYONE
    who = await _bearer(site, request)
    if who is None:
        return _UNAUTHENTICATED
    if ACTING_FOR in request.headers:
        acting = _acting(route, who, request.headers[ACTING_FOR])
        if isinstance(acting, Problem):
            return acting
        who = acting
    if who.role not in route.roles:
        wanted = " or ".join(sorted(route.roles))
        return Problem("forbidden", f"This needs the role {wanted}; yours is {who.role}.")
    return who


def _acting(route: Route, who: Who, said: str) -> Who | Problem:
    """For whom a game server asks, which has checked that one's key itself."""
    if who.role is not Role.SERVICE or not route.is_of_coupons:
        return Problem(
            "forbidden", f"Only a service key speaks for others, and about coupons: {ACTING_FOR}."
        )
    try:
        acting = msgspec.json.decode(said, type=ActingFor)
    except (msgspec.DecodeError, UnicodeError):
        return invalid(ACTING_FOR, "is not as described")
    role = Role.CLERK if acting.is_clerk else Role.MERCHANT
    return Who(role, merchant=acting.merchant, key=acting.key, through=acting)


async def _bearer(site: Site, request: web.Request) -> Who | None:
    """Who the key or token speaks for. Keys are looked up each time: a revoked one is dead."""
    secret = _secret(request)
    if secret is None:
        return None
    player = player_of(site.secret, secret, site.clock())
    if player is not None:
        return Who(Role.PLAYER, player=player)
    principal = await site.ledger.merchants.authenticate(secret)
    if principal is None:
        return None
    return Who(Role(principal.role), merchant=principal.merchant, key=principal.key)


def _secret(request: web.Request) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    good = scheme.lower() == "bearer" and 0 < len(secret) <= KEY_MAX
    return secret if good and secret.isascii() and secret.isprintable() else None


def _query(route: Route, request: web.Request) -> Any:
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            return invalid(name, "is given twice")
        given[name] = value
    try:
        return msgspec.convert(given, route.query, strict=False)
    except msgspec.ValidationError as error:
        return not_valid(error)


async def _body(route: Route, request: web.Request) -> Any:
    """The body as the route takes it, or what is wrong with it."""
    if route.body is None:
        return None
    media = request.content_type if "Content-Type" in request.headers else JSON
    medium = next((medium for medium in route.media_taken if medium.name == media), None)
    if medium is None and request.can_read_body and not _JSON_MEDIA.fullmatch(media):
        return Problem("unsupported_media_type", f"It came as {media[:64]}.")
    try:
        async with asyncio.timeout(route.intake.within_s or BODY_WITHIN_S):
            raw = await _as_large(route, request).read()
    except TimeoutError:
        return _SLOW
    if medium is not None:
        return await asyncio.to_thread(medium.read, raw, _parameters(request))
    return _decoded(route, b"{}" if route.body_optional and not raw else raw)


def _as_large(route: Route, request: web.Request) -> web.BaseRequest:
    """The request, whose body may be as large as the route takes it."""
    if route.intake is USUAL:
        return request
    return request.clone(client_max_size=route.intake.most)


def _parameters(request: web.Request) -> dict[str, str]:
    """What the Content-Type says besides the media type, `charset` for one."""
    header = Message()
    header["Content-Type"] = request.headers.get("Content-Type", JSON)
    _, *given = header.get_params() or [("", "")]
    return {name.lower(): text for name, text in given if isinstance(text, str)}


def _decoded(route: Route, raw: bytes) -> Any:
    assert route.body is not None
    try:
        body = msgspec.json.decode(raw, type=route.body)
    except msgspec.ValidationError as error:
        return not_valid(error)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return not_json(raw)
    return next(filter(None, (rule(body) for rule in route.rules)), body)


def _once(route: Route, who: Who, request: web.Request, body: Any) -> OnceKey | Problem | None:
    if not route.takes_key:
        return None
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= KEY_MAX and key.isascii() and key.isprintable()):
        return invalid("Idempotency-Key", f"must be 1 to {KEY_MAX} printable ASCII characters")
    # A guest's principal is the address: others may have thought of the same key.
    principal = f"key:{who.key}" if who.key is not None else f"guest:{request.remote}"
    asked = idempotency.request(
        principal,
        key,
        route.method.encode(),
        request.path_qs.encode() if route.query is not NoQuery else request.path.encode(),
        body.digest if isinstance(body, Upload) else msgspec.json.encode(body),
    )
    # Game servers change their keys; what they ask for others makes no keys that must be sealed.
    secret = who.key if who.through is not None else _secret(request)
    return OnceKey(asked, (secret or "").encode())
