"""Every POST loses its reply once and is sent again: the same answer, and one effect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientError
from msgspec import Struct
from sqlalchemy import Connection, select

from gameserver.game.model import catch_id
from gameserver.http.call import Role
from gameserver.http.route import Route
from gameserver.http.routes import ROUTES
from gameserver.ledger.tables import metadata
from tests.http.desk import CAMPAIGN, NOW, STORE, Desk, Reply
from tests.servers.proxy import Proxy, proxy

POSTS = {route.name: route for route in ROUTES if route.method == "POST" and not route.is_question}

Rows = dict[str, list[Any]]


class Asked(Struct, frozen=True):
    """What a POST is sent with: the ids in its path, and its body."""

    body: Any
    path: dict[str, str] = {}


async def a_guest(desk: Desk) -> Asked:
    return Asked(None)


async def a_store(desk: Desk) -> Asked:
    return Asked(STORE)


async def a_campaign(desk: Desk) -> Asked:
    return Asked(CAMPAIGN)


async def codes(desk: Desk) -> Asked:
    campaign = await desk.a_campaign(codes="uploaded")
    return Asked({"codes": ["BUN-1", "BUN-2"]}, {"campaign": campaign["id"]})


async def a_redemption(desk: Desk) -> Asked:
    store = (await desk.a_store())["id"]
    return Asked({"store": store}, {"code": await desk.a_coupon(store)})


async def a_reversal(desk: Desk) -> Asked:
    redeeming = await a_redemption(desk)
    path = POSTS["redeem"].path.format(**redeeming.path)
    assert (await desk.as_merchant("POST", path, redeeming.body)).status == 200
    return Asked({"reason": "the clerk erred"}, redeeming.path)


async def a_withdrawal(desk: Desk) -> Asked:
    return Asked({"reason": "a misprint"}, {"code": await desk.a_coupon("sto_1")})


async def a_merchant(desk: Desk) -> Asked:
    return Asked({"name": "Tea House"})


async def a_key(desk: Desk) -> Asked:
    return Asked({"role": "clerk"}, {"merchant": desk.merchant})


async def a_ban(desk: Desk) -> Asked:
    return Asked({"reason": "cheats"}, {"player": "mallory"})


async def catches(desk: Desk) -> Asked:
    campaign = (await desk.a_campaign(stock=3, per_player=1))["id"]
    items = [
        {
            "catch": catch_id(f"872830828-{n}", f"p{n}", "1"),
            "cat": f"872830828-{n}",
            "player": f"p{n}",
            "campaign": campaign,
            "store": "sto_1",
            "at_ms": NOW,
        }
        for n in range(5)
    ]
    return Asked({"items": items})


async def a_reservation(desk: Desk) -> Asked:
    campaign = (await desk.a_campaign(stock=3))["id"]
    return Asked({"reservation": "872830828-1", "campaign": campaign, "count": 4})


async def a_release(desk: Desk) -> Asked:
    reserving = (await a_reservation(desk)).body
    reserved = await desk.ask("POST", "/v1/reservations", reserving, Role.SERVICE)
    assert reserved.json["granted"] == 3
    return Asked({"count": 2}, {"reservation": reserving["reservation"]})


async def reservations(desk: Desk) -> Asked:
    wanted = (await a_reservation(desk)).body
    return Asked({"items": [wanted | {"reservation": f"872830828-{n}"} for n in range(3)]})


async def releases(desk: Desk) -> Asked:
    released = await a_release(desk)
    return Asked({"items": [released.body | released.path]})


async def a_file(desk: Desk) -> Asked:
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.5, 31.2]}}
    features = [feature | {"properties": {"name": f"Bakery {n}"}} for n in range(3)]
    return Asked({"type": "FeatureCollection", "features": features})


ASKED: dict[str, Callable[[Desk], Awaitable[Asked]]] = {
    "newGuest": a_guest,
    "makeStore": a_store,
    "importFile": a_file,
    "makeCampaign": a_campaign,
    "addCodes": codes,
    "redeem": a_redemption,
    "reverse": a_reversal,
    "void": a_withdrawal,
    "makeMerchant": a_merchant,
    "makeKey": a_key,
    "ban": a_ban,
    "issue": catches,
    "reserve": a_reservation,
    "release": a_release,
    "reserveAll": reservations,
    "releaseAll": releases,
}

SAME_WITHOUT_A_KEY = ("issue", "reserve", "release", "reserveAll", "releaseAll", "void")
"""What is one effect by its own ids: the coupon service's calls, and withdrawing a coupon."""


class Street:
    """A desk behind a bad line, and the books behind it."""

    def __init__(self, desk: Desk, line: Proxy) -> None:
        self.desk = desk
        self.line = line
        self._direct = desk.url

    async def asked(self, name: str) -> Asked:
        """What a POST takes, with everything there that it is about."""
        return await ASKED[name](self.desk)

    async def lose(self, name: str, asked: Asked, **headers: str) -> bytes:
        """Send a POST whose reply is lost on the way; that reply."""
        self.line.lose = 1
        self.desk.url = f"http://127.0.0.1:{self.line.port}"
        with pytest.raises(ClientError):
            await self.send(name, asked, **headers)
        self.desk.url = self._direct
        (lost,) = self.line.lost
        return lost

    async def send(self, name: str, asked: Asked, **headers: str) -> Reply:
        route = POSTS[name]
        path = route.path.format(**asked.path)
        return await self.desk.ask("POST", path, asked.body, _role(route), **headers)

    async def books(self) -> Rows:
        """Every row of every table but those of kept answers."""

        def rows(connection: Connection) -> Rows:
            return {
                name: sorted(map(repr, connection.execute(select(table)).all()))
                for name, table in metadata.tables.items()
                if name != "answers"
            }

        return await self.desk.ledger.db.read(rows)


def _role(route: Route) -> Role:
    return Role.MERCHANT if Role.MERCHANT in route.roles else min(route.roles)


@pytest.fixture
async def street(desk_on: Desk) -> AsyncIterator[Street]:
    host, port = desk_on.url.removeprefix("http://").split(":")
    async with proxy(host, int(port)) as line:
        yield Street(desk_on, line)


def test_every_post_loses_a_reply_here() -> None:
    assert set(ASKED) == set(POSTS)


@pytest.mark.parametrize("name", ASKED)
async def test_a_post_whose_reply_was_lost_is_sent_again_with_its_key(
    street: Street, name: str
) -> None:
    asked = await street.asked(name)
    before = await street.books()
    lost = await street.lose(name, asked, Idempotency_Key="k")
    done, told = await street.books(), list(street.desk.told)
    assert (done != before) == (name != "newGuest")
    street.desk.clock.now_ms += 60_000
    again = await street.send(name, asked, Idempotency_Key="k")
    assert (_status(lost), _body(lost)) == (again.status, again.raw)
    assert again.status == POSTS[name].status
    assert await street.books() == done
    assert street.desk.told == told


@pytest.mark.parametrize("name", SAME_WITHOUT_A_KEY)
async def test_what_has_ids_of_its_own_needs_no_key(street: Street, name: str) -> None:
    asked = await street.asked(name)
    lost = await street.lose(name, asked)
    done = await street.books()
    street.desk.clock.now_ms += 60_000
    again = await street.send(name, asked)
    # The coupon is the same; that it was there before is all that is said otherwise.
    assert _body(lost).replace(b'"issued"', b'"already"') == again.raw
    assert await street.books() == done


def _status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def _body(reply: bytes) -> bytes:
    return reply.partition(b"\r\n\r\n")[2]
