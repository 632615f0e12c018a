"""A catch on its way, and the stages that it goes through together with others.

One object per catch, no task, no future and no timer of its own: a stage does its cases in batches
(`gameserver/batches.py`), and has one timer for the case that has been there longest.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from time import perf_counter
from types import TracebackType
from typing import Self

from gameserver.batches import Belt
from gameserver.game.model import Claim
from gameserver.patience import Alarm
from gameserver.protocol import Caught, Refused


class Entry(Enum):
    """What becomes of a claim's entry in the outbox."""

    STAYS = "stays"
    """The keeper goes on with it."""
    IS_DONE = "is done"
    IS_UNDONE = "is undone"
    """The cat gets its place back."""


class Case:
    """One judged catch until its player is answered."""

    __slots__ = (
        "answer",
        "begun_s",
        "claim",
        "entered_s",
        "entry",
        "leaves",
        "stage",
        "told",
    )

    def __init__(self, claim: Claim, told: "Callable[[Case], None]") -> None:
        self.claim = claim
        self.told = told
        """Called once, when there is an answer."""
        self.begun_s = perf_counter()
        self.entry = ""
        """Its entry in the outbox, once it has won."""
        self.stage: Stage | None = None
        """Where it is, None where nothing more will come of it here."""
        self.entered_s = 0.0
        self.answer: Caught | Refused | None = None
        self.leaves = Entry.STAYS


class Stage:
    """Does something for cases, in batches of at most `most`, one at a time and `apart_s` apart.

    `do` gets cases that are at this stage, and sends them on, those that still are when it has
    done. A case that has not left after `within_s` is given to `late`, which sends it on: what is
    being done for it goes on, and comes to nothing here. When the stage ends, all go to `late`.
    """

    def __init__(
        self,
        do: Callable[[list[Case]], Awaitable[None]],
        late: Callable[[list[Case]], None],
        *,
        most: int,
        within_s: float,
        apart_s: float = 0.0,
    ) -> None:
        self._late = late
        self._within_s = within_s
        self._belt = Belt(do, most=most, wanted=self.has, apart_s=apart_s)
        self._here: deque[Case] = deque()
        """In the order of their coming; some of them have left."""
        self._timer: Alarm | None = None
        self.sizes = self._belt.sizes
        """Cases per batch."""
        self.durations = self._belt.durations
        """Seconds per batch."""

    def __len__(self) -> int:
        """How many wait for a batch."""
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
        self._belt.left()
        if self._timer is not None:
            self._timer.cancel()
        self._give_up(len(self._here))

    def has(self, case: Case) -> bool:
        """Is the case still at this stage?"""
        return case.stage is self

    def put(self, cases: Sequence[Case]) -> None:
        """Take cases in."""
        now_s = perf_counter()
        for case in cases:
            case.stage = self
            case.entered_s = now_s
        here = self._here
        while here and here[0].stage is not self:
            here.popleft()
        here.extend(cases)
        if self._belt.closing:
            self._give_up(len(here))
            return
        if self._timer is None and here:
            self._timer = Alarm(self._within_s, self._ring)
        self._belt.put(cases)

    def left_by(self, cases: Sequence[Case]) -> list[Case]:
        """Let cases leave: those that are still here."""
        leaving = [case for case in cases if case.stage is self]
        for case in leaving:
            case.stage = None
        return leaving

    def _ring(self) -> None:
        """Give up on those whose time is over, and wait for the next one's."""
        self._timer = None
        before_s = perf_counter() - self._within_s
        count = 0
        for case in self._here:
            if case.stage is self and case.entered_s > before_s:
                self._timer = Alarm(case.entered_s - before_s, self._ring)
                break
            count += 1
        self._give_up(count)

    def _give_up(self, count: int) -> None:
        late = [self._here.popleft() for _ in range(count)]
        late = self.left_by(late)
        if late:
            self._late(late)
