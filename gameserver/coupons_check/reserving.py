"""Checks of reservations: a cat on the map is a coupon in hand."""

import asyncio

from gameserver.coupons_check.run import ITEMS_MOST, RELEASE_ALL, Run, now_ms, statuses
from gameserver.coupons_check.service import Ask, answered, expect


async def coupons_are_set_aside(run: Run) -> None:
    """A reservation is granted what it asks for, as long as there is so much."""
    wanted = run.reservation(await run.campaign(), 4)
    expect("granted", [4], await run.reserve(wanted))


async def no_more_is_granted_than_is_free(run: Run) -> None:
    """Reservations are granted what is left, the first of a batch first."""
    campaign = await run.campaign(stock=5)
    wanted = [run.reservation(campaign, 3) for _ in range(3)]
    reply = await run.service.ask(Ask("POST", "/v1/reserve", {"items": wanted}))
    results = answered(reply)["results"]
    names = [each["reservation"] for each in wanted]
    expect("reservations", names, [each["reservation"] for each in results])
    expect("granted", [3, 2, 0], [each["granted"] for each in results])
    expect("count", [3, 3, 3], [each["count"] for each in results])
    expect("campaigns", [campaign] * 3, [each["campaign"] for each in results])


async def a_reservation_asked_again_is_the_same(run: Run) -> None:
    """Asked again, a reservation answers what it was granted, and takes nothing more."""
    campaign = await run.campaign(stock=5)
    wanted = run.reservation(campaign, 3)
    for _ in range(3):
        expect("granted", [3], await run.reserve(wanted))
    expect("free", 2, await run.free(campaign))


async def a_reservation_asked_ten_times_at_once_is_one(run: Run) -> None:
    """The same reservation, asked for many times at the same moment, is granted once."""
    campaign = await run.campaign(stock=5)
    wanted = run.reservation(campaign, 3)
    answers = await asyncio.gather(*(run.reserve(wanted) for _ in range(10)))
    expect("granted", [[3]] * 10, answers)
    expect("free", 2, await run.free(campaign))


async def many_who_reserve_at_once_share_the_stock(run: Run) -> None:
    """Reservations at the same moment are granted the stock together, and no more."""
    campaign = await run.campaign(stock=15)
    wanted = [run.reservation(campaign, 2) for _ in range(20)]
    answers = await asyncio.gather(*(run.reserve(each) for each in wanted))
    expect("granted in all", 15, sum(granted for (granted,) in answers))


async def a_campaign_that_is_not_open_grants_nothing(run: Run) -> None:
    """An unknown or paused campaign grants 0."""
    unknown = run.reservation(run.id("none"), 3)
    expect("granted by an unknown campaign", [0], await run.reserve(unknown))
    paused = run.reservation(await run.campaign(state="paused"), 3)
    expect("granted by a paused campaign", [0], await run.reserve(paused))


async def a_cats_catches_take_from_its_reservation(run: Run) -> None:
    """A cat's players get its coupons even where the free stock is used up; others don't."""
    campaign = await run.campaign(stock=3)
    held, rest = run.reservation(campaign, 2), run.reservation(campaign, 5)
    expect("granted", [2, 1], await run.reserve(held, rest))
    cat = held["reservation"]
    other = run.catch(campaign)
    mine = [run.catch(campaign, cat=cat) for _ in range(3)]
    wanted = ["sold_out", "issued", "issued", "sold_out"]
    expect("statuses", wanted, statuses(await run.issue(other, *mine)))


async def what_is_released_is_free_again(run: Run) -> None:
    """After a release others get the coupons."""
    campaign = await run.campaign(stock=3)
    wanted = run.reservation(campaign, 3)
    await run.reserve(wanted)
    expect("status before", ["sold_out"], statuses(await run.issue(run.catch(campaign))))
    await run.release(wanted["reservation"], 3)
    expect("free", 3, await run.free(campaign))


async def a_release_said_twice_releases_once(run: Run) -> None:
    """The count of a release is absolute: saying it again changes nothing."""
    campaign = await run.campaign(stock=3)
    wanted = run.reservation(campaign, 3)
    await run.reserve(wanted)
    for _ in range(3):
        await run.release(wanted["reservation"], 1)
    await asyncio.gather(*(run.release(wanted["reservation"], 1) for _ in range(5)))
    expect("free", 1, await run.free(campaign))
    await run.release(wanted["reservation"], 2)
    expect("free after a release of 2 in all", 2, await run.free(campaign))


async def no_more_is_released_than_was_held(run: Run) -> None:
    """What was issued does not come back, and a count that is too large is harmless."""
    campaign = await run.campaign(stock=3)
    wanted = run.reservation(campaign, 3)
    await run.reserve(wanted)
    catch = run.catch(campaign, cat=wanted["reservation"])
    expect("status", ["issued"], statuses(await run.issue(catch)))
    for _ in range(2):
        await run.release(wanted["reservation"], RELEASE_ALL)
    expect("free", 2, await run.free(campaign))


async def what_was_released_is_not_reserved_again(run: Run) -> None:
    """A reservation that was released and is asked for again stays released."""
    campaign = await run.campaign(stock=3)
    wanted = run.reservation(campaign, 3)
    await run.reserve(wanted)
    await run.release(wanted["reservation"], 3)
    expect("granted", [0], await run.reserve(wanted))
    expect("free", 3, await run.free(campaign))


async def releases_are_answered_in_order_and_pass_over_the_unknown(run: Run) -> None:
    """A release of a reservation that there is not is harmless; the answer repeats the request."""
    held = run.reservation(await run.campaign(), 2)
    await run.reserve(held)
    items = [
        {"reservation": run.id("none"), "count": 7},
        {"reservation": held["reservation"], "count": 2},
        {"reservation": run.id("none"), "count": 0},
    ]
    reply = await run.service.ask(Ask("POST", "/v1/release", {"items": items}))
    said = [
        {"reservation": each["reservation"], "count": each["count"]}
        for each in answered(reply)["results"]
    ]
    expect("results", items, said)


async def one_reservation_can_be_asked_for_alone(run: Run) -> None:
    """`POST /v1/reservations` and its `release` do for one what the batches do for many."""
    wanted = run.reservation(await run.campaign(), 2)
    for _ in range(2):
        made = answered(await run.service.ask(Ask("POST", "/v1/reservations", wanted)), 201)
        expect("granted", 2, made["granted"])
    path = f"/v1/reservations/{wanted['reservation']}/release"
    for _ in range(2):
        said = answered(await run.service.ask(Ask("POST", path, {"count": 1})))
        expect("reservation", wanted["reservation"], said["reservation"])
        expect("count", 1, said["count"])
    expect("granted, less what was released", [1], await run.reserve(wanted))
    path = f"/v1/reservations/{run.id('none')}/release"
    answered(await run.service.ask(Ask("POST", path, {"count": 1})))


async def a_thousand_are_reserved_and_released(run: Run) -> None:
    """Batches of 1,000 reservations and releases are taken."""
    campaign = await run.campaign(stock=ITEMS_MOST)
    wanted = [run.reservation(campaign, 1) for _ in range(ITEMS_MOST)]
    expect("granted in all", ITEMS_MOST, sum(await run.reserve(*wanted)))
    items = [{"reservation": each["reservation"], "count": 1} for each in wanted]
    answered(await run.service.ask(Ask("POST", "/v1/release", {"items": items})))
    expect("free", ITEMS_MOST, await run.free(campaign))


async def forgotten_reservations_are_listed(run: Run) -> None:
    """`lapsed` lists, page by page, what is held a minute after its end, the oldest first."""
    campaign = await run.campaign()
    first_ms = now_ms() - 900_000
    wanted = [
        run.reservation(campaign, 1, expires_ms=first_ms + 1000 * place) for place in range(5)
    ]
    later = run.reservation(campaign, 1)
    await run.reserve(*reversed(wanted), later)
    await run.release(wanted[1]["reservation"], 1)
    mine = {each["reservation"] for each in (*wanted, later)}
    path = "/v1/reservations/lapsed"
    listed = await run.pages(path, {}, limit=2, at_ms=now_ms())
    found = [each for each in listed if each in mine]
    held = [each["reservation"] for each in wanted if each is not wanted[1]]
    expect("reservations", held, found)
    early = await run.pages(path, {}, limit=500, at_ms=first_ms + 59_000)
    expect("reservations less than a minute after their end", set(), mine & set(early))


RESERVING = (
    coupons_are_set_aside,
    no_more_is_granted_than_is_free,
    a_reservation_asked_again_is_the_same,
    a_reservation_asked_ten_times_at_once_is_one,
    many_who_reserve_at_once_share_the_stock,
    a_campaign_that_is_not_open_grants_nothing,
    a_cats_catches_take_from_its_reservation,
    what_is_released_is_free_again,
    a_release_said_twice_releases_once,
    no_more_is_released_than_was_held,
    what_was_released_is_not_reserved_again,
    releases_are_answered_in_order_and_pass_over_the_unknown,
    one_reservation_can_be_asked_for_alone,
    a_thousand_are_reserved_and_released,
    forgotten_reservations_are_listed,
)
