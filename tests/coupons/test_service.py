"""What the game may rely on, wherever the books of coupons are: the same tests for both ways."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from gameserver.game.model import CouponState, Reservation
from gameserver.ledger.paging import BadCursor, Page
from tests.coupons.conftest import Bureau

T = TypeVar("T")

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


async def whole(page: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
    """Everything on a list that is read page by page."""
    items: list[T] = []
    cursor: str | None = None
    while True:
        part = await page(cursor)
        items += part.items
        cursor = part.next
        if cursor is None:
            return items


async def reserve(
    bureau: Bureau, wanted: Sequence[tuple[str, str, int]], for_ms: int = HOUR_MS
) -> list[int]:
    ends_ms = bureau.clock() + for_ms
    asked = [Reservation(name, campaign, count, ends_ms) for name, campaign, count in wanted]
    return await bureau.coupons.reserve(asked, bureau.clock())


async def test_a_catch_gets_its_coupon_once(bureau: Bureau) -> None:
    campaign = await bureau.campaign(per_player=1)
    one, other = (bureau.caught(campaign, player="alice") for _ in range(2))
    unknown = bureau.caught("cam_nobody")
    first, limited, closed = await bureau.coupons.issue([one, other, unknown], bureau.clock())
    assert (first.status, limited.status, closed.status) == ("issued", "limit", "closed")
    assert limited.limit == "per_player"
    assert [first.catch, limited.catch, closed.catch] == [one.catch, other.catch, unknown.catch]
    assert first.coupon is not None
    assert (first.coupon.player, first.coupon.store) == ("alice", "sto_1")
    (again,) = await bureau.coupons.issue([one], bureau.clock())
    assert (again.status, again.coupon) == ("already", first.coupon)
    assert await bureau.counted(campaign) == (0, 1)


async def test_a_budget_a_pace_and_an_end_are_told(bureau: Bureau) -> None:
    spent = await bureau.campaign(kind="amount", value=1.0, currency="SGD", budget=1.0)
    start, end = bureau.clock(), bureau.clock() + 10 * HOUR_MS
    paced = await bureau.campaign(stock=10, pace="even", starts_ms=start, ends_ms=end)
    over = await bureau.campaign(ends_ms=start)
    items = [bureau.caught(campaign) for campaign in (spent, spent, paced, paced, over)]
    results = await bureau.coupons.issue(items, bureau.clock())
    statuses = [result.status for result in results]
    assert [statuses[number] for number in (0, 1, 2, 4)] == [
        "issued",
        "sold_out",
        "issued",
        "closed",
    ]
    assert (results[1].limit, results[3].limit) == ("budget", "pace")


async def test_more_than_a_thousand_are_issued_each_in_its_place(bureau: Bureau) -> None:
    campaign = await bureau.campaign(stock=1100)
    items = [bureau.caught(campaign) for _ in range(1203)]
    results = await bureau.coupons.issue(items, bureau.clock())
    assert [result.catch for result in results] == [item.catch for item in items]
    statuses = [result.status for result in results]
    assert statuses == ["issued"] * 1100 + ["sold_out"] * 103
    asked = [item.catch for item in items]
    found = await bureau.coupons.of_catches(asked)
    assert {coupon.catch for coupon in found} == set(asked[:1100])
    assert await bureau.counted(campaign) == (0, 1100)


async def test_nothing_asked_is_nothing_answered(bureau: Bureau) -> None:
    assert await bureau.coupons.issue([], bureau.clock()) == []
    assert await bureau.coupons.reserve([], bureau.clock()) == []
    await bureau.coupons.release([], bureau.clock())
    assert await bureau.coupons.of_catches([]) == []
    assert await bureau.coupons.offerings([]) == []
    await bureau.coupons.ping()


async def test_of_many_who_ask_at_once_no_more_get_one_than_there_are(bureau: Bureau) -> None:
    campaign = await bureau.campaign(stock=20)
    items = [bureau.caught(campaign) for _ in range(25)] * 2
    results = await asyncio.gather(
        *(bureau.coupons.issue([item], bureau.clock()) for item in items)
    )
    codes = {result.coupon.code for (result,) in results if result.coupon is not None}
    assert len(codes) == 20
    assert await bureau.counted(campaign) == (0, 20)


async def test_a_day_of_the_limits_is_one_of_the_stores_zone(bureau: Bureau) -> None:
    """10:13 and 21:13 in UTC: one day in Greenwich, two in Shanghai. The service knows no store."""
    campaign = await bureau.campaign(per_player_day=1)
    shanghai = await bureau.store("Asia/Shanghai")
    moments = [bureau.clock() - 12 * HOUR_MS, bureau.clock() - HOUR_MS]
    for player, store, answers in (
        ("ann", shanghai, ["issued", "issued"]),
        ("bob", "sto_nobody", ["issued", "limit"]),
    ):
        items = [
            bureau.caught(campaign, player=player, store=store, at_ms=at_ms) for at_ms in moments
        ]
        results = await bureau.coupons.issue(items, bureau.clock())
        assert [result.status for result in results] == answers
    assert results[1].limit == "per_player_day"


async def test_reservations_hold_what_they_were_granted_and_give_it_back_once(
    bureau: Bureau,
) -> None:
    campaign = await bureau.campaign(stock=5)
    wanted = [("872830828-a", campaign, 4), ("872830828-b", campaign, 4), ("c", "cam_none", 1)]
    for _ in range(2):
        assert await reserve(bureau, wanted) == [4, 1, 0]
    assert await bureau.counted(campaign) == (5, 0)
    await bureau.issued(bureau.caught(campaign, cat="872830828-a"))
    for _ in range(2):
        await bureau.coupons.release([("872830828-a", 1_000_000), ("nobody", 3)], bureau.clock())
        assert await bureau.counted(campaign) == (1, 1)
    assert await reserve(bureau, [("872830828-d", campaign, 9)]) == [3]


async def test_more_than_a_thousand_reservations_are_granted_in_their_order(bureau: Bureau) -> None:
    campaign = await bureau.campaign(stock=1100)
    wanted = [(f"872830828-{number}", campaign, 1) for number in range(1203)]
    assert await reserve(bureau, wanted) == [1] * 1100 + [0] * 103
    await bureau.coupons.release([(name, 1) for name, _, _ in wanted], bureau.clock())
    assert await bureau.counted(campaign) == (0, 0)


async def test_lapsed_reservations_are_listed_page_by_page_and_no_others(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    names = [f"872830828-{number}" for number in range(7)]
    for number, name in enumerate(names):
        await reserve(bureau, [(name, campaign, 1)], for_ms=number % 3 * MINUTE_MS)
    await reserve(bureau, [("872830828-late", campaign, 1)])
    await bureau.coupons.release([(names[0], 1)], bureau.clock())
    at_ms = bureau.clock() + 30 * MINUTE_MS
    found = await whole(lambda cursor: bureau.coupons.lapsed(at_ms, 2, cursor))
    assert sorted(found) == names[1:]
    assert found == [names[number] for number in (3, 6, 1, 4, 2, 5)]
    assert (await bureau.coupons.lapsed(bureau.clock(), 10)).items == []


async def test_offerings_say_what_campaigns_are_of_those_that_there_are(bureau: Bureau) -> None:
    start, end = bureau.clock() - HOUR_MS, bureau.clock() + HOUR_MS
    bun = await bureau.campaign(title="包子 & co.", starts_ms=start, ends_ms=end)
    many = [await bureau.campaign() for _ in range(3)]
    asked = [bun, "cam_nobody", *many, *(f"{number:064}" for number in range(250))]
    found = {each.campaign: each for each in await bureau.coupons.offerings(asked)}
    assert found.keys() == {bun, *many}
    offered = found[bun]
    assert (offered.merchant, offered.title, offered.state) == (
        bureau.merchant,
        "包子 & co.",
        "active",
    )
    assert (offered.starts_ms, offered.ends_ms) == (start, end)


async def test_a_wallet_is_read_page_by_page_the_newest_first(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    items = [bureau.caught(campaign, player="alice") for _ in range(7)]
    codes = await bureau.issued(*items, bureau.caught(campaign, player="bob"))
    found = await whole(lambda cursor: bureau.coupons.wallet("alice", 3, cursor))
    assert [coupon.code for coupon in found] == codes[6::-1]
    assert [coupon.catch for coupon in found] == [item.catch for item in items][::-1]
    assert {coupon.state for coupon in found} == {CouponState.ACTIVE}
    assert (await bureau.coupons.wallet("carol", 3)).items == []
    assert len((await bureau.coupons.wallet("alice", 0)).items) == 1
    assert len((await bureau.coupons.wallet("alice", 5000)).items) == 7


async def test_a_cursor_that_is_none_is_called_so_and_is_no_outage(bureau: Bureau) -> None:
    for cursor in ("", "x", "-1", "1 2", "é", "1.x", ".", "9" * 30, "1" * 200):
        with pytest.raises(BadCursor):
            await bureau.coupons.wallet("alice", 10, cursor)
        with pytest.raises(BadCursor):
            await bureau.coupons.lapsed(bureau.clock(), 10, cursor)
    await bureau.coupons.ping()


ODD_IDS = ["-", "_", ".", "..", "a.b", "...", "0", "A" * 64, "-_.-"]


async def test_every_id_is_just_a_name(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    codes: dict[str, str] = {}
    for id_ in ODD_IDS:
        assert await reserve(bureau, [(id_, campaign, 1)]) == [1]
        (codes[id_],) = await bureau.issued(bureau.caught(campaign, cat=id_, player=id_))
    for id_, code in codes.items():
        (held,) = (await bureau.coupons.wallet(id_, 10)).items
        assert (held.code, held.cat) == (code, id_)
        assert await bureau.coupons.code_of_player(code, id_) == code
        await bureau.coupons.forget(id_)
        assert (await bureau.coupons.wallet(id_, 10)).items == []
    assert await bureau.counted(campaign) == (0, len(ODD_IDS))


async def test_a_code_is_a_players_own_however_it_is_typed(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    (code,) = await bureau.issued(bureau.caught(campaign, player="alice"))
    for typed in (code, code.lower(), code.replace("-", ""), f"  {code}\n"):
        assert await bureau.coupons.code_of_player(typed, "alice") == code
        assert await bureau.coupons.code_of_player(typed, "bob") is None


ODD_CODES = [
    "", " ", ".", "..", "../coupons", "/", "a/b", "?", "#", "%", "%2F", "é", "\ud800", "\0", "+",
    "x" * 65, "a\nb", "😀", "'; --", "&limit=1", "a b",
]  # fmt: skip


async def test_a_code_that_is_none_is_nobodys(bureau: Bureau) -> None:
    for code in ODD_CODES:
        assert await bureau.coupons.code_of_player(code, "alice") is None, code
    await bureau.coupons.ping()


async def test_a_merchants_own_codes_are_found_as_they_are(bureau: Bureau) -> None:
    own = ["A/B?C#D", "100%OFF+", "....", "a&b=c;d"]
    campaign = await bureau.campaign(codes="uploaded")
    added = await bureau.books.merchants.add_codes(bureau.merchant, campaign, own)
    assert added
    items = [bureau.caught(campaign, player="alice") for _ in own]
    assert await bureau.issued(*items) == own
    for code in own:
        assert await bureau.coupons.code_of_player(code, "alice") == code


async def test_changes_are_followed_by_their_numbers(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    items = [bureau.caught(campaign, player="alice") for _ in range(3)]
    codes = await bureau.issued(*items)
    assert await bureau.coupons.changes(None, 1) == []
    for code in codes:
        await bureau.books.coupons.void(code, "why", bureau.merchant, "key", bureau.clock())
    bureau.clock.now_ms += 1_000  # whatever might still come is there
    last = await bureau.coupons.changes(None, 1)
    first = await bureau.coupons.changes(0, 2)
    rest = await bureau.coupons.changes(first[-1].number, 500)
    assert [change.catch for change in first + rest] == [item.catch for item in items]
    assert [change.coupon.code for change in first + rest] == codes
    assert {change.coupon.state for change in first + rest} == {CouponState.VOID}
    assert {change.player for change in first + rest} == {"alice"}
    assert rest == last
    assert await bureau.coupons.changes(last[0].number, 500) == []
    assert len(await bureau.coupons.changes(0, 0)) == 1


async def test_a_forgotten_players_coupons_are_nobodys_and_no_more_come(bureau: Bureau) -> None:
    campaign = await bureau.campaign()
    item = bureau.caught(campaign, player="alice")
    (code,) = await bureau.issued(item)
    for _ in range(2):
        await bureau.coupons.forget("alice")
    assert (await bureau.coupons.wallet("alice", 10)).items == []
    assert await bureau.coupons.code_of_player(code, "alice") is None
    (coupon,) = await bureau.coupons.of_catches([item.catch])
    assert coupon.player != "alice"
    again, more = await bureau.coupons.issue(
        [item, bureau.caught(campaign, player="alice")], bureau.clock()
    )
    assert (again.status, more.status) == ("already", "closed")
