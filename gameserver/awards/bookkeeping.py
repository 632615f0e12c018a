"""Where coupons are issued and catches are recorded: in one place, or in two.

Either is given cases that have won, and gives each back with its answer, in batches.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self, TypeVar

from gameserver.awards import answers
from gameserver.awards.stages import Case, Entry, Stage
from gameserver.coupons.service import CouponService
from gameserver.game.model import IssueItem, IssueResult
from gameserver.histogram import Histogram
from gameserver.ledger.catches import Catches
from gameserver.ledger.errors import LedgerError
from gameserver.ledger.settling import Settlement, item_of
from gameserver.protocol import Caught

log = logging.getLogger(__name__)

ISSUE_WITHIN_S = 1.5
RECORD_WITHIN_S = 1.0
BATCH_MOST = 500

COMMITS_APART_S = 0.01
"""Catches of so long share a commit, whose own costs are high: at 3,500 a second each is a fifth
cheaper, and told five milliseconds later. One that comes alone does not wait."""

Settled = Callable[[Sequence[Case]], None]
"""Called with cases that have their answers."""

Clock = Callable[[], int]

Result = TypeVar("Result")


class Bookkeeping(Protocol):
    """Gives won claims their coupons and keeps the record of catches.

    A case is settled once its coupon and its catch are committed; or, without that,

    - `busy`, where they are not in time: what is not in the books is not promised, and the keeper
      goes on with the outbox entry;
    - with its coupon `pending`, once the catch is committed as owed one: then the entry stays, too;
    - with a refusal, where the coupon can't be had, or the player has another catch of this cat.
    """

    settled: Settled
    """To be set before the first case is put in."""
    issuing: Stage
    """Where cases wait for their coupon."""
    recording: Stage
    """Where they wait to be recorded; the same stage where one commit does both."""
    issue_times: Histogram
    """Seconds that players waited for a coupon; with one commit for both, for its batch."""
    record_times: Histogram
    """Seconds that players waited for the catch to be recorded."""

    async def __aenter__(self) -> Self:
        """Begin to work."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Settle all that are here, as far as there is time; the rest is `busy`."""
        ...

    def put(self, cases: Sequence[Case]) -> None:
        """Take in cases that have won."""
        ...


class OneCommit:
    """Books that have coupons and catches in one database."""

    def __init__(self, settlement: Settlement, clock: Clock) -> None:
        self.settled: Settled = _nobody
        self._settlement = settlement
        self._clock = clock
        within_s = ISSUE_WITHIN_S + RECORD_WITHIN_S
        self.issuing = self.recording = Stage(
            self._settle,
            self._late,
            most=BATCH_MOST,
            within_s=within_s,
            apart_s=COMMITS_APART_S,
        )
        self.issue_times = Histogram()
        self.record_times = Histogram()

    async def __aenter__(self) -> Self:
        await self.recording.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.recording.__aexit__(kind, error, trace)

    def put(self, cases: Sequence[Case]) -> None:
        """See `Bookkeeping.put`."""
        self.recording.put(cases)

    async def _settle(self, cases: list[Case]) -> None:
        begun_s = perf_counter()
        try:
            results = await each_for_itself(self._ask, cases)
        except LedgerError:
            self._late(self.recording.left_by(cases))
            return
        now_s = perf_counter()
        issue_times, record_times = self.issue_times, self.record_times
        here: list[Case] = []
        for case, result in zip(cases, results, strict=True):
            # Who was told `busy` already hears from the keeper: the entry stays.
            if case.stage is not self.recording:
                continue
            case.stage = None
            issue_times.add(begun_s - case.entered_s)
            record_times.add(now_s - begun_s)
            _answer(case, result)
            here.append(case)
        self.settled(here)

    async def _ask(self, cases: Sequence[Case]) -> list[IssueResult | None]:
        return await self._settlement.settle([case.claim for case in cases], self._clock())

    def _late(self, cases: list[Case]) -> None:
        _give_up(cases)
        self.settled(cases)


class TwoCommits:
    """Books of catches beside a coupon service: first the coupon, then the catch."""

    def __init__(self, coupons: CouponService, catches: Catches, clock: Clock) -> None:
        self.settled: Settled = _nobody
        self._coupons = coupons
        self._catches = catches
        self._clock = clock
        self.issuing = Stage(self._issue, self._owe, most=BATCH_MOST, within_s=ISSUE_WITHIN_S)
        self.recording = Stage(
            self._record,
            self._late,
            most=BATCH_MOST,
            within_s=RECORD_WITHIN_S,
            apart_s=COMMITS_APART_S,
        )
        self.issue_times = Histogram()
        self.record_times = Histogram()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.recording)
        await self._stack.enter_async_context(self.issuing)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def put(self, cases: Sequence[Case]) -> None:
        """See `Bookkeeping.put`."""
        self.issuing.put([case for case in cases if case.claim.campaign is not None])
        self.recording.put([case for case in cases if case.claim.campaign is None])

    async def _issue(self, cases: list[Case]) -> None:
        try:
            results = await each_for_itself(self._ask, cases)
        except LedgerError:
            self._owe(self.issuing.left_by(cases))
            return
        issued: list[Case] = []
        refused: list[Case] = []
        now_s = perf_counter()
        for case, result in zip(cases, results, strict=True):
            if case.stage is not self.issuing:
                continue  # it may have a coupon all the same: then the keeper hears `already`
            case.stage = None
            self.issue_times.add(now_s - case.entered_s)
            _answer(case, result)
            # A coupon is worth nothing until its catch is recorded.
            (issued if case.leaves is Entry.IS_DONE else refused).append(case)
        self.recording.put(issued)
        self.settled(refused)

    async def _ask(self, cases: Sequence[Case]) -> list[IssueResult]:
        items = [item_of(case.claim) for case in cases]
        return await issue_unless_barred(self._coupons, self._catches, items, self._clock())

    def _owe(self, cases: list[Case]) -> None:
        """The coupon service says nothing in time: record that it is still to come."""
        now_s = perf_counter()
        for case in cases:
            self.issue_times.add(now_s - case.entered_s)
            case.answer = answers.caught(case.claim, answers.promised(case.claim))
            case.leaves = Entry.STAYS
        self.recording.put(cases)

    async def _record(self, cases: list[Case]) -> None:
        try:
            results = await each_for_itself(self._write, cases)
        except LedgerError:
            self._late(self.recording.left_by(cases))
            return
        now_s = perf_counter()
        here: list[Case] = []
        for case, stands in zip(cases, results, strict=True):
            if case.stage is not self.recording:
                continue
            case.stage = None
            self.record_times.add(now_s - case.entered_s)
            if isinstance(stands, Exception):
                log.error("a catch can't be settled", exc_info=stands)
                _give_up((case,))
            elif not stands:
                case.answer = answers.already_caught(case.claim)
                case.leaves = Entry.IS_UNDONE
            elif case.answer is None:
                case.answer = answers.caught(case.claim, None)
                case.leaves = Entry.IS_DONE
            here.append(case)
        self.settled(here)

    async def _write(self, cases: Sequence[Case]) -> list[bool]:
        owed = {
            case.claim.catch
            for case in cases
            if case.answer is not None and case.leaves is Entry.STAYS
        }
        return await self._catches.record([case.claim for case in cases], self._clock(), owed)

    def _late(self, cases: list[Case]) -> None:
        now_s = perf_counter()
        for case in cases:
            self.record_times.add(now_s - case.entered_s)
        _give_up(cases)
        self.settled(cases)


async def issue_unless_barred(
    coupons: CouponService, catches: Catches, items: Sequence[IssueItem], now_ms: int
) -> list[IssueResult]:
    """Coupons for catches, but for those that can't stand, which Redis had forgotten of.

    These are `already`, without a coupon.
    """
    barred = await catches.barred(items)
    asked = [item for item in items if item.catch not in barred]
    found = await coupons.issue(asked, now_ms) if asked else []
    results = {result.catch: result for result in found}
    return [results.get(item.catch) or IssueResult(item.catch, "already") for item in items]


async def each_for_itself(
    ask: Callable[[Sequence[Case]], Awaitable[Sequence[Result]]], cases: Sequence[Case]
) -> Sequence[Result | Exception]:
    """Ask for all cases at once; where that is a bug because of one, that one has the exception.

    LedgerError where the books can't be asked.
    """
    try:
        return await ask(cases)
    except LedgerError:
        raise
    except Exception as error:
        if len(cases) == 1:
            return [error]
    half = len(cases) // 2
    first = await each_for_itself(ask, cases[:half])
    return [*first, *await each_for_itself(ask, cases[half:])]


def _answer(case: Case, result: IssueResult | Exception | None) -> None:
    """Answer a case as the books do, and say what becomes of its entry."""
    claim = case.claim
    try:
        if isinstance(result, Exception):
            raise result
        answer = answers.caught(claim, None) if result is None else answers.answer(claim, result)
    except Exception:  # whatever the books say of one catch, the others get their answers
        log.exception("a catch can't be settled")
        _give_up((case,))
        return
    case.answer = answer
    case.leaves = Entry.IS_DONE if isinstance(answer, Caught) else Entry.IS_UNDONE


def _give_up(cases: Sequence[Case]) -> None:
    """Nobody knows: perhaps it is written, perhaps the keeper will do it."""
    if cases:
        log.warning("%d catches are recorded later, from the outbox", len(cases))
    for case in cases:
        case.answer = answers.busy(case.claim)
        case.leaves = Entry.STAYS


def _nobody(_: Sequence[Case]) -> None:
    raise RuntimeError("nobody is there to be told")
