"""Who is let in where: the whole table of routes, each with every role."""

import pytest

from gameserver.game.tokens import make_token
from gameserver.http.call import Role
from gameserver.http.route import Route
from gameserver.http.routes import ROUTES
from tests.http.desk import NOW, SECRET, Desk, Reply

SOMETHING = {"code": "7Q2MHX-0VJ9RC-KE4TA8"}


def path_of(route: Route) -> str:
    """The route's path with something in its places."""
    parts = [
        SOMETHING.get(part[1:-1], "nobody") if part.startswith("{") else part
        for part in route.path.split("/")
    ]
    return "/".join(parts)


async def asked_as(desk: Desk, route: Route, role: Role) -> Reply:
    if role is Role.PLAYER:
        # A player of its own: one of the routes forgets whoever asks.
        token = make_token(SECRET, f"p-{route.name}", NOW + 1000)
        return await desk.ask(route.method, path_of(route), {}, Authorization=f"Bearer {token}")
    return await desk.ask(route.method, path_of(route), {}, role)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANYONE])
async def test_a_role_is_let_in_exactly_where_the_table_says_so(desk: Desk, role: Role) -> None:
    wrong = []
    for route in ROUTES:
        reply = await asked_as(desk, route, role)
        if route.path == "/v1/live":
            assert (
                reply.code == "unavailable"
            )  # nobody plays at a desk; see tests/http/test_live.py
            continue
        may = route.is_open or role in route.roles
        if may and (reply.status in (401, 403) or reply.status >= 500):
            wrong.append((route.method, route.path, reply.status))
        if not may and (reply.status, reply.code) != (403, "forbidden"):
            wrong.append((route.method, route.path, reply.status))
    assert wrong == []


async def test_nobody_without_a_key_is_let_in_where_one_is_needed(desk: Desk) -> None:
    for route in ROUTES:
        reply = await desk.ask(route.method, path_of(route), {})
        assert (reply.status == 401) == (not route.is_open), (route.path, reply.raw)
        if not route.is_open:
            assert reply.code == "unauthenticated"
            assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic Y2F0OmNhdA==",
        "Bearer nonsense",
        "Bearer cat_0123456789abcdef_" + "0" * 48,
        "Bearer cat__",
        "Bearer " + "x" * 5_000,
        "Bearer é",
        "Bearer alice.99999999999999.00000000000000000000000000000000",
        "Bearer ..",
    ],
)
async def test_a_wrong_key_is_none(desk: Desk, header: str) -> None:
    for path in ("/v1/stores", "/v1/me"):
        reply = await desk.ask("GET", path, Authorization=header)
        assert (reply.status, reply.code) == (401, "unauthenticated")


async def test_a_key_with_one_character_changed_opens_nothing(desk: Desk) -> None:
    key = desk.keys[Role.MERCHANT]
    other = key[:-1] + ("0" if key[-1] != "0" else "1")
    reply = await desk.ask("GET", "/v1/stores", Authorization=f"Bearer {other}")
    assert reply.status == 401


async def test_the_scheme_may_be_written_in_any_case(desk: Desk) -> None:
    reply = await desk.ask("GET", "/v1/stores", Authorization=f"bearer {desk.keys[Role.MERCHANT]}")
    assert reply.status == 200


async def test_an_expired_token_opens_nothing(desk: Desk) -> None:
    token = make_token(SECRET, "bob", NOW + 1000)
    assert (await desk.ask("GET", "/v1/me", Authorization=f"Bearer {token}")).status == 200
    desk.clock.now_ms = NOW + 1000
    assert (await desk.ask("GET", "/v1/me", Authorization=f"Bearer {token}")).status == 401


async def test_a_revoked_key_opens_nothing_from_that_moment(desk: Desk) -> None:
    key = desk.keys[Role.CLERK]
    path = "/v1/coupons/7Q2MHX-0VJ9RC-KE4TA8"
    assert (await desk.ask("GET", path, role=Role.CLERK)).status == 404
    gone = await desk.ask("DELETE", f"/v1/keys/{key.split('_')[1]}", role=Role.ADMIN)
    assert gone.status == 204
    assert (await desk.ask("GET", path, role=Role.CLERK)).status == 401


async def test_a_wrong_key_is_no_hindrance_where_none_is_needed(desk: Desk) -> None:
    reply = await desk.ask("GET", "/v1/species", Authorization="Bearer nonsense")
    assert reply.status == 200


async def test_what_is_anothers_is_not_found(desk: Desk) -> None:
    store, campaign = await desk.a_store(), await desk.a_campaign()
    (code,) = await desk.coupons(campaign["id"], store["id"], 1)
    other = await desk.ledger.merchants.add_merchant("Rival")
    head = {"Authorization": f"Bearer {other.key}"}
    theirs = (await desk.ask("POST", "/v1/stores", STORE_OF_RIVAL, **head)).json
    for method, path, body in (
        ("GET", f"/v1/stores/{store['id']}", None),
        ("PATCH", f"/v1/stores/{store['id']}", {"name": "Mine"}),
        ("DELETE", f"/v1/stores/{store['id']}", None),
        ("PUT", f"/v1/stores/{store['id']}/spawn-plan", PLAN_OF_RIVAL),
        ("GET", f"/v1/campaigns/{campaign['id']}", None),
        ("PATCH", f"/v1/campaigns/{campaign['id']}", {"state": "ended"}),
        ("POST", f"/v1/campaigns/{campaign['id']}/codes", {"codes": ["ABCD"]}),
        ("GET", f"/v1/coupons/{code}", None),
        ("POST", f"/v1/coupons/{code}/redeem", {"store": theirs["id"]}),
        ("POST", f"/v1/coupons/{code}/void", {"reason": "envy"}),
    ):
        reply = await desk.ask(method, path, body, **head)
        assert reply.status == 404, (method, path, reply.raw)
    listed = (await desk.ask("GET", "/v1/stores", **head)).json["items"]
    assert [each["id"] for each in listed] == [theirs["id"]]
    assert (await desk.ask("GET", "/v1/campaigns", **head)).json == {"items": [], "next": None}
    plan = PLAN_OF_RIVAL | {"campaign": campaign["id"]}
    put = await desk.ask("PUT", f"/v1/stores/{theirs['id']}/spawn-plan", plan, **head)
    assert put.field == "campaign"
    redeemed = await desk.as_merchant("POST", f"/v1/coupons/{code}/redeem", {"store": theirs["id"]})
    assert redeemed.field == "store"
    assert (await desk.as_merchant("GET", f"/v1/stores/{store['id']}")).json == store
    assert (await desk.as_merchant("GET", f"/v1/coupons/{code}")).json["state"] == "active"


STORE_OF_RIVAL = {"name": "Rival", "lat": 31.0, "lon": 121.0, "timezone": "UTC"}
PLAN_OF_RIVAL = {"cats_alive": 1, "lifetime_s": 60, "radius_m": 10}
