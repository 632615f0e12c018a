"""The big screen's page with made-up news: what no server of a test could play."""

from playwright.async_api import Browser, Page, expect

from tests.servers.chromium import PHONE, visitor
from tests.servers.made_up import made_up_screen
from tests.waiting import until
from tests.web.axe import faults
from tests.web.wall import WITHIN_MS, count, lit, most_pictures


async def test_two_hundred_catches_a_second_cost_a_bounded_frame(browser: Browser) -> None:
    """In pictures drawn, for time is the machine's; all of them light up."""
    async with (
        made_up_screen(200) as url,
        visitor(browser, url, viewport={"width": 1280, "height": 720}) as (_, watched),
    ):
        page = watched.page
        await page.goto("/screen")
        await expect(count(page, "Cats caught")).not_to_have_text("0", timeout=WITHIN_MS)
        await until(lambda: _many_lit(page, 800), 40)
        assert 300 < await most_pictures(page) <= 1_800


async def _many_lit(page: Page, many: int) -> bool:
    return await lit(page) >= many


async def test_it_speaks_chinese_by_its_address_and_by_a_key(browser: Browser) -> None:
    async with made_up_screen(8) as url, visitor(browser, url, **PHONE) as (_, watched):
        page = watched.page
        await page.goto("/screen?lang=zh")
        await expect(page.get_by_role("heading", name="捉猫猫")).to_be_visible()
        await expect(page.get_by_role("region", name="今日高手")).to_be_visible()
        assert await page.locator("html").get_attribute("lang") == "zh-CN"
        await page.keyboard.press("l")
        await expect(page.get_by_role("region", name="Today's best")).to_be_visible()


async def test_nothing_lies_outside_the_wall_and_axe_finds_no_serious_fault(
    browser: Browser,
) -> None:
    sizes = [(1280, 720), (1920, 1080), (3840, 2160), (390, 844), (1080, 1920)]
    async with made_up_screen(40) as url, visitor(browser, url) as (_, watched):
        page = watched.page
        await page.goto("/screen")
        await expect(page.get_by_role("listitem")).to_have_count(10, timeout=WITHIN_MS)
        for width, height in sizes:
            await page.set_viewport_size({"width": width, "height": height})
            for name in ("Players on line", "Cats caught", "Coupons won", "Today's best"):
                box = await page.get_by_role("region", name=name).bounding_box()
                assert box is not None
                assert box["x"] >= 0
                assert box["y"] >= 0
                assert box["x"] + box["width"] <= width + 1, (width, name)
                assert box["y"] + box["height"] <= height + 1, (width, name)
        await page.set_viewport_size({"width": 1280, "height": 720})
        assert await faults(page) == []
