"""Who may catch, rule by rule; honest walkers always, drivers and jumpers never."""

import ast
import inspect
from random import Random

import pytest
from geopy.distance import geodesic
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gameserver.game import catching
from gameserver.game.catching import (
    AIM_RULES,
    CATCH_RULES,
    Refusal,
    Rules,
    Ticket,
    Try,
    at_walking_pace,
    cat_is_in_view,
    cooled_down,
    fix_is_accurate,
    fix_is_fresh,
    fix_is_not_mocked,
    fix_is_there,
    judge,
    sight,
    throw_hits,
    ticket_is_good,
    took_aim,
    within_reach,
)
from gameserver.game.geo import destination
from gameserver.game.model import Cat
from gameserver.game.seen import SeenFix
from gameserver.game.track import PACE_WINDOW_MS, SAMPLE_EVERY_MS, Track
from tests.places import Place, anywhere, bearings, in_town

NOW_MS = 1_700_000_000_000
TOWN = (30.25, 120.16)
RULES = Rules()


def a_cat(place: Place = TOWN, *, cat: str = "10c832cf3-a", catch_m: float = 40.0) -> Cat:
    return Cat(cat, "bobbin", "s", "Tea", *place, NOW_MS + 60_000, 1, catch_m)


def standing(
    place: Place = TOWN, *, accuracy_m: float = 5.0, mock: bool = False, received_ms: int = NOW_MS
) -> Track:
    track = Track()
    track.add(place, accuracy_m, mock, received_ms, received_ms)
    return track


def stayed(place: Place = TOWN, until_ms: int = NOW_MS) -> Track:
    """Half a minute about one place."""
    track = Track()
    for second in range(-30, 1, 5):
        at_ms = until_ms + 1000 * second
        track.add(destination(*place, 0.0, 0.1 * second), 5.0, False, at_ms, at_ms)
    return track


def a_ticket(
    cat: str = "10c832cf3-a", *, made_ms: int = NOW_MS - 1_000, hit: bool = True
) -> Ticket:
    return Ticket("t", cat, made_ms, made_ms + RULES.ticket_ttl_ms, hit)


def a_try(**more: object) -> Try:
    fields: dict[str, object] = {
        "now_ms": NOW_MS,
        "track": standing(),
        "cat": a_cat(),
        "ticket": a_ticket(),
    }
    return Try(**{**fields, **more})  # type: ignore[arg-type]


# --- rule by rule ------------------------------------------------------------------------------


def test_a_player_at_the_cat_with_a_good_ticket_may_catch_it() -> None:
    assert judge(AIM_RULES, a_try(), RULES) is None
    assert judge(CATCH_RULES, a_try(), RULES) is None


def test_without_a_position_nobody_catches() -> None:
    assert fix_is_there(a_try(track=Track()), RULES) == Refusal("no_fix")
    assert judge(AIM_RULES, a_try(track=Track()), RULES) == Refusal("no_fix")


@pytest.mark.parametrize(("age_ms", "fresh"), [(0, True), (15_000, True), (15_001, False)])
def test_a_position_is_fresh_for_fifteen_seconds(age_ms: int, fresh: bool) -> None:
    attempt = a_try(track=standing(received_ms=NOW_MS - age_ms))
    assert fix_is_fresh(attempt, RULES) == (None if fresh else Refusal("stale_fix"))


@pytest.mark.parametrize(("accuracy_m", "good"), [(0.0, True), (100.0, True), (100.1, False)])
def test_a_vague_position_is_no_place(accuracy_m: float, good: bool) -> None:
    attempt = a_try(track=standing(accuracy_m=accuracy_m))
    refusal = None if good else Refusal("inaccurate_fix", limit_m=100.0)
    assert fix_is_accurate(attempt, RULES) == refusal


def test_a_position_that_the_phone_made_up_counts_for_nothing() -> None:
    assert fix_is_not_mocked(a_try(track=standing(mock=True)), RULES) == Refusal("mocked_location")
    assert fix_is_not_mocked(a_try(), RULES) is None


def test_a_cat_out_of_view_cannot_be_caught() -> None:
    assert cat_is_in_view(a_try(cat=None), RULES) == Refusal("not_visible")


@pytest.mark.parametrize(("left_ms", "there"), [(1, True), (0, False), (-1, False)])
def test_a_cat_is_gone_at_its_last_moment(left_ms: int, there: bool) -> None:
    cat = replace(a_cat(), expires_ms=NOW_MS + left_ms)
    assert cat_is_in_view(a_try(cat=cat), RULES) == (None if there else Refusal("gone"))


@given(anywhere, bearings, st.floats(0.0, 150.0), st.floats(0.0, 100.0), st.floats(5.0, 120.0))
def test_reach_is_the_stores_and_up_to_20_m_of_the_fixs_own_doubt(
    place: Place, bearing: float, far_m: float, accuracy_m: float, catch_m: float
) -> None:
    cat = a_cat(destination(*place, bearing, far_m), catch_m=catch_m)
    attempt = a_try(track=standing(place, accuracy_m=accuracy_m), cat=cat)
    exact_m = geodesic(place, (cat.lat, cat.lon)).m
    limit_m = catch_m + min(accuracy_m, 20.0)
    refusal = within_reach(attempt, RULES)
    if exact_m <= limit_m:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.reason == "too_far"
        # The sphere is off by 0.562 % at most (its radius against that of the meridian's curve at
        # the equator, 6,335.4 km), and the answer is rounded to a decimetre: the two add up.
        assert refusal.distance_m == pytest.approx(exact_m, rel=0, abs=0.00562 * exact_m + 0.0501)
        assert refusal.limit_m == pytest.approx(limit_m, abs=0.06)


@pytest.mark.parametrize("wait_ms", [-1, 0, 1, 999])
def test_after_a_cat_a_player_rests_a_moment(wait_ms: int) -> None:
    refusal = cooled_down(a_try(cool_until_ms=NOW_MS + wait_ms), RULES)
    resting = Refusal("cooling_down", retry_after_ms=wait_ms)
    assert refusal == (resting if wait_ms > 0 else None)


def test_a_catch_needs_the_ticket_of_its_own_cat() -> None:
    assert ticket_is_good(a_try(), RULES) is None
    assert ticket_is_good(a_try(ticket=None), RULES) == Refusal("bad_ticket")
    assert ticket_is_good(a_try(ticket=a_ticket("10c832cf3-b")), RULES) == Refusal("bad_ticket")
    assert ticket_is_good(a_try(cat=None), RULES) == Refusal("bad_ticket")


@pytest.mark.parametrize(("age_ms", "good"), [(29_999, True), (30_000, False)])
def test_a_ticket_is_good_for_thirty_seconds(age_ms: int, good: bool) -> None:
    attempt = a_try(ticket=a_ticket(made_ms=NOW_MS - age_ms))
    assert ticket_is_good(attempt, RULES) == (None if good else Refusal("bad_ticket"))


@pytest.mark.parametrize(("age_ms", "wait_ms"), [(0, 500), (499, 1), (500, None), (501, None)])
def test_a_throw_needs_half_a_second_of_aim(age_ms: int, wait_ms: int | None) -> None:
    refusal = took_aim(a_try(ticket=a_ticket(made_ms=NOW_MS - age_ms)), RULES)
    assert refusal == (None if wait_ms is None else Refusal("too_quick", retry_after_ms=wait_ms))


@pytest.mark.parametrize("hit", [True, False])
def test_a_throw_hits_as_was_rolled_when_the_ticket_was_made(hit: bool) -> None:
    attempt = a_try(ticket=a_ticket(hit=hit))
    for _ in range(10):
        assert throw_hits(attempt, RULES) == (None if hit else Refusal("missed"))


def test_no_choice_of_attempt_id_changes_the_luck() -> None:
    """What a throw is judged by has no room for anything that the client made up."""
    assert "attempt" not in Try.__struct_fields__ + Ticket.__struct_fields__


def test_aiming_needs_no_ticket_and_no_rest() -> None:
    assert judge(AIM_RULES, a_try(ticket=None, cool_until_ms=NOW_MS + 999), RULES) is None


def test_every_refusal_comes_from_a_rule_that_somebody_asks() -> None:
    rules = {
        node.name: {
            ast.unparse(call.args[0])
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "Refusal"
        }
        for node in ast.parse(inspect.getsource(catching)).body
        if isinstance(node, ast.FunctionDef)
    }
    refusing = {name for name, reasons in rules.items() if reasons}
    assert refusing == {rule.__name__ for rule in {*AIM_RULES, *CATCH_RULES}}


# --- the order ---------------------------------------------------------------------------------


def everything_wrong() -> dict[str, object]:
    track = stayed(destination(*TOWN, 90.0, 5_000.0), NOW_MS - 40_000)
    track.add(TOWN, 500.0, True, NOW_MS - 20_000, NOW_MS - 20_000)
    return {"track": track, "cat": None, "ticket": None, "cool_until_ms": NOW_MS + 9}


def came_from(far_m: float, *, accuracy_m: float = 5.0, mock: bool = False) -> Track:
    """Now in town, ten seconds ago elsewhere, and not just for a moment."""
    track = stayed(destination(*TOWN, 90.0, far_m), NOW_MS - 10_000)
    track.add(TOWN, accuracy_m, mock, NOW_MS, NOW_MS)
    return track


def test_a_player_hears_first_what_is_first_in_the_way() -> None:
    """One wrong after the other is put right; what is heard next is the next in the order."""
    out_of_reach = a_cat(destination(*TOWN, 0.0, 500.0))
    steps: list[dict[str, object]] = [
        {"track": Track()},
        {"track": everything_wrong()["track"]},
        {"track": came_from(5_000.0, accuracy_m=500.0, mock=True)},
        {"track": came_from(5_000.0, mock=True)},
        {"track": came_from(5_000.0)},
        {"track": came_from(200.0)},
        {"track": standing()},
        {"cat": replace(out_of_reach, expires_ms=NOW_MS)},
        {"cat": out_of_reach},
        {"ticket": a_ticket(made_ms=NOW_MS, hit=False)},
        {"ticket": a_ticket(hit=False)},
        {"cool_until_ms": 0},
        {"cat": a_cat()},
        {"ticket": a_ticket()},
    ]
    wrongs = everything_wrong()
    heard = []
    for step in steps:
        wrongs |= step
        refusal = judge(CATCH_RULES, a_try(**wrongs), RULES)
        heard.append(refusal.reason if refusal else "caught")
    assert heard == [
        "no_fix",
        "stale_fix",
        "inaccurate_fix",
        "mocked_location",
        "teleported",
        "moving_too_fast",
        "not_visible",
        "gone",
        "bad_ticket",
        "too_quick",
        "cooling_down",
        "too_far",
        "missed",
        "caught",
    ]


# --- pace --------------------------------------------------------------------------------------


def pace_verdict(track: Track, now_ms: int) -> Refusal | None:
    return at_walking_pace(Try(now_ms, track, None), RULES)


steps_of_a_walk = st.lists(
    st.tuples(
        st.integers(200, 20_000),  # ms until the next fix
        st.floats(0.0, 7.0),  # m/s
        bearings,
        st.floats(2.0, 100.0),  # accuracy in metres
        bearings,
        st.floats(0.0, 1.0),  # how much of its accuracy the fix is off
        st.integers(0, 1_000),  # ms on the way
    ),
    min_size=1,
    max_size=40,
)


@given(in_town, steps_of_a_walk)
def test_an_honest_walker_or_runner_is_never_too_fast(
    place: Place, steps: list[tuple[int, float, float, float, float, float, int]]
) -> None:
    track, at_ms, received_ms = Track(), NOW_MS, NOW_MS
    for wait_ms, speed_mps, bearing, accuracy_m, off_to, off, way_ms in steps:
        at_ms += wait_ms
        place = destination(*place, bearing, speed_mps * wait_ms / 1000.0)
        seen = destination(*place, off_to, off * accuracy_m)
        received_ms = max(received_ms, at_ms + way_ms)
        track.add(seen, accuracy_m, False, at_ms, received_ms)
        assert pace_verdict(track, received_ms) is None


@given(st.floats(0.0, 1.6), st.integers(0, 20), st.integers(0, 2**32))
def test_a_walker_whose_fixes_were_held_back_for_a_while_is_not_too_fast(
    speed_mps: float, held_s: int, seed: int
) -> None:
    """In a lift or a tunnel fixes queue up, and then arrive all at once."""
    track, rng = Track(), Random(seed)
    for second in range(90):
        lift = 30 <= second < 30 + held_s
        now_ms = NOW_MS + 1000 * (30 + held_s if lift else second)
        place = destination(*TOWN, 20.0, speed_mps * second)
        seen = destination(*place, rng.uniform(0, 360), rng.uniform(0, 5.0))
        track.add(seen, 5.0, False, NOW_MS + 1000 * second, now_ms)
        assert pace_verdict(track, now_ms) is None


@pytest.mark.parametrize(("accuracy_m", "after_s"), [(3.0, 5), (10.0, 10), (50.0, 10), (100.0, 20)])
def test_somebody_who_drives_past_the_stores_is_too_fast(accuracy_m: float, after_s: int) -> None:
    """20 m/s is 72 km/h; the vaguer the position the longer it takes to be sure."""
    track, rng = Track(), Random(2)
    for second in range(180):
        now_ms = NOW_MS + 1000 * second
        place = destination(*TOWN, 90.0, 20.0 * second)
        seen = destination(*place, rng.uniform(0, 360), rng.uniform(0, accuracy_m / 3.0))
        track.add(seen, accuracy_m, False, now_ms, now_ms)
        refusal = pace_verdict(track, now_ms)
        if second >= after_s:
            assert refusal == Refusal("moving_too_fast", retry_after_ms=SAMPLE_EVERY_MS)


@given(st.floats(5_000.0, 2e7), bearings, st.integers(SAMPLE_EVERY_MS, PACE_WINDOW_MS))
def test_nobody_jumps_by_kilometres(far_m: float, bearing: float, after_ms: int) -> None:
    track = stayed()
    now_ms = NOW_MS + after_ms
    track.add(destination(*TOWN, bearing, far_m), 5.0, False, now_ms, now_ms)
    assert pace_verdict(track, now_ms) == Refusal("teleported", retry_after_ms=PACE_WINDOW_MS)


def test_the_verdict_on_a_jump_clears_a_minute_later() -> None:
    track, there = stayed(), destination(*TOWN, 90.0, 50_000.0)
    heard = []
    for second in range(6, 80):
        now_ms = NOW_MS + 1000 * second
        track.add(there, 5.0, False, now_ms, now_ms)
        refusal = pace_verdict(track, now_ms)
        heard.append(refusal.reason if refusal else None)
    cleared = PACE_WINDOW_MS // 1000 + 1 - 6
    assert heard == ["teleported"] * cleared + [None] * (len(heard) - cleared)


def test_one_jump_of_the_receiver_is_forgiven_within_seconds_of_the_last_sample() -> None:
    """Single steps of honest tracks jump; windows shorter than five seconds are not judged."""
    track = standing()
    now_ms = NOW_MS + SAMPLE_EVERY_MS - 1
    track.add(destination(*TOWN, 0.0, 3_000.0), 5.0, False, now_ms, now_ms)
    assert pace_verdict(track, now_ms) is None
    track.add(TOWN, 5.0, False, now_ms + 1, now_ms + 1)
    assert pace_verdict(track, now_ms + 1) is None


def test_a_player_who_was_silent_for_long_starts_anew() -> None:
    track = standing()
    now_ms = NOW_MS + PACE_WINDOW_MS + 1
    track.add(destination(*TOWN, 0.0, 30_000.0), 5.0, False, now_ms, now_ms)
    assert pace_verdict(track, now_ms) is None


@given(st.lists(st.integers(0, 3_000), max_size=300))
def test_a_track_keeps_the_last_minute_only(waits_ms: list[int]) -> None:
    track, now_ms = Track(), NOW_MS
    for wait_ms in waits_ms:
        now_ms += wait_ms
        track.add(TOWN, 5.0, False, now_ms, now_ms)
        assert track.last is not None
        assert track.last.received_ms == now_ms
        assert len(track.minute(now_ms)) <= PACE_WINDOW_MS // SAMPLE_EVERY_MS + 1


# --- freshness ---------------------------------------------------------------------------------


def freshness(track: Track, now_ms: int) -> Refusal | None:
    return fix_is_fresh(Try(now_ms, track, None), RULES)


clock_offsets_ms = st.integers(-10 * 365 * 86_400_000, 10 * 365 * 86_400_000)


@given(clock_offsets_ms, st.lists(st.integers(50, 2_000), min_size=1, max_size=30))
def test_fixes_that_come_at_once_are_fresh_however_wrong_the_phones_clock_is(
    offset_ms: int, ways_ms: list[int]
) -> None:
    track = Track()
    for number, way_ms in enumerate(ways_ms):
        taken_ms = NOW_MS + 3_000 * number
        track.add(TOWN, 5.0, False, taken_ms + offset_ms, taken_ms + way_ms)
        assert freshness(track, taken_ms + way_ms) is None


@given(clock_offsets_ms, st.integers(15_001, 3_600_000), st.integers(1, 20))
def test_a_queue_of_old_fixes_is_old_however_wrong_the_phones_clock_is(
    offset_ms: int, held_ms: int, queued: int
) -> None:
    track = Track()
    track.add(TOWN, 5.0, False, NOW_MS + offset_ms, NOW_MS)
    now_ms = NOW_MS + 1_000 * queued + held_ms
    for number in range(1, queued + 1):
        taken_ms = NOW_MS + 1_000 * number
        track.add(TOWN, 5.0, False, taken_ms + offset_ms, now_ms)
        late_ms = now_ms - taken_ms
        assert (freshness(track, now_ms) == Refusal("stale_fix")) == (late_ms > 15_000)
    track.add(TOWN, 5.0, False, now_ms + offset_ms, now_ms)
    assert freshness(track, now_ms) is None


@given(st.floats(0.0, 1e14), st.floats(0.0, 1e14))
def test_no_clock_makes_a_fix_younger_than_it_came(first_ms: float, then_ms: float) -> None:
    track = Track()
    track.add(TOWN, 5.0, False, first_ms, NOW_MS)
    track.add(TOWN, 5.0, False, then_ms, NOW_MS + 1_000)
    fix = track.last
    assert fix is not None
    assert fix.late_ms >= 0
    assert freshness(track, NOW_MS + 1_000 + 15_001) == Refusal("stale_fix")


# --- what an encounter says --------------------------------------------------------------------


@given(anywhere, bearings, st.floats(1.0, 300.0))
def test_a_sight_says_how_far_and_which_way(place: Place, bearing: float, far_m: float) -> None:
    assume(abs(place[0]) < 89.9)
    cat = a_cat(destination(*place, bearing, far_m))
    seen_m, seen_deg = sight(standing(place), cat)
    assert seen_m == pytest.approx(far_m, abs=0.06)
    assert 0.0 <= seen_deg < 360.0
    assert abs((seen_deg - bearing + 180.0) % 360.0 - 180.0) < 0.2


def test_a_cat_just_left_of_north_is_north() -> None:
    _, bearing = sight(standing((30.0, 120.0)), a_cat((30.001, 120.0 - 1e-7)))
    assert bearing == 0.0


def test_what_was_seen_cannot_be_changed() -> None:
    fix = SeenFix(*TOWN, 5.0, NOW_MS)
    with pytest.raises(AttributeError):
        fix.mock = True  # type: ignore[misc]
