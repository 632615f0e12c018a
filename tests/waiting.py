"""Waiting for a condition rather than for a time."""

import asyncio
import inspect
from collections.abc import Callable

PATIENCE_S = 20.0


async def until(is_so: Callable[[], object], within_s: float = PATIENCE_S) -> object:
    """Wait until the condition holds (a function, or one that is awaited); what it said then.

    TimeoutError after `within_s`.
    """
    async with asyncio.timeout(within_s):
        while True:
            answer = is_so()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.01)
