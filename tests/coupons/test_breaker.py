"""A breaker against what its docstrings promise, in any order of calls, answers and pauses."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
)

from gameserver.coupons.breaker import FAILURES, PAUSE_MAX_S, PAUSE_S, Breaker, Permit

LONGEST_S = PAUSE_MAX_S * 1.25


def opened(chance: float = 0.5) -> Breaker:
    breaker = Breaker(lambda: chance)
    for _ in range(FAILURES):
        permit = breaker.admit(0.0)
        assert permit is not None
        breaker.failed(permit, 0.0)
        breaker.withdrawn(permit)
    return breaker


def test_failures_in_a_row_open_it_and_not_one_less() -> None:
    breaker = Breaker(lambda: 0.5)
    for failures in (FAILURES - 1, FAILURES):
        for _ in range(failures):
            permit = breaker.admit(0.0)
            assert permit is not None
            breaker.failed(permit, 0.0)
        assert breaker.is_open is (failures == FAILURES)
        if not breaker.is_open:
            breaker.succeeded()
    assert breaker.admit(0.0) is None


def test_one_call_goes_through_after_the_pause_and_closes_it() -> None:
    breaker = opened()
    assert breaker.admit(PAUSE_S - 0.001) is None
    trial = breaker.admit(PAUSE_S)
    assert trial is not None
    assert breaker.admit(PAUSE_S) is None
    breaker.succeeded()
    breaker.withdrawn(trial)
    assert not breaker.is_open
    assert breaker.admit(PAUSE_S) is not None


def test_pauses_grow_up_to_the_longest_and_are_short_again_after_a_success() -> None:
    breaker, now_s, pauses = opened(), 0.0, []
    until_s = PAUSE_S
    for _ in range(6):
        now_s = until_s
        trial = breaker.admit(now_s)
        assert trial is not None
        breaker.failed(trial, now_s)
        until_s = now_s
        while breaker.admit(until_s) is None:
            until_s += 0.25
        pauses.append(until_s - now_s)
        breaker.withdrawn(breaker._trial)  # type: ignore[arg-type]
    assert pauses == [1.0, 2.0, 4.0, 4.0, 4.0, 4.0]
    breaker.succeeded()
    for _ in range(FAILURES):
        permit = breaker.admit(until_s)
        assert permit is not None
        breaker.failed(permit, until_s)
    assert breaker.admit(until_s + PAUSE_S) is not None


def test_callers_come_back_at_different_times() -> None:
    soon, late = opened(0.0), opened(1.0)
    assert soon.admit(PAUSE_S * 0.75) is not None
    assert late.admit(PAUSE_S * 1.2) is None


def test_a_trial_that_nobody_waits_for_any_more_makes_room_for_another() -> None:
    breaker = opened()
    trial = breaker.admit(PAUSE_S)
    assert trial is not None
    breaker.withdrawn(trial)
    assert breaker.admit(PAUSE_S) is not None


def test_calls_from_before_it_opened_neither_end_a_trial_nor_make_room_for_another() -> None:
    breaker = Breaker(lambda: 0.5)
    old = [breaker.admit(0.0) for _ in range(FAILURES + 2)]
    permits = [permit for permit in old if permit is not None]
    for permit in permits[:FAILURES]:
        breaker.failed(permit, 0.0)
    assert breaker.admit(PAUSE_S) is not None
    breaker.failed(permits[-1], PAUSE_S)
    breaker.withdrawn(permits[-2])
    assert breaker.admit(PAUSE_S + LONGEST_S) is None


class AnyOrder(RuleBasedStateMachine):
    """Calls that overlap, and end in any order and way."""

    calls: Bundle[Permit] = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.breaker = Breaker(lambda: 0.5)
        self.trial: Permit | None = None
        self.quiet_since_s = 0.0
        self.row = 0

    @rule(target=calls)
    @precondition(lambda self: not self.breaker.is_open)
    def call(self) -> Permit:
        permit = self.breaker.admit(self.now_s)
        assert permit is not None
        return permit

    @rule(target=calls)
    @precondition(lambda self: self.breaker.is_open and self.trial is None)
    def trial_comes(self) -> Permit:
        """However it came to be open, the pause ends."""
        self.now_s += LONGEST_S
        permit = self.breaker.admit(self.now_s)
        assert permit is not None
        self.trial = permit
        return permit

    @rule(later_s=st.floats(0.0, 10.0))
    @precondition(lambda self: self.trial is not None)
    def nobody_else_while_there_is_a_trial(self, later_s: float) -> None:
        self.now_s += later_s
        assert self.breaker.admit(self.now_s) is None

    @rule(permit=consumes(calls))
    def succeeds(self, permit: Permit) -> None:
        self.breaker.succeeded()
        self.breaker.withdrawn(permit)
        self.trial = None
        self.row = 0
        assert not self.breaker.is_open

    @rule(permit=consumes(calls))
    def fails(self, permit: Permit) -> None:
        was_open = self.breaker.is_open
        self.breaker.failed(permit, self.now_s)
        self.breaker.withdrawn(permit)
        self.row += 1
        if permit is self.trial:
            self.trial = None
            assert self.breaker.admit(self.now_s) is None
        assert self.breaker.is_open is (was_open or self.row >= FAILURES)

    @rule(permit=consumes(calls))
    def is_cancelled(self, permit: Permit) -> None:
        self.breaker.withdrawn(permit)
        if permit is self.trial:
            self.trial = None

    @invariant()
    def open_only_after_failures_in_a_row(self) -> None:
        assert not self.breaker.is_open or self.row >= FAILURES


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase
