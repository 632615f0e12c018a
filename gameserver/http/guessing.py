"""Guessing codes: who asks for too many coupons that there are not has to wait.

A wrong code costs a token, of the key (or player) that asked and of all keys of its merchant at
that address; a right one costs nothing. Tokens come back with time. Without one, no code is looked
up at all, so that the answer tells nothing. Buckets are of one process and do not outlive it.

An address never counts for merchants together: behind a proxy all of them have the same, and one
could keep the others' tills from redeeming.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from math import ceil

from gameserver.http.call import AnyCall
from gameserver.http.errors import Problem
from gameserver.http.memory import network
from gameserver.http.route import Answer

WRONG_PER_KEY = 20
"""Wrong codes in a row; a till with a worn scanner and a clerk with thick fingers need fewer."""

TOKEN_BACK_MS = 15_000
"""When a token of a key is back: four wrong codes a minute, of the 2**80 that there are."""

WRONG_PER_ADDRESS = 60
"""The same for all of a merchant's keys at one address, which may be a chain's one way out."""

ADDRESS_TOKEN_BACK_MS = 1_000

BUCKETS_MOST = 100_000

WRONG_CODES = ("unknown_coupon", "wrong_merchant")
"""A code that is another merchant's is a wrong one too: that there is such a coupon is guessed."""


class Buckets:
    """Token buckets by name, the fullest forgotten first: what is forgotten is full again.

    A bucket is the moment at which it will be full; names are ordered by when they last lost a
    token, so the first ones are those that have had the longest time to fill.
    """

    def __init__(self, size: int, back_ms: int, most: int = BUCKETS_MOST) -> None:
        self._size = size
        self._back_ms = back_ms
        self._most = most
        self._full_ms: OrderedDict[str, int] = OrderedDict()

    def wait_ms(self, name: str, now_ms: int) -> int:
        """0 if the bucket holds a token, else how long until it does."""
        missing_ms = self._full_ms.get(name, now_ms) - now_ms
        return max(0, missing_ms - (self._size - 1) * self._back_ms)

    def take(self, name: str, now_ms: int) -> None:
        """Take a token, and forget the oldest bucket where there are too many."""
        full_ms = max(self._full_ms.pop(name, now_ms), now_ms) + self._back_ms
        # Answers that were under way at once may overdraw it, by one bucket at the most.
        self._full_ms[name] = min(full_ms, now_ms + 2 * self._size * self._back_ms)
        if len(self._full_ms) > self._most:
            self._full_ms.popitem(last=False)


class Guesses:
    """The buckets of a process."""

    def __init__(self) -> None:
        self._callers = Buckets(WRONG_PER_KEY, TOKEN_BACK_MS)
        self._addresses = Buckets(WRONG_PER_ADDRESS, ADDRESS_TOKEN_BACK_MS)

    async def guarded(
        self, call: AnyCall, handler: Callable[[AnyCall], Awaitable[Answer]]
    ) -> Answer:
        """What the handler answers, or how long to wait after too many wrong codes."""
        caller = _caller(call)
        address = f"{call.who.merchant or caller} at {network(call.address)}"
        wait_ms = max(
            self._callers.wait_ms(caller, call.now_ms),
            self._addresses.wait_ms(address, call.now_ms),
        )
        if wait_ms > 0:
            call.site.traffic.too_many_guesses += 1
            detail = "Too many codes were wrong."
            return Problem("too_many_requests", detail, retry_after_s=ceil(wait_ms / 1000))
        answer = await handler(call)
        if isinstance(answer, Problem) and answer.code in WRONG_CODES:
            self._callers.take(caller, call.now_ms)
            self._addresses.take(address, call.now_ms)
        return answer


def _caller(call: AnyCall) -> str:
    """Players' ids are theirs to choose: they must not run into keys'."""
    return f"key:{call.who.key}" if call.who.key is not None else f"player:{call.who.player}"
