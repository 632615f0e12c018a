"""The three pages as they open, for everybody: in each language, on each size, and by Tab alone.

What an owner of a page knows of its views is tested with the page; here is what holds for all.
A page that is new goes into PAGES.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from gameserver.http.pages import PATHS
from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.chromium import DESKTOP, PHONE, visitor
from tests.web.axe import faults

PAGES = tuple(PATHS)
LANGUAGES = {"en-GB": "en", "zh-CN": "zh-CN"}
TABS_MOST = 40


@pytest.fixture
async def server() -> AsyncIterator[CatCat]:
    async with catcat_demo() as server:
        yield server


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_no_page_opens_with_a_serious_fault_in_any_language(
    browser: Browser, server: CatCat, size: dict[str, Any]
) -> None:
    found: dict[str, list[str]] = {}
    titles: set[str] = set()
    for language, tag in LANGUAGES.items():
        async with visitor(browser, server.url, **size, locale=language) as (_, watched):
            page = watched.page
            for path in PAGES:
                await page.goto(path)
                await expect(page.get_by_role("heading", level=1)).to_be_attached()
                assert await page.evaluate("document.documentElement.lang") == tag
                titles.add(await page.title())
                found[f"{path} {language}"] = await faults(page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
    assert len(titles) >= len(PAGES)  # tabs can be told apart


async def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until this has the focus."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # one of its names
    for _ in range(TABS_MOST):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to the {role} {name!r}")


async def visible_focus(page: Page) -> bool:
    """Whether one sees where the focus is."""
    seen: bool = await page.evaluate(
        """() => {
            const style = getComputedStyle(document.activeElement);
            return style.outlineStyle !== "none" || style.boxShadow !== "none";
        }"""
    )
    return seen


async def test_a_merchant_signs_in_and_out_by_keyboard_alone(
    browser: Browser, server: CatCat
) -> None:
    async with visitor(browser, server.url, **DESKTOP) as (_, watched):
        page = watched.page
        await page.goto("/merchant")
        await expect(page.get_by_role("textbox", name="Key")).to_be_visible()
        if not await page.get_by_role("textbox", name="Key").evaluate(
            "element => element === document.activeElement"
        ):
            await tab_to(page, "textbox", "Key")
        assert await visible_focus(page)
        await page.keyboard.type(server.merchants()[0].key)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="New store")).to_be_visible()
        await tab_to(page, "link", "New store")
        assert await visible_focus(page)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Name")).to_be_visible()
        await tab_to(page, "button", "Sign out")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Key")).to_be_visible()
        await expect(page.get_by_role("textbox", name="Key")).to_have_value("")


async def test_a_player_begins_by_keyboard_alone(browser: Browser, server: CatCat) -> None:
    async with visitor(browser, server.url, **DESKTOP) as (_, watched):
        page = watched.page
        await page.goto("/")
        await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        await tab_to(page, "button", "Play")
        assert await visible_focus(page)
