"""Loops that run as long as a server process does."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from gameserver.ledger.errors import LedgerError
from gameserver.ledger.ledger import Ledger

log = logging.getLogger(__name__)

AGAIN_AFTER_S = 1.0
TIDY_EVERY_S = 30.0
TIDY_PAUSE_S = 0.1

Service = Callable[[], Awaitable[None]]
Start = Callable[[str, Service], None]
"""Starts a loop under a name."""


def wall_clock_ms() -> int:
    """Now, epoch milliseconds."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def services() -> AsyncIterator[Start]:
    """A way to start loops that end with the block; one that a bug ends is started again."""
    tasks: list[asyncio.Task[None]] = []

    def start(name: str, service: Service) -> None:
        tasks.append(asyncio.create_task(_forever(name, service), name=name))

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(name: str, service: Service) -> None:
    while True:
        try:
            await service()
        except Exception:
            log.exception("%s failed; it goes on in %s s", name, AGAIN_AFTER_S)
        await asyncio.sleep(AGAIN_AFTER_S)


async def tidy(ledger: Ledger) -> None:
    """Until cancelled: write down what time has brought, in small steps."""
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        with suppress(LedgerError):
            more = True
            while more:
                more = await ledger.tidy(wall_clock_ms()) > 0
                await asyncio.sleep(TIDY_PAUSE_S)
