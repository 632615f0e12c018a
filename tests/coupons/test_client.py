"""A client that asks a coupon service which behaves as badly as one can."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec import Struct

from gameserver.coupons import breaker, client
from gameserver.coupons.client import Ask, CouponClient, NotTaken
from gameserver.coupons.remote import RemoteCoupons
from gameserver.game.model import IssueItem, catch_id
from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable
from gameserver.ledger.ledger import Ledger
from tests.coupons.conftest import Bureau, served
from tests.http.desk import Clock
from tests.servers.moody import SLOW_S, Mood, Moody, moody
from tests.waiting import until

BAD = [mood for mood in Mood if mood is not Mood.WELL]
QUESTION = Ask("POST", "/v1/ask")


class Said(Struct, frozen=True):
    """What is answered."""

    n: int


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same behaviour, sooner: what is waited for is conditions."""
    monkeypatch.setattr(client, "TRY_S", 0.2)
    monkeypatch.setattr(client, "DEADLINE_S", 0.8)
    monkeypatch.setattr(client, "ANSWER_MAX", 1_000_000)
    monkeypatch.setattr(breaker, "PAUSE_S", 0.02)
    monkeypatch.setattr(breaker, "PAUSE_MAX_S", 0.1)


@pytest.fixture
async def server() -> AsyncIterator[Moody]:
    async with moody() as server:
        server.answer = b'{"n": 0}'
        yield server


@pytest.fixture
async def asker(server: Moody) -> AsyncIterator[CouponClient]:
    """A client that has nothing under way when the test is over."""
    async with CouponClient(server.url, "the key") as asker:
        yield asker
        assert (asker.under_way, asker.passing) == (0, 0)


async def fails(asker: CouponClient) -> None:
    """The call gives up, long before a slow service would answer."""
    async with asyncio.timeout(SLOW_S * 0.8):
        with pytest.raises(LedgerUnavailable):
            await asker.ask(QUESTION, Said)


async def answers(asker: CouponClient) -> bool:
    try:
        return await asker.ask(QUESTION, Said) == Said(0)
    except LedgerUnavailable:
        return False


@pytest.mark.parametrize("mood", BAD)
async def test_whatever_a_service_does_a_call_ends_and_it_is_asked_again_when_it_is_back(
    server: Moody, asker: CouponClient, mood: Mood
) -> None:
    assert await answers(asker)
    await server.be(mood)
    while not asker.is_away:
        await fails(asker)
    asked = asker.calls
    await fails(asker)
    assert asker.calls - asked <= 1  # at once, or as a trial
    await server.be(Mood.WELL)
    await until(lambda: answers(asker))
    assert not asker.is_away


@pytest.mark.parametrize("mood", [Mood.SLOW, Mood.DROPPING])
async def test_whoever_goes_away_leaves_nothing_behind(
    server: Moody, asker: CouponClient, mood: Mood
) -> None:
    """Also where it was the trial: then another may be made."""
    await server.be(mood)
    while not asker.is_away:
        await fails(asker)
    for _ in range(3):
        calls = asker.calls

        async def trial(before: int = calls) -> asyncio.Task[bool] | None:
            task = asyncio.create_task(answers(asker))
            await asyncio.sleep(0)
            if asker.calls > before:
                return task
            await task
            return None

        caller = await until(trial)
        assert isinstance(caller, asyncio.Task)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
    await server.be(Mood.WELL)
    await until(lambda: answers(asker))


async def test_what_can_still_be_read_hides_no_trouble_with_writing(
    server: Moody, asker: CouponClient
) -> None:
    """A database may answer questions and take nothing in."""
    await server.be(Mood.UNAVAILABLE, only_at="/v1/ask")
    reading = Ask("GET", "/v1/read")
    while not asker.writing.is_open:
        await fails(asker)
        assert await asker.ask(reading, Said) == Said(0)
    assert (asker.reading.is_open, asker.is_away) == (False, True)
    await server.be(Mood.WELL)
    await until(lambda: answers(asker))
    assert not asker.is_away


async def test_a_question_that_cannot_even_be_asked_is_no_trial_for_ever(
    server: Moody, asker: CouponClient
) -> None:
    await server.be(Mood.GONE)
    while not asker.is_away:
        await fails(asker)
    await server.be(Mood.WELL)

    async def is_raised() -> bool:
        try:
            await asker.ask(Ask("POST", "/v1/ask", Names("\ud800")), Said)
        except UnicodeEncodeError:
            return True
        except LedgerUnavailable:
            return False
        return False

    await until(is_raised)
    await until(lambda: answers(asker))


class Names(Struct, frozen=True):
    """A body."""

    name: str


async def test_a_question_that_is_not_taken_is_asked_once_and_is_no_outage(
    asker: CouponClient, bureau_url: tuple[str, str]
) -> None:
    url, key = bureau_url
    async with CouponClient(url, key) as other:
        for _ in range(5):
            with pytest.raises(NotTaken):
                await other.ask(Ask("GET", "/v1/offerings"), Said)
        assert (other.calls, other.failures, other.is_away) == (5, 0, False)


@pytest.fixture
async def bureau_url(books: Ledger, clock: Clock) -> AsyncIterator[tuple[str, str]]:
    async with served(books, clock) as (url, key):
        yield url, key


async def test_no_more_calls_are_under_way_than_may_be(
    server: Moody, asker: CouponClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TRY_S", SLOW_S)
    monkeypatch.setattr(client, "DEADLINE_S", SLOW_S)
    await server.be(Mood.SLOW)
    calls = [asyncio.create_task(answers(asker)) for _ in range(client.UNDER_WAY_MOST)]
    await until(lambda: server.under_way == client.CONNECTIONS)
    assert asker.under_way == client.UNDER_WAY_MOST
    with pytest.raises(LedgerBusy):
        await asker.ask(QUESTION, Said)
    await server.be(Mood.WELL)
    assert all(await asyncio.gather(*calls))
    assert server.most_under_way == server.connections == client.CONNECTIONS


async def test_connections_are_kept(
    server: Moody, asker: CouponClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a machine that is busy enough a try takes too long, and the next one a new connection.
    monkeypatch.setattr(client, "TRY_S", 60.0)
    monkeypatch.setattr(client, "DEADLINE_S", 60.0)
    for _ in range(20):
        assert await answers(asker)
    assert server.connections == 1
    many = await asyncio.gather(*(answers(asker) for _ in range(60)))
    assert all(many)
    assert server.connections <= client.CONNECTIONS
    assert len(server.requests) == 80


async def test_a_call_is_made_again_after_a_moment_that_is_never_the_same(
    server: Moody, asker: CouponClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[tuple[float, float]] = []
    monkeypatch.setattr(breaker, "FAILURES", 1000)

    def uniform(low: float, high: float) -> float:
        waits.append((low, high))
        return low

    monkeypatch.setattr(client.random, "uniform", uniform)
    await server.be(Mood.BROKEN)
    await fails(asker)
    assert len(waits) > 2
    assert all(0 < low < high for low, high in waits)
    assert [low for low, _ in waits] == sorted(low for low, _ in waits)
    assert waits[0] < waits[1]
    assert len(server.requests) == asker.calls == len(waits)


async def test_the_key_goes_to_the_service_and_nowhere_else(
    server: Moody, asker: CouponClient
) -> None:
    async with moody() as elsewhere:
        await server.be(Mood.REDIRECTING)
        await fails(asker)
        assert elsewhere.requests == []
    assert {request.headers["Authorization"] for request in server.requests} == {"Bearer the key"}


async def test_a_service_may_stand_below_a_path(server: Moody) -> None:
    async with CouponClient(f"{server.url}/of/coupons/?x=1#y", "k") as asker:
        await asker.ask(Ask("GET", "/v1/x", query={"a": "1,2"}), Said)
    assert server.requests[0].line.startswith("GET /of/coupons/v1/x?a=1")


async def test_a_catch_whose_answer_was_lost_gets_its_one_coupon(
    books: Ledger, clock: Clock, bureau_url: tuple[str, str]
) -> None:
    """Everything is done once, though each is asked for again and again."""
    url, key = bureau_url
    merchant = (await books.merchants.add_merchant("Bakery")).id
    here = Bureau(books.coupons, books, books, clock, merchant)
    campaign = await here.campaign(stock=10)
    async with moody(url) as server, CouponClient(server.url, key) as asker:
        coupons = RemoteCoupons(asker, books.merchants.timezones)
        item = here.caught(campaign)
        await server.be(Mood.DROPPING)
        while not asker.is_away:
            with pytest.raises(LedgerUnavailable):
                await coupons.issue([item], clock())
        assert await here.counted(campaign) == (0, 1)
        await server.be(Mood.WELL)

        async def is_answered() -> str | None:
            try:
                (result,) = await coupons.issue([item], clock())
            except LedgerUnavailable:
                return None
            return result.status

        assert await until(is_answered) == "already"
        assert await here.counted(campaign) == (0, 1)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"results": []}',
        b'{"results": [{"catch": "another", "status": "closed"}]}',
        b'{"results": [{"catch": "%s", "status": "issued"}]}',
        b'{"results": [{"catch": "%s", "status": "already"}]}',
        b'{"results": [{"catch": "%s", "status": "limit", "limit": "budget"}]}',
        b'{"results": [{"catch": "%s", "status": "given"}]}',
    ],
)
async def test_an_answer_that_makes_no_sense_is_none(
    server: Moody, asker: CouponClient, answer: bytes
) -> None:
    async def zones(_: object) -> dict[str, str]:
        return {}

    catch = catch_id("cat", "alice", "1")
    server.answer = answer.replace(b"%s", catch.encode())
    item = IssueItem(catch, "cat", "alice", "cam_1", "sto_1", 1)
    with pytest.raises(LedgerUnavailable):
        await RemoteCoupons(asker, zones).issue([item], 1)
    assert asker.failures > 0
