"""Background work with an owner: bounded, named, logged when it fails, awaited at the end."""

import asyncio
import logging
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

log = logging.getLogger(__name__)


class Jobs:
    """The running tasks of one part. A job that raises is logged and disturbs no other.

    `async with Jobs(...)` waits at the end for what is running, at most `grace_s`, then cancels.
    """

    def __init__(self, *, most: int, grace_s: float = 5.0) -> None:
        self._most = most
        self._grace_s = grace_s
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._grace_s)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> bool:
        """Run `work` beside everything else; False, and not run, where too many are running."""
        if len(self._tasks) >= self._most:
            work.close()
            return False
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("job %s failed", task.get_name(), exc_info=error)
