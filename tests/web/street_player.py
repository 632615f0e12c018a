"""Somebody with a phone in the street: a real browser whose place moves like a person's."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import cos, hypot, radians
from random import Random
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    TimeoutError,
    WebSocket,
    expect,
)

from tests.servers.catcat import CatCat
from tests.servers.chromium import PHONE, Watched, visitor
from tests.waiting import until

METRES_PER_DEG = 111_195.0
JOG_MPS = 2.5
EVERY_S = 1.0
THROWING_S = 90.0

LIGHT: dict[str, Any] = {"device_scale_factor": 1, "reduced_motion": "reduce"}
"""There is no graphics card in tests: every pixel of the stage is made by the processor."""


class StreetPlayer:
    """A player, by what one sees and does on the page; `cats` is what the page was told of."""

    def __init__(self, context: BrowserContext, page: Page, rng: Random) -> None:
        self.page = page
        self.cats: dict[str, dict[str, Any]] = {}
        self._context = context
        self._rng = rng
        self._at = (0.0, 0.0)
        self._to: tuple[float, float] | None = None
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.cats.clear()
        socket.on("framereceived", self._heard)

    def _heard(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        if message["type"] == "cats":
            self.cats.update((cat["id"], cat) for cat in message["appear"])
            for cat in message["vanish"]:
                self.cats.pop(cat, None)

    # --- feet ---

    async def stand_at(self, lat: float, lon: float) -> None:
        """Be somewhere, for the first time."""
        self._at = (lat, lon)
        await self._say_place()

    async def stand_at_a_store(self, north_m: float = 0.0) -> None:
        """Begin so far north of the first store of the map."""
        street = await (await self._context.request.get("/v1/map")).json()
        store = street["stores"][0]
        await self.stand_at(store["lat"] + north_m / METRES_PER_DEG, store["lon"])

    def walk_to(self, lat: float, lon: float) -> None:
        """Go there from now on, while `walking`."""
        self._to = (lat, lon)

    def distance_m(self, place: dict[str, Any]) -> float:
        return hypot(*self._way_m((place["lat"], place["lon"])))

    def nearest(self) -> dict[str, Any]:
        """The nearest cat in view."""
        return min(self.cats.values(), key=self.distance_m)

    @asynccontextmanager
    async def walking(self) -> AsyncIterator[None]:
        """The phone says about once a second where it is; no two steps and errors are alike."""
        feet = asyncio.create_task(self._walk())
        try:
            yield
        finally:
            feet.cancel()
            with suppress(asyncio.CancelledError):
                await feet

    async def _walk(self) -> None:
        while True:
            if self._to is not None:
                north_m, east_m = self._way_m(self._to)
                far_m = max(1.0, hypot(north_m, east_m))
                step_m = min(JOG_MPS * EVERY_S * self._rng.uniform(0.8, 1.2), far_m)
                self._move(north_m * step_m / far_m, east_m * step_m / far_m)
            await self._say_place()
            await asyncio.sleep(EVERY_S)

    def _way_m(self, to: tuple[float, float]) -> tuple[float, float]:
        north_m = (to[0] - self._at[0]) * METRES_PER_DEG
        return north_m, (to[1] - self._at[1]) * METRES_PER_DEG * cos(radians(to[0]))

    def _move(self, north_m: float, east_m: float) -> None:
        lat, lon = self._at
        east_deg = east_m / METRES_PER_DEG / cos(radians(lat))
        self._at = (lat + north_m / METRES_PER_DEG, lon + east_deg)

    async def _say_place(self) -> None:
        rng = self._rng
        lat, lon = self._at
        await self._context.set_geolocation(
            {
                "latitude": lat + rng.gauss(0, 0.4) / METRES_PER_DEG,
                "longitude": lon + rng.gauss(0, 0.4) / METRES_PER_DEG,
                "accuracy": round(rng.uniform(5, 9), 1),
            }
        )

    # --- hands ---

    async def sign_up(self) -> None:
        """The one tap, and the first cats."""
        await self.page.goto("/")
        await self.page.get_by_role("button", name="Play", exact=True).click()
        await until(lambda: len(self.cats) > 0)

    async def catch_a_cat(self) -> None:
        """Walk to a cat and throw until one is caught; the server's dice decide how often.

        At the end the page shows what was won.
        """
        given_up: set[str] = set()
        for _ in range(6):
            cat = min(
                (cat for cat in self.cats.values() if cat["id"] not in given_up),
                key=self.distance_m,
            )
            given_up.add(cat["id"])
            self.walk_to(cat["lat"], cat["lon"])
            catch = self.page.get_by_role("button", name="Catch ")
            await catch.click(timeout=60_000)
            if await throw_until_it_ends(self.page):
                return
            await self.page.get_by_role("button", name="Find another cat").click()
        raise AssertionError("no cat was caught")

    async def coupon_code(self) -> str:
        """The code of the coupon that has just dropped."""
        code = self.page.get_by_role("code").first
        await expect(code).to_be_visible()
        return (await code.text_content()) or ""


async def throw_until_it_ends(page: Page) -> bool:
    """Throw at the cat before the camera until it is caught, or lost: the dice are the server's."""
    box = page.get_by_role("button", name="Throw the box", disabled=False)
    won = page.get_by_role("heading", name="You caught ")
    lost = page.get_by_role("button", name="Find another cat")
    async with asyncio.timeout(THROWING_S):
        while True:
            await expect(box.or_(won).or_(lost).first).to_be_visible(timeout=THROWING_S * 1000)
            if await won.is_visible():
                return True
            if await lost.is_visible():
                return False
            with suppress(TimeoutError):  # it was disabled meanwhile: another look says why
                await box.click(timeout=3_000)


async def flick(page: Page, box: Locator, right_px: float, down_px: float) -> None:
    """Flick the box with the mouse: in 60 ms by the events, however slow the machine."""
    place = await box.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    session = await page.context.new_cdp_session(page)
    from_s = time.time()

    async def mouse(kind: str, part: float) -> None:
        event = {"type": kind, "x": x + right_px * part, "y": y + down_px * part}
        buttons = {"button": "left", "buttons": 0 if kind == "mouseReleased" else 1}
        clock = {"timestamp": from_s + part * 0.06, "clickCount": 1}
        await session.send("Input.dispatchMouseEvent", event | buttons | clock)

    await mouse("mousePressed", 0.0)
    for part in (0.25, 0.5, 0.75, 1.0):
        await mouse("mouseMoved", part)
    await mouse("mouseReleased", 1.0)


@asynccontextmanager
async def street_player(
    browser: Browser, server: CatCat, seed: int = 1, **options: Any
) -> AsyncIterator[tuple[StreetPlayer, Watched]]:
    """Somebody near a store with a phone that may be asked for its place and its camera."""
    async with visitor(browser, server.url, **(options or PHONE | LIGHT)) as (context, watched):
        await context.grant_permissions(["geolocation", "camera"])
        player = StreetPlayer(context, watched.page, Random(seed))
        await player.stand_at_a_store(north_m=30.0)
        yield player, watched
