"""Checks of how it is asked: keys, bad input, sizes, connections."""

from gameserver.coupons_check.run import ACTING_FOR, AWAY, ITEMS_MOST, Run, statuses
from gameserver.coupons_check.service import Ask, Json, Skipped, answered, expect, refused

NEEDED = (
    Ask("POST", "/v1/issue", {"items": []}),
    Ask("POST", "/v1/reserve", {"items": []}),
    Ask("POST", "/v1/release", {"items": []}),
    Ask("POST", "/v1/reservations", {}),
    Ask("POST", "/v1/reservations/none/release", {"count": 0}),
    Ask("GET", "/v1/reservations/lapsed"),
    Ask("GET", "/v1/offerings", query={"campaigns": "none"}),
    Ask("GET", "/v1/coupons", query={"catches": "none"}),
    Ask("GET", "/v1/coupon-changes"),
    Ask("GET", "/v1/players/nobody/coupons"),
    Ask("GET", "/v1/players/nobody/coupons/none"),
    Ask("DELETE", "/v1/players/nobody/coupons"),
)
"""What a game server asks. Without a good key none of it is done, or even looked at."""

BODY_MAX = 1024 * 1024


async def nobody_is_let_in_without_a_key(run: Run) -> None:
    """Without a key every endpoint is 401."""
    async with run.service.with_key(None) as nobody:
        for asked in NEEDED:
            refused(await nobody.ask(asked), 401, "unauthenticated")


async def nobody_is_let_in_with_a_wrong_key(run: Run) -> None:
    """With a key that is none every endpoint is 401, also on somebody's behalf."""
    for key in ("wrong", "cat_0f1e2d3c4b5a6978_" + 48 * "0", "x" * 500):
        async with run.service.with_key(key) as stranger:
            for asked in NEEDED:
                refused(await stranger.ask(asked), 401, "unauthenticated")
            asked = Ask("GET", "/v1/offerings", None, {"campaigns": "none"}, run.acting())
            refused(await stranger.ask(asked), 401, "unauthenticated")


async def what_is_no_json_is_refused(run: Run) -> None:
    """A body that is no JSON is `bad_json`."""
    for raw in (b"", b"{", b'{"items": [}', b"\xff\xfe", b"items=1"):
        refused(await run.service.ask(Ask("POST", "/v1/issue", raw=raw)), 400, "bad_json")


async def wrong_fields_are_refused_and_change_nothing(run: Run) -> None:
    """A field that is missing, of another type or out of range is `invalid`, for all the batch."""
    good = run.catch(await run.campaign())
    for wrong in (
        {"at_ms": "now"},
        {"at_ms": -1},
        {"player": 7},
        {"player": ""},
        {"cat": "x" * 65},
        {"catch": "a/b"},
        {"timezone": "Z" * 65},
    ):
        items: list[Json] = [good, run.catch(good["campaign"]) | wrong]
        refused(await run.service.ask(Ask("POST", "/v1/issue", {"items": items})), 422, "invalid")
    halved = {name: good[name] for name in ("catch", "cat")}
    bodies: tuple[object, ...] = (
        {"items": [good, halved]},
        {"items": good},
        {"items": []},
        {},
        [good],
    )
    for body in bodies:
        refused(await run.service.ask(Ask("POST", "/v1/issue", body)), 422, "invalid")
    expect("status of what was in those batches", ["issued"], statuses(await run.issue(good)))


async def wrong_reservations_are_refused(run: Run) -> None:
    """A reservation of nothing, and a release of less than nothing, are `invalid`."""
    campaign = await run.campaign()
    wrongs: tuple[Json, ...] = ({"count": 0}, {"count": -1}, {"count": 1.5}, {"reservation": ""})
    for wrong in wrongs:
        items = [run.reservation(campaign, 1) | wrong]
        asked = Ask("POST", "/v1/reserve", {"items": items})
        refused(await run.service.ask(asked), 422, "invalid")
    items = [{"reservation": run.id("none"), "count": -1}]
    refused(await run.service.ask(Ask("POST", "/v1/release", {"items": items})), 422, "invalid")


async def wrong_queries_are_refused(run: Run) -> None:
    """A parameter that is out of range or of another kind is `invalid`."""
    for path, query in (
        ("/v1/coupon-changes", {"after": "-1"}),
        ("/v1/coupon-changes", {"after": "x"}),
        ("/v1/coupon-changes", {"limit": "0"}),
        ("/v1/offerings", {"campaigns": ""}),
        ("/v1/coupons", {"catches": ",".join(["c"] * 101)}),
        ("/v1/reservations/lapsed", {"limit": "501"}),
        ("/v1/reservations/lapsed", {"cursor": "no cursor of yours"}),
        ("/v1/players/nobody/coupons", {"cursor": "no cursor of yours"}),
    ):
        refused(await run.service.ask(Ask("GET", path, query=query)), 422, "invalid")


async def too_many_items_are_refused(run: Run) -> None:
    """A batch of 1,001 is `invalid`, and none of it is done."""
    campaign = await run.campaign()
    catches = [run.catch(campaign) for _ in range(ITEMS_MOST + 1)]
    refused(await run.service.ask(Ask("POST", "/v1/issue", {"items": catches})), 422, "invalid")
    found = await run.items("/v1/coupons", catches=catches[0]["catch"])
    expect("coupons of the batch", [], found)


async def too_large_a_body_is_refused(run: Run) -> None:
    """A body of more than 1 MiB is `too_large`."""
    catch = run.catch(await run.campaign())
    body = {"items": [catch], "padding": "x" * BODY_MAX}
    async with run.service.on_one_connection() as service:
        refused(await service.ask(Ask("POST", "/v1/issue", body)), 413, "too_large")


async def unknown_fields_are_ignored(run: Run) -> None:
    """Fields that a later version of the game may send do no harm."""
    catch = run.catch(await run.campaign())
    body = {"items": [catch | {"weather": "rain"}], "weather": ["rain"]}
    results = answered(await run.service.ask(Ask("POST", "/v1/issue", body)))["results"]
    expect("statuses", ["issued"], statuses(results))
    wanted = run.reservation(catch["campaign"], 1) | {"weather": None}
    expect("granted", [1], await run.reserve(wanted))


async def only_a_good_header_speaks_for_others(run: Run) -> None:
    """A header that does not say for whom is refused."""
    good = await run.service.ask(Ask("GET", "/v1/campaigns", headers=run.acting()))
    if good.status in AWAY:
        raise Skipped("the service has no campaigns here")
    answered(good)
    for said in ("", "{", "[]", '{"key": "k"}', '{"merchant": 7, "key": "k"}'):
        asked = Ask("GET", "/v1/campaigns", headers={ACTING_FOR: said})
        refused(await run.service.ask(asked), 422, "invalid")


async def connections_are_kept(run: Run) -> None:
    """Ten requests in a row, refusals among them, go over one connection."""
    async with run.service.on_one_connection() as service:
        for _ in range(5):
            await service.ask(Ask("GET", "/v1/offerings", query={"campaigns": "none"}))
            await service.ask(Ask("POST", "/v1/issue", {"items": 1}))
        expect("connections opened", 1, service.opened)


MANNERS = (
    nobody_is_let_in_without_a_key,
    nobody_is_let_in_with_a_wrong_key,
    what_is_no_json_is_refused,
    wrong_fields_are_refused_and_change_nothing,
    wrong_reservations_are_refused,
    wrong_queries_are_refused,
    too_many_items_are_refused,
    too_large_a_body_is_refused,
    unknown_fields_are_ignored,
    only_a_good_header_speaks_for_others,
    connections_are_kept,
)
