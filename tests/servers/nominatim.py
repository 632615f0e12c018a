"""A geocoder that speaks as Nominatim does, on the loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Nominatim:
    """What it knows, and what it was asked."""

    def __init__(self) -> None:
        self.places: dict[str, list[tuple[str, float, float]]] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.status = 200
        self.headers: dict[str, str] = {}
        self.silent = asyncio.Event()
        """Set: it takes questions and answers none."""
        self.domain = ""

    @property
    def options(self) -> dict[str, Any]:
        """geopy's options for it."""
        agent = "cats-of-the-tests/1 (ops@example.org)"
        return {"domain": self.domain, "scheme": "http", "user_agent": agent}

    async def search(self, request: web.Request) -> web.Response:
        query = request.query["q"]
        self.asked.append(query)
        self.agents.add(request.headers["User-Agent"])
        if self.silent.is_set():
            await asyncio.sleep(60)
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        found = [
            {
                "place_id": number,
                "licence": "Data © OpenStreetMap contributors, ODbL 1.0.",
                "lat": f"{lat:.7f}",
                "lon": f"{lon:.7f}",
                "display_name": name,
                "class": "shop",
                "importance": 0.5,
            }
            for number, (name, lat, lon) in enumerate(self.places.get(query, []))
        ]
        return web.json_response(found[: int(request.query["limit"])])


@asynccontextmanager
async def nominatim() -> AsyncIterator[Nominatim]:
    """A geocoder until the block ends."""
    server = Nominatim()
    app = web.Application()
    app.router.add_get("/search", server.search)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.domain = f"{host}:{port}"
        yield server
    finally:
        await runner.cleanup()
