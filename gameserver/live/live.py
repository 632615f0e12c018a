"""The live world in Redis: cats, claims, feeds, leases and sessions, one method per call.

Every call may be made twice: it answers the same and has its effect once. Each raises LiveBusy,
LiveUnavailable or LiveError (see `errors`), whatever else it promises.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from gameserver.live.address import LiveUrl
from gameserver.live.batch import Traffic, open_batcher
from gameserver.live.claims import Claims
from gameserver.live.crowds import Crowds
from gameserver.live.errors import LiveError
from gameserver.live.feed import Feeds
from gameserver.live.keys import KEEPERS
from gameserver.live.leases import Leases
from gameserver.live.screens import Screens
from gameserver.live.sessions import Sessions
from gameserver.live.tracks import Tracks
from gameserver.live.turns import Turns

OLDEST = (6, 2)
"""The oldest Redis whose streams can be trimmed by age."""


class Live(Claims, Crowds, Feeds, Leases, Screens, Sessions, Tracks, Turns):
    """The live world. Made with `open_live`."""

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            await self._redis.send(KEEPERS, "ZCARD", KEEPERS)
        except LiveError:
            return False
        return True

    @property
    def waiting(self) -> int:
        """Calls of this process that wait for Redis."""
        return self._redis.waiting

    @property
    def traffic(self) -> Traffic:
        """What this process sent to Redis, and how fast the replies came."""
        return self._redis.traffic

    async def check_server(self, address: LiveUrl) -> None:
        """LiveError if the server is too old, or one of a Cluster that is not addressed as one."""
        info = cast(bytes, await self._redis.send(KEEPERS, "INFO", "server")).decode()
        version = re.search(r"redis_version:(\d+)\.(\d+)", info)
        if version and (int(version[1]), int(version[2])) < OLDEST:
            raise LiveError(f"Redis 6.2 or newer is needed, this is {version[1]}.{version[2]}")
        # Valkey calls it server_mode.
        if re.search(r"(redis|server)_mode:cluster", info) and address.kind == "single":
            raise LiveError("this Redis is part of a Cluster: its address is redis+cluster://...")


@asynccontextmanager
async def open_live(url: LiveUrl | str) -> AsyncIterator[Live]:
    """The live world at an address (`LiveUrl.parse` says which forms it has), while the block runs.

    ValueError for an address that is none, LiveUnavailable where no server answers there.
    """
    address = LiveUrl.parse(url) if isinstance(url, str) else url
    async with open_batcher(address) as redis:
        live = Live(redis)
        await live.check_server(address)
        yield live
