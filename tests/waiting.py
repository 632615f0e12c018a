"""Waiting for a condition rather than for a time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 20.0


async def until(is_so: Callable[[], T | Awaitable[T]], within_s: float = PATIENCE_S) -> T:
    """Wait until the condition holds, and return what it said. TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while True:
            found = is_so()
            answer = await found if inspect.isawaitable(found) else found
            if answer:
                return answer
            await asyncio.sleep(0.01)
