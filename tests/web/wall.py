"""The big screen as a test sees it: its counters, its lights, and what drawing them costs."""

import re

from playwright.async_api import Locator, Page

WITHIN_MS = 20_000


def count(page: Page, name: str) -> Locator:
    """The number that a counter says, for those who hear it."""
    return page.get_by_role("region", name=name).locator("p.hidden-text")


async def lit(page: Page) -> int:
    """How many catches have lit up on the map."""
    said = await page.get_by_role("img").first.get_attribute("aria-label")
    found = re.search(r"\d+", said or "")
    return int(found[0]) if found else 0


async def drawn(page: Page) -> int:
    """Frames so far."""
    said = await page.get_by_role("img").first.get_attribute("data-frames")
    return int(said or 0)


async def most_pictures(page: Page) -> int:
    """How many pictures the fullest frame took."""
    said = await page.get_by_role("img").first.get_attribute("data-most-pictures")
    return int(said or 0)
