"""The coupon service by itself: the API of coupons and campaigns over its own books.

async with running_coupons(config) as url:
    print(url)
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex

from aiohttp import web

from gameserver.config import Config
from gameserver.http.routes import COUPON_ROUTES, make_web_app
from gameserver.http.site import Site
from gameserver.http.traffic import Traffic
from gameserver.ledger.database import LedgerError
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.messages import InboxMessage
from gameserver.ops.exposition import coupon_exposition
from gameserver.ops.pauses import Pauses
from gameserver.services import services, tidy, wall_clock_ms

log = logging.getLogger(__name__)

BACKLOG = 1024
STOP_WITHIN_S = 5.0


@asynccontextmanager
async def running_coupons(config: Config) -> AsyncIterator[str]:
    """A coupon service that is up until the context ends; the address it can be reached at."""
    config.make_data_dir()
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(
            open_ledger(config.database_url, migrate=config.database is None)
        )
        await keep_key(ledger, config.coupons_key_file)
        start = await stack.enter_async_context(services())
        start("tidying", partial(tidy, ledger))
        pauses, traffic = stack.enter_context(Pauses()), Traffic()
        start("watching for pauses", pauses.watch)
        site = Site(
            ledger=ledger,
            coupons=ledger.coupons,
            rules=config.rules,
            species={},
            secret=await ledger.players.secret(),
            clock=wall_clock_ms,
            token_ttl_ms=config.token_ttl_s * 1000,
            ready=partial(_ready, ledger),
            metrics=coupon_exposition(token_hex(6), ledger.db, traffic, pauses),
            traffic=traffic,
            tell=_tell_nobody,
            forget_track=_know_of_none,
            origins=config.origins,
        )
        yield await stack.enter_async_context(_serving(config, site))


async def keep_key(ledger: Ledger, path: Path) -> None:
    """See to it that the file holds a service key that opens this service."""
    kept = await asyncio.to_thread(_read_key, path)
    if kept is not None and await ledger.merchants.authenticate(kept) is not None:
        return
    made = await ledger.merchants.add_service_key()
    await asyncio.to_thread(_write_key, path, made.key)
    log.info("a service key for game servers is in %s", path)


def _read_key(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _write_key(path: Path, key: str) -> None:
    """For its owner only, and never half a key."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(key + "\n", "utf-8")
    fresh.replace(path)


@asynccontextmanager
async def _serving(config: Config, site: Site) -> AsyncIterator[str]:
    runner = web.AppRunner(
        make_web_app(site, COUPON_ROUTES),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=STOP_WITHIN_S,
    )
    await runner.setup()
    try:
        listener = web.TCPSite(
            runner, config.host, config.port, backlog=BACKLOG, reuse_address=True
        )
        await listener.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
    finally:
        await runner.cleanup()


async def _ready(ledger: Ledger) -> dict[str, str]:
    try:
        async with asyncio.timeout(1.0):
            await ledger.ping()
    except (LedgerError, TimeoutError):
        return {"database": "unavailable"}
    return {"database": "ok"}


async def _tell_nobody(_: InboxMessage) -> None:
    """Players' phones hang on game servers, which follow the changes of coupons."""


async def _know_of_none(_: str) -> None:
    """Here is no game, and nobody's track."""
