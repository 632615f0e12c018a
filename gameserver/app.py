"""The one place that wires the parts together.

    async with running(config) as app:
        print(app.url)

Usable on port 0 with a data directory of its own, as the tests do.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex

from aiohttp import web

from gameserver.awards.awards import Awards
from gameserver.awards.bookkeeping import Bookkeeping, OneCommit, TwoCommits
from gameserver.awards.line import Line
from gameserver.config import Config
from gameserver.coupons.client import CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.coupons.service import CouponService
from gameserver.coupons.zones import StoreZones
from gameserver.crowds import Crowds
from gameserver.game.no_spawn import BadAreas, NoSpawn, read_no_spawn
from gameserver.gateway.attestation import SignedVerdicts
from gameserver.gateway.coupon_feed import CouponFeed
from gameserver.gateway.doorman import (
    IDLE_HTTP_S,
    WAITING_MOST,
    Doorman,
    Hall,
    open_doors,
    reused_connections,
)
from gameserver.gateway.feed import Feed
from gameserver.gateway.gateway import Gateway, Limits
from gameserver.gateway.sanctions import SanctionWatch
from gameserver.gateway.socket import PlaySocket, hear_of_slow_readers
from gameserver.gateway.street import Ground, Street
from gameserver.geocoding import Geocoder, GeocoderOptions, open_geocoder
from gameserver.http.routes import GAME_ROUTES, ROUTES, make_web_app
from gameserver.http.site import Site
from gameserver.http.traffic import Traffic
from gameserver.jobs import Jobs
from gameserver.keeper.keeper import Books, Keeper
from gameserver.ledger.database import LedgerError
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.embedded import embedded_redis
from gameserver.live.errors import LiveError
from gameserver.live.live import Live, open_live
from gameserver.live.messages import InboxMessage
from gameserver.ops.metrics import Watched, game_exposition
from gameserver.ops.pauses import Pauses
from gameserver.services import services, tidy, wall_clock_ms
from gameserver.species import read_species

log = logging.getLogger(__name__)

JOBS_MOST = 20_000
BACKLOG = 4096
BANS_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class App:
    """A running server process."""

    url: str
    process: str
    live: Live
    ledger: Ledger
    gateway: Gateway
    keeper: Keeper


@asynccontextmanager
async def running(config: Config, listener: socket.socket | None = None) -> AsyncIterator[App]:
    """A server that is up until the context ends; then it drains and closes everything.

    `listener` is a bound socket to serve on, instead of the configuration's host and port.
    """
    config.make_data_dir()
    no_spawn = await asyncio.to_thread(_no_spawn, config.no_spawn)
    async with AsyncExitStack() as stack:
        redis_url = config.redis
        if redis_url is None:
            redis_url = (await stack.enter_async_context(embedded_redis(config.data_dir))).url
        ledger = await stack.enter_async_context(
            open_ledger(config.database_url, migrate=config.database is None)
        )
        live = await stack.enter_async_context(open_live(redis_url))
        client = _coupon_client(config)
        coupons: CouponService = ledger.coupons
        books: Bookkeeping = OneCommit(ledger.settlement, wall_clock_ms)
        if client is not None:
            await stack.enter_async_context(client)
            coupons = RemoteCoupons(client, StoreZones(ledger.merchants, wall_clock_ms).of)
            books = TwoCommits(coupons, ledger.catches, wall_clock_ms)
        line = await stack.enter_async_context(Line(live, books, wall_clock_ms))
        awards = await stack.enter_async_context(
            Awards(live, coupons, ledger.catches, wall_clock_ms)
        )
        process = token_hex(6)
        ground = Ground(
            rules=config.rules,
            species=read_species(),
            secret=await ledger.players.secret(),
            process=process,
            clock=wall_clock_ms,
            sanctions=ledger.sanctions,
        )
        jobs = await stack.enter_async_context(Jobs(most=JOBS_MOST))
        street = Street(ground, live, awards, line, jobs)
        if config.attestation_secret is not None:
            street.lookback.verifier = SignedVerdicts(config.attestation_secret.encode())
        gateway = Gateway(
            street, Limits(config.max_sockets, config.max_sockets_per_address), list(config.origins)
        )
        feed = Feed(street, live, process)
        books = Books(coupons, ledger.merchants, no_spawn)
        keeper = Keeper(process, live, awards, books, wall_clock_ms)
        start = await stack.enter_async_context(services())
        bans = Bans(street, ledger)
        await bans.refresh()
        sanctions = SanctionWatch(street.lookback, ledger.sanctions)
        await sanctions.refresh()
        start("feed", feed.follow)
        start("sessions", feed.keep_sessions)
        start("sweep", gateway.sweep)
        start("load", gateway.watch)
        start("keeper", keeper.keep)
        crowds = Crowds(process, live, keeper, street.roster.sessions)
        start("crowds", partial(crowds.follow, wall_clock_ms))
        start("bans", bans.follow)
        start("sanctions", sanctions.follow)
        start("tidying", partial(tidy, ledger))
        if client is not None:
            start("news of coupons", CouponFeed(street, coupons, ledger.catches.attempts).follow)
        stack.push_async_callback(_leave, live, process)
        pauses, traffic = stack.enter_context(Pauses()), Traffic()
        start("watching for pauses", pauses.watch)
        watched = Watched(
            process=process,
            gateway=gateway,
            feed=feed,
            keeper=keeper,
            line=line,
            jobs=jobs,
            live=live,
            db=ledger.db,
            traffic=traffic,
            pauses=pauses,
            coupons=client,
        )
        post = Post(live)
        site = Site(
            ledger=ledger,
            coupons=coupons,
            coupon_client=client,
            rules=config.rules,
            species=ground.species,
            secret=ground.secret,
            clock=wall_clock_ms,
            token_ttl_ms=config.token_ttl_s * 1000,
            ready=_readiness(live, ledger, gateway, coupons if client is not None else None),
            metrics=game_exposition(watched),
            traffic=traffic,
            tell=post.tell,
            forget_track=post.forget_track,
            no_spawn=no_spawn,
            geocoder=await _geocoder(config, live, stack),
            origins=config.origins,
            guests_per_minute=config.guests_per_minute,
        )
        url = await stack.enter_async_context(_serving(config, listener, gateway, site))
        stack.push_async_callback(gateway.drain)
        yield App(url, process, live, ledger, gateway, keeper)


@asynccontextmanager
async def _serving(
    config: Config, listener: socket.socket | None, gateway: Gateway, site: Site
) -> AsyncIterator[str]:
    """The port: sockets and HTTP on one listener. The address it can be reached at."""
    loop = asyncio.get_running_loop()

    def play() -> PlaySocket:
        return PlaySocket(gateway, loop)

    web_app = make_web_app(site, ROUTES if site.coupon_client is None else GAME_ROUTES)
    web_app.middlewares.insert(0, reused_connections(play))
    runner = web.AppRunner(
        web_app, access_log=None, handle_signals=False, keepalive_timeout=IDLE_HTTP_S
    )
    await runner.setup()
    web_protocol = runner.server
    assert web_protocol is not None

    hall = Hall(WAITING_MOST)

    def doorman() -> Doorman:
        return Doorman(loop, hall, play, web_protocol)

    try:
        if listener is not None:
            server = await loop.create_server(doorman, sock=listener, backlog=BACKLOG)
        else:
            server = await loop.create_server(
                doorman, config.host, config.port, backlog=BACKLOG, reuse_address=True
            )
        hear_of_slow_readers(server.sockets)
        servers = [server, *await open_doors(server, doorman, BACKLOG)]
        host, port = server.sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        try:
            yield f"http://{shown}:{port}"
        finally:
            for one in servers:
                one.close()
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(3.0):
                await runner.cleanup()


async def _leave(live: Live, process: str) -> None:
    with suppress(LiveError):  # it expires by itself
        await live.drop_inbox(process)


def _no_spawn(path: Path | None) -> NoSpawn:
    if path is None:
        return NoSpawn()
    try:
        return read_no_spawn(path.read_bytes())
    except BadAreas as error:
        raise BadAreas(f"{path}: {error}") from error


async def _geocoder(config: Config, live: Live, stack: AsyncExitStack) -> Geocoder | None:
    """The geocoder, whose turns all processes on the same Redis share."""
    if config.geocoder is None:
        return None
    every_ms = round(config.geocoder_every_s * 1000)

    async def turn(nonce: str) -> bool:
        return every_ms == 0 or await live.take_turn("geocoder", nonce, every_ms)

    wanted = GeocoderOptions(config.geocoder, config.geocoder_options, config.geocoder_datum)
    return await stack.enter_async_context(open_geocoder(wanted, turn))


def _coupon_client(config: Config) -> CouponClient | None:
    """The way to the coupon service, where it is not this process."""
    if config.coupons is None:
        return None
    return CouponClient(config.coupons, config.service_key())


def _readiness(
    live: Live, ledger: Ledger, gateway: Gateway, coupons: CouponService | None
) -> Callable[[], Awaitable[dict[str, str]]]:
    async def ready() -> dict[str, str]:
        found = {"gateway": "draining" if gateway.draining else "ok"}
        try:
            async with asyncio.timeout(1.0):
                found["redis"] = "ok" if await live.ping() else "no answer"
        except (LiveError, TimeoutError):
            found["redis"] = "unavailable"
        try:
            async with asyncio.timeout(1.0):
                await ledger.ping()
                found["database"] = "ok"
        except (LedgerError, TimeoutError):
            found["database"] = "unavailable"
        if coupons is not None:
            try:
                async with asyncio.timeout(1.0):
                    await coupons.ping()
                    found["coupons"] = "ok"
            except (LedgerError, TimeoutError):
                found["coupons"] = "unavailable"
        return found

    return ready


class Post:
    """The way from the HTTP API to a player's phone, on whichever process its socket is."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def tell(self, message: InboxMessage) -> None:
        """Tell a player's session; nobody there is fine, and so is a phone that can't be told."""
        try:
            where = await self._live.where(message.player)
            if where is not None:
                await self._live.tell(where.process, message)
        except LiveError:
            log.info("a player could not be told of a change")

    async def forget_track(self, player: str) -> None:
        """Take out where a player was."""
        try:
            await self._live.forget_track(player)
        except LiveError:
            log.info("a track could not be taken out: it goes by itself within a day")


class Bans:
    """Keeps the street's list of banned players true, and ends sessions of the newly banned."""

    def __init__(self, street: Street, ledger: Ledger) -> None:
        self._street = street
        self._ledger = ledger
        self._rev = 0

    async def refresh(self) -> None:
        """Read what changed since last time."""
        for ban in await self._ledger.players.banned_since(self._rev):
            self._rev = max(self._rev, ban.rev)
            if not ban.banned:
                self._street.banned.pop(ban.player, None)
                continue
            self._street.banned[ban.player] = ban.until_ms
            session = self._street.roster.sessions.get(ban.player)
            if session is not None and self._street.is_banned(ban.player, self._street.clock()):
                session.fail("banned", "this player is banned")

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(BANS_EVERY_S)
            try:
                await self.refresh()
            except LedgerError:
                continue
