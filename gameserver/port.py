"""The port of a game server: sockets and HTTP on one listener."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from gameserver.config import Config
from gameserver.gateway.doorman import (
    DOORS,
    IDLE_HTTP_S,
    OVERLOADED_DOORS,
    Doorman,
    Doors,
    hear_of_slow_readers,
    reused_connections,
)
from gameserver.gateway.gateway import Gateway
from gameserver.gateway.pressure import BEAT_S
from gameserver.gateway.socket import PlaySocket
from gameserver.http.pages import add_pages
from gameserver.http.routes import GAME_ROUTES, ROUTES, make_web_app
from gameserver.http.site import Site

BACKLOG = 4096


@asynccontextmanager
async def serving(
    config: Config, listener: socket.socket | None, gateway: Gateway, site: Site
) -> AsyncIterator[str]:
    """Serve while the block lasts. The address at which the port can be reached.

    `listener` is a bound socket to serve on, instead of the configuration's host and port.
    """
    loop = asyncio.get_running_loop()

    def play() -> PlaySocket:
        return PlaySocket(gateway, loop)

    web_app = make_web_app(site, ROUTES if site.coupon_client is None else GAME_ROUTES)
    add_pages(web_app, site.pages)
    web_app.middlewares.insert(0, reused_connections(play))
    runner = web.AppRunner(
        web_app, access_log=None, handle_signals=False, keepalive_timeout=IDLE_HTTP_S
    )
    await runner.setup()
    web_protocol = runner.server
    assert web_protocol is not None

    def doorman() -> Doorman:
        return Doorman(loop, gateway.hall, play, web_protocol)

    try:
        if listener is not None:
            server = await loop.create_server(doorman, sock=listener, backlog=BACKLOG)
        else:
            server = await loop.create_server(
                doorman, config.host, config.port, backlog=BACKLOG, reuse_address=True
            )
        hear_of_slow_readers(server.sockets)
        doors = Doors(server, doorman, BACKLOG)
        await doors.open(DOORS)
        minding = loop.create_task(_mind(doors, gateway), name="minding the doors")
        host, port = server.sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        try:
            yield f"http://{shown}:{port}"
        finally:
            minding.cancel()
            with suppress(asyncio.CancelledError):
                await minding
            doors.close()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(3.0):
                await runner.cleanup()


async def _mind(doors: Doors, gateway: Gateway) -> None:
    """Until cancelled: as many doors as the load wants, and the system has files for."""
    while True:
        turns_away = gateway.street.pressure.recovers
        with suppress(OSError):
            await doors.open(OVERLOADED_DOORS if turns_away else DOORS)
        await asyncio.sleep(BEAT_S)
