"""Everything that a body, a path or a parameter can have wrong: named, and without effect."""

from typing import Any

import pytest

from gameserver.http.call import Role
from tests.http.desk import CAMPAIGN, NOW, PLAN, STORE, Desk

BAD_STORES: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", "   "),
    ("name", "x" * 121),
    ("name", "two\nlines"),
    ("name", "trailing\n"),
    ("name", "nul\x00"),
    ("name", 7),
    ("name", None),
    ("lat", 90.1),
    ("lat", -91),
    ("lat", "31"),
    ("lat", None),
    ("lon", 180.5),
    ("lon", -1e308),
    ("datum", "mars"),
    ("datum", None),
    ("address", "x" * 501),
    ("address", "a\x00"),
    ("timezone", "Mars/Olympus"),
    ("timezone", ""),
    ("timezone", "../../etc/passwd"),
    ("timezone", None),
    ("opening_hours", "x" * 501),
    ("opening_hours", ["Mo-Fr"]),
    ("catch_m", 4.9),
    ("catch_m", 200.1),
    ("catch_m", True),
    ("state", "deleted"),
    ("state", "open"),
    ("nmae", "typo"),
    ("id", "sto_1"),
]

BAD_PLANS: list[tuple[str, Any]] = [
    ("cats_alive", -1),
    ("cats_alive", 201),
    ("cats_alive", 1.5),
    ("cats_alive", 10**30),
    ("lifetime_s", 9),
    ("lifetime_s", 86_401),
    ("radius_m", -0.1),
    ("radius_m", 1000.5),
    ("species", {}),
    ("species", {"unicorn": 1.0}),
    ("species", {"bobbin": 0}),
    ("species", {"bobbin": -1}),
    ("species", {"bobbin": 1e300}),
    ("species", {"bobbin": "many"}),
    ("species", {f"s{i}": 1 for i in range(101)}),
    ("campaign", "cam_nobody"),
    ("campaign", ""),
    ("campaign", "a b"),
    ("catches_per_cat", 0),
    ("catches_per_cat", 1001),
    ("active", {"from": "yesterday"}),
    ("active", {"from": "2026-11-11T00:00:00"}),
    ("active", {"from": "1969-12-31T23:59:59Z"}),
    ("active", {"from": "2026-11-11T00:00:00Z", "to": "2026-11-11T00:00:00Z"}),
    ("active", {"until": "2026-11-11T00:00:00Z"}),
    ("active", {"hours": "x" * 501}),
    ("active", None),
    ("cats", 3),
]

BAD_CAMPAIGNS: list[tuple[str, Any]] = [
    ("title", ""),
    ("title", "x" * 121),
    ("kind", "free"),
    ("kind", None),
    ("value", -1),
    ("value", 1e10),
    ("value", "20%"),
    ("currency", "yuan"),
    ("currency", "cny"),
    ("currency", "CNY\n"),
    ("terms", "x" * 4001),
    ("terms", "\x00"),
    ("stock", -1),
    ("stock", 10_000_001),
    ("stock", 1.5),
    ("stock", None),
    ("per_player", 0),
    ("per_player", -1),
    ("per_player_day", 0),
    ("per_player", 10**20),
    ("starts_at", "2026-11-11"),
    ("starts_at", "2026-11-11T00:00:00"),
    ("starts_at", 1_700_000_000_000),
    ("starts_at", "1969-12-31T00:00:00Z"),
    ("ends_at", "2026-02-30T00:00:00Z"),
    ("ends_at", "9999-12-31T23:59:59-14:00"),
    ("valid_for_s", 0),
    ("valid_for_s", 59),
    ("valid_for_s", 10**12),
    ("state", "open"),
    ("codes", "guessed"),
    ("redeemed", 3),
    ("budget", 0),
    ("budget", -1),
    ("budget", 1e16),
    ("budget", "much"),
    ("pace", "fast"),
    ("pace", ""),
]

BAD_WORTHS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "percent"}, "value"),
    ({"kind": "percent", "value": 0.5}, "value"),
    ({"kind": "percent", "value": 100.5}, "value"),
    ({"kind": "percent", "value": 20, "currency": "CNY"}, "currency"),
    ({"kind": "amount", "currency": "CNY"}, "value"),
    ({"kind": "amount", "value": 0, "currency": "CNY"}, "value"),
    ({"kind": "amount", "value": 5}, "currency"),
    ({"kind": "gift", "value": 5}, "currency"),
    ({"kind": "gift", "budget": 5}, "budget"),
    ({"kind": "percent", "value": 20, "budget": 5}, "budget"),
    ({"kind": "amount", "value": 5, "currency": "CNY", "budget": 4.99}, "budget"),
    ({"pace": "even"}, "pace"),
    ({"pace": "even", "starts_at": "2026-11-12T00:00:00Z"}, "pace"),
    ({"pace": "even", "ends_at": "2026-11-12T00:00:00Z"}, "pace"),
    (
        {"starts_at": "2026-11-12T00:00:00Z", "ends_at": "2026-11-11T00:00:00Z"},
        "ends_at",
    ),
    (
        {"starts_at": "2026-11-11T08:00:00+08:00", "ends_at": "2026-11-11T00:00:00Z"},
        "ends_at",
    ),
]


async def test_a_wrong_store_is_refused_by_the_name_of_its_field(desk: Desk) -> None:
    for field, value in BAD_STORES:
        reply = await desk.as_merchant("POST", "/v1/stores", STORE | {field: value})
        assert (reply.code, reply.field) == ("invalid", field), (field, value, reply.raw)
    assert (await desk.as_merchant("GET", "/v1/stores")).json == {"items": [], "next": None}


@pytest.mark.parametrize("field", ["name", "lat", "lon"])
async def test_a_store_that_lacks_a_field_is_told_which(desk: Desk, field: str) -> None:
    body = {name: value for name, value in STORE.items() if name != field}
    reply = await desk.as_merchant("POST", "/v1/stores", body)
    assert reply.field == field
    assert "missing" in reply.json["detail"]


async def test_a_wrong_change_leaves_the_store_as_it_was(desk: Desk) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}"
    for field, value in BAD_STORES:
        wrong = {"opening_hours": "off"} | {field: value}
        if field == "lat":
            wrong["lon"] = 1.0
        if field == "lon":
            wrong["lat"] = 1.0
        reply = await desk.as_merchant("PATCH", path, wrong)
        assert reply.field == field, (field, value, reply.raw)
    for half, missing in (({"lat": 1.0}, "lon"), ({"lon": 1.0}, "lat")):
        assert (await desk.as_merchant("PATCH", path, half)).field == missing
    assert (await desk.as_merchant("GET", path)).json == store


async def test_a_wrong_plan_is_refused_by_the_name_of_its_field(desk: Desk) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}"
    for field, value in BAD_PLANS:
        reply = await desk.as_merchant("PUT", f"{path}/spawn-plan", PLAN | {field: value})
        assert reply.field.split(".")[0] == field, (field, value, reply.raw)
    assert (await desk.as_merchant("GET", path)).json == store


async def test_a_wrong_species_is_named(desk: Desk) -> None:
    store = await desk.a_store()
    plan = PLAN | {"species": {"bobbin": 1, "unicorn": 1}}
    reply = await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", plan)
    assert reply.field == "species.unicorn"


async def test_a_wrong_campaign_is_refused_by_the_name_of_its_field(desk: Desk) -> None:
    for field, value in BAD_CAMPAIGNS:
        reply = await desk.as_merchant("POST", "/v1/campaigns", CAMPAIGN | {field: value})
        assert reply.field == field, (field, value, reply.raw)
    for fields, field in BAD_WORTHS:
        reply = await desk.as_merchant("POST", "/v1/campaigns", CAMPAIGN | fields)
        assert reply.field == field, (fields, reply.raw)
    assert (await desk.as_merchant("GET", "/v1/campaigns")).json["items"] == []


async def test_a_wrong_change_leaves_the_campaign_as_it_was(desk: Desk) -> None:
    campaign = await desk.a_campaign(kind="amount", value=5, currency="CNY")
    path = f"/v1/campaigns/{campaign['id']}"
    for field, value in BAD_CAMPAIGNS:
        wrong = {"terms": "other", field: value}
        reply = await desk.as_merchant("PATCH", path, wrong)
        assert reply.field == field, (field, value, reply.raw)
    for change, field in (
        ({"value": 0}, "value"),
        ({"value": None}, "value"),
        ({"currency": None}, "currency"),
        ({"codes": "uploaded"}, "codes"),
        (
            {"starts_at": "2026-11-12T00:00:00Z", "ends_at": "2026-11-11T00:00:00Z"},
            "ends_at",
        ),
    ):
        assert (await desk.as_merchant("PATCH", path, {"terms": "x"} | change)).field == field
    assert (await desk.as_merchant("GET", path)).json == campaign


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
async def test_what_is_no_number_is_refused_by_the_name_of_its_field(
    desk: Desk, number: str
) -> None:
    body = f'{{"name": "a", "lat": {number}, "lon": 1, "timezone": "UTC"}}'.encode()
    assert (await desk.as_merchant("POST", "/v1/stores", body)).field == "lat"
    store = await desk.a_store()
    plan = f'{{"cats_alive": 1, "lifetime_s": 60, "radius_m": 1, "species": {{"boba": {number}}}}}'
    path = f"/v1/stores/{store['id']}/spawn-plan"
    assert (await desk.as_merchant("PUT", path, plan.encode())).field.startswith("species")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"lat=31",
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "a"} {"name": "b"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{'name': 'a'}",
    ],
    ids=lambda raw: repr(raw[:20]),
)
async def test_a_body_that_is_not_json_is_told_so(desk: Desk, raw: bytes) -> None:
    reply = await desk.as_merchant("POST", "/v1/stores", raw)
    # What is wrong first counts: of the deeply nested ones that is their shape.
    assert (reply.status, reply.code) in ((400, "bad_json"), (422, "invalid"))


@pytest.mark.parametrize("raw", [b"[]", b"3", b"null", b'"store"'])
async def test_a_body_of_another_shape_is_told_so(desk: Desk, raw: bytes) -> None:
    assert (await desk.as_merchant("POST", "/v1/stores", raw)).field == "body"


@pytest.mark.parametrize(
    "id_", ["nobody", "%00", "a%00b", "x" * 65, "..%2f..", "%F0%9F%90%B1", "a%20b", "%ff", "'"]
)
async def test_an_id_that_cannot_be_is_not_found(desk_on: Desk, id_: str) -> None:
    desk = desk_on
    for method, path, body, role in (
        ("GET", f"/v1/stores/{id_}", None, Role.MERCHANT),
        ("PATCH", f"/v1/stores/{id_}", {"name": "a"}, Role.MERCHANT),
        ("DELETE", f"/v1/stores/{id_}", None, Role.MERCHANT),
        ("PUT", f"/v1/stores/{id_}/spawn-plan", PLAN, Role.MERCHANT),
        ("GET", f"/v1/campaigns/{id_}", None, Role.MERCHANT),
        ("PATCH", f"/v1/campaigns/{id_}", {"state": "ended"}, Role.MERCHANT),
        ("POST", f"/v1/campaigns/{id_}/codes", {"codes": ["ABCD"]}, Role.MERCHANT),
        ("GET", f"/v1/coupons/{id_}", None, Role.CLERK),
        ("POST", f"/v1/coupons/{id_}/redeem", {"store": "s"}, Role.CLERK),
        ("POST", f"/v1/coupons/{id_}/void", {"reason": "r"}, Role.MERCHANT),
        ("POST", f"/v1/merchants/{id_}/keys", {"role": "clerk"}, Role.ADMIN),
        ("DELETE", f"/v1/keys/{id_}", None, Role.ADMIN),
        ("DELETE", f"/v1/players/{id_}/ban", None, Role.ADMIN),
    ):
        reply = await desk.ask(method, path, body, role)
        assert reply.status == 404, (method, path, reply.raw)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=a%00", "cursor"),
        ("cursor=a%0A", "cursor"),
        ("cursor=" + "x" * 200, "cursor"),
        ("page=2", "page"),
    ],
)
async def test_a_wrong_parameter_of_a_list_is_named(
    desk: Desk, parameters: str, field: str
) -> None:
    for path, role in (
        ("/v1/stores", Role.MERCHANT),
        ("/v1/campaigns", Role.MERCHANT),
        ("/v1/merchants", Role.ADMIN),
        ("/v1/me/coupons", Role.PLAYER),
        ("/v1/me/catches", Role.PLAYER),
    ):
        assert (await desk.ask("GET", f"{path}?{parameters}", role=role)).field == field


@pytest.mark.parametrize("path", ["/v1/me/coupons", "/v1/me/catches"])
async def test_a_made_up_cursor_of_a_players_list_is_told_so(desk: Desk, path: str) -> None:
    reply = await desk.ask("GET", f"{path}?cursor=made-up", role=Role.PLAYER)
    assert reply.field == "cursor"


@pytest.mark.parametrize("period", ["hour", "", "DAY"])
async def test_a_leaderboard_of_no_period_is_told_so(desk: Desk, period: str) -> None:
    assert (await desk.ask("GET", f"/v1/leaderboard?period={period}")).field == "period"


async def test_wrong_bodies_of_the_rest_are_named(desk: Desk) -> None:
    for method, path, body, role, field in (
        ("POST", "/v1/coupons/ABCD/redeem", {}, Role.CLERK, "store"),
        ("POST", "/v1/coupons/ABCD/redeem", {"store": ""}, Role.CLERK, "store"),
        ("POST", "/v1/coupons/ABCD/redeem", {"store": "s", "at": 1}, Role.CLERK, "at"),
        ("POST", "/v1/coupons/ABCD/void", {"reason": " "}, Role.MERCHANT, "reason"),
        ("POST", "/v1/coupons/ABCD/void", {}, Role.MERCHANT, "reason"),
        ("POST", "/v1/campaigns/c/codes", {"codes": []}, Role.MERCHANT, "codes"),
        ("POST", "/v1/campaigns/c/codes", {"codes": ["ABCD", 1]}, Role.MERCHANT, "codes[1]"),
        ("POST", "/v1/merchants", {}, Role.ADMIN, "name"),
        ("POST", "/v1/merchants", {"name": ""}, Role.ADMIN, "name"),
        ("POST", "/v1/merchants/m/keys", {"role": "admin"}, Role.ADMIN, "role"),
        ("POST", "/v1/players/p/ban", {"until_ms": NOW}, Role.ADMIN, "until_ms"),
        ("POST", "/v1/players/p/ban", {"until_ms": 10**18}, Role.ADMIN, "until_ms"),
        ("POST", "/v1/players/p/ban", {"reason": ""}, Role.ADMIN, "reason"),
        ("POST", "/v1/issue", {"items": []}, Role.SERVICE, "items"),
        ("POST", "/v1/issue", {"items": [{"catch": "c"}]}, Role.SERVICE, "items[0].cat"),
        ("POST", "/v1/reservations", {"reservation": "r"}, Role.SERVICE, "campaign"),
        ("POST", "/v1/reservations/r/release", {"count": -1}, Role.SERVICE, "count"),
    ):
        reply = await desk.ask(method, path, body, role)
        assert reply.field == field, (path, body, reply.raw)
