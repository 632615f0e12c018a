"""The big screen's page with made-up news: as much of it as a test wants."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random

from aiohttp import web

from gameserver.http.event_stream import event_stream
from gameserver.http.page_settings import PageSettings
from gameserver.http.pages import add_pages
from gameserver.screen.broadcast import Broadcast
from gameserver.screen.events import Frame, Leader, Light, News, second_frame, start_frame
from tests.http.desk import serving

CITY = (1.29, 103.84)


class MadeUp:
    """A city in which so much is caught every second."""

    def __init__(self, catches_per_s: int) -> None:
        self._rng = Random(7)
        self._per_s = catches_per_s
        self._total = 1_000_000
        spread = self._rng.uniform
        self._stores = [
            (CITY[0] + spread(-0.03, 0.03), CITY[1] + spread(-0.02, 0.02)) for _ in range(50)
        ]
        self.told = Broadcast(self._start)

    async def go_on(self) -> None:
        """A second of news each second, until cancelled."""
        while True:
            await asyncio.sleep(1.0)
            self._total += self._per_s
            places = self._rng.choices(self._stores, k=self._per_s // 4)
            lit = [Light(lat, lon, 201, 4) for lat, lon in places]
            self.told.publish(second_frame(self._news(lit, None, None)))

    async def _start(self) -> Frame:
        leaders = [Leader(n + 1, f"g{n:024x}", 900 - n, 9) for n in range(10)]
        return start_frame(self._news([], leaders, self._stores))

    def _news(
        self,
        lit: list[Light],
        leaders: list[Leader] | None,
        stores: list[tuple[float, float]] | None,
    ) -> News:
        now_ms = round(time.time() * 1000)
        return News(
            second=now_ms // 1000,
            now_ms=now_ms,
            players=18_000,
            catches=self._total,
            coupons=self._total,
            catches_per_s=self._per_s,
            coupons_per_s=self._per_s,
            lights=lit,
            leaders=leaders,
            newest=None if stores is None else [],
            stores=stores,
        )


@asynccontextmanager
async def made_up_screen(catches_per_s: int) -> AsyncIterator[str]:
    """The address of a server whose `/screen` shows made-up news."""
    city = MadeUp(catches_per_s)

    async def live(request: web.Request) -> web.Response:
        return event_stream(request, partial(city.told.frames, "a wall"))

    async def config(_: web.Request) -> web.Response:
        return web.json_response({"tiles": None, "event": None})

    app = web.Application()
    app.router.add_get("/v1/live", live)
    app.router.add_get("/v1/config", config)
    add_pages(app, PageSettings())
    going_on = asyncio.create_task(city.go_on())
    try:
        async with serving(app) as url:
            try:
                yield url
            finally:
                city.told.close()
    finally:
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
