"""What the API of one process remembers between requests; none of it must outlive the process."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address
from typing import Generic, NamedTuple, TypeVar

from gameserver.ledger.reports import RedeemedHour
from gameserver.ledger.scores import Score

T = TypeVar("T")

MINUTE_MS = 60_000
ADDRESSES_MOST = 100_000


class CatsOut(NamedTuple):
    """How many cats of a store are out, and how often they can be caught yet."""

    cats: int
    left: int


class Turnstile:
    """Counts per address and minute. Addresses of one IPv6 network of 64 bits count as one."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def wait_ms(self, address: str, now_ms: int) -> int:
        """Count a request: 0 to let it in, else how long it must wait."""
        if self._per_minute <= 0:
            return 0
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        name = network(address)
        full = len(self._counts) >= ADDRESSES_MOST and name not in self._counts
        if full or self._counts[name] >= self._per_minute:
            return (minute + 1) * MINUTE_MS - now_ms
        self._counts[name] += 1
        return 0


DEAR = 10
"""What takes long to make is kept for so many times as long: it never takes more than a tenth."""


class Recent(Generic[T]):
    """A value that is made again when it is older than `ttl_ms`, by one for all who wait.

    One that took long to make (see `DEAR`) may be older.
    """

    def __init__(self, ttl_ms: int) -> None:
        self._ttl_ms = ttl_ms
        self._made_ms = 0
        self._took_ms = 0.0
        self._value: T | None = None
        self._making = asyncio.Lock()

    async def get(self, make: Callable[[], Awaitable[T]], now_ms: int) -> T:
        """The value; what `make` raises is raised."""
        async with self._making:
            value = self._value
            if value is None or now_ms - self._made_ms >= max(self._ttl_ms, DEAR * self._took_ms):
                clock = asyncio.get_running_loop().time
                began_s = clock()
                value = await make()
                self._took_ms = (clock() - began_s) * 1000
                self._value, self._made_ms = value, now_ms
            return value


class RecentOf(Generic[T]):
    """Values by a name, each as in `Recent`; of no more than `most` names."""

    def __init__(self, ttl_ms: int, most: int = 1_000) -> None:
        self._ttl_ms = ttl_ms
        self._most = most
        self._of: dict[str, Recent[T]] = {}

    async def get(self, name: str, make: Callable[[], Awaitable[T]], now_ms: int) -> T:
        """The value of a name; what `make` raises is raised."""
        recent = self._of.get(name)
        if recent is None:
            if len(self._of) >= self._most:
                self._of.pop(next(iter(self._of)))
            recent = self._of[name] = Recent(self._ttl_ms)
        return await recent.get(make, now_ms)


class Memory:
    """All of it but the guesses (guessing.py), one per application."""

    def __init__(self, guests_per_minute: int) -> None:
        self.guests = Turnstile(guests_per_minute)
        self.map: Recent[bytes] = Recent(3_000)
        self.cats_by_store: RecentOf[dict[str, CatsOut]] = RecentOf(1_000)
        """By region."""
        self.leaders: RecentOf[list[Score]] = RecentOf(2_000)
        """By period; a leaderboard is read from the scores of all players."""
        self.streets: RecentOf[bytes] = RecentOf(1_000)
        """`GET /v1/cats`, by merchant."""
        self.redemptions: RecentOf[bytes] = RecentOf(1_000)
        """`GET /v1/reports/redemptions`, by merchant and limit."""
        self.redeemed_hours: RecentOf[list[RedeemedHour]] = RecentOf(1_000, most=100)
        """By merchant and span; every coupon that a campaign has given is looked at."""


def network(address: str) -> str:
    """An address as one to count by: IPv6 networks of 64 bits are one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return parsed.exploded[:19]
    return address
