"""The game as one process plays it: its street, its gateway, its keeper, and what runs beside them.

What each of them waits for or looks at now and then is started here, and stopped when the block
ends; sockets and HTTP come on top of it, in `app`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from gameserver.awards.awards import Awards
from gameserver.awards.line import Line
from gameserver.backends import Backends
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
from gameserver.jobs import Jobs
from gameserver.keeper.keeper import Books, Keeper
from gameserver.ledger.errors import LedgerError
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.no_spawn_file import NoSpawnFile
from gameserver.screen.board import Board
from gameserver.screen.screen import Screen
from gameserver.screen.totals import RunningTotals
from gameserver.services import Start, services, tidy, wall_clock_ms
from gameserver.species import read_species

JOBS_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The parts of a game that is on. `start` starts what else runs as long as it does."""

    ground: Ground
    street: Street
    gateway: Gateway
    feed: Feed
    keeper: Keeper
    line: Line
    jobs: Jobs
    screen: Screen
    no_spawn: NoSpawnFile
    start: Start

    @property
    def process(self) -> str:
        """What this process is called in Redis."""
        return self.ground.process


@asynccontextmanager
async def playing(config: Config, backends: Backends) -> AsyncIterator[Playing]:
    """Play while the block lasts. What the configuration names wrongly is raised before that."""
    async with AsyncExitStack() as stack:
        game = await _set_up(config, backends, stack)
        await _follow(config, backends, game, stack)
        stack.push_async_callback(_leave, backends.live, game.process)
        yield game


async def _set_up(config: Config, backends: Backends, stack: AsyncExitStack) -> Playing:
    live, ledger = backends.live, backends.ledger
    no_spawn = NoSpawnFile(config.no_spawn)
    await no_spawn.read()
    line = await stack.enter_async_context(Line(live, backends.bookkeeping, wall_clock_ms))
    awards = await stack.enter_async_context(
        Awards(live, backends.coupons, ledger.catches, wall_clock_ms)
    )
    ground = Ground(
        rules=config.rules,
        species=read_species(),
        secret=await ledger.players.secret(),
        process=token_hex(6),
        clock=wall_clock_ms,
        sanctions=ledger.sanctions,
    )
    jobs = await stack.enter_async_context(Jobs(most=JOBS_MOST))
    street = Street(ground, live, awards, line, jobs)
    if config.attestation_secret is not None:
        street.lookback.verifier = SignedVerdicts(config.attestation_secret.encode())
    limits = Limits(config.max_sockets, config.max_sockets_per_address)
    books = Books(backends.coupons, ledger.merchants, no_spawn.areas())
    totals = RunningTotals(ground.process, live, ledger, backends.client is None)
    return Playing(
        ground=ground,
        street=street,
        gateway=Gateway(street, limits, list(config.origins)),
        feed=Feed(street, live, ground.process),
        keeper=Keeper(ground.process, live, awards, books, wall_clock_ms),
        line=line,
        jobs=jobs,
        screen=Screen(ground.process, live, street, Board(ledger), totals),
        no_spawn=no_spawn,
        start=await stack.enter_async_context(services()),
    )


async def _follow(config: Config, backends: Backends, game: Playing, stack: AsyncExitStack) -> None:
    """Start what waits for news, and what is looked at now and then."""
    ledger, street, start = backends.ledger, game.street, game.start
    bans = Bans(street, ledger.players)
    await bans.refresh()
    sanctions = SanctionWatch(street.lookback, ledger.sanctions)
    await sanctions.refresh()
    start("feed", game.feed.follow)
    start("sessions", game.feed.keep_sessions)
    start("sweep", game.gateway.sweep)
    start("load", game.gateway.watch)
    start("keeper", game.keeper.keep)
    if config.no_spawn is not None:
        start("areas without cats", partial(game.no_spawn.follow, game.keeper.redraw))
    crowds = Crowds(game.process, backends.live, game.keeper, street.roster.sessions)
    start("crowds", partial(crowds.follow, wall_clock_ms))
    footfall = FootfallBook(street.world.footfall, ledger.footfalls, wall_clock_ms)
    stack.push_async_callback(_write_footfall, footfall)
    start("footfall", footfall.follow)
    start("bans", bans.follow)
    start("sanctions", sanctions.follow)
    start("tidying", partial(tidy, ledger))
    if backends.client is not None:
        news = CouponFeed(street, backends.coupons, ledger.catches.attempts)
        start("news of coupons", news.follow)
    start("screen", partial(game.screen.follow, wall_clock_ms))
    start("the screen's books", partial(game.screen.follow_books, wall_clock_ms))


async def _write_footfall(book: FootfallBook) -> None:
    with suppress(LedgerError):  # nobody is paid by it
        await book.write()


async def _leave(live: Live, process: str) -> None:
    with suppress(LiveError):  # it expires by itself
        await live.drop_inbox(process)
