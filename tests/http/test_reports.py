"""What merchants take home, from the first coupon to more than fit into memory at once."""

import csv
from io import StringIO
from typing import Any

import msgspec
import pytest
from aiohttp import ClientPayloadError

from gameserver.http import reports
from gameserver.http.call import Role
from gameserver.http.reports import safe_cell
from gameserver.ledger.errors import LedgerBusy
from tests.http.desk import PLAYER, Desk, Reply

FUNNEL = "/v1/reports/funnel"
COUPONS = "/v1/reports/coupons.csv"
EVENTS = "/v1/reports/coupon-events.jsonl"


def read(reply: Reply) -> list[dict[str, str]]:
    assert reply.status == 200, reply.raw
    return list(csv.DictReader(StringIO(reply.raw.decode(), newline="")))


async def test_a_merchant_reads_what_became_of_the_coupons(desk_on: Desk) -> None:
    desk = desk_on
    store, campaign = await desk.a_store(), await desk.a_campaign()
    codes = await desk.coupons(campaign["id"], store["id"], 4)
    await desk.coupons(campaign["id"], "sto_2", 1)
    await desk.as_merchant("POST", f"/v1/coupons/{codes[0]}/redeem", {"store": store["id"]})
    await desk.as_merchant("POST", f"/v1/coupons/{codes[1]}/void", {"reason": "why"})
    reply = await desk.as_merchant("GET", FUNNEL)
    here = {"issued": 4, "active": 2, "redeemed": 1, "expired": 0, "void": 1}
    there = {"issued": 1, "active": 1, "redeemed": 0, "expired": 0, "void": 0}
    stores = [{"store": store["id"]} | here, {"store": "sto_2"} | there]
    totals = {name: here[name] + there[name] for name in here}
    (found,) = reply.json["items"]
    found["stores"].sort(key=lambda at: at["issued"], reverse=True)
    assert found == {"campaign": campaign["id"], "title": "A bun"} | totals | {"stores": stores}
    assert reply.json["next"] is None


async def test_a_funnel_is_of_the_coupons_of_its_span(desk: Desk) -> None:
    campaign = await desk.a_campaign()
    await desk.coupons(campaign["id"], "sto_1", 3)
    at = "2023-11-14T22:13:20Z"
    for query, issued in ((f"from={at}", 3), (f"to={at}", 0), ("from=2023-11-14T22:13:20.001Z", 0)):
        (found,) = (await desk.as_merchant("GET", f"{FUNNEL}?{query}")).json["items"]
        assert found["issued"] == issued
    assert (await desk.as_merchant("GET", f"{FUNNEL}?from={at}&to={at}")).field == "to"
    assert (await desk.as_merchant("GET", f"{FUNNEL}?from=yesterday")).field == "from"


async def test_a_funnel_is_read_page_by_page(desk: Desk) -> None:
    ids = [(await desk.a_campaign())["id"] for _ in range(3)]
    first = (await desk.as_merchant("GET", f"{FUNNEL}?limit=2")).json
    rest = (await desk.as_merchant("GET", f"{FUNNEL}?limit=2&cursor={first['next']}")).json
    found = [each["campaign"] for page in (first, rest) for each in page["items"]]
    assert found == sorted(ids)
    assert rest["next"] is None


async def test_every_coupon_is_a_line(desk_on: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LINES_AT_ONCE", 4)
    desk = desk_on
    store = await desk.a_store()
    codes = []
    for title in ('A "bun"', "小笼包, 一笼"):
        campaign = await desk.a_campaign(title=title, valid_for_s=60)
        codes += await desk.coupons(campaign["id"], store["id"], 6)
    await desk.as_merchant("POST", f"/v1/coupons/{codes[0]}/redeem", {"store": store["id"]})
    desk.clock.now_ms += 60_000
    reply = await desk.as_merchant("GET", COUPONS)
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="coupons.csv"'
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert reply.headers["Cache-Control"] == "no-store"
    lines = read(reply)
    assert sorted(line["code"] for line in lines) == sorted(codes)
    assert {line["title"] for line in lines} == {'A "bun"', "小笼包, 一笼"}
    used = next(line for line in lines if line["code"] == codes[0])
    assert used["redeemed_at"] == used["issued_at"] == "2023-11-14T22:13:20.000Z"
    assert (used["state"], used["redeemed_store"]) == ("redeemed", store["id"])
    unused = next(line for line in lines if line["code"] == codes[1])
    assert (unused["state"], unused["redeemed_at"], unused["redeemed_store"]) == ("expired", "", "")
    assert unused["expires_at"] == "2023-11-14T22:14:20.000Z"


async def test_without_coupons_there_are_the_columns_names(desk: Desk) -> None:
    reply = await desk.as_merchant("GET", COUPONS)
    assert reply.raw.startswith(b'"code","campaign","title","state","store"')
    assert reply.raw.count(b"\r\n") == 1


async def test_the_coupons_of_others_are_not_in_it(desk: Desk) -> None:
    await desk.a_coupon("sto_1")
    other = await desk.ledger.merchants.add_merchant("Rival")
    reply = await desk.ask("GET", COUPONS, Authorization=f"Bearer {other.key}")
    assert read(reply) == []


@pytest.mark.parametrize("first", "=+-@＝＋－＠")
async def test_no_cell_is_a_formula(desk: Desk, first: str) -> None:
    evil = f"{first}HYPERLINK(1)"
    await desk.a_coupon("sto_1", title=evil)
    (line,) = read(await desk.as_merchant("GET", COUPONS))
    assert line["title"] == "'" + evil


def test_what_is_no_formula_stays_as_it_is() -> None:
    for text in ("", "A bun", "20% off", "a=b", "7Q2MHX-0VJ9RC", "'quoted'"):
        assert safe_cell(text) == text


async def test_books_that_fail_at_once_are_a_problem(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> None:
        raise LedgerBusy("too many")

    monkeypatch.setattr(desk.ledger.reports, "coupons", busy)
    reply = await desk.as_merchant("GET", COUPONS)
    assert (reply.status, reply.code) == (503, "busy")


async def test_books_that_fail_on_the_way_break_the_line_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await desk.a_campaign()
    await desk.coupons(campaign["id"], "sto_1", 3)
    monkeypatch.setattr(reports, "LINES_AT_ONCE", 1)
    whole = desk.ledger.reports.coupons

    async def failing(merchant: str, limit: int, cursor: str | None = None) -> Any:
        if cursor is not None:
            raise LedgerBusy("too many")
        return await whole(merchant, limit, cursor)

    monkeypatch.setattr(desk.ledger.reports, "coupons", failing)
    with pytest.raises(ClientPayloadError):
        await desk.as_merchant("GET", COUPONS)


async def test_only_the_head_is_sent_when_only_that_is_asked_for(desk: Desk) -> None:
    await desk.a_coupon("sto_1")
    reply = await desk.ask("HEAD", COUPONS, role=Role.MERCHANT)
    assert (reply.status, reply.raw) == (200, b"")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="coupons.csv"'


def lines(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.raw
    assert reply.raw == b"" or reply.raw.endswith(b"\n")
    return [msgspec.json.decode(line) for line in reply.raw.splitlines()]


async def test_what_happened_to_a_coupon_is_a_line_each(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    desk.clock.now_ms += 1_500
    await desk.ask("POST", f"/v1/coupons/{code}/redeem", {"store": store["id"]}, Role.CLERK)
    await desk.as_merchant("POST", f"/v1/coupons/{code}/reverse", {"reason": "=a \u2028 mistake"})
    await desk.as_merchant("POST", f"/v1/coupons/{code}/void", {"reason": "twice"})
    reply = await desk.as_merchant("GET", EVENTS)
    assert reply.headers["Content-Type"] == "application/jsonl"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="coupon-events.jsonl"'
    assert reply.headers["Transfer-Encoding"] == "chunked"
    issued, redeemed, reversed_, voided = lines(reply)
    assert issued == {
        "code": code,
        "number": 0,
        "at": "2023-11-14T22:13:20.000Z",
        "change": "issue",
        "state": "active",
        "campaign": issued["campaign"],
        "store": store["id"],
        "key": None,
        "reason": None,
    }
    assert redeemed | {"key": None} == issued | {
        "number": 1,
        "at": "2023-11-14T22:13:21.500Z",
        "change": "redeem",
        "state": "redeemed",
    }
    assert (reversed_["change"], reversed_["state"]) == ("reverse", "active")
    assert (reversed_["store"], reversed_["reason"]) == (store["id"], "=a \u2028 mistake")
    assert (voided["change"], voided["state"], voided["reason"]) == ("void", "void", "twice")
    assert redeemed["key"] != reversed_["key"] == voided["key"]
    assert PLAYER.encode() not in reply.raw
    for secret in desk.keys.values():
        assert secret.encode() not in reply.raw


async def test_a_file_of_events_is_of_its_moment_whatever_happens_meanwhile(
    desk_on: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "LINES_AT_ONCE", 25)
    desk = desk_on
    store = await desk.a_store()
    sales = [(await desk.a_campaign())["id"] for _ in range(3)]
    codes = [code for sale in sales for code in await desk.coupons(sale, store["id"], 100)]
    for code in codes[::3]:
        body = {"store": store["id"]}
        await desk.as_merchant("POST", f"/v1/coupons/{code}/redeem", body)
    quiet, pages = await desk.as_merchant("GET", EVENTS), 0
    assert len(lines(quiet)) == 400
    whole = desk.ledger.reports.events

    async def meanwhile(*asked: Any) -> Any:
        nonlocal pages
        pages += 1
        desk.clock.now_ms += 1
        for code in codes[pages::50]:
            await desk.as_merchant("POST", f"/v1/coupons/{code}/void", {"reason": "why"})
        await desk.coupons(sales[-1], store["id"], 5)
        return await whole(*asked)

    monkeypatch.setattr(desk.ledger.reports, "events", meanwhile)
    busy = await desk.as_merchant("GET", EVENTS)
    assert pages > 12
    assert busy.raw == quiet.raw
    monkeypatch.setattr(desk.ledger.reports, "events", whole)
    after = lines(await desk.as_merchant("GET", f"{EVENTS}?from=2023-11-14T22:13:20.001Z"))
    assert {line["change"] for line in after} == {"issue", "void"}
    later = lines(await desk.as_merchant("GET", EVENTS))
    assert len(later) == len(lines(quiet)) + len(after)
    assert len({(line["code"], line["number"]) for line in later}) == len(later)


async def test_a_file_of_events_may_be_of_a_span(desk: Desk) -> None:
    await desk.a_coupon("sto_1")
    at, next_ms = "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.001Z"
    for query, many in ((f"from={at}&to={next_ms}", 1), (f"to={at}", 0), (f"from={next_ms}", 0)):
        assert len(lines(await desk.as_merchant("GET", f"{EVENTS}?{query}"))) == many
    assert len(lines(await desk.as_merchant("GET", f"{EVENTS}?to=2100-01-01T00:00:00Z"))) == 1
    assert (await desk.as_merchant("GET", f"{EVENTS}?from={at}&to={at}")).field == "to"
    assert (await desk.as_merchant("GET", f"{EVENTS}?to=2023-11-14")).field == "to"
    assert (await desk.as_merchant("GET", f"{EVENTS}?since={at}")).field == "since"
    clerk = await desk.ask("GET", EVENTS, role=Role.CLERK)
    assert (clerk.status, clerk.code) == (403, "forbidden")
    other = await desk.ledger.merchants.add_merchant("Rival")
    assert lines(await desk.ask("GET", EVENTS, Authorization=f"Bearer {other.key}")) == []
