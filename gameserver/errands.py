"""What the command line does to the books by itself, also while a server runs on them."""

from contextlib import AbstractAsyncContextManager

from gameserver.config import Config, MissingKey
from gameserver.game.no_spawn import BadAreas
from gameserver.game.tokens import make_token
from gameserver.geocoding import WrongGeocoder
from gameserver.http.page_settings import BadSetting
from gameserver.ledger.database import LedgerError, UnsupportedDatabase, open_database
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.migrations import migrate
from gameserver.live.embedded import EmbeddedRedisError
from gameserver.live.errors import LiveError
from gameserver.services import wall_clock_ms

SETUP_ERRORS = (
    LedgerError,
    UnsupportedDatabase,
    LiveError,
    EmbeddedRedisError,
    MissingKey,
    WrongGeocoder,
    BadAreas,
    BadSetting,
    OSError,
)
"""What a wrong option or an absent server ends in: said in a line, without a traceback."""


def books(config: Config) -> AbstractAsyncContextManager[Ledger]:
    """The books that the options name."""
    config.make_data_dir()
    return open_ledger(config.database_url, migrate=config.database is None)


async def add_merchant(config: Config, name: str) -> tuple[str, str]:
    """A new merchant's id and key."""
    async with books(config) as ledger:
        made = await ledger.merchants.add_merchant(name)
    return made.id, made.key


async def add_admin_key(config: Config) -> tuple[str, str]:
    """A new admin key's id and the key."""
    async with books(config) as ledger:
        made = await ledger.merchants.add_admin_key()
    return made.id, made.key


async def add_service_key(config: Config) -> tuple[str, str]:
    """A new service key's id and the key."""
    async with books(config) as ledger:
        made = await ledger.merchants.add_service_key()
    return made.id, made.key


async def make_player_token(config: Config, player: str) -> str:
    """A token for a player. ValueError for an id that can't be one."""
    async with books(config) as ledger:
        secret = await ledger.players.secret()
    return make_token(secret, player, wall_clock_ms() + config.token_ttl_s * 1000)


async def migrate_database(config: Config) -> None:
    """Bring the database to this version."""
    config.make_data_dir()
    async with open_database(config.database_url) as db:
        await db.write(migrate)
