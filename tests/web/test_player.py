"""The player's page, in a real browser against a real server."""

import json
from typing import Any

from playwright.async_api import Browser, Page, WebSocket, expect

from tests.servers.catcat import catcat_demo
from tests.servers.chromium import PHONE, visitor
from tests.waiting import until


def cats_told(page: Page) -> dict[str, dict[str, Any]]:
    """The cats that the page has been told of, by id; it fills while the page is open."""
    cats: dict[str, dict[str, Any]] = {}

    def heard(frame: str | bytes) -> None:
        message = json.loads(frame)
        if message["type"] == "cats":
            cats.update((cat["id"], cat) for cat in message["appear"])

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", heard)

    page.on("websocket", opened)
    return cats


async def test_a_player_sees_a_cat_and_catches_it(browser: Browser) -> None:
    async with catcat_demo() as server, visitor(browser, server.url, **PHONE) as (context, watched):
        page = watched.page
        cats = cats_told(page)
        store = (await (await context.request.get("/v1/map")).json())["stores"][0]
        await context.grant_permissions(["geolocation", "camera"])
        here = {"latitude": store["lat"], "longitude": store["lon"], "accuracy": 10}
        await context.set_geolocation(here)
        await page.goto("/")
        await page.get_by_role("button", name="Play").click()
        await until(lambda: len(cats) > 0)
        cat = min(
            cats.values(),
            key=lambda cat: abs(cat["lat"] - store["lat"]) + abs(cat["lon"] - store["lon"]),
        )
        await page.get_by_role("button", name=f"Catch {cat['species']}").first.click()
        await expect(page.get_by_role("status").or_(page.get_by_role("alert"))).not_to_be_empty()
