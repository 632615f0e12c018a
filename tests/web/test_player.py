"""The player's page, in a real browser against a real server."""

import re

from aiohttp import ClientSession
from playwright.async_api import Browser, expect

from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.chromium import DESKTOP
from tests.waiting import until
from tests.web.axe import faults
from tests.web.street_player import LIGHT, flick, street_player


async def redeem(server: CatCat, code: str) -> None:
    """At the till: the merchant whose coupon it is scans it."""
    async with ClientSession(server.url) as api:
        for merchant in server.merchants():
            head = {"Authorization": f"Bearer {merchant.key}"}
            async with api.get("/v1/stores", headers=head) as answer:
                store = (await answer.json())["items"][0]["id"]
            async with api.post(
                f"/v1/coupons/{code}/redeem", headers=head, json={"store": store}
            ) as answer:
                if answer.status == 200:
                    return
    raise AssertionError(f"nobody took {code}")


async def test_a_coupon_that_was_caught_is_redeemed_before_the_players_eyes(
    browser: Browser,
) -> None:
    async with (
        catcat_demo() as server,
        street_player(browser, server) as (player, _),
        player.walking(),
    ):
        page = player.page
        await player.sign_up()
        await player.catch_a_cat()
        code = await player.coupon_code()
        await expect(page.get_by_role("img", name=f"QR code of {code}")).to_be_visible()

        await page.get_by_role("link", name="Open in the wallet").click()
        await expect(page.get_by_text("Show this at the till")).to_be_visible()
        await redeem(server, code)
        await expect(page.get_by_text("Enjoy! Redeemed: ")).to_be_visible()
        await expect(page.get_by_text("Enjoy!", exact=True)).to_be_visible()

        await page.reload()
        await page.get_by_role("link", name="Wallet").first.click()
        await expect(page.get_by_role("link", name=code)).to_contain_text("redeemed")


async def test_a_throw_past_the_cat_costs_nothing(browser: Browser) -> None:
    async with (
        catcat_demo() as server,
        street_player(browser, server, **DESKTOP, **LIGHT) as (player, _),
        player.walking(),
    ):
        page = player.page
        await player.sign_up()
        cat = player.nearest()
        player.walk_to(cat["lat"], cat["lon"])
        await page.get_by_role("button", name="Catch ").click(timeout=60_000)
        box = page.get_by_role("button", name="Throw the box", disabled=False)
        await expect(box).to_be_visible()
        await flick(page, box, right_px=300, down_px=20)
        await expect(page.get_by_text("Past it! Try again.")).to_be_visible()
        await expect(box).to_be_visible()
        assert await server.metric("catcat_refused") == 0


async def test_no_screen_has_a_serious_fault_for_whoever_uses_no_eyes_or_no_mouse(
    browser: Browser,
) -> None:
    async with (
        catcat_demo() as server,
        street_player(browser, server) as (player, _),
        player.walking(),
    ):
        page = player.page
        await page.goto("/")
        await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        assert await faults(page) == []
        await player.sign_up()
        await page.locator("summary").click()
        assert await faults(page) == []
        for name in ("Wallet", "Album", "Best", "Settings"):
            await page.get_by_role("link", name=name).first.click()
            await expect(page.get_by_role("heading", level=1)).to_be_focused()
            assert await faults(page) == []
        await page.get_by_role("link", name="Street").click()
        cat = player.nearest()
        player.walk_to(cat["lat"], cat["lon"])
        await page.get_by_role("button", name="Catch ").click(timeout=60_000)
        await expect(page.get_by_role("button", name="Throw the box")).to_be_visible()
        assert await faults(page) == []


async def test_a_keyboard_is_enough(browser: Browser) -> None:
    async with (
        catcat_demo() as server,
        street_player(browser, server, **DESKTOP, **LIGHT) as (player, _),
        player.walking(),
    ):
        page = player.page
        await page.goto("/")
        await page.get_by_role("button", name="Play", exact=True).press("Enter")
        await until(lambda: len(player.cats) > 0)
        cat = player.nearest()
        player.walk_to(cat["lat"], cat["lon"])
        row = page.get_by_role("list").get_by_role("button", name="within reach").first
        await row.press("Enter", timeout=60_000)
        box = page.get_by_role("button", name="Throw the box", disabled=False)
        await expect(box).to_be_visible()
        await page.get_by_role("application").press("ArrowRight")
        await box.press("Enter")
        answered = re.compile("Got it|dodged|You caught|fled|closer")
        await expect(page.get_by_text(answered).first).to_be_visible()
