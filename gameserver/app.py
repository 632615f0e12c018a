"""The one place that wires the parts together.

    async with running(config) as app:
        print(app.url)

Usable on port 0 with a data directory of its own, as the tests do.
"""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from gameserver.awards.awards import Awards
from gameserver.awards.line import Line
from gameserver.backends import Backends, open_backends
from gameserver.config import Config
from gameserver.crowds import Crowds
from gameserver.gateway.attestation import SignedVerdicts
from gameserver.gateway.bans import Bans
from gameserver.gateway.coupon_feed import CouponFeed
from gameserver.gateway.feed import Feed
from gameserver.gateway.footfall import FootfallBook
from gameserver.gateway.gateway import Gateway, Limits
from gameserver.gateway.sanctions import SanctionWatch
from gameserver.gateway.street import Ground, Street
from gameserver.geocoding import Geocoder, GeocoderOptions, open_geocoder
from gameserver.http.page_settings import PageSettings, event_of, tiles_of
from gameserver.http.site import Site
from gameserver.http.traffic import Traffic
from gameserver.jobs import Jobs
from gameserver.keeper.keeper import Books, Keeper
from gameserver.ledger.errors import LedgerError
from gameserver.ledger.ledger import Ledger
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import InboxMessage
from gameserver.no_spawn_file import NoSpawnFile
from gameserver.ops.metrics import Watched, game_exposition
from gameserver.ops.pauses import Pauses
from gameserver.port import serving
from gameserver.screen.board import Board
from gameserver.screen.screen import Screen
from gameserver.screen.totals import RunningTotals
from gameserver.services import services, tidy, wall_clock_ms
from gameserver.species import read_species

log = logging.getLogger(__name__)

JOBS_MOST = 20_000


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
    no_spawn = NoSpawnFile(config.no_spawn)
    await no_spawn.read()
    pages = _page_settings(config)
    async with AsyncExitStack() as stack:
        backends = await stack.enter_async_context(open_backends(config, wall_clock_ms))
        live, ledger, coupons = backends.live, backends.ledger, backends.coupons
        line = await stack.enter_async_context(Line(live, backends.bookkeeping, wall_clock_ms))
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
        books = Books(coupons, ledger.merchants, no_spawn.areas())
        keeper = Keeper(process, live, awards, books, wall_clock_ms)
        start = await stack.enter_async_context(services())
        bans = Bans(street, ledger.players)
        await bans.refresh()
        sanctions = SanctionWatch(street.lookback, ledger.sanctions)
        await sanctions.refresh()
        start("feed", feed.follow)
        start("sessions", feed.keep_sessions)
        start("sweep", gateway.sweep)
        start("load", gateway.watch)
        start("keeper", keeper.keep)
        if config.no_spawn is not None:
            start("areas without cats", partial(no_spawn.follow, keeper.redraw))
        crowds = Crowds(process, live, keeper, street.roster.sessions)
        start("crowds", partial(crowds.follow, wall_clock_ms))
        book = FootfallBook(street.world.footfall, ledger.footfalls, wall_clock_ms)
        stack.push_async_callback(_write_footfall, book)
        start("footfall", book.follow)
        start("bans", bans.follow)
        start("sanctions", sanctions.follow)
        start("tidying", partial(tidy, ledger))
        if backends.client is not None:
            start("news of coupons", CouponFeed(street, coupons, ledger.catches.attempts).follow)
        stack.push_async_callback(_leave, live, process)
        totals = RunningTotals(process, live, ledger, backends.client is None)
        screen = Screen(process, live, street, Board(ledger), totals)
        start("screen", partial(screen.follow, wall_clock_ms))
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
            broadcast=screen.broadcast,
            coupons=backends.client,
        )
        post = Post(live)
        site = Site(
            ledger=ledger,
            coupons=coupons,
            coupon_client=backends.client,
            rules=config.rules,
            species=ground.species,
            secret=ground.secret,
            clock=wall_clock_ms,
            token_ttl_ms=config.token_ttl_s * 1000,
            ready=partial(_readiness, gateway, backends),
            metrics=game_exposition(watched),
            traffic=traffic,
            tell=post.tell,
            forget_track=post.forget_track,
            pages=pages,
            no_spawn=no_spawn.areas,
            census=live.census,
            geocoder=await _geocoder(config, live, stack),
            broadcast=screen.broadcast,
            origins=config.origins,
            guests_per_minute=config.guests_per_minute,
        )
        url = await stack.enter_async_context(serving(config, listener, gateway, site))
        stack.push_async_callback(gateway.drain)
        stack.callback(screen.broadcast.close)
        yield App(url, process, live, ledger, gateway, keeper)


async def _write_footfall(book: FootfallBook) -> None:
    with suppress(LedgerError):  # nobody is paid by it
        await book.write()


async def _leave(live: Live, process: str) -> None:
    with suppress(LiveError):  # it expires by itself
        await live.drop_inbox(process)


def _page_settings(config: Config) -> PageSettings:
    return PageSettings(
        tiles=None if config.tiles is None else tiles_of(config.tiles, config.tiles_attribution),
        event=None if config.event is None else event_of(config.event),
    )


async def _geocoder(config: Config, live: Live, stack: AsyncExitStack) -> Geocoder | None:
    """The geocoder, whose turns all processes on the same Redis share."""
    if config.geocoder is None:
        return None
    every_ms = round(config.geocoder_every_s * 1000)

    async def turn(nonce: str) -> bool:
        return every_ms == 0 or await live.take_turn("geocoder", nonce, every_ms)

    wanted = GeocoderOptions(config.geocoder, config.geocoder_options, config.geocoder_datum)
    return await stack.enter_async_context(open_geocoder(wanted, turn))


async def _readiness(gateway: Gateway, backends: Backends) -> dict[str, str]:
    found = {"gateway": "draining" if gateway.draining else "ok"}
    return found | await backends.readiness()


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
