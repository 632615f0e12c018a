"""Checks of what can be read: offerings, coupons, wallets; and of forgetting a player."""

from datetime import UTC, datetime, timedelta

from gameserver.coupons_check.issuing import has_fields
from gameserver.coupons_check.run import Run, statuses
from gameserver.coupons_check.service import Ask, Failed, Json, answered, expect

PAGE = 2

HELD_FIELDS: dict[str, type] = {
    "code": str,
    "campaign": str,
    "title": str,
    "state": str,
    "expires_ms": int,
    "cat": str,
    "catch": str,
    "store": str,
    "issued_ms": int,
}


async def the_service_is_ready(run: Run) -> None:
    """`GET /readyz` answers 200, also without a key."""
    async with run.service.with_key(None) as nobody:
        answered(await nobody.ask(Ask("GET", "/readyz")))


async def offerings_say_what_a_campaign_is(run: Run) -> None:
    """An offering has the campaign's merchant, title and state; the unknown are left out."""
    campaign = await run.campaign()
    items = await run.items("/v1/offerings", campaigns=f"{run.id('none')},{campaign}")
    expect("campaigns", [campaign], [each["campaign"] for each in items])
    has_fields("the offering", items[0], {"merchant": str, "title": str, "state": str})
    for bound in ("starts_ms", "ends_ms"):
        if type(items[0].get(bound)) not in (int, type(None)):
            raise Failed(f"{bound}: expected epoch milliseconds or null, came {items[0]}")


async def offerings_follow_their_campaigns(run: Run) -> None:
    """Whose a campaign is, when it runs and that it is paused is in its offering at once."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    campaign = await run.campaign(ends_at=ends.isoformat())
    for state in ("active", "paused"):
        await run.change(campaign, state=state)
        (offering,) = await run.items("/v1/offerings", campaigns=campaign)
        expect("state", state, offering["state"])
        expect("merchant", run.merchant, offering["merchant"])
        expect("ends_ms", int(ends.timestamp() * 1000), offering["ends_ms"])


async def coupons_are_found_by_their_catches(run: Run) -> None:
    """The coupons of catches are listed; a catch without one is left out."""
    campaign = await run.campaign()
    made = [await run.coupon(campaign) for _ in range(2)]
    catches = [each["catch"] for each in made] + [run.id("catch")]
    items = await run.items("/v1/coupons", catches=",".join(catches))
    expect("codes", _codes(made), _codes(items))


async def a_wallet_has_the_newest_first_page_by_page(run: Run) -> None:
    """A wallet has each coupon of the player once, the newest first."""
    campaign = await run.campaign()
    player = run.id("player")
    made = [await run.coupon(campaign, player=player) for _ in range(2 * PAGE + 1)]
    found = await run.pages(_wallet(player), {}, limit=PAGE)
    wanted = [each["code"] for each in reversed(made)]
    expect("codes", wanted, [each["code"] for each in found])
    has_fields("the coupon", found[0], HELD_FIELDS)
    expect("redeemed_ms", None, found[0]["redeemed_ms"])
    expect("the wallet of somebody else", [], await run.items(_wallet(run.id("player"))))


async def a_code_is_found_for_its_player_only(run: Run) -> None:
    """A code is the player's whose coupon it is; to anybody else it is 404."""
    coupon = await run.coupon(await run.campaign())
    path = f"{_wallet(coupon['player'])}/{coupon['code']}"
    found = answered(await run.service.ask(Ask("GET", path)))
    expect("code", coupon["code"], found["code"])
    path = f"{_wallet(run.id('player'))}/{coupon['code']}"
    answered(await run.service.ask(Ask("GET", path)), 404)
    path = f"{_wallet(coupon['player'])}/{run.id('none')}"
    answered(await run.service.ask(Ask("GET", path)), 404)


async def a_player_is_forgotten_for_good(run: Run) -> None:
    """A forgotten player has no coupons, and gets none any more; asked again it is the same."""
    campaign = await run.campaign()
    coupon = await run.coupon(campaign)
    player = coupon["player"]
    for _ in range(2):
        answered(await run.service.ask(Ask("DELETE", _wallet(player))), 204)
    expect("the wallet", [], await run.items(_wallet(player)))
    (fresh,) = await run.issue(run.catch(campaign, player=player))
    expect("status of a new catch", "closed", fresh["status"])
    (kept,) = await run.items("/v1/coupons", catches=coupon["catch"])
    expect("the code that stays for the accounts", coupon["code"], kept["code"])
    if kept["player"] == player:
        raise Failed(f"expected the coupon to be another name's, came {kept}")


async def a_player_nobody_knows_can_be_forgotten(run: Run) -> None:
    """Forgetting somebody who never had a coupon is 204, and holds as well."""
    campaign, player = await run.campaign(), run.id("player")
    answered(await run.service.ask(Ask("DELETE", _wallet(player))), 204)
    result = await run.issue(run.catch(campaign, player=player))
    expect("status of a catch afterwards", ["closed"], statuses(result))


LISTS = (
    the_service_is_ready,
    offerings_say_what_a_campaign_is,
    offerings_follow_their_campaigns,
    coupons_are_found_by_their_catches,
    a_wallet_has_the_newest_first_page_by_page,
    a_code_is_found_for_its_player_only,
    a_player_is_forgotten_for_good,
    a_player_nobody_knows_can_be_forgotten,
)


def _wallet(player: str) -> str:
    return f"/v1/players/{player}/coupons"


def _codes(coupons: list[Json]) -> list[str]:
    return sorted(each["code"] for each in coupons)
