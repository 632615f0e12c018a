"""The line of catches: judged, claimed in Redis, written into the books, told.

Each step is one call for a batch of cases. The claims of one batch are made while an earlier one
is in the books, and the entries of a third are taken out of the outbox.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from time import perf_counter
from types import TracebackType
from typing import Self

from gameserver.awards import answers
from gameserver.awards.bookkeeping import BATCH_MOST, Bookkeeping
from gameserver.awards.stages import Case, Entry
from gameserver.batches import Belt
from gameserver.game.model import Claim
from gameserver.histogram import Histogram
from gameserver.jobs import Jobs
from gameserver.live.claims import Already, Gone, Undone, Won
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.protocol import Caught, Refused

log = logging.getLogger(__name__)

UNDER_WAY_MOST = 20_000

FINISH_EVERY_S = 0.1
"""So often entries are taken out of the outbox, many together: a script for each region costs Redis
more than the entries that it takes."""

_ENDINGS_MOST = 2_000
"""Batches whose claims are being undone, and the one whose entries are being taken out."""

_DONE_MOST = 20_000
"""Entries that wait to be taken out; more are the keeper's."""


class Line:
    """Takes judged catches to their answers."""

    def __init__(self, live: Live, books: Bookkeeping, clock: Callable[[], int]) -> None:
        self._live = live
        self._clock = clock
        self.books = books
        books.settled = self._settled
        self._claiming: Belt[Case] = Belt(self._claim, most=BATCH_MOST, wanted=_always)
        self._endings = Jobs(most=_ENDINGS_MOST, grace_s=2.0)
        self._done: list[tuple[str, str]] = []
        self._is_finishing = False
        self._stack = AsyncExitStack()
        self.under_way = 0
        """Catches that are not answered yet."""
        self.claim_times = Histogram()
        """Seconds that claims took in Redis, waiting for a batch included."""

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._endings)
        await self._stack.enter_async_context(self.books)
        await self._stack.enter_async_context(self._claiming)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Answer all, as far as there is time; the rest is `busy`."""
        await self._stack.__aexit__(kind, error, trace)
        self._busy(self._claiming.left())

    def put(self, claim: Claim, told: Callable[[Case], None]) -> bool:
        """Settle a judged catch; `told` is called once, with the case and its answer.

        False, and never called, where too many are under way.

        `caught` once the coupon and the catch are committed. The coupon is pending where the
        coupon service did not answer in time: then the books owe it, and the outbox entry stays for
        the keeper. A refusal where the cat or the coupon can't be had: then the cat has its place
        back. `busy` where Redis or the books do not answer in time.
        """
        if self.under_way >= UNDER_WAY_MOST or self._claiming.closing:
            return False
        self.under_way += 1
        self._claiming.put((Case(claim, told),))
        return True

    async def _claim(self, cases: list[Case]) -> None:
        try:
            outcomes = await self._live.claim_cats([case.claim for case in cases], self._clock())
            pairs = list(zip(cases, outcomes, strict=True))
        except BaseException:
            self._busy(cases)
            raise
        now_s = perf_counter()
        won: list[Case] = []
        lost: list[Case] = []
        for case, outcome in pairs:
            self.claim_times.add(now_s - case.begun_s)
            if isinstance(outcome, Won):
                case.entry = outcome.entry
                won.append(case)
            else:
                case.answer = _lost(case.claim, outcome)
                lost.append(case)
        self.books.put(won)
        self._tell(lost)

    def _settled(self, cases: Sequence[Case]) -> None:
        self._tell([case for case in cases if case.leaves is not Entry.IS_UNDONE])
        done = [(case.claim.cat, case.entry) for case in cases if case.leaves is Entry.IS_DONE]
        if done:
            self._finish_soon(done)
        undone = [case for case in cases if case.leaves is Entry.IS_UNDONE]
        if undone and not self._endings.start(self._undo(undone), "undo claims"):
            self._busy(undone)

    def _finish_soon(self, done: list[tuple[str, str]]) -> None:
        """Take entries out of the outbox; one that stays is finished by the keeper."""
        self._done += done
        if not self._is_finishing:
            self._is_finishing = self._endings.start(self._finish(), "finish claims")
        if not self._is_finishing or len(self._done) > _DONE_MOST:
            self._done.clear()

    async def _finish(self) -> None:
        try:
            while self._done:
                await asyncio.sleep(FINISH_EVERY_S)
                done, self._done = self._done, []
                with suppress(LiveError):
                    await self._live.finish_all(done)
        finally:
            self._is_finishing = False

    async def _undo(self, cases: list[Case]) -> None:
        """Give the cats their places back, then say why."""
        # Until a claim is known to be undone, the keeper may be faster and find a coupon: then it
        # tells the player of that.
        refusals = [case.answer for case in cases]
        for case in cases:
            case.answer = answers.busy(case.claim)
        try:
            await asyncio.gather(*map(self._undo_one, cases, refusals))
        finally:
            self._tell(cases)

    async def _undo_one(self, case: Case, refusal: Caught | Refused | None) -> None:
        assert isinstance(refusal, Refused)
        reason = answers.kept(refusal)
        try:
            if await self._live.unclaim_cat(case.claim, case.entry, reason, self._clock()):
                case.answer = refusal
        except LiveError:
            log.warning("a refused claim's place is given back later, from the outbox")

    def _busy(self, cases: Sequence[Case]) -> None:
        for case in cases:
            case.answer = answers.busy(case.claim)
        self._tell(cases)

    def _tell(self, cases: Sequence[Case]) -> None:
        self.under_way -= len(cases)
        for case in cases:
            try:
                case.told(case)
            except Exception:  # one player's trouble is not another's
                log.exception("an answer can't be told")


def _lost(claim: Claim, outcome: Already | Undone | Gone | LiveError) -> Refused:
    """What a player hears of a claim that has not won."""
    match outcome:
        case Already():
            return answers.already_caught(claim)
        case Undone():
            try:
                return answers.refused_before(outcome.reason, claim)
            except KeyError:  # as another version's server may have written
                log.exception("a claim was undone for an unknown reason")
                return answers.busy(claim)
        case Gone():
            return answers.gone(claim)
        case LiveError():
            return answers.busy(claim)


def _always(_: Case) -> bool:
    return True
