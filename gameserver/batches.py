"""Micro-batches: while one batch is being done, the next one gathers.

An idle server does each item at once, a busy one does more per batch, at the cost of one. Where a
batch by itself is dear, one that follows another at once may be made to wait for company.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import perf_counter
from types import TracebackType
from typing import Generic, Self, TypeVar

from gameserver.histogram import ITEMS, Histogram

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")


class BatchesFull(Exception):
    """Too many items wait already; nothing was taken in."""


class Belt(Generic[Item]):
    """Does items in batches of at most `most`, one batch at a time, in order of arrival.

    What becomes of an item is between `do` and the item: nothing is answered here, so that an item
    costs no future. An item that is not `wanted` any more when its batch begins is left out of it.
    What `do` raises is logged, and the next batch is done. Batches begin at least `apart_s` apart,
    which who closes has to wait, too.
    At the end what waits is still done, for at most `grace_s`; then `do` is cancelled.
    """

    def __init__(
        self,
        do: Callable[[list[Item]], Awaitable[None]],
        *,
        most: int,
        wanted: Callable[[Item], bool],
        grace_s: float = 2.0,
        apart_s: float = 0.0,
    ) -> None:
        self._do = do
        self._most = most
        self._wanted = wanted
        self._grace_s = grace_s
        self._apart_s = apart_s
        self._items: deque[Item] = deque()
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self.closing = False
        """Is it taking nothing more?"""
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
        self.closing = True
        self._wake.set()
        await asyncio.wait([self._worker], timeout=self._grace_s)
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)

    def put(self, items: Iterable[Item]) -> None:
        """Put items into the next batches."""
        self._items.extend(items)
        self._wake.set()

    def left(self) -> list[Item]:
        """What still waits, which is taken out."""
        items = list(self._items)
        self._items.clear()
        return items

    async def _work(self) -> None:
        while True:
            while not self._items:
                if self.closing:
                    return
                self._wake.clear()
                await self._wake.wait()
            batch = self._next_batch()
            if batch:
                next_s = perf_counter() + self._apart_s
                await self._do_batch(batch)
                rest_s = next_s - perf_counter()
                if rest_s > 0.0 and not self.closing:
                    await asyncio.sleep(rest_s)

    def _next_batch(self) -> list[Item]:
        batch: list[Item] = []
        items, wanted, most = self._items, self._wanted, self._most
        while items and len(batch) < most:
            item = items.popleft()
            if wanted(item):
                batch.append(item)
        return batch

    async def _do_batch(self, batch: list[Item]) -> None:
        self.sizes.add(len(batch))
        started_s = perf_counter()
        try:
            await self._do(batch)
        except Exception:
            log.exception("a batch of %d failed", len(batch))
        finally:
            self.durations.add(perf_counter() - started_s)


class Batches(Generic[Item, Result]):
    """A belt whose items are answered, each through a future.

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
        self._waiting = waiting
        self._belt: Belt[tuple[Item, asyncio.Future[Result]]] = Belt(
            self._do_batch, most=most, wanted=_is_waited_for, grace_s=grace_s
        )
        self.sizes = self._belt.sizes
        self.durations = self._belt.durations

    def __len__(self) -> int:
        return len(self._belt)

    async def __aenter__(self) -> Self:
        await self._belt.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what is waiting, as far as there is time, then stop."""
        await self._belt.__aexit__(kind, error, trace)
        for _, future in self._belt.left():
            future.cancel()

    def add(self, item: Item) -> asyncio.Future[Result]:
        """Put an item into the next batch."""
        if len(self._belt) >= self._waiting or self._belt.closing:
            raise BatchesFull
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._belt.put(((item, future),))
        return future

    async def _do_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._do([item for item, _ in batch])
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


def _is_waited_for(pair: tuple[Item, "asyncio.Future[Result]"]) -> bool:
    return not pair[1].cancelled()
