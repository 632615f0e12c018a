"""Requests about coupons and campaigns, passed on to the coupon service that has the books.

Who asks is checked here, with this server's keys; the service trusts its own key (`ActingFor`) and
checks everything else. Nothing is understood on the way but what only this server knows: whether
the store of a redemption is the merchant's.
"""

import asyncio
import logging
from dataclasses import dataclass

import msgspec
from aiohttp import hdrs, web

from gameserver.coupons.client import (
    STREAM_IDLE_S,
    CouponClient,
    Passed,
    PassedRequest,
    as_json,
)
from gameserver.coupons.wire import ACTING_FOR, ActingFor
from gameserver.http.call import Role, Who
from gameserver.http.coupons import Redemption
from gameserver.http.errors import PROBLEM_JSON, Problem
from gameserver.http.route import Route
from gameserver.http.serving import BODY_WITHIN_S, Handle, admitted, as_response
from gameserver.http.site import Site
from gameserver.http.texts import is_id
from gameserver.ledger.errors import LedgerUnavailable

log = logging.getLogger(__name__)

_ASKED = (hdrs.CONTENT_TYPE, hdrs.ACCEPT, "Idempotency-Key")
_ANSWERED = (hdrs.CONTENT_TYPE, hdrs.CONTENT_DISPOSITION, hdrs.RETRY_AFTER)
_OURS = frozenset({401, 403})
"""Answers to our own key, which is nobody's business but ours."""
_NOT_FOR_OTHERS = Problem("forbidden", f"No {ACTING_FOR} here: ask the coupon service itself.")

_NOWHERE = Problem("not_found", "Nothing can have that name.")


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Passes requests on."""

    client: CouponClient
    site: Site

    def handler(self, route: Route, own: Handle) -> Handle:
        """A handler that passes a route's requests on. Players' are answered by `own`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            who = await admitted(route, self.site, request)
            if isinstance(who, Problem):
                return as_response(who)
            if who.through is not None:
                return as_response(_NOT_FOR_OTHERS)
            if who.role is Role.PLAYER:
                return await own(request)
            if any(_climbs(part) for part in request.match_info.values()):
                return as_response(_NOWHERE)
            body: bytes | None = None
            if request.can_read_body:
                try:
                    async with asyncio.timeout(BODY_WITHIN_S):
                        body = await request.read()
                except TimeoutError:
                    return as_response(Problem("too_slow"))
            acting = await self._acting(route, who, request, body)
            headers = {
                name: _sendable(request.headers[name]) for name in _ASKED if name in request.headers
            }
            headers[ACTING_FOR] = as_json(acting)
            # Of the address that a request line may name, nothing but the path is ours to ask.
            path = request.rel_url.raw_path_qs
            passed = PassedRequest(acting.merchant, request.method, path, headers, body)
            async with self.client.passing_on(passed) as answer:
                _check(route, answer)
                return await _answered(request, answer)

        return handle

    async def _acting(
        self, route: Route, who: Who, request: web.Request, body: bytes | None
    ) -> ActingFor:
        assert who.merchant is not None
        assert who.key is not None
        store = None
        if route.body is Redemption and body is not None:
            store = await self._own_store(who.merchant, body)
        is_clerk = who.role is Role.CLERK
        return ActingFor(who.merchant, who.key, is_clerk, request.remote or "", store)

    async def _own_store(self, merchant: str, body: bytes) -> str | None:
        """The store that a redemption names, if it is the merchant's."""
        try:
            store = msgspec.json.decode(body, type=Redemption).store
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None  # the service says what is wrong with it
        if not is_id(store):
            return None
        found = await self.site.ledger.merchants.get_store(merchant, store)
        return None if found is None else found.id


def _climbs(part: str) -> bool:
    """Whether a proxy before the service may read this part of a path as the way to another."""
    return not {".", ".."}.isdisjoint(part.replace("\\", "/").split("/"))


def _check(route: Route, answer: Passed) -> None:
    """LedgerUnavailable where it is no answer of a coupon service that can be passed on."""
    if answer.status in _OURS:
        log.error("the coupon service refuses this server's key: %s", answer.status)
        raise LedgerUnavailable("the coupon service refuses this server's key")
    said = answer.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()
    if 200 <= answer.status < 300:
        is_answer = said == route.media.partition(";")[0]
    else:
        is_answer = answer.status >= 400 and said == PROBLEM_JSON
    if not is_answer:
        raise LedgerUnavailable(f"the coupon service answers {answer.status}, {said[:64]!r}")


async def _answered(request: web.Request, answer: Passed) -> web.StreamResponse:
    kept = {name: answer.headers[name] for name in _ANSWERED if name in answer.headers}
    response = web.StreamResponse(status=answer.status, headers=kept)
    if answer.length is not None:
        response.content_length = answer.length
    await response.prepare(request)
    try:
        async for chunk in answer.chunks():
            async with asyncio.timeout(STREAM_IDLE_S):
                await response.write(chunk)
        await response.write_eof()
    except (ConnectionResetError, TimeoutError):
        log.info("nobody is there any more to read an answer")
        if request.transport is not None:
            request.transport.abort()
    except LedgerUnavailable as error:
        # What has been said can't be taken back: who asked is to see that it is not all.
        log.warning("an answer breaks off: %s", error)
        if request.transport is not None:
            request.transport.close()
    return response


def _sendable(value: str) -> str:
    """A header's value that can be sent. What is not ASCII stays so, and is refused for that."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")
