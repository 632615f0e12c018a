"""What can be wrong with a request: RFC 9457 problems, all of them in one table.

A handler answers with a `Problem`; its code says the rest. Documentation and tests read PROBLEMS.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

PROBLEM_JSON = "application/problem+json"


class Kind(NamedTuple):
    """A stable `code`, its status, and whether the same request can succeed later."""

    code: str
    status: int
    title: str
    retry: bool = False
    headers: Mapping[str, str] = {}


PROBLEMS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("bad_json", 400, "The body is not JSON."),
        Kind("bad_csv", 400, "The body is not CSV in UTF-8."),
        Kind("bad_request", 400, "The request is not HTTP as this server speaks it."),
        Kind(
            "unauthenticated",
            401,
            "No key or token, or one that is wrong, expired or revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="catcat"'},
        ),
        Kind("forbidden", 403, "This key or token is for something else."),
        Kind("not_found", 404, "There is no such thing."),
        Kind("unknown_coupon", 404, "There is no such coupon."),
        Kind("wrong_merchant", 404, "The coupon is of another merchant."),
        Kind("method_not_allowed", 405, "The path is right, the method is not."),
        Kind("too_slow", 408, "The body did not arrive in time.", retry=True),
        Kind("already_redeemed", 409, "The coupon has been redeemed before."),
        Kind("expired", 409, "The coupon's time is over."),
        Kind("void", 409, "The coupon was withdrawn by its merchant."),
        Kind("not_redeemed", 409, "The coupon is not redeemed: there is nothing to reverse."),
        Kind("too_late", 409, "The redemption is too long ago to be reversed."),
        Kind("stock_too_low", 409, "The stock can't be less than what is reserved or issued."),
        Kind("budget_too_low", 409, "The budget must pay for what is out, and for a coupon."),
        Kind("ref_taken", 409, "Another store of this merchant has that ref."),
        Kind("campaign_ended", 409, "An ended campaign stays ended."),
        Kind("generates_codes", 409, "The campaign makes its codes itself."),
        Kind(
            "too_large", 413, "The body is larger than is taken here: 1 MiB, a file of stores 32."
        ),
        Kind("unsupported_media_type", 415, "The body is of a media type that is not taken here."),
        Kind("invalid", 422, "A field or parameter is wrong."),
        Kind("rejected_lines", 422, "Lines of the file are rejected, so nothing was changed."),
        Kind("ambiguous_address", 422, "The address is not one place: choose among candidates."),
        Kind("unknown_address", 422, "No place has that address."),
        Kind("no_geocoder", 422, "Addresses are not looked up here: give lat and lon."),
        Kind(
            "idempotency_key_reused", 422, "The Idempotency-Key came with another request before."
        ),
        Kind(
            "upgrade_required",
            426,
            "This path speaks WebSocket.",
            headers={"Upgrade": "websocket", "Connection": "Upgrade"},
        ),
        Kind("too_many_requests", 429, "Too many requests; wait.", retry=True),
        Kind("internal", 500, "Something is broken here.", retry=True),
        Kind("busy", 503, "Too much to do; nothing was changed.", retry=True),
        Kind("unavailable", 503, "The books can't be reached.", retry=True),
        Kind("geocoder_unavailable", 503, "Addresses can't be looked up now.", retry=True),
        Kind("not_ready", 503, "A part of the server is not ready.", retry=True),
    )
}


class FieldError(Struct, frozen=True):
    """One wrong field of a body (`species.bobbin`), or a parameter, and what is wrong with it."""

    field: str
    message: str


class Problem(Struct, frozen=True):
    """A request that is not granted. `more` holds members that only this code has."""

    code: str
    detail: str | None = None
    errors: tuple[FieldError, ...] = ()
    more: dict[str, Any] = {}
    retry_after_s: int | None = None

    @property
    def kind(self) -> Kind:
        """The table's row. KeyError for a code that is not in it."""
        return PROBLEMS[self.code]


class ProblemDetails(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A problem as RFC 9457 has it, with a stable `code`; some codes add members of their own."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: tuple[FieldError, ...] = ()


def problem_type(code: str) -> str:
    """The URI of a problem's type: where it is explained."""
    return f"/docs#problem-{code}"


def problem_body(problem: Problem) -> bytes:
    """A problem as JSON."""
    kind = problem.kind
    body = ProblemDetails(
        type=problem_type(kind.code),
        title=kind.title,
        status=kind.status,
        code=kind.code,
        detail=problem.detail,
        errors=problem.errors,
    )
    return msgspec.json.encode(msgspec.to_builtins(body) | problem.more)


def problem_headers(problem: Problem) -> dict[str, str]:
    """The headers that go with a problem."""
    headers = dict(problem.kind.headers)
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    return headers


def invalid(field: str, message: str) -> Problem:
    """A 422 for one field."""
    return Problem("invalid", f"{field}: {message}", (FieldError(field, message),))


_AT = re.compile(r"^(?P<said>.*) - at `(?:key in )?\$\.?(?P<path>[^`]*)`$", re.DOTALL)
_NAMED = re.compile(
    r"^(?P<said>Object (?:contains unknown|missing required) field) `(?P<name>.*)`$"
)


def not_valid(error: msgspec.ValidationError) -> Problem:
    """A 422 that names the field, from what msgspec says."""
    said, path = str(error), ""
    if found := _AT.match(said):
        said, path = found["said"], found["path"]
    if found := _NAMED.match(said):
        said = "is not known here" if "unknown" in found["said"] else "is missing"
        path = f"{path}.{found['name']}" if path else found["name"]
    return invalid(path.replace("[...]", "") or "body", said)
