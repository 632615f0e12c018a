"""The big screen in a real browser, fed by a real server."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from gameserver.game.lights import FEWEST
from tests.servers.catcat import catcat
from tests.servers.chromium import DESKTOP, Watched, visitor
from tests.servers.game import Game, game, plan
from tests.waiting import until
from tests.web.wall import WITHIN_MS, count, drawn, lit


async def catch_one_each(server: Game, stack: AsyncExitStack, names: range) -> None:
    """Players at the store, each of whom catches a cat."""
    for name in names:
        phone = await stack.enter_async_context(server.player(f"ann{name}"))
        await phone.stand()
        cat = await phone.some_cat()
        assert (await phone.catch_surely(cat["id"], "try"))["type"] == "caught"


async def test_it_counts_what_is_caught_and_shows_where_once_enough_are_there(
    browser: Browser, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(game(tmp_path))
        tea = await server.campaign()
        await server.store(plan(cats_alive=3, catches_per_cat=50, campaign=tea.id))
        _, watched = await stack.enter_async_context(visitor(browser, server.app.url, **DESKTOP))
        page = watched.page
        await page.goto("/screen")
        await expect(page.get_by_role("status").filter(has_text="live")).to_be_visible()
        await expect(count(page, "Cats caught")).to_have_text("0")

        await catch_one_each(server, stack, range(FEWEST - 1))
        await expect(count(page, "Cats caught")).to_have_text("4", timeout=WITHIN_MS)
        await expect(count(page, "Coupons won")).to_have_text("4")
        await expect(count(page, "Players on line")).to_have_text("4")
        frames = await drawn(page)
        await until(lambda: _more_than(page, frames + 20))
        assert await lit(page) == 0, "four players are too few to be shown"

        await catch_one_each(server, stack, range(FEWEST - 1, FEWEST + 1))
        await expect(count(page, "Cats caught")).to_have_text("6", timeout=WITHIN_MS)
        await until(lambda: lit(page))


async def _more_than(page: Page, frames: int) -> bool:
    return await drawn(page) > frames


async def test_it_says_when_the_server_is_gone_and_goes_on_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    context = await browser.new_context(locale="en-GB", **DESKTOP)
    async with catcat(tmp_path) as server:
        watched = Watched(await context.new_page())
        await watched.page.goto(f"{server.url}/screen")
        state = watched.page.get_by_role("status").first
        await expect(state).to_have_text("live", timeout=WITHIN_MS)
        await server.kill()
        await expect(state).to_contain_text("Line lost", timeout=WITHIN_MS)
        await server.start()
        await expect(state).to_have_text("live", timeout=40_000)
        # The browser itself notes every request that failed meanwhile; the page has no say in it.
        assert [said for said in watched.complaints if "net::ERR" not in said] == []
    await context.close()


async def test_it_counts_down_to_the_event_and_celebrates_it(
    browser: Browser, tmp_path: Path
) -> None:
    at = datetime.now(UTC) + timedelta(seconds=12)
    async with (
        catcat(tmp_path, "--event", f"Double 11@{at.isoformat()}") as server,
        visitor(browser, server.url, **DESKTOP) as (_, watched),
    ):
        page = watched.page
        await page.goto("/screen")
        event = page.get_by_role("region", name="Double 11")
        await expect(event.get_by_text("It's on!")).to_be_visible(timeout=30_000)
        frames = await drawn(page)
        await until(lambda: _more_than(page, frames + 20))
        assert await lit(page) == 0, "fireworks are no catches"
