"""Requests through a game server whose coupons another service has: the same tests, same answers.

The tests of coupons, campaigns, reports, guessing and idempotency run again, with books of coupons
that know no stores and none of the keys.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from typing import Any

import msgspec
import pytest
from aiohttp import ClientError, ClientSession
from yarl import URL

from gameserver.coupons import client
from gameserver.coupons.client import Ask, CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.coupons.wire import ACTING_FOR, ActingFor
from gameserver.coupons.zones import StoreZones
from gameserver.http import forwarding, reports
from gameserver.http.call import Role
from gameserver.http.guessing import WRONG_PER_KEY
from gameserver.http.routes import COUPON_ROUTES, GAME_ROUTES, make_web_app
from gameserver.ledger.errors import LedgerUnavailable
from gameserver.ledger.ledger import Ledger, open_ledger
from tests.http.desk import CAMPAIGN, Clock, Desk, open_desk, serving, site
from tests.http.test_campaigns import (
    test_a_budget_bounds_what_is_out,
    test_a_change_changes_what_it_says_and_nothing_else,
    test_an_ended_campaign_stays_ended,
    test_dates_are_checked_against_those_that_stay,
    test_the_stock_can_not_go_below_what_is_given,
)
from tests.http.test_coupons import (
    test_a_clerk_is_told_what_honours_a_coupon_and_no_more,
    test_a_code_is_understood_however_it_is_typed,
    test_a_coupon_that_expired_meanwhile_is_expired_when_it_is_taken_back,
    test_a_merchant_takes_a_redemption_back,
    test_a_redeemed_coupon_is_not_withdrawn,
    test_a_void_coupon_is_not_redeemed,
    test_an_unknown_store_redeems_nothing,
    test_another_merchants_coupon_is_told_as_such_and_stays_as_it_is,
    test_every_outcome_at_the_till_is_a_code_of_its_own,
    test_of_two_hundred_clerks_exactly_one_redeems_the_coupon,
)
from tests.http.test_guessing import (
    WRONG,
    guess,
    test_a_merchants_keys_at_one_address_have_to_wait_together,
    test_another_merchants_code_is_a_wrong_one,
    test_while_somebody_waits_a_right_code_opens_nothing_either,
    test_who_guesses_has_to_wait_and_may_then_go_on,
)
from tests.http.test_idempotency import (
    test_a_redemption_that_is_repeated_with_its_key_is_still_a_success,
    test_a_refusal_is_repeated_as_well,
)
from tests.http.test_own_codes import (
    test_a_file_is_uploaded_once_however_often_it_is_sent_with_its_key,
    test_a_merchants_own_codes_are_given_once_each_in_their_order,
    test_other_media_types_and_charsets_are_refused,
)
from tests.http.test_reports import (
    COUPONS,
    read,
    test_a_funnel_is_of_the_coupons_of_its_span,
    test_a_merchant_reads_what_became_of_the_coupons,
    test_books_that_fail_at_once_are_a_problem,
    test_books_that_fail_on_the_way_break_the_line_off,
    test_every_coupon_is_a_line,
    test_only_the_head_is_sent_when_only_that_is_asked_for,
    test_the_coupons_of_others_are_not_in_it,
)
from tests.servers.moody import Mood, Moody, moody
from tests.waiting import until

AGAIN = (
    test_a_budget_bounds_what_is_out,
    test_a_change_changes_what_it_says_and_nothing_else,
    test_a_clerk_is_told_what_honours_a_coupon_and_no_more,
    test_a_code_is_understood_however_it_is_typed,
    test_a_coupon_that_expired_meanwhile_is_expired_when_it_is_taken_back,
    test_a_file_is_uploaded_once_however_often_it_is_sent_with_its_key,
    test_a_funnel_is_of_the_coupons_of_its_span,
    test_a_merchant_reads_what_became_of_the_coupons,
    test_a_merchant_takes_a_redemption_back,
    test_a_merchants_keys_at_one_address_have_to_wait_together,
    test_a_merchants_own_codes_are_given_once_each_in_their_order,
    test_a_redeemed_coupon_is_not_withdrawn,
    test_a_redemption_that_is_repeated_with_its_key_is_still_a_success,
    test_a_refusal_is_repeated_as_well,
    test_a_void_coupon_is_not_redeemed,
    test_an_ended_campaign_stays_ended,
    test_an_unknown_store_redeems_nothing,
    test_another_merchants_code_is_a_wrong_one,
    test_another_merchants_coupon_is_told_as_such_and_stays_as_it_is,
    test_books_that_fail_at_once_are_a_problem,
    test_books_that_fail_on_the_way_break_the_line_off,
    test_dates_are_checked_against_those_that_stay,
    test_every_coupon_is_a_line,
    test_every_outcome_at_the_till_is_a_code_of_its_own,
    test_of_two_hundred_clerks_exactly_one_redeems_the_coupon,
    test_only_the_head_is_sent_when_only_that_is_asked_for,
    test_other_media_types_and_charsets_are_refused,
    test_the_coupons_of_others_are_not_in_it,
    test_the_stock_can_not_go_below_what_is_given,
    test_while_somebody_waits_a_right_code_opens_nothing_either,
    test_who_guesses_has_to_wait_and_may_then_go_on,
)
"""They find the fixtures of this module."""


class Counter(Desk):
    """A desk at a game server; its coupons are kept at `service_url`."""

    service_url: str
    service_key: str
    moody: Moody
    asker: CouponClient
    game_books: Ledger
    coupon_books: Ledger


@asynccontextmanager
async def opened(game_books: Ledger, coupon_books: Ledger, clock: Clock) -> AsyncIterator[Counter]:
    """A counter until the block ends. Players' news end in its list, as at a desk."""
    async with open_desk(game_books, clock) as plain:
        counter = Counter(game_books, clock, plain.session, "", plain.keys, plain.merchant)
        counter.game_books, counter.coupon_books = game_books, coupon_books
        # What tests do behind the API's back is done in the books that it belongs to.
        counter.ledger = copy(game_books)
        counter.ledger.coupons = coupon_books.coupons
        counter.ledger.reports = coupon_books.reports
        counter.service_key = (await coupon_books.merchants.add_service_key()).key
        kept = site(counter, ledger=_with(coupon_books, counter.ledger))
        async with (
            serving(make_web_app(kept, COUPON_ROUTES)) as counter.service_url,
            moody(counter.service_url) as counter.moody,
            CouponClient(counter.moody.url, counter.service_key) as counter.asker,
        ):
            zones = StoreZones(game_books.merchants, clock).of
            coupons = RemoteCoupons(counter.asker, zones)
            game = site(counter, ledger=game_books, coupons=coupons, coupon_client=counter.asker)
            async with serving(make_web_app(game, GAME_ROUTES)) as counter.url:
                yield counter


def _with(books: Ledger, seen_by_tests: Ledger) -> Ledger:
    """The books, with the reports in which a test may break something."""
    found = copy(books)
    found.reports = seen_by_tests.reports
    return found


@pytest.fixture
async def desk(ledger: Ledger, clock: Clock, tmp_path: Any) -> AsyncIterator[Counter]:
    own = f"sqlite:///{tmp_path / 'coupons.db'}"
    async with open_ledger(own, clock=clock, migrate=True) as books:
        async with opened(ledger, books, clock) as counter:
            yield counter
        assert [check for check in await books.audit() if not check.ok] == []


@pytest.fixture
def desk_on(desk: Counter) -> Counter:
    return desk


def acting_for(desk: Counter, **fields: Any) -> str:
    return msgspec.json.encode(ActingFor(desk.merchant, "key_1", **fields)).decode()


async def test_only_the_holder_of_a_service_key_speaks_for_others(desk: Counter) -> None:
    await desk.a_campaign()
    said = acting_for(desk)
    desk.keys[Role.SERVICE] = desk.service_key
    rival = await desk.coupon_books.merchants.add_merchant("Rival")
    desk.keys[Role.MERCHANT] = rival.key
    clerk = await desk.coupon_books.merchants.add_key(rival.id, "clerk")
    assert clerk is not None
    desk.keys[Role.CLERK] = clerk.key
    desk.keys[Role.ADMIN] = (await desk.coupon_books.merchants.add_admin_key()).key
    desk.url = desk.service_url
    head = {"Catcat_Acting_For": said}
    for role in (Role.MERCHANT, Role.CLERK, Role.ADMIN, Role.PLAYER):
        reply = await desk.ask("GET", "/v1/campaigns", role=role, **head)
        assert (reply.status, reply.code) == (403, "forbidden"), role
    reply = await desk.ask("GET", "/v1/campaigns", **head)
    assert reply.status == 401
    reply = await desk.ask("GET", "/v1/campaigns", role=Role.SERVICE, **head)
    assert (reply.status, len(reply.json["items"])) == (200, 1)
    alone = await desk.ask("GET", "/v1/campaigns", role=Role.SERVICE)
    assert (alone.status, alone.code) == (403, "forbidden")


async def test_a_clerk_stays_a_clerk_behind_the_game_server(desk: Counter) -> None:
    campaign = await desk.a_campaign()
    for method, path, body in (
        ("GET", "/v1/campaigns", None),
        ("PATCH", f"/v1/campaigns/{campaign['id']}", {"stock": 1}),
        ("GET", COUPONS, None),
        ("POST", "/v1/coupons/x/void", {"reason": "why"}),
    ):
        reply = await desk.ask(method, path, body, Role.CLERK)
        assert (reply.status, reply.code) == (403, "forbidden")
    desk.keys[Role.SERVICE] = desk.service_key
    desk.url = desk.service_url
    said = acting_for(desk, is_clerk=True)
    reply = await desk.ask("GET", COUPONS, role=Role.SERVICE, Catcat_Acting_For=said)
    assert (reply.status, reply.code) == (403, "forbidden")


async def test_whom_a_caller_claims_to_speak_for_is_never_passed_on(desk: Counter) -> None:
    """Not even with a service key: at a game server nobody speaks for others."""
    rival = await desk.game_books.merchants.add_merchant("Rival")
    said = msgspec.json.encode(ActingFor(rival.id, "key_1")).decode()
    before = len(desk.moody.requests)
    for role in (Role.MERCHANT, Role.CLERK, Role.ADMIN, Role.PLAYER, Role.SERVICE):
        reply = await desk.ask("GET", "/v1/campaigns", role=role, Catcat_Acting_For=said)
        assert (reply.status, reply.code) == (403, "forbidden"), role
    assert len(desk.moody.requests) == before


async def test_a_service_key_speaks_for_others_about_coupons_only(desk: Counter) -> None:
    """A service that shares its database with the game is asked about nothing else."""
    game = {Role.SERVICE: (await desk.game_books.merchants.add_service_key()).key}
    said = msgspec.json.encode(ActingFor(desk.merchant, "key_1")).decode()
    desk.keys |= game
    for path in ("/v1/stores", "/v1/merchants"):
        reply = await desk.ask("GET", path, role=Role.SERVICE, Catcat_Acting_For=said)
        assert (reply.status, reply.code) == (403, "forbidden"), path


async def test_what_is_passed_on_is_what_the_service_needs_and_no_key_of_anybodys(
    desk: Counter,
) -> None:
    await desk.as_merchant("GET", "/v1/campaigns?limit=7", Cookie="a=b", X_Forwarded_For="1.2.3.4")
    request = desk.moody.requests[-1]
    assert request.line == "GET /v1/campaigns?limit=7 HTTP/1.1"
    assert request.headers["Authorization"] == f"Bearer {desk.service_key}"
    assert not {"Cookie", "X-Forwarded-For"} & request.headers.keys()
    acting = msgspec.json.decode(request.headers[ACTING_FOR], type=ActingFor)
    assert (acting.merchant, acting.is_clerk, acting.address) == (desk.merchant, False, "127.0.0.1")
    assert desk.keys[Role.MERCHANT] not in str(request)


async def test_a_request_line_with_another_address_asks_the_coupon_service_all_the_same(
    desk: Counter,
) -> None:
    """The service key must not be sent to whoever is named."""
    async with moody() as thief:
        host, port = desk.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"GET {thief.url}/v1/campaigns HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        head += f"Authorization: Bearer {desk.keys[Role.MERCHANT]}\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert thief.requests == []
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("key", [b"\xe9", "é".encode(), b"\xff\xfe"])
async def test_a_key_for_once_that_is_not_ascii_is_refused(desk: Counter, key: bytes) -> None:
    host, port = desk.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = msgspec.json.encode(CAMPAIGN)
    head = "POST /v1/campaigns HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {desk.keys[Role.MERCHANT]}\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Idempotency-Key: " + key + b"\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 422")
    assert b"Idempotency-Key" in answer
    assert (await desk.as_merchant("GET", "/v1/campaigns")).json["items"] == []


async def test_a_body_of_no_said_type_is_json(desk: Counter) -> None:
    head = {"Authorization": f"Bearer {desk.keys[Role.MERCHANT]}"}
    async with (
        ClientSession(skip_auto_headers=("Content-Type",)) as plain,
        plain.post(
            f"{desk.url}/v1/campaigns", data=msgspec.json.encode(CAMPAIGN), headers=head
        ) as reply,
    ):
        assert reply.status == 201


async def test_each_address_and_key_guesses_for_itself(desk: Counter) -> None:
    """Behind the service key stand all merchants: none may keep another's till from redeeming."""
    await guess(desk, WRONG_PER_KEY)
    assert await guess(desk, 1) == [429]
    assert await guess(desk, 1, Role.MERCHANT) == [404]
    rival = await desk.game_books.merchants.add_merchant("Rival")
    reply = await desk.ask("GET", WRONG, Authorization=f"Bearer {rival.key}")
    assert reply.status == 404


async def test_a_store_of_another_merchant_redeems_nothing(desk: Counter) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    rival = await desk.game_books.merchants.add_merchant("Rival")
    mine, desk.keys[Role.MERCHANT] = desk.keys[Role.MERCHANT], rival.key
    theirs = await desk.a_store()
    desk.keys[Role.MERCHANT] = mine
    path = f"/v1/coupons/{code}/redeem"
    reply = await desk.ask("POST", path, {"store": theirs["id"]}, Role.CLERK)
    assert reply.field == "store"
    done = await desk.ask("POST", path, {"store": store["id"]}, Role.CLERK)
    assert (done.status, done.json["redeemed_store"]) == (200, store["id"])


async def test_what_is_read_piece_by_piece_has_the_headers_that_keep_browsers_safe(
    desk: Counter,
) -> None:
    for path in (COUPONS, "/v1/campaigns"):
        reply = await desk.as_merchant("GET", path)
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_of_any_size_comes_whole(
    desk: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "LINES_AT_ONCE", 50)
    campaign = await desk.a_campaign(title="x" * 100)
    codes = await desk.coupons(campaign["id"], "sto_1", 1000)
    lines = read(await desk.as_merchant("GET", COUPONS))
    assert sorted(line["code"] for line in lines) == sorted(codes)


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PASSED_WITHIN_S", 0.3)
    monkeypatch.setattr(client, "STREAM_IDLE_S", 0.3)


WHOLLY_BAD = [
    mood for mood in Mood if mood not in (Mood.WELL, Mood.CUT, Mood.DEEP, Mood.OTHER, Mood.LONG)
]


@pytest.mark.usefixtures("_hurry")
async def test_while_the_service_is_away_that_is_what_is_said(desk: Counter) -> None:
    """And nothing else that may have come in its place."""
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path, body = f"/v1/coupons/{code}/redeem", {"store": store["id"]}
    for mood in WHOLLY_BAD:
        await desk.moody.be(mood)
        for reply in (
            await desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k"),
            await desk.as_merchant("GET", "/v1/campaigns"),
            await desk.as_merchant("GET", COUPONS),
        ):
            assert (reply.status, reply.code) == (503, "unavailable"), mood
        assert (await desk.as_merchant("GET", "/v1/stores")).status == 200
        await desk.moody.be(Mood.WELL)
    again = await desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k")
    assert (again.status, again.json["state"]) == (200, "redeemed")
    assert len(desk.told) == 1


async def test_a_service_that_is_known_to_be_away_is_not_asked(desk: Counter) -> None:
    await desk.moody.be(Mood.BROKEN)
    while not desk.asker.is_away:
        with pytest.raises(LedgerUnavailable):
            await desk.asker.tell(Ask("GET", "/readyz"))
    asked = len(desk.moody.requests)
    reply = await desk.as_merchant("GET", "/v1/campaigns")
    assert (reply.status, reply.code) == (503, "unavailable")
    assert len(desk.moody.requests) == asked


async def test_an_answer_that_breaks_off_is_seen_to(desk: Counter) -> None:
    await desk.moody.be(Mood.CUT)
    with pytest.raises(ClientError):
        await desk.as_merchant("GET", "/v1/campaigns")
    await desk.moody.be(Mood.WELL)
    assert (await desk.as_merchant("GET", "/v1/campaigns")).status == 200


async def test_who_reads_slowly_keeps_no_coupon_waiting(
    desk: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PASSING_MOST", 2)
    await desk.a_campaign()
    await desk.moody.be(Mood.SLOW)
    asks = [asyncio.create_task(desk.as_merchant("GET", "/v1/campaigns")) for _ in range(4)]
    done, waiting = await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 2:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert [task.result().code for task in done] == ["busy", "busy"]
    await desk.moody.be(Mood.WELL)
    assert [reply.status for reply in await asyncio.gather(*waiting)] == [200, 200]


async def test_a_merchant_who_waits_keeps_no_other_from_redeeming(
    desk: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PASSING_PER_MERCHANT", 2)
    await desk.moody.be(Mood.SLOW, only_at=COUPONS)
    waiting = [asyncio.create_task(desk.as_merchant("GET", COUPONS)) for _ in range(2)]
    await until(lambda: desk.asker.passing == 2)
    assert (await desk.as_merchant("GET", "/v1/campaigns")).code == "busy"
    rival = await desk.game_books.merchants.add_merchant("Rival")
    reply = await desk.ask("GET", "/v1/campaigns", Authorization=f"Bearer {rival.key}")
    assert reply.status == 200
    await desk.moody.be(Mood.WELL)
    assert [reply.status for reply in await asyncio.gather(*waiting)] == [200, 200]


async def test_a_busy_moment_of_the_game_server_fails_no_request(
    desk: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop stands still while connections to the service are being made."""
    monkeypatch.setattr(client, "TRY_S", 0.05)
    asks = [asyncio.create_task(desk.as_merchant("GET", "/v1/campaigns")) for _ in range(40)]
    await until(lambda: desk.asker.passing >= 20)
    time.sleep(0.3)  # noqa: ASYNC251 (the loop is to stand still)
    assert {reply.status for reply in await asyncio.gather(*asks)} == {200}


async def test_an_answer_that_nobody_reads_is_given_up(
    desk: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "STREAM_IDLE_S", 0.3)
    host, port = desk.url.removeprefix("http://").split(":")
    head = "GET /v1/campaigns HTTP/1.1\r\nHost: x\r\n"
    head += f"Authorization: Bearer {desk.keys[Role.MERCHANT]}\r\n\r\n"
    await desk.moody.be(Mood.LONG)
    _, writer = await asyncio.open_connection(host, int(port), limit=1024)
    try:
        writer.write(head.encode())
        await until(lambda: desk.asker.passing == 1)
        await until(lambda: desk.asker.passing == 0)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("code", ["..%2Fplayers%2Fp1%2Fcoupons", "%2E%2E%2Fissue", "x%5C..%5Cy"])
async def test_a_path_that_a_proxy_may_take_for_another_is_not_passed_on(
    desk: Counter, code: str
) -> None:
    """The service key would open it."""
    before = len(desk.moody.requests)
    url = URL(f"{desk.url}/v1/coupons/{code}", encoded=True)
    head = {"Authorization": f"Bearer {desk.keys[Role.MERCHANT]}"}
    async with desk.session.get(url, headers=head) as reply:
        assert reply.status == 404
    assert len(desk.moody.requests) == before
