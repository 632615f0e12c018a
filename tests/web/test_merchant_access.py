"""The console for people who do not see it, or not well, or use no mouse."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.servers.catcat import catcat_demo
from tests.servers.chromium import DESKTOP, PHONE, visitor
from tests.web.axe import faults
from tests.web.console import Console, forgive_refusals

VIEWS = ("stores", "stores/new", "campaigns", "campaigns/new", "live", "till", "reports", "import")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_axe_finds_no_serious_fault_in_any_view(
    browser: Browser, size: dict[str, Any]
) -> None:
    async with catcat_demo() as server, visitor(browser, server.url, **size) as (_, watched):
        page, console = watched.page, Console(watched.page)
        await page.goto("/merchant")
        await expect(console.field("Key")).to_be_visible()
        found = {"door": await faults(page)}
        await console.sign_in(server.merchants()[0].key)
        store = page.get_by_role("link", name="Wisma Atria")
        href = await store.get_attribute("href")
        assert href is not None
        here = href.removeprefix("#/")
        for view in (*VIEWS, here, f"{here}/cats"):
            await page.evaluate(f"location.hash = '#/{view}'")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            if view.startswith("stores"):
                await console.map_is_open()
            found[view] = await faults(page)
        await page.evaluate("location.hash = '#/till'")
        await console.field("This till is at").select_option(index=1)
        await console.fill(Code="NOT-A-COUPON")
        await console.button("Redeem").click()
        await console.is_refused("No such coupon")
        found["answer"] = await faults(page)
        forgive_refusals(watched)
        assert {view: wrong for view, wrong in found.items() if wrong} == {}


async def test_a_store_is_made_without_a_mouse_and_every_step_is_said(browser: Browser) -> None:
    async with catcat_demo() as server, visitor(browser, server.url, **DESKTOP) as (_, watched):
        page, console = watched.page, Console(watched.page)
        await page.goto("/merchant")
        await console.field("Key").focus()
        await page.keyboard.insert_text(server.merchants()[0].key)
        await page.keyboard.press("Enter")
        await console.link("New store").focus()
        await page.keyboard.press("Enter")
        await console.field("Name").focus()
        await page.keyboard.insert_text("Corner Tea")
        for label, text in (("Latitude", "1.2903"), ("Longitude", "103.8519")):
            await console.field(label).focus()
            await page.keyboard.insert_text(text)
        await page.keyboard.press("Enter")
        await console.says("Corner Tea is on the map")
        await expect(page.get_by_role("heading", name="Corner Tea")).to_be_visible()
