"""The operator's file of where no cat may be, read again when it changes."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from gameserver.game.no_spawn import BadAreas, NoSpawn, read_no_spawn

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0

Stamp = tuple[int, int, int]
"""Which file it is, how long, and when it was written: another one where it changed."""


class NoSpawnFile:
    """The areas of a file. Where it can't be read, those from before hold."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: Stamp | None = None
        self._areas = NoSpawn()

    def areas(self) -> NoSpawn:
        """Where no cat may be now: the same object until that changes."""
        return self._areas

    async def read(self) -> None:
        """Read the file. BadAreas or OSError where it can't be, after which it is read again only
        once it has changed.
        """
        if self._path is not None:
            self._areas = await asyncio.to_thread(self._read, self._path)

    def _read(self, path: Path) -> NoSpawn:
        # A file that is written to meanwhile has another stamp afterwards, and is read once more.
        self._stamp = _stamp(path)
        try:
            return read_no_spawn(path.read_bytes())
        except BadAreas as error:
            raise BadAreas(f"{path}: {error}") from error

    async def refresh(self) -> bool:
        """Read the file if it changed; whether other areas hold now."""
        path = self._path
        if path is None or await asyncio.to_thread(_stamp, path) == self._stamp:
            return False
        try:
            await self.read()
        except (BadAreas, OSError) as error:
            log.error("the file of areas without cats changed nothing: %s", error)
            return False
        log.info("no cats in %d areas from now on", len(self._areas))
        return True

    async def follow(self, tell: Callable[[NoSpawn], None]) -> None:
        """Until cancelled; `tell` hears of other areas."""
        while self._path is not None:
            await asyncio.sleep(LOOK_EVERY_S)
            if await self.refresh():
                tell(self._areas)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
