"""The way of a catch, from judged to told, with books of either kind."""

import asyncio

import pytest

from gameserver.awards import bookkeeping
from gameserver.awards import line as line_module
from gameserver.awards.bookkeeping import Bookkeeping
from gameserver.awards.line import Line
from gameserver.awards.stages import Case
from gameserver.game.model import catch_id
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.live import Live
from gameserver.protocol import Caught, Refused
from tests.awards.catching import Catching, books_of, locked
from tests.ledger.shop import NOW, Clock, open_shop
from tests.waiting import until


async def test_everybody_in_a_crowd_gets_a_coupon_and_it_is_in_the_books(street: Catching) -> None:
    cats = await street.cats(60, await street.campaign())
    for number, cat in enumerate(cats):
        assert street.throw(cat, f"p{number}")
    answers = await street.answers(60)
    found = await street.ledger.coupons.of_catches(
        [catch_id(cat.id, f"p{number}", "try") for number, cat in enumerate(cats)]
    )
    codes = {coupon.player: coupon.code for coupon in found}
    assert len(codes) == 60
    for player, answer in answers.items():
        assert isinstance(answer, Caught)
        assert answer.coupon is not None
        assert answer.coupon.code == codes[player]
        assert (await street.ledger.catches.summary(player)).catches == 1
    await street.nothing_is_left()


async def test_what_a_player_is_told_is_in_the_books_by_then(
    live: Live, ledger: Ledger, books: Bookkeeping
) -> None:
    """Who is told looks into them at once."""
    looks: list[asyncio.Task[int]] = []

    async def in_the_books(case: Case) -> int:
        coupons = await ledger.coupons.of_catches([case.claim.catch])
        return len(coupons) + len(await ledger.catches.attempts([case.claim.catch]))

    async with Line(live, books, Clock()) as line:
        street = Catching(live, ledger, line, await open_shop(ledger))
        for number, cat in enumerate(await street.cats(20, await street.campaign())):
            street.throw(
                cat,
                f"p{number}",
                told=lambda case: looks.append(asyncio.create_task(in_the_books(case))),
            )
        await until(lambda: len(looks) == 20)
        assert await asyncio.gather(*looks) == [2] * 20


async def test_who_stops_takes_out_of_the_outbox_what_waits_for_company(
    live: Live, ledger: Ledger, books: Bookkeeping
) -> None:
    async with Line(live, books, Clock()) as line:
        street = Catching(live, ledger, line, await open_shop(ledger))
        [cat] = await street.cats(1, None)
        street.throw(cat, "alice")
        await street.answers(1)
    assert await street.outbox() == 0


async def test_cats_with_and_without_coupons_go_together(street: Catching) -> None:
    plain = await street.cats(10, None)
    carrying = await street.cats(10, await street.campaign())
    for number, (one, other) in enumerate(zip(plain, carrying, strict=True)):
        street.throw(one, f"plain{number}")
        street.throw(other, f"lucky{number}")
    answers = await street.answers(20)
    for number in range(10):
        without, with_one = answers[f"plain{number}"], answers[f"lucky{number}"]
        assert isinstance(without, Caught)
        assert isinstance(with_one, Caught)
        assert without.coupon is None
        assert with_one.coupon is not None
    await street.nothing_is_left()


async def test_the_same_attempt_again_gets_the_same_coupon(street: Catching) -> None:
    [cat, *others] = await street.cats(10, await street.campaign())
    street.throw(cat, "ann")
    first = await street.answers(1)
    for number, other in enumerate(others):
        street.throw(other, f"p{number}")
    street.throw(cat, "ann")
    again = await street.answers(10)
    assert again["ann"] == first["ann"]
    assert all(isinstance(answer, Caught) for answer in again.values())
    assert len((await street.ledger.coupons.wallet("ann", 10)).items) == 1
    await street.nothing_is_left()


async def test_who_may_have_no_more_is_refused_and_the_others_of_the_batch_are_not(
    street: Catching,
) -> None:
    sale = await street.campaign(per_player=1)
    cats = await street.cats(20, sale)
    street.throw(cats[0], "ann")
    await street.answers(1)
    street.throw(cats[1], "ann")
    for number, cat in enumerate(cats[2:]):
        street.throw(cat, f"p{number}")
    answers = await street.answers(19)
    refused = answers.pop("ann")
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.limit) == ("campaign_limit", "per_player")
    assert all(isinstance(answer, Caught) for answer in answers.values())
    street.throw(cats[1], "bob")
    assert isinstance((await street.answers(1))["bob"], Caught), "the cat has its place back"
    await street.nothing_is_left()


async def test_stock_that_runs_out_in_a_batch_is_given_to_as_many_as_there_is(
    street: Catching,
) -> None:
    """The cats' coupons were set aside nowhere: Redis and the books disagree."""
    cats = await street.cats(20, await street.campaign(stock=7), reserved=False)
    for number, cat in enumerate(cats):
        street.throw(cat, f"p{number}")
    answers = list((await street.answers(20)).values())
    assert sum(isinstance(answer, Caught) for answer in answers) == 7
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert {answer.reason for answer in refused} == {"sold_out"}
    await street.nothing_is_left()


async def test_a_cat_that_is_gone_is_caught_by_nobody(street: Catching) -> None:
    [cat] = await street.cats(1, await street.campaign(), catches=2)
    for number in range(30):
        street.throw(cat, f"p{number}")
    answers = list((await street.answers(30)).values())
    assert sum(isinstance(answer, Caught) for answer in answers) == 2
    assert {answer.reason for answer in answers if isinstance(answer, Refused)} == {"gone"}


async def test_who_has_another_catch_of_the_cat_in_the_record_is_refused(street: Catching) -> None:
    """Redis knows nothing of it, as after a power cut."""
    cats = await street.cats(10, await street.campaign())
    before = street.claim(cats[0], "ann", "first")
    await street.ledger.catches.record([before], NOW, {before.catch})
    for cat in cats[1:]:
        street.throw(cat, f"of {cat.id}")
    street.throw(cats[0], "ann", "second")
    answers = await street.answers(10)
    refused = answers.pop("ann")
    assert isinstance(refused, Refused)
    assert refused.reason == "already_caught"
    assert all(isinstance(answer, Caught) for answer in answers.values())
    assert (await street.ledger.coupons.wallet("ann", 10)).items == []
    street.throw(cats[0], "bob")
    assert isinstance((await street.answers(1))["bob"], Caught), "the cat has its place back"
    await street.ledger.catches.settle({before.catch: "sold_out"})
    await street.nothing_is_left()


async def test_a_catch_that_the_books_choke_on_disturbs_no_other(
    street: Catching, caplog: pytest.LogCaptureFixture
) -> None:
    cats = await street.cats(20, await street.campaign())
    for number, cat in enumerate(cats):
        street.throw(cat, f"p{number}", points=10**18 * 10 if number == 7 else 10)
    answers = await street.answers(20)
    odd = answers.pop("p7")
    assert isinstance(odd, Refused)
    assert odd.reason == "busy"
    assert all(isinstance(answer, Caught) for answer in answers.values())
    assert "a catch can't be settled" in caplog.text

    async def only_the_odd_one_is_left() -> bool:
        return await street.outbox() == 1

    await until(only_the_odd_one_is_left)


async def test_beyond_what_may_be_under_way_nothing_is_taken_in(
    street: Catching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "UNDER_WAY_MOST", 3)
    cats = await street.cats(5, await street.campaign())
    taken = [street.throw(cat, f"p{number}") for number, cat in enumerate(cats)]
    assert taken == [True, True, True, False, False]
    assert len(await street.answers(3)) == 3
    assert street.throw(cats[4], "p4")
    await street.answers(1)


async def test_books_that_are_locked_are_waited_for_no_longer_than_is_promised(
    live: Live, sqlite_url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was told `busy` has the same catch, and its coupon, once the lock is gone."""
    monkeypatch.setattr(bookkeeping, "ISSUE_WITHIN_S", 0.1)
    monkeypatch.setattr(bookkeeping, "RECORD_WITHIN_S", 0.1)
    async with open_ledger(sqlite_url, clock=Clock()) as ledger:
        async with Line(live, books_of(kind, ledger), Clock()) as line:
            street = Catching(live, ledger, line, await open_shop(ledger))
            cats = await street.cats(10, await street.campaign())
            with locked(sqlite_url):
                for number, cat in enumerate(cats):
                    street.throw(cat, f"p{number}")
                answers = await street.answers(10)
            assert {type(answer) for answer in answers.values()} == {Refused}
            assert await street.outbox() == 10
            for number, cat in enumerate(cats):
                street.throw(cat, f"p{number}")
            again = await street.answers(10)
            assert {type(answer) for answer in again.values()} == {Caught}
            await street.nothing_is_left()
        assert [check for check in await ledger.audit() if not check.ok] == []


async def test_at_the_end_everybody_has_an_answer(live: Live, sqlite_url: str, kind: str) -> None:
    """Books that can't be written must not keep a server from stopping."""
    async with open_ledger(sqlite_url, clock=Clock()) as ledger:
        shop = await open_shop(ledger)
        with locked(sqlite_url):
            async with Line(live, books_of(kind, ledger), Clock()) as line:
                street = Catching(live, ledger, line, shop)
                cats = await street.cats(10, None)
                for number, cat in enumerate(cats):
                    street.throw(cat, f"p{number}")
                await until(
                    lambda: len(line.books.recording) > 0 or line.books.recording.sizes.total
                )
            assert len(street.told) == 10
            assert line.put(street.claim(cats[0], "late"), street.told.append) is False
