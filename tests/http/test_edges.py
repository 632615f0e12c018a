"""What aiohttp, proxies and browsers make of the API: statuses, headers, limits, outages."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Connection

from gameserver.http import serving as http_serving
from gameserver.http.call import AnyCall, Role
from gameserver.http.errors import PROBLEMS, Problem
from gameserver.http.route import Answer, Route
from gameserver.http.routes import BODY_MAX, ROUTES, make_web_app
from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable
from gameserver.ledger.ledger import Ledger
from tests.http.desk import STORE, Clock, Desk, open_desk, serving, site

ORIGIN = "https://play.example"


@asynccontextmanager
async def desk_with(desk: Desk, does: Any) -> AsyncIterator[Desk]:
    """The desk's server with one route, which does what the test wants."""
    route = Route(method="GET", path="/v1/x", tag="x", roles=frozenset({Role.ANYONE}), handler=does)
    whole = desk.url
    async with serving(make_web_app(site(desk), (route,))) as desk.url:
        yield desk
    desk.url = whole


async def test_an_unknown_path_is_a_problem(desk: Desk) -> None:
    for path in ("/v1/nothing", "/v2/stores", "/v1/stores/", "/v1//stores", "/"):
        reply = await desk.as_merchant("GET", path)
        assert (reply.status, reply.code) == (404, "not_found")


async def test_a_wrong_method_is_told_the_right_ones(desk: Desk) -> None:
    reply = await desk.as_merchant("PUT", "/v1/stores", STORE)
    assert (reply.status, reply.code) == (405, "method_not_allowed")
    assert reply.headers["Allow"] == "GET, HEAD, POST"


async def test_a_body_that_is_too_large_is_refused(desk: Desk) -> None:
    body = BytesIO(b'{"name": "' + b"x" * BODY_MAX + b'"}')
    reply = await desk.as_merchant("POST", "/v1/stores", body)
    assert (reply.status, reply.code) == (413, "too_large")


async def test_nobodys_body_is_not_read(desk: Desk) -> None:
    large = b"x" * (BODY_MAX + 1)
    assert (await desk.ask("POST", "/v1/stores", BytesIO(large))).status == 401
    assert (await desk.ask("POST", "/v1/stores", BytesIO(large), Role.CLERK)).status == 403


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json"]
)
async def test_another_media_type_is_refused(desk: Desk, media: str) -> None:
    reply = await desk.as_merchant("POST", "/v1/stores", STORE, Content_Type=media)
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media",
    ["application/json", "application/json; charset=utf-8", "application/merge-patch+json"],
)
async def test_json_by_any_name_is_taken(desk: Desk, media: str) -> None:
    reply = await desk.as_merchant("POST", "/v1/stores", STORE, Content_Type=media)
    assert reply.status == 201


async def test_play_without_a_handshake_is_told_to_upgrade(desk: Desk) -> None:
    reply = await desk.ask("GET", "/play")
    assert (reply.status, reply.code) == (426, "upgrade_required")
    assert reply.headers["Upgrade"] == "websocket"


async def test_a_body_that_never_ends_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_serving, "BODY_WITHIN_S", 0.05)
    host, _, port = desk.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        "POST /v1/stores HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {desk.keys[Role.MERCHANT]}\r\nContent-Length: 100\r\n\r\n{{"
    )
    writer.write(head.encode())
    status = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert status.startswith(b"HTTP/1.1 408 ")


async def test_every_answer_is_safe_in_a_browser(desk: Desk) -> None:
    for path in ("/v1/species", "/v1/stores", "/nowhere", "/docs", "/healthz", "/metrics"):
        headers = (await desk.ask("GET", path)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers


@pytest.fixture
async def open_to_origin(ledger: Ledger, clock: Clock) -> AsyncIterator[Desk]:
    async with open_desk(ledger, clock, origins=(ORIGIN,)) as desk:
        yield desk


async def test_pages_of_a_configured_origin_may_call(open_to_origin: Desk) -> None:
    desk = open_to_origin
    ask_first = {"Access_Control_Request_Method": "POST", "Origin": ORIGIN}
    first = await desk.ask("OPTIONS", "/v1/stores", **ask_first)
    assert first.status == 204
    assert first.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in first.headers["Access-Control-Allow-Headers"]
    assert "PATCH" in first.headers["Access-Control-Allow-Methods"]
    for path in ("/v1/species", "/v1/stores", "/nowhere"):
        reply = await desk.ask("GET", path, Origin=ORIGIN)
        assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in reply.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in reply.headers


async def test_pages_of_other_origins_may_not(open_to_origin: Desk) -> None:
    desk = open_to_origin
    for origin in ("https://evil.example", "null", ORIGIN + ".evil.example"):
        reply = await desk.ask("GET", "/v1/species", Origin=origin)
        assert "Access-Control-Allow-Origin" not in reply.headers
        asked = await desk.ask(
            "OPTIONS", "/v1/stores", Origin=origin, Access_Control_Request_Method="POST"
        )
        assert asked.status == 405


@pytest.mark.parametrize(
    ("error", "code"), [(LedgerBusy("x"), "busy"), (LedgerUnavailable("x"), "unavailable")]
)
async def test_a_ledger_that_is_away_is_a_503_that_says_when_to_come_back(
    desk: Desk, error: Exception, code: str
) -> None:
    async def away(_: AnyCall) -> Answer:
        raise error

    async with desk_with(desk, away):
        reply = await desk.ask("GET", "/v1/x")
    assert (reply.status, reply.code) == (503, code)
    assert int(reply.headers["Retry-After"]) > 0


async def test_a_bug_is_a_500_that_tells_nothing_and_is_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(_: AnyCall) -> Answer:
        raise ValueError("a secret")

    async with desk_with(desk, bug):
        reply = await desk.ask("GET", "/v1/x")
    assert (reply.status, reply.code) == (500, "internal")
    assert b"secret" not in reply.raw
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None


async def test_every_problem_is_rendered_as_its_row_of_the_table_says(desk: Desk) -> None:
    for kind in PROBLEMS.values():

        async def refuse(_: AnyCall, code: str = kind.code) -> Answer:
            return Problem(code, "because", retry_after_s=7, more={"extra": 1})

        async with desk_with(desk, refuse):
            reply = await desk.ask("GET", "/v1/x")
        assert reply.status == kind.status
        assert reply.code == kind.code
        assert reply.json == {
            "type": f"/docs#problem-{kind.code}",
            "title": kind.title,
            "status": kind.status,
            "code": kind.code,
            "detail": "because",
            "extra": 1,
        }
        assert reply.headers["Retry-After"] == "7"


async def test_no_code_of_the_table_is_unused() -> None:
    """Codes that no route names come from what surrounds all routes."""
    named = {code for route in ROUTES for code in route.all_problems}
    assert PROBLEMS.keys() - named == {"method_not_allowed"}


async def test_health_needs_nothing(desk: Desk) -> None:
    assert (await desk.ask("GET", "/healthz")).json == {"status": "ok"}
    assert (await desk.ask("HEAD", "/healthz")).status == 200


async def test_readiness_names_the_part_that_is_not_ready(desk: Desk) -> None:
    ready = await desk.ask("GET", "/readyz")
    assert (ready.status, ready.json["components"]) == (200, desk.components)
    desk.components["redis"] = "no answer"
    not_ready = await desk.ask("GET", "/readyz")
    assert (not_ready.status, not_ready.code) == (503, "not_ready")
    assert not_ready.json["components"] == {"redis": "no answer", "database": "ok"}


async def test_metrics_are_prometheus_text(desk: Desk) -> None:
    reply = await desk.ask("GET", "/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert reply.raw == b"catcat_up 1\n"


async def test_a_callers_code_is_in_no_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def busy(connection: Connection) -> None:
        raise LedgerUnavailable("away")

    async def away(call: AnyCall) -> Answer:
        await call.site.ledger.db.read(busy)
        return None

    async with desk_with(desk, away):
        await desk.ask("GET", "/v1/x?code=7Q2MHX-0VJ9RC-KE4TA8")
    assert "7Q2MHX" not in caplog.text
