"""What surrounds every request: headers that keep browsers safe, other origins, and problems."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from gameserver.http.errors import Problem
from gameserver.http.serving import Handle, as_response
from gameserver.ledger.errors import LedgerBusy, LedgerError

log = logging.getLogger(__name__)

SAFE = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_BY_STATUS = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    426: "upgrade_required",
}


Sign = Callable[[web.Request, web.StreamResponse], Awaitable[None]]
"""Called when a response is about to begin, also one that is written piece by piece."""


async def safe_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Every answer says what a browser may do with it; nothing is kept unless it says so."""
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)


def cross_origin(origins: tuple[str, ...]) -> Sign:
    """Let pages of these origins in, with keys but without cookies: there are none."""
    allowed = frozenset(origins)

    async def sign(request: web.Request, response: web.StreamResponse) -> None:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None or origin not in allowed:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers.add("Vary", "Origin")

    return sign


def asking_first(origins: tuple[str, ...]) -> Middleware:
    """Answer browsers that ask whether a page of one of these origins may send its request."""
    allowed = frozenset(origins)

    @web.middleware
    async def middleware(request: web.Request, handler: Handle) -> web.StreamResponse:
        if request.headers.get(hdrs.ORIGIN) not in allowed or not _asks_first(request):
            return await handler(request)
        return web.Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
                "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
                "Access-Control-Max-Age": "600",
            },
        )

    return middleware


def _asks_first(request: web.Request) -> bool:
    asked = hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    return request.method == hdrs.METH_OPTIONS and asked


@web.middleware
async def problems(request: web.Request, handler: Handle) -> web.StreamResponse:
    """What went wrong, as a problem: aiohttp's own refusals, an absent ledger, our bugs."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        response = as_response(Problem(_BY_STATUS.get(refusal.status, "bad_request")))
        if isinstance(refusal, web.HTTPMethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(refusal.allowed_methods))
        return response
    except LedgerBusy:
        return as_response(Problem("busy", retry_after_s=1))
    except LedgerError:
        log.warning("the ledger is unavailable: %s %s", request.method, _template(request))
        return as_response(Problem("unavailable", retry_after_s=2))
    except Exception:
        log.exception("a bug in %s %s", request.method, _template(request))
        return as_response(Problem("internal"))


def _template(request: web.Request) -> str:
    """The path without what is in it: codes and ids stay out of logs."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"
