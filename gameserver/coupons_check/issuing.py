"""Checks of `POST /v1/issue`: a catch becomes a coupon, once, and never one too many."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from math import log2

from gameserver.coupons_check.run import ITEMS_MOST, Run, now_ms, statuses
from gameserver.coupons_check.service import Ask, Failed, Json, answered, expect

HOUR_MS = 3_600_000
AT_ONCE = 50
GOOD_BITS = 80

LIMITS = {
    "limit": ("per_player", "per_player_day"),
    "sold_out": ("stock", "budget"),
    "closed": ("paused", "ended", "not_begun", "over", "pace"),
}

COUPON_FIELDS: dict[str, type] = {
    "code": str,
    "campaign": str,
    "title": str,
    "state": str,
    "expires_ms": int,
    "catch": str,
    "cat": str,
    "player": str,
    "store": str,
    "issued_ms": int,
}


def has_fields(what: str, value: Json, fields: dict[str, type]) -> None:
    """Failed where a field is missing or of another type."""
    for name, kind in fields.items():
        if type(value.get(name)) is not kind:
            raise Failed(f"{what}: expected {name!r} to be {kind.__name__}, came {value}")


async def a_catch_gets_a_coupon(run: Run) -> None:
    """A catch gets a coupon with a code, and all that the game has to know of it."""
    catch = run.catch(await run.campaign())
    (result,) = await run.issue(catch)
    expect("status", "issued", result["status"])
    coupon = result["coupon"]
    has_fields("the coupon", coupon, COUPON_FIELDS)
    for name in ("catch", "cat", "player", "campaign", "store"):
        expect(name, catch[name], coupon[name])
    expect("state", "active", coupon["state"])
    code = coupon["code"]
    if not (1 <= len(code) <= 64 and code.isprintable()):
        raise Failed(f"expected a code of 1 to 64 printable characters, came {code!r}")
    if coupon["expires_ms"] <= coupon["issued_ms"]:
        raise Failed(f"expected it to be good for a while, came {coupon}")


async def the_same_catch_gets_the_same_coupon(run: Run) -> None:
    """A catch that is asked for again has the coupon that it had, as `already`."""
    catch = run.catch(await run.campaign())
    (first,) = await run.issue(catch)
    for _ in range(2):
        (again,) = await run.issue(catch)
        expect("status", "already", again["status"])
        expect("code", first["coupon"]["code"], again["coupon"]["code"])


async def a_cat_gives_a_player_one_coupon(run: Run) -> None:
    """Another catch of the same cat by the same player gets the first one's coupon."""
    catch = run.catch(await run.campaign())
    (first,) = await run.issue(catch)
    other = catch | {"catch": run.id("catch")}
    (again,) = await run.issue(other)
    expect("status", "already", again["status"])
    expect("code", first["coupon"]["code"], again["coupon"]["code"])
    expect("the catch that the coupon is of", catch["catch"], again["coupon"]["catch"])


async def results_are_in_the_order_of_the_items(run: Run) -> None:
    """Each item has one result, at its place."""
    campaign = await run.campaign()
    catches = [run.catch(campaign) for _ in range(5)]
    catches.insert(2, run.catch(run.id("none")))
    catches.append(catches[0])
    reply = await run.service.ask(Ask("POST", "/v1/issue", {"items": catches}))
    results = answered(reply)["results"]
    expect("catches", [each["catch"] for each in catches], [each["catch"] for each in results])
    wanted = ["issued", "issued", "closed", "issued", "issued", "issued", "already"]
    expect("statuses", wanted, statuses(results))


async def a_player_has_no_more_than_the_limit(run: Run) -> None:
    """`per_player` bounds what one player gets, within a batch as well as over several."""
    campaign = await run.campaign(per_player=2)
    player = run.id("player")
    catches = [run.catch(campaign, player=player) for _ in range(3)]
    results = await run.issue(*catches)
    expect("statuses", ["issued", "issued", "limit"], statuses(results))
    expect("limit", "per_player", results[2].get("limit"))
    expect("coupon", None, results[2].get("coupon"))
    (again,) = await run.issue(run.catch(campaign, player=player))
    expect("status of one more", "limit", again["status"])
    (other,) = await run.issue(run.catch(campaign))
    expect("status of another player", "issued", other["status"])


async def a_day_begins_at_midnight_where_the_store_is(run: Run) -> None:
    """`per_player_day` counts by the local date of the catch, in the zone that it says."""
    later_ms = now_ms() - HOUR_MS
    moments = [later_ms - HOUR_MS, later_ms]
    hour = datetime.fromtimestamp(later_ms / 1000, UTC).hour
    midnight_between, noon = (-hour if hour <= 12 else 24 - hour), 12 - hour
    for offset in (midnight_between, noon, None):
        campaign = await run.campaign(per_player_day=1)
        player = run.id("player")
        zone = {} if offset is None else {"timezone": _zone(offset)}
        catches = [run.catch(campaign, player=player, at_ms=at, **zone) for at in moments]
        days = {_date(at_ms, offset or 0) for at_ms in moments}
        wanted = ["issued", "issued" if len(days) == 2 else "limit"]
        said = zone.get("timezone", "no zone")
        results = await run.issue(*catches)
        expect(f"an hour apart, {said}", wanted, statuses(results))
        if wanted[1] == "limit":
            expect("limit", "per_player_day", results[1].get("limit"))


async def a_catch_of_long_ago_or_to_come_counts_today(run: Run) -> None:
    """A catch more than a day old, or of the future, counts as one of now."""
    for at_ms in (now_ms() - 72 * HOUR_MS, now_ms() + 72 * HOUR_MS):
        campaign = await run.campaign(per_player_day=1)
        player = run.id("player")
        catches = [run.catch(campaign, player=player, at_ms=at) for at in (at_ms, now_ms())]
        expect("statuses", ["issued", "limit"], statuses(await run.issue(*catches)))


async def the_stock_is_the_end(run: Run) -> None:
    """Where the stock is used up there is `sold_out`; and who has a coupon still gets it again."""
    campaign = await run.campaign(stock=3)
    catches = [run.catch(campaign) for _ in range(4)]
    wanted = ["issued", "issued", "issued", "sold_out"]
    expect("statuses", wanted, statuses(await run.issue(*catches)))
    again = await run.issue(catches[0], run.catch(campaign))
    expect("statuses afterwards", ["already", "sold_out"], statuses(again))


async def a_campaign_that_is_not_open_gives_nothing(run: Run) -> None:
    """Paused, ended, not begun or over is `closed`; who has a coupon still gets it again."""
    moment = datetime.now(UTC)
    day = timedelta(days=1)
    for what, fields in {
        "paused": {"state": "paused"},
        "ended": {"state": "ended"},
        "not begun": {"starts_at": (moment + day).isoformat()},
        "over": {"ends_at": (moment - timedelta(minutes=1)).isoformat()},
    }.items():
        campaign = await run.campaign(stock=5)
        catch = run.catch(campaign)
        await run.issue(catch)
        await run.change(campaign, **fields)
        again, fresh = await run.issue(catch, run.catch(campaign))
        expect(f"status where it is {what}", "closed", fresh["status"])
        expect(f"status of a catch from before it was {what}", "already", again["status"])


async def an_unknown_campaign_gives_nothing(run: Run) -> None:
    """A campaign that there is not is `closed`."""
    (result,) = await run.issue(run.catch(run.id("none")))
    expect("status", "closed", result["status"])


async def a_refusal_changes_nothing(run: Run) -> None:
    """A catch that was refused may have a coupon later."""
    campaign = await run.campaign(state="paused")
    catch = run.catch(campaign)
    expect("status while paused", ["closed"], statuses(await run.issue(catch)))
    await run.change(campaign, state="active")
    expect("status afterwards", ["issued"], statuses(await run.issue(catch)))


async def a_refusal_says_why_in_words_that_the_game_knows(run: Run) -> None:
    """`limit` of a refusal is one of those that go with its status, or is not there."""
    used_up, paused = await run.campaign(stock=0), await run.campaign(state="paused")
    limited = await run.campaign(per_player=1)
    player = run.id("player")
    refusals = await run.issue(
        run.catch(used_up), run.catch(paused), run.catch(run.id("none")),
        run.catch(limited, player=player), run.catch(limited, player=player),
    )  # fmt: skip
    del refusals[3]
    expect("statuses", ["sold_out", "closed", "closed", "limit"], statuses(refusals))
    for refusal in refusals:
        expect("coupon", None, refusal.get("coupon"))
        said = refusal.get("limit")
        if said is not None and said not in LIMITS[refusal["status"]]:
            known = ", ".join(LIMITS[refusal["status"]])
            raise Failed(f"{refusal['status']}: expected a limit of {known}, came {said!r}")


async def a_batch_may_have_a_thousand(run: Run) -> str | None:
    """A batch of 1,000 catches is taken; their codes are all different."""
    campaign = await run.campaign(stock=ITEMS_MOST)
    results = await run.issue(*(run.catch(campaign) for _ in range(ITEMS_MOST)))
    expect("statuses", {"issued": ITEMS_MOST}, dict(Counter(statuses(results))))
    codes = {each["coupon"]["code"] for each in results}
    expect("different codes", ITEMS_MOST, len(codes))
    return _advice(codes)


async def the_same_batch_twice_at_once_is_issued_once(run: Run) -> None:
    """Two requests with the same batch at the same moment hear of the same coupons."""
    campaign = await run.campaign()
    catches = [run.catch(campaign) for _ in range(20)]
    one, other = await asyncio.gather(run.issue(*catches), run.issue(*catches))
    for first, second in zip(one, other, strict=True):
        expect("codes", first["coupon"]["code"], second["coupon"]["code"])
        expect("statuses", ["already", "issued"], sorted(statuses([first, second])))


async def the_last_coupon_goes_to_one(run: Run) -> None:
    """Of 50 who ask at once for the last coupon exactly one gets it."""
    campaign = await run.campaign(stock=1)
    answers = await asyncio.gather(*(run.issue(run.catch(campaign)) for _ in range(AT_ONCE)))
    found = dict(Counter(statuses([result for (result,) in answers])))
    expect("statuses", {"issued": 1, "sold_out": AT_ONCE - 1}, found)


async def limits_hold_for_those_who_ask_at_once(run: Run) -> None:
    """Of a player's 20 catches at once no more than the limit get a coupon."""
    campaign = await run.campaign(per_player=3)
    player = run.id("player")
    catches = [run.catch(campaign, player=player) for _ in range(20)]
    answers = await asyncio.gather(*(run.issue(each) for each in catches))
    found = dict(Counter(statuses([result for (result,) in answers])))
    expect("statuses", {"issued": 3, "limit": 17}, found)


ISSUING = (
    a_catch_gets_a_coupon,
    the_same_catch_gets_the_same_coupon,
    a_cat_gives_a_player_one_coupon,
    results_are_in_the_order_of_the_items,
    a_player_has_no_more_than_the_limit,
    a_day_begins_at_midnight_where_the_store_is,
    a_catch_of_long_ago_or_to_come_counts_today,
    the_stock_is_the_end,
    a_campaign_that_is_not_open_gives_nothing,
    an_unknown_campaign_gives_nothing,
    a_refusal_changes_nothing,
    a_refusal_says_why_in_words_that_the_game_knows,
    a_batch_may_have_a_thousand,
    the_same_batch_twice_at_once_is_issued_once,
    the_last_coupon_goes_to_one,
    limits_hold_for_those_who_ask_at_once,
)


def _zone(offset_h: int) -> str:
    """The IANA zone that is so many hours ahead of UTC; their names have it the other way round."""
    return "Etc/UTC" if offset_h == 0 else f"Etc/GMT{-offset_h:+d}"


def _date(at_ms: int, offset_h: int) -> str:
    zone = timezone(timedelta(hours=offset_h))
    return datetime.fromtimestamp(at_ms / 1000, zone).date().isoformat()


def _advice(codes: set[str]) -> str | None:
    """What could be better about codes, as far as it can be seen; nothing of it is required."""
    shortest = min(len(code.replace("-", "")) for code in codes)
    chars = set("".join(codes)) - {"-"}
    bits = shortest * log2(max(2, len(chars)))
    if bits < GOOD_BITS:
        return f"advice: codes have {bits:.0f} bits at the most, {GOOD_BITS} are good"
    mistaken = sorted(chars & set("ILOU"))
    if mistaken:
        return f"advice: {', '.join(mistaken)} in codes are mistaken for others at a till"
    return None
