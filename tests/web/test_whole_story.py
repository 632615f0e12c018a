"""One evening on three screens: a merchant, a player and the wall, each in a real browser."""

from pathlib import Path
from random import Random

from playwright.async_api import Browser, expect

from tests.servers.catcat import catcat
from tests.servers.chromium import DESKTOP, PHONE, visitor
from tests.web.console import Console, asked, said_by
from tests.web.street_player import StreetPlayer
from tests.web.wall import WITHIN_MS, count


async def open_store(console: Console) -> None:
    """A campaign, a store by a click on the map, and a plan that sends cats with coupons out."""
    await console.make_campaign("A gift", Title="A tea on the house", Coupons_in_all="50")
    await console.says("Made.")
    await console.link("Stores").click()
    street = await console.map_is_open()
    await street.click(position={"x": 300, "y": 250})
    await console.fill(Name="Corner Tea")
    await console.button("Put it on the map").click()
    await console.says("Corner Tea is on the map")
    await console.field("What they carry").select_option("A tea on the house")
    await console.button("Send the cats out").click()
    await console.says("Saved.")


async def test_a_cat_goes_from_the_merchants_map_to_the_till_and_the_wall_counts_it(
    tmp_path: Path, browser: Browser
) -> None:
    async with (
        catcat(tmp_path) as server,
        visitor(browser, server.url, **DESKTOP) as (_, wall),
        visitor(browser, server.url, **DESKTOP) as (office, merchant),
        visitor(browser, server.url, **PHONE) as (pocket, phone),
    ):
        await wall.page.goto("/screen")
        key = await said_by(tmp_path, "merchant", "add", "Corner Tea")
        console = Console(merchant.page)
        await console.sign_in(key)
        await open_store(console)
        (store,) = (await asked(office.request, "/v1/stores", key))["items"]

        await pocket.grant_permissions(["geolocation", "camera"])
        player = StreetPlayer(pocket, phone.page, Random(3))
        await player.stand_at(store["lat"], store["lon"])
        async with player.walking():
            await player.sign_up()
            assert {cat["store"]["name"] for cat in player.cats.values()} == {"Corner Tea"}
            await player.catch_a_cat()
            code = await player.coupon_code()
            await phone.page.get_by_role("link", name="Open in the wallet").click()
            await expect(phone.page.get_by_text("Show this at the till")).to_be_visible()
            await expect(count(wall.page, "Cats caught")).to_have_text("1", timeout=WITHIN_MS)
            await expect(count(wall.page, "Coupons won")).to_have_text("1")

            await console.link("Till").click()
            await console.field("This till is at").select_option("Corner Tea")
            await console.fill(Code=code)
            await console.button("Redeem").click()
            await console.is_refused("Redeemed")
            await expect(phone.page.get_by_text("Enjoy!", exact=True)).to_be_visible()
