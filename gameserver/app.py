"""The one place that wires the parts together.

    async with running(config) as app:
        print(app.url)

Usable on port 0 with a data directory of its own, as the tests do.
"""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from gameserver.backends import Backends, open_backends
from gameserver.config import Config
from gameserver.gateway.gateway import Gateway
from gameserver.geocoding import Geocoder, GeocoderOptions, open_geocoder
from gameserver.http.page_settings import PageSettings, event_of, tiles_of
from gameserver.http.site import Site
from gameserver.http.traffic import Traffic
from gameserver.keeper.keeper import Keeper
from gameserver.ledger.ledger import Ledger
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import InboxMessage
from gameserver.no_spawn_file import NoSpawnFile
from gameserver.ops.metrics import Watched, game_exposition
from gameserver.ops.pauses import Pauses
from gameserver.playing import playing
from gameserver.port import serving
from gameserver.services import wall_clock_ms

log = logging.getLogger(__name__)


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
    pages = page_settings(config)
    config.make_data_dir()
    async with AsyncExitStack() as stack:
        backends = await stack.enter_async_context(open_backends(config, wall_clock_ms))
        game = await stack.enter_async_context(playing(config, backends))
        pauses, traffic = stack.enter_context(Pauses()), Traffic()
        game.start("watching for pauses", pauses.watch)
        watched = Watched(
            process=game.process,
            gateway=game.gateway,
            feed=game.feed,
            keeper=game.keeper,
            line=game.line,
            jobs=game.jobs,
            live=backends.live,
            db=backends.ledger.db,
            traffic=traffic,
            pauses=pauses,
            broadcast=game.screen.broadcast,
            coupons=backends.client,
        )
        post = Post(backends.live)
        site = Site(
            ledger=backends.ledger,
            coupons=backends.coupons,
            coupon_client=backends.client,
            rules=config.rules,
            species=game.ground.species,
            secret=game.ground.secret,
            clock=wall_clock_ms,
            token_ttl_ms=config.token_ttl_s * 1000,
            ready=partial(_readiness, game.gateway, backends),
            metrics=game_exposition(watched),
            traffic=traffic,
            tell=post.tell,
            forget_track=post.forget_track,
            pages=pages,
            no_spawn=game.no_spawn.areas,
            census=backends.live.census,
            geocoder=await _geocoder(config, backends.live, stack),
            broadcast=game.screen.broadcast,
            origins=config.origins,
            guests_per_minute=config.guests_per_minute,
        )
        url = await stack.enter_async_context(serving(config, listener, game.gateway, site))
        stack.push_async_callback(game.gateway.drain)
        stack.callback(game.screen.broadcast.close)
        yield App(url, game.process, backends.live, backends.ledger, game.gateway, game.keeper)


async def check(config: Config) -> None:
    """Find mistakes in the configuration before anything is started.

    BadSetting, BadAreas, WrongGeocoder, or OSError where a file can't be read.
    """

    async def no_turn(_: str) -> bool:
        return False

    page_settings(config)
    await NoSpawnFile(config.no_spawn).read()
    wanted = _wanted_geocoder(config)
    if wanted is not None:
        async with open_geocoder(wanted, no_turn):
            pass


def page_settings(config: Config) -> PageSettings:
    """What the operator has set for the pages. BadSetting."""
    return PageSettings(
        tiles=None if config.tiles is None else tiles_of(config.tiles, config.tiles_attribution),
        event=None if config.event is None else event_of(config.event),
        practice=config.practice,
    )


def _wanted_geocoder(config: Config) -> GeocoderOptions | None:
    if config.geocoder is None:
        return None
    return GeocoderOptions(config.geocoder, config.geocoder_options, config.geocoder_datum)


async def _geocoder(config: Config, live: Live, stack: AsyncExitStack) -> Geocoder | None:
    """The geocoder, whose turns all processes on the same Redis share."""
    wanted = _wanted_geocoder(config)
    if wanted is None:
        return None
    every_ms = round(config.geocoder_every_s * 1000)

    async def turn(nonce: str) -> bool:
        return every_ms == 0 or await live.take_turn("geocoder", nonce, every_ms)

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
