"""The bots' HTTP client against a real server that fails on purpose."""

from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import pytest
from aiohttp import web
from catbot import api as api_module
from catbot.address import Address
from catbot.api import Api, ApiError, NotOfferedError, open_api
from catbot.ground import Position
from catbot.reconnect import Backoff

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "wait_s", lambda *_: 0.0)


class Server:
    """Answers with what the test scripted, in order; the last answer is given again and again."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.requests: list[web.Request] = []
        self.base = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if step == "hang up":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, body = step
        if isinstance(body, bytes):
            return web.Response(status=status, body=body)
        return web.json_response(body, status=status)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.base = f"http://{host}:{port}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    async with open_api(Address.parse(server.base), None, Random(1)) as api:
        yield api


GUEST = (201, {"player": "p1", "token": "t1", "expires_ms": 9})


async def test_a_guest_is_signed_up(server: Server, api: Api) -> None:
    server.script = [GUEST]
    guest = await api.sign_up()
    assert (guest.player, guest.token) == ("p1", "t1")
    assert (server.requests[0].method, server.requests[0].path) == ("POST", "/v1/players")


@pytest.mark.parametrize("trouble", [(429, {}), (503, {"code": "busy"}), "hang up"])
async def test_trouble_that_passes_is_waited_out(server: Server, api: Api, trouble: Any) -> None:
    server.script = [trouble, trouble, GUEST]
    assert (await api.sign_up()).token == "t1"
    assert len(server.requests) == 3


async def test_every_try_to_sign_up_that_came_to_nothing_is_counted(
    server: Server, api: Api
) -> None:
    server.script = [(429, {}), (503, {}), "hang up", GUEST]
    await api.sign_up()
    counted = {"sign_up_http_429": 1, "sign_up_http_503": 1, "sign_up_lost": 1}
    assert api.failed_sign_ups == counted


async def test_every_try_of_a_sign_up_carries_the_same_key(server: Server, api: Api) -> None:
    server.script = [(503, {}), GUEST]
    await api.sign_up()
    await api.sign_up()
    first, again, other = (request.headers["Idempotency-Key"] for request in server.requests)
    assert first == again != other


async def test_trouble_that_lasts_is_an_error_with_its_code(server: Server, api: Api) -> None:
    server.script = [(503, {"code": "overloaded"})]
    with pytest.raises(ApiError, match="503 overloaded"):
        await api.sign_up()
    assert len(server.requests) == 6


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_what_will_not_pass_is_not_tried_again(server: Server, api: Api, status: int) -> None:
    server.script = [(status, b"<html>oops</html>")]
    with pytest.raises(ApiError, match=str(status)):
        await api.sign_up()
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"player": 1}'])
async def test_an_answer_of_another_shape_is_an_error(
    server: Server, api: Api, body: bytes
) -> None:
    server.script = [(201, body)]
    with pytest.raises(ApiError):
        await api.sign_up()


async def test_an_endless_answer_is_an_error(
    server: Server, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "_MAX_BODY_BYTES", 1_000)
    server.script = [(200, b"x" * 100_000)]
    with pytest.raises(ApiError, match="more than"):
        await api.sign_up()


async def test_a_wallet_is_read_to_its_last_page(server: Server, api: Api) -> None:
    def coupon(number: int) -> dict[str, Any]:
        return {"code": f"A{number}", "cat": f"c{number}", "state": "active", "title": "Tea"}

    server.script = [
        (200, {"items": [coupon(1), coupon(2)], "next": "after-2"}),
        (200, {"items": [], "next": "after-nothing"}),
        (200, {"items": [coupon(3)], "next": None}),
    ]
    coupons = await api.wallet("secret")
    assert [coupon.code for coupon in coupons] == ["A1", "A2", "A3"]
    assert [request.query.get("cursor") for request in server.requests] == [
        None,
        "after-2",
        "after-nothing",
    ]
    assert {request.headers["Authorization"] for request in server.requests} == {"Bearer secret"}


async def test_a_wallet_whose_pages_go_in_a_circle_is_an_error(server: Server, api: Api) -> None:
    server.script = [(200, {"items": [], "next": "again"})]
    with pytest.raises(ApiError, match="circle"):
        await api.wallet("secret")


async def test_the_map_tells_where_to_play(server: Server, api: Api) -> None:
    store = {"id": "s", "name": "Tea", "lat": 30.1, "lon": 120.1}
    centre = {"lat": 30, "lon": 120}
    server.script = [(200, {"centre": centre, "radius_m": 900, "stores": [store]})]
    places = await api.places()
    assert places is not None
    assert places.centre == Position(30, 120)
    assert places.stores == (Position(30.1, 120.1),)


async def test_a_map_without_stores_is_no_place_to_play(server: Server, api: Api) -> None:
    server.script = [(200, {"centre": None, "radius_m": 0, "stores": []})]
    assert await api.places() is None


async def test_a_server_without_a_map_says_so(server: Server, api: Api) -> None:
    server.script = [(404, {"code": "not_found"})]
    with pytest.raises(NotOfferedError):
        await api.places()
