"""What a store's cats are to players: told of, aimed at, caught. Counted here, kept in the books.

Plain counters on the hot path; what they have is written down every few seconds. They are there to
see how a store does, not to pay by: a process that is killed loses what it has not written down.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from gameserver.ledger.errors import LedgerError
from gameserver.ledger.footfall import Footfalls, Steps

EVERY_S = 5.0


class Footfall:
    """Counts by store since they were last taken.

    `seen`: a cat came into a view. `approached`: somebody raised the phone at one in reach.
    """

    __slots__ = ("approached", "caught", "seen")

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.approached: Counter[str] = Counter()
        self.caught: Counter[str] = Counter()

    def take(self) -> list[Steps]:
        """What was counted, which is forgotten here."""
        stores = self.seen.keys() | self.approached.keys() | self.caught.keys()
        taken = [
            Steps(store, self.seen[store], self.approached[store], self.caught[store])
            for store in sorted(stores)
        ]
        for counter in (self.seen, self.approached, self.caught):
            counter.clear()
        return taken

    def give_back(self, taken: list[Steps]) -> None:
        """What was taken and could not be written down."""
        for steps in taken:
            self.seen[steps.store] += steps.seen
            self.approached[steps.store] += steps.approached
            self.caught[steps.store] += steps.caught


class FootfallBook:
    """Writes down what a process has counted."""

    def __init__(self, footfall: Footfall, kept: Footfalls, clock: Callable[[], int]) -> None:
        self._footfall = footfall
        self._kept = kept
        self._clock = clock

    async def follow(self) -> None:
        """Until cancelled: write every few seconds."""
        while True:
            await asyncio.sleep(EVERY_S)
            with suppress(LedgerError):
                await self.write()

    async def write(self) -> None:
        """Write down what was counted, to the hour that it is now. LedgerError: it stays here."""
        taken = self._footfall.take()
        if not taken:
            return
        try:
            await self._kept.add(taken, self._clock())
        except LedgerError:
            self._footfall.give_back(taken)
            raise
