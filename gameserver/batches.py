"""Micro-batches: while one batch is being done, the next one gathers.

No timer and no waiting for company: an idle server does each item at once, a busy one does more
per batch, at the cost of one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from types import TracebackType
from typing import Generic, Self, TypeVar

from gameserver.histogram import ITEMS, Histogram

Item = TypeVar("Item")
Result = TypeVar("Result")


class BatchesFull(Exception):
    """Too many items wait already; nothing was taken in."""


class Batches(Generic[Item, Result]):
    """Does items in batches of at most `most`, one batch at a time, in order of arrival.

    `do` gets the items and answers as many results in the same order; where it raises, every item
    of the batch raises that. Cancelling a future withdraws its item if its batch has not begun, and
    disturbs no other.
    At most `waiting` items wait; one more raises BatchesFull.
    At the end what waits is still done, for at most `grace_s`; then the rest is withdrawn.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        most: int,
        waiting: int,
        grace_s: float = 2.0,
    ) -> None:
        self._do = do
        self._most = most
        self._waiting = waiting
        self._grace_s = grace_s
        self._items: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._closing = False
        self.sizes = Histogram(ITEMS)
        """Items per batch."""
        self.durations = Histogram()
        """Seconds per batch."""

    def __len__(self) -> int:
        return len(self._items)

    async def __aenter__(self) -> Self:
        self._worker = asyncio.create_task(self._work(), name="batches")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what is waiting, as far as there is time, then stop."""
        assert self._worker is not None
        self._closing = True
        self._wake.set()
        await asyncio.wait([self._worker], timeout=self._grace_s)
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        for _, future in self._items:
            future.cancel()
        self._items.clear()

    def add(self, item: Item) -> asyncio.Future[Result]:
        """Put an item into the next batch."""
        if len(self._items) >= self._waiting or self._closing:
            raise BatchesFull
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._items.append((item, future))
        self._wake.set()
        return future

    async def _work(self) -> None:
        while True:
            while not self._items:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
            batch = self._next_batch()
            if batch:
                await self._do_batch(batch)

    def _next_batch(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._items and len(batch) < self._most:
            item, future = self._items.popleft()
            if not future.cancelled():
                batch.append((item, future))
        return batch

    async def _do_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        self.sizes.add(len(batch))
        started_s = perf_counter()
        try:
            try:
                results = await self._do([item for item, _ in batch])
            finally:
                self.durations.add(perf_counter() - started_s)
            if len(results) != len(batch):
                raise ValueError(f"{len(results)} results for {len(batch)} items")
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # goes to every caller; the worker lives on
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # its caller may be gone: then nobody need be warned
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
