from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gameserver.game.coupons import (
    LATE_MS,
    LIFE,
    OPENING_SHARE,
    PAUSED,
    REVERSIBLE_MS,
    RULES,
    Change,
    Held,
    Offer,
    Refusal,
    affordable,
    after,
    counted_day,
    evenly,
    is_reversible,
    refusal,
    state_at,
)
from gameserver.game.model import CouponState

NOW = 1_700_000_000_000
OFFER = Offer("active", None, None, None, None)
NONE = Held(0, 0)


def test_the_life_table_knows_every_state_and_leads_to_states_only():
    assert set(LIFE) == set(CouponState)
    assert {state for changes in LIFE.values() for state in changes.values()} <= set(CouponState)


def test_only_a_redemption_is_ever_taken_back():
    assert set(LIFE[CouponState.ACTIVE]) == set(Change) - {Change.REVERSE}
    assert LIFE[CouponState.REDEEMED] == {Change.REVERSE: CouponState.ACTIVE}
    assert LIFE[CouponState.EXPIRED] == LIFE[CouponState.VOID] == {}


def test_a_redemption_is_reversible_until_just_before_a_day_has_passed():
    assert is_reversible(NOW, NOW)
    assert is_reversible(NOW, NOW + REVERSIBLE_MS - 1)
    assert not is_reversible(NOW, NOW + REVERSIBLE_MS)


@pytest.mark.parametrize("change", Change)
def test_only_an_active_coupon_changes_and_only_a_redeemed_one_changes_back(change: Change):
    for state in CouponState:
        begins = CouponState.REDEEMED if change is Change.REVERSE else CouponState.ACTIVE
        assert (after(state, change) is not None) == (state is begins)


def test_an_active_coupon_expires_at_its_moment_and_not_before():
    assert state_at(CouponState.ACTIVE, NOW, NOW - 1) is CouponState.ACTIVE
    assert state_at(CouponState.ACTIVE, NOW, NOW) is CouponState.EXPIRED


@pytest.mark.parametrize("state", [s for s in CouponState if s is not CouponState.ACTIVE])
def test_no_other_state_is_changed_by_time(state: CouponState):
    assert state_at(state, NOW, NOW + 1) is state


def test_a_campaign_without_bounds_refuses_nobody():
    assert refusal(OFFER, Held(10**6, 10**6), NOW) is None


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_a_paused_or_ended_campaign_is_closed(state: str):
    assert refusal(Offer(state, None, None, None, None), NONE, NOW) == Refusal("closed", state)


def test_a_campaign_is_open_from_its_first_moment_until_before_its_last():
    offer = replace(OFFER, starts_ms=NOW, ends_ms=NOW + 10)
    found = [refusal(offer, NONE, NOW + ms) for ms in (-1, 0, 9, 10)]
    assert found == [Refusal("closed", "not_begun"), None, None, Refusal("closed", "over")]


def test_the_limit_per_player_counts_all_days():
    offer = replace(OFFER, per_player=3)
    assert refusal(offer, Held(2, 0), NOW) is None
    assert refusal(offer, Held(3, 0), NOW) == Refusal("limit", "per_player")


def test_the_daily_limit_counts_the_day_of_the_catch():
    offer = replace(OFFER, per_player_day=3)
    assert refusal(offer, Held(9, 2), NOW) is None
    assert refusal(offer, Held(9, 3), NOW) == Refusal("limit", "per_player_day")


def test_a_closed_campaign_says_so_rather_than_that_a_limit_is_met():
    assert refusal(Offer("paused", None, None, 1, 1), Held(5, 5), NOW) == PAUSED


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_lets_a_fresh_player_of_an_open_campaign_pass(rule: object):
    assert callable(rule)
    assert rule(Offer("active", NOW, NOW + 1, 1, 1), NONE, NOW) is None


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)


def day_of(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


def test_the_day_is_that_of_the_store_and_not_of_the_server():
    before = ms(2016, 11, 10, 15, 59, 59)
    after_midnight = ms(2016, 11, 10, 16)
    assert counted_day(before, before, "Asia/Shanghai") == day_of(2016, 11, 10)
    assert counted_day(after_midnight, after_midnight, "Asia/Shanghai") == day_of(2016, 11, 11)
    assert counted_day(after_midnight, after_midnight, "UTC") == day_of(2016, 11, 10)


def test_a_catch_that_is_brought_after_midnight_counts_for_its_own_day():
    caught, brought = ms(2016, 11, 11, 23, 59), ms(2016, 11, 12, 0, 5)
    assert counted_day(caught, brought, "UTC") == day_of(2016, 11, 11)


@given(st.integers(1, 10**12))
def test_a_catch_from_the_future_or_the_far_past_counts_for_today(by_ms: int):
    now = ms(2016, 11, 11, 12)
    today = counted_day(now, now, "UTC")
    assert counted_day(now + by_ms, now, "UTC") == today
    assert counted_day(now - LATE_MS - by_ms, now, "UTC") == today


@given(
    st.integers(ms(2012, 1, 1), ms(2037, 12, 31)), st.sampled_from(sorted(available_timezones()))
)
@example(ms(2020, 10, 3, 16, 0, 59), "Antarctica/Casey")  # a clock change at 0:01
@example(ms(2024, 3, 30, 18, 14, 59), "Asia/Kathmandu")
def test_the_day_is_the_date_of_the_stores_clock(at_ms: int, zone: str):
    date_there = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()
    assert counted_day(at_ms, at_ms, zone) == (date_there - date(1970, 1, 1)).days


def test_a_day_with_a_clock_change_is_one_day():
    start = datetime(2024, 3, 31, tzinfo=UTC)  # Berlin: 23 hours
    days = {
        counted_day(at, at, "Europe/Berlin")
        for at in (
            int((start + timedelta(hours=hour)).timestamp() * 1000) for hour in range(-1, 22)
        )
    }
    assert days == {day_of(2024, 3, 31)}


@given(
    stock=st.integers(0, 10**9),
    span_ms=st.integers(1, 10**12),
    times=st.tuples(st.integers(-(10**12), 2 * 10**12), st.integers(-(10**12), 2 * 10**12)),
)
def test_an_even_pace_never_goes_back_and_keeps_to_the_share_of_the_time(
    stock: int, span_ms: int, times: tuple[int, int]
):
    early, late = sorted(times)
    out = evenly(stock, NOW, NOW + span_ms, NOW + early)
    assert out <= evenly(stock, NOW, NOW + span_ms, NOW + late) <= stock
    assert evenly(stock, NOW, NOW + span_ms, NOW + span_ms) == stock
    share = min(max(early, span_ms // OPENING_SHARE, 1), span_ms)
    assert stock * share <= out * span_ms < stock * share + span_ms


def test_an_even_pace_begins_with_something():
    assert evenly(1, NOW, NOW + 1000, NOW) == 1
    assert evenly(1000, NOW, NOW + 1000, NOW) == 1000 // OPENING_SHARE
    assert evenly(0, NOW, NOW + 1000, NOW) == 0


@pytest.mark.parametrize(
    ("budget", "value", "coupons"),
    [(0.3, 0.1, 3), (0.29, 0.1, 2), (10, 2.5, 4), (1, 3, 0), (1e15, 1e-300, 10**315)],
)
def test_a_budget_is_reckoned_in_decimals(budget: float, value: float, coupons: int):
    assert affordable(budget, value) == coupons
