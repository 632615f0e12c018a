"""A small street for bots: a real WebSocket server that speaks the contract from a script.

It is built on websockets' own asyncio server and knows just enough of the game to answer bots
(give a cat, a ticket, a coupon, the wallet); the game's server has its own tests.
"""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

import msgpack
import pytest
from catbot import bot, player, reconnect, running
from catbot import crowd as crowd_module
from catbot import reconcile as reconcile_module
from catbot.address import Address
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

Fields = dict[str, Any]
Answer = Callable[["Street", ServerConnection, str, Fields], Awaitable[None]]
HOME = (30.25, 120.16)
RULES = {"view_m": 200, "catch_m": 40, "fix_max_age_ms": 10_000, "aim_min_ms": 10}


class Street:
    """What the server remembers, and the answers it gives; tests replace single answers."""

    def __init__(self) -> None:
        self.said: list[Fields] = []  # everything that clients said, in order
        self.sockets: list[ServerConnection] = []
        self.wallets: dict[str, list[Fields]] = {}
        self.catches: dict[str, list[Fields]] = {}
        self.answers: dict[str, Answer] = {
            "hello": welcome,
            "fix": give_a_cat,
            "aim": give_a_ticket,
            "catch": give_a_coupon,
        }
        self.handler = self.talk
        self.refuse_handshakes = 0
        self.is_gone = False
        self.retry_after = "0"
        self.subprotocol = True
        self.map: Fields | None = None
        self.paths: Counter[str] = Counter()
        self.url = ""
        self._numbers = itertools.count(1)

    @property
    def address(self) -> Address:
        return Address.parse(self.url)

    def number(self) -> int:
        return next(self._numbers)

    def heard(self, kind: str) -> list[Fields]:
        return [fields for fields in self.said if fields["type"] == kind]

    async def serve(self, socket: ServerConnection) -> None:
        """Hand a client to whatever the test put in charge."""
        self.sockets.append(socket)
        await self.handler(socket)

    async def talk(self, socket: ServerConnection) -> None:
        """Play the game with one client until it goes."""
        token = ""
        async for frame in socket:
            assert isinstance(frame, bytes), "bots speak MessagePack"
            fields: Fields = msgpack.unpackb(frame)
            self.said.append(fields)
            token = fields.get("token", token)
            await self.answers[fields["type"]](self, socket, token, fields)

    def http(self, _: ServerConnection, request: Request) -> Response | None:
        """Answer what is not for the WebSocket."""
        path, _, query = request.path.partition("?")
        self.paths[path] += 1
        if path == "/play":
            if self.refuse_handshakes > 0:
                self.refuse_handshakes -= 1
                return answer(HTTPStatus.SERVICE_UNAVAILABLE, {}, self.retry_after)
            return None
        if path == "/v1/me/coupons":
            return self._page(request, query, self.wallets)
        if path == "/v1/me/catches":
            return self._page(request, query, self.catches)
        if path == "/v1/map" and self.map is not None:
            return answer(HTTPStatus.OK, self.map)
        return answer(HTTPStatus.NOT_FOUND, {"code": "not_found"})

    def _page(self, request: Request, query: str, lists: dict[str, list[Fields]]) -> Response:
        if self.is_gone:
            return answer(HTTPStatus.INTERNAL_SERVER_ERROR, {})
        token = request.headers["Authorization"].removeprefix("Bearer ")
        asked = dict(part.split("=") for part in query.split("&"))
        start, items = int(asked.get("cursor", 0)), lists.get(token, [])
        end = start + min(2, int(asked["limit"]))  # small pages, so that cursors are followed
        more = str(end) if end < len(items) else None
        return answer(HTTPStatus.OK, {"items": items[start:end], "next": more})


async def say(socket: ServerConnection, kind: str, **fields: Any) -> None:
    await socket.send(msgpack.packb({"type": kind, **fields}))


async def welcome(street: Street, socket: ServerConnection, token: str, _: Fields) -> None:
    await say(socket, "welcome", session="s", player=token, now_ms=1_700_000_000_000, rules=RULES)


async def give_a_cat(street: Street, socket: ServerConnection, _: str, fix: Fields) -> None:
    cat = {
        "id": f"cat-{street.number()}",
        "species": "tabby",
        "store": {"id": "s1", "name": "Tea"},
        "lat": fix["lat"],
        "lon": fix["lon"],
        "expires_ms": 1_800_000_000_000,
        "left": 1,
    }
    await say(socket, "cats", appear=[cat], vanish=[])


async def give_a_ticket(street: Street, socket: ServerConnection, _: str, aim: Fields) -> None:
    ticket = f"ticket-{street.number()}"
    details = {"expires_ms": 1_800_000_000_000, "distance_m": 1.0, "bearing_deg": 0.0}
    await say(socket, "encounter", cat=aim["cat"], ticket=ticket, **details)


async def give_a_coupon(
    street: Street, socket: ServerConnection, token: str, catch: Fields
) -> None:
    coupon = {
        "code": f"CODE-{street.number()}",
        "campaign": "k1",
        "title": "Tea for two",
        "state": "active",
        "expires_ms": 1_800_000_000_000,
    }
    street.wallets.setdefault(token, []).append({**coupon, "cat": catch["cat"]})
    about = {"attempt": catch["attempt"], "cat": catch["cat"]}
    street.catches.setdefault(token, []).append({**about, "points": 10})
    await say(socket, "caught", **about, species="tabby", points=10, coupon=coupon)


async def say_nothing(_: Street, __: ServerConnection, ___: str, ____: Fields) -> None:
    pass


def answer(status: HTTPStatus, body: Fields, retry_after: str = "0") -> Response:
    headers = Headers({"Content-Type": "application/json", "Retry-After": retry_after})
    payload = json.dumps(body).encode()
    headers["Content-Length"] = str(len(payload))
    headers["Connection"] = "close"
    return Response(status.value, status.phrase, headers, payload)


@asynccontextmanager
async def open_street(tls: Any = None) -> AsyncIterator[Street]:
    street = Street()
    known = [Subprotocol("catcat.v1.msgpack")]

    def choose(_: ServerConnection, offered: Any) -> Subprotocol | None:
        assert offered == known
        return known[0] if street.subprotocol else None

    server: Server
    async with serve(
        street.serve,
        "127.0.0.1",
        0,
        ssl=tls,
        process_request=street.http,
        subprotocols=known,
        select_subprotocol=choose,
        compression=None,
        close_timeout=1,
    ) as server:
        port = server.sockets[0].getsockname()[1]
        street.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        yield street


@pytest.fixture
def opened_street() -> Callable[..., AbstractAsyncContextManager[Street]]:
    """For streets of another kind than `street`, as behind TLS."""
    return open_street


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with open_street() as opened:
        yield opened


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Wait for a condition, and fail where it does not come true."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 (conditions are plain reads of state)
                await asyncio.sleep(0.01)

    return wait


@pytest.fixture
def fast_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots that live ten times as fast, so that a run takes a second."""
    monkeypatch.setattr(bot, "FIX_PERIOD_S", 0.1)
    monkeypatch.setattr(player, "ANSWER_S", 0.2)
    monkeypatch.setattr(reconcile_module, "_PENDING_S", 0.5)
    monkeypatch.setattr(reconcile_module, "_LOOK_AGAIN_S", 0.05)
    monkeypatch.setattr(crowd_module, "_ANSWERS_S", 0.5)
    monkeypatch.setattr(running, "_LOOK_S", 0.1)
    monkeypatch.setattr(reconnect.Backoff, "wait_s", lambda *_: 0.01)
    monkeypatch.setattr(player.Player, "_throw_delay_s", lambda *_: 0.01)
