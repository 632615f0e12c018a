"""What makes a track doubtful, what does not, and how doubts add up."""

from random import Random

import pytest
from catbot.ground import Position, moved
from catbot.receiver import SKIES, Receiver
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.fairness.heap import Heap
from gameserver.game.addresses import LOOK_MS, Addresses
from gameserver.game.footprints import SPOT_SURE_M, TOGETHER_MS, copied, crowded, footprints, spot
from gameserver.game.geo import destination
from gameserver.game.signals import (
    COOL_MAX_MS,
    COOL_MIN_MS,
    SIGNALS,
    Doubt,
    Mark,
    cool_ms,
    drives,
    far_catches,
    jump,
    loop,
    mock,
    observe,
    too_even,
    too_sure,
)
from gameserver.game.track import Track
from gameserver.game.trust import Trust
from gameserver.protocol import REASONS
from tests.places import Place, bearings

NOW_MS = 1_700_000_000_000
TOWN = (30.25, 120.16)

Fix = tuple[Place, float]


def walk(seconds: int, rng: Random, start: Place = TOWN, speed_mps: float = 1.3) -> list[Fix]:
    """A walk as a receiver sees it, a fix a second."""
    receiver = Receiver(SKIES[0], rng)
    fixes = []
    place = Position(*start)
    for _ in range(seconds):
        pace_mps = speed_mps * rng.uniform(0.85, 1.15)
        place = moved(place, 0.0, pace_mps)
        seen = receiver.see(place, 1.0)
        assert seen is not None
        fixes.append(((seen.position.lat, seen.position.lon), seen.accuracy_m))
    return fixes


def glide(seconds: int, speed_mps: float = 1.3, bearing: float = 90.0) -> list[Fix]:
    """The same without a receiver."""
    return [(destination(*TOWN, bearing, speed_mps * s), 5.0) for s in range(seconds)]


def tracked(fixes: list[Fix], from_ms: int = NOW_MS, track: Track | None = None) -> Track:
    track = track or Track()
    for second, (place, accuracy_m) in enumerate(fixes):
        now_ms = from_ms + 1000 * second
        track.add(place, accuracy_m, False, now_ms, now_ms)
    return track


def end_of(fixes: list[Fix], from_ms: int = NOW_MS) -> int:
    return from_ms + 1000 * (len(fixes) - 1)


# --- jumps -------------------------------------------------------------------------------------


@given(st.floats(400.0, 1e7), bearings, st.integers(0, 2**32))
def test_whoever_stayed_somewhere_and_is_elsewhere_at_once_has_jumped(
    far_m: float, bearing: float, seed: int
) -> None:
    there = destination(*TOWN, bearing, far_m)
    fixes = [*walk(30, Random(seed)), (there, 5.0)]
    doubt = jump(tracked(fixes), (), end_of(fixes))
    assert doubt is not None
    assert doubt.score == 1.0
    waited_ms = doubt.until_ms - end_of(fixes)
    assert waited_ms == pytest.approx(cool_ms(far_m), abs=20_000)


@given(st.floats(0.0, 1e7), st.floats(0.0, 1e7))
def test_the_further_the_jump_the_longer_the_wait(one_m: float, other_m: float) -> None:
    near, far = sorted((one_m, other_m))
    assert COOL_MIN_MS <= cool_ms(near) <= cool_ms(far) <= COOL_MAX_MS


def test_a_phone_that_begins_with_its_last_known_place_has_not_jumped() -> None:
    home = destination(*TOWN, 10.0, 8_000.0)
    fixes = [(home, 20.0)] * 25 + walk(30, Random(1))
    assert jump(tracked(fixes), (), end_of(fixes)) is None


def test_a_reflection_for_some_seconds_is_no_jump() -> None:
    fixes = walk(60, Random(2))
    aside = destination(*fixes[40][0], 0.0, 600.0)
    fixes[40:46] = [(aside, 10.0)] * 6
    for second in range(46, 60):
        now_ms = NOW_MS + 1000 * second
        assert jump(tracked(fixes[: second + 1]), (), now_ms) is None


def test_where_somebody_aimed_counts_however_short_the_stay() -> None:
    there = destination(*TOWN, 90.0, 3_000.0)
    fixes = [(TOWN, 5.0), (there, 5.0)]
    track, now_ms = tracked(fixes), end_of(fixes)
    assert jump(track, (), now_ms) is None
    assert jump(track, [Mark(*TOWN, NOW_MS, NOW_MS)], now_ms) is not None


def test_an_accuracy_of_five_kilometres_excuses_no_jump() -> None:
    there = destination(*TOWN, 90.0, 4_000.0)
    fixes = walk(30, Random(3)) + [(there, 5_000.0)] * 5 + [(there, 10.0)]
    assert jump(tracked(fixes), (), end_of(fixes)) is not None


@pytest.mark.parametrize(
    ("far_m", "after_h", "is_doubtful"),
    [(9_000_000.0, 5.0, True), (9_000_000.0, 11.0, False), (50_000.0, 0.25, False)],
)
def test_catches_are_no_farther_apart_than_one_can_travel(
    far_m: float, after_h: float, is_doubtful: bool
) -> None:
    now_ms = NOW_MS + int(after_h * 3_600_000)
    track = tracked([(destination(*TOWN, 80.0, far_m), 5.0)], now_ms)
    doubt = far_catches(track, [Mark(*TOWN, NOW_MS, NOW_MS)], now_ms)
    assert (doubt is not None) == is_doubtful


def test_rides_from_cat_to_cat_are_a_hunt_by_car_and_a_bus_now_and_then_is_not() -> None:
    marks = [
        Mark(*destination(*TOWN, 90.0, 400.0 * n), NOW_MS + 60_000 * n, NOW_MS + 60_000 * n)
        for n in range(5)
    ]
    now_ms = marks[-1].left_ms
    assert drives(marks, now_ms) is not None
    assert drives(marks[:3], now_ms) is None


# --- shapes ------------------------------------------------------------------------------------


@given(st.floats(0.5, 8.0), bearings)
def test_a_glide_is_too_even(speed_mps: float, bearing: float) -> None:
    fixes = glide(40, speed_mps, bearing)
    doubt = too_even(tracked(fixes), end_of(fixes))
    assert doubt is not None
    assert doubt.score == 1.0


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(0.6, 3.0))
def test_a_walk_that_a_receiver_saw_is_not(seed: int, speed_mps: float) -> None:
    fixes = walk(60, Random(seed), speed_mps=speed_mps)
    doubt = too_even(tracked(fixes), end_of(fixes))
    assert doubt is None or doubt.score < 0.5


def test_a_phone_that_repeats_its_position_while_it_lies_still_is_not_too_even() -> None:
    fixes = walk(20, Random(4))
    fixes += [fixes[-1]] * 300
    assert too_even(tracked(fixes), end_of(fixes)) is None


def test_a_glide_is_forgiven_after_a_minute_of_walking() -> None:
    fixes = glide(60) + walk(60, Random(5), destination(*TOWN, 90.0, 1.3 * 60))
    assert too_even(tracked(fixes), end_of(fixes)) is None


def test_weak_signals_alone_keep_nobody_waiting() -> None:
    trust = Trust()
    fixes = [(place, 1.0) for place, _ in walk(60, Random(6))]
    track = tracked(fixes)
    assert too_sure(track, end_of(fixes)) is not None
    trust.look(track, end_of(fixes))
    assert trust.gate(end_of(fixes)) is None


def test_positions_that_were_made_up_a_moment_ago_count_though_the_last_is_not() -> None:
    track = Track()
    for second in range(30):
        now_ms = NOW_MS + 1000 * second
        track.add(destination(*TOWN, 0.0, second), 5.0, second < 29, now_ms, now_ms)
    doubt = mock(track, now_ms)
    assert doubt is not None
    assert doubt.until_ms > now_ms


# --- copies ------------------------------------------------------------------------------------


def copies(fixes: list[Fix], others: list[Fix], later_ms: int = 0) -> set[str]:
    heap, now_ms = Heap(), end_of(fixes)
    heap.leave("ada", footprints(tracked(fixes), now_ms))
    then_ms = now_ms + later_ms
    found = heap.leave("bob", footprints(tracked(others, NOW_MS + later_ms), then_ms))
    return {doubt.signal for doubt in copied("bob", found, then_ms)}


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_who_makes_anothers_steps_at_the_same_time_is_in_lockstep(seed: int) -> None:
    fixes = walk(40, Random(seed))
    assert copies(fixes, fixes) == {"lockstep"}


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(1e-6, 1e-3), st.floats(-1e-3, -1e-6))
def test_beside_the_other_too(seed: int, north_deg: float, east_deg: float) -> None:
    fixes = walk(60, Random(seed))
    beside = [((lat + north_deg, lon + east_deg), sure) for (lat, lon), sure in fixes]
    assert copies(fixes, beside) == {"lockstep"}


def test_who_makes_them_an_hour_later_replays_them() -> None:
    fixes = walk(40, Random(7))
    assert copies(fixes, fixes, 3_600_000) == {"replay"}


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 3))
def test_two_who_walk_the_same_way_together_are_not(seed: int, sky: int) -> None:
    rng = Random(seed)
    assert copies(walk(60, rng), walk(60, rng)) == set()


def test_a_player_who_aims_twice_on_one_walk_copies_nobody() -> None:
    heap, fixes = Heap(), walk(60, Random(8))
    for seconds in (40, 50, 60):
        track, now_ms = tracked(fixes[:seconds]), end_of(fixes[:seconds])
        assert copied("ada", heap.leave("ada", footprints(track, now_ms)), now_ms) == []


def test_a_phone_that_goes_to_and_fro_between_two_places_copies_not_itself() -> None:
    """What the satellites said an hour ago, and what the network says."""
    rng, heap = Random(11), Heap()
    one, other = (destination(*TOWN, rng.uniform(0, 360), rng.uniform(1, 30)) for _ in range(2))
    fixes = [(one, 5.0), (other, 30.0)] * 100
    assert loop(tracked(fixes), end_of(fixes)) is None
    for seconds in (20, 200):
        track, now_ms = tracked(fixes[:seconds]), end_of(fixes[:seconds])
        assert copied("ada", heap.leave("ada", footprints(track, now_ms)), now_ms) == []


# --- rounds ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(8, 30), st.integers(0, 40))
def test_a_recorded_way_that_is_walked_over_and_over_is_a_loop(
    seed: int, long: int, cut: int
) -> None:
    rng = Random(seed)
    fixes = walk(20, rng)[: cut % 20] + walk(long, rng) * 6
    found = observe(tracked(fixes), (), end_of(fixes))
    assert ("loop", 1.0) in {(doubt.signal, doubt.score) for doubt in found}


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 3))
def test_whoever_walks_up_and_down_a_street_is_in_no_loop(seed: int, sky: int) -> None:
    receiver = Receiver(SKIES[sky], Random(seed))
    place, fixes = Position(*TOWN), []
    for second in range(120):
        place = moved(place, 0.0, 1.3 if second % 20 < 10 else -1.3)
        seen = receiver.see(place, 1.0)
        if seen is not None:
            fixes.append(((seen.position.lat, seen.position.lon), seen.accuracy_m))
    assert loop(tracked(fixes), end_of(fixes)) is None


def test_a_queue_of_fixes_that_is_sent_twice_is_no_loop() -> None:
    track, fixes = tracked(walk(20, Random(12))), walk(20, Random(12))
    now_ms = end_of(fixes) + 1_000
    for second, (place, accuracy_m) in enumerate(fixes):
        track.add(place, accuracy_m, False, NOW_MS + 1000 * second, now_ms)
    assert len(track.steps(now_ms)) == 40
    assert loop(track, now_ms) is None


def test_a_loop_is_forgiven_after_a_minute_of_walking() -> None:
    fixes = walk(20, Random(13)) * 5 + walk(60, Random(14))
    assert loop(tracked(fixes), end_of(fixes)) is None


# --- spots -------------------------------------------------------------------------------------


def crowd_doubts(heap: Heap, name: str, fixes: list[Fix], now_ms: int = NOW_MS) -> set[str]:
    here = spot(tracked(fixes, now_ms))
    found = [] if here is None else crowded(heap.stand(name, here, now_ms), now_ms)
    return {doubt.signal for doubt in found}


@given(st.integers(0, 2**32))
def test_of_three_at_the_very_same_spot_the_third_is_doubted(seed: int) -> None:
    heap, fixes = Heap(), walk(1, Random(seed))
    assume(spot(tracked(fixes)) is not None)  # one place in ten thousand is on a grid of a metre
    assert crowd_doubts(heap, "ada", fixes) == set()
    assert crowd_doubts(heap, "bob", fixes) == set()
    assert crowd_doubts(heap, "bob", fixes, NOW_MS + 10_000) == set()
    assert crowd_doubts(heap, "cid", fixes, NOW_MS + 20_000) == {"one_spot"}
    assert crowd_doubts(heap, "ada", fixes, NOW_MS + 30_000) == {"one_spot"}
    later_ms = NOW_MS + 30_000 + TOGETHER_MS + 1
    assert crowd_doubts(heap, "dan", fixes, later_ms) == set(), "nobody is there any more"


@pytest.mark.parametrize(
    "fix",
    [
        ((30.2512345, 120.1612345), SPOT_SURE_M + 0.1),
        ((30.25123, 120.16123), 5.0),
    ],
    ids=["where a network sees them", "rounded to a metre"],
)
def test_nobody_is_doubted_whose_place_is_known_no_better(fix: Fix) -> None:
    heap = Heap()
    for name in ("ada", "bob", "cid", "dan"):
        assert crowd_doubts(heap, name, [fix]) == set()


@pytest.mark.parametrize("seed", range(5))
def test_fifty_people_in_a_queue_are_not_at_one_spot(seed: int) -> None:
    """Within three metres of each other, their positions rounded to six decimals."""
    rng, heap = Random(seed), Heap()
    people = [
        (f"p{number}", moved(Position(*TOWN), rng.uniform(-3, 3), 0.0), Receiver(SKIES[0], rng))
        for number in range(50)
    ]
    doubted = tries = 0
    for second in range(0, 600, 5):
        for name, place, receiver in people:
            seen = receiver.see(place, 5.0)
            assert seen is not None
            at = round(seen.position.lat, 6), round(seen.position.lon, 6)
            tries += 1
            doubted += bool(crowd_doubts(heap, name, [(at, 5.0)], NOW_MS + 1000 * second))
    assert doubted <= tries / 200


def test_a_newcomer_from_an_address_of_marchers_is_looked_at_for_a_moment() -> None:
    addresses = Addresses()
    for name in ("a", "b"):
        addresses.suspect("192.0.2.1", name, NOW_MS)
    assert addresses.newcomer("192.0.2.1", NOW_MS) is None
    addresses.suspect("192.0.2.1", "c", NOW_MS)
    doubt = addresses.newcomer("192.0.2.1", NOW_MS)
    assert doubt is not None
    assert doubt.until_ms == NOW_MS + LOOK_MS
    assert addresses.newcomer("192.0.2.2", NOW_MS) is None
    assert addresses.newcomer("192.0.2.1", NOW_MS + 3_600_000) is None


# --- how they add up ---------------------------------------------------------------------------


def a_doubt(signal: str, score: float = 1.0, lasts_ms: int = 60_000) -> Doubt:
    return Doubt(signal, score, NOW_MS, NOW_MS + lasts_ms, "")


def trusting(*doubts: Doubt) -> Trust:
    trust = Trust()
    for doubt in doubts:
        trust.note(doubt)
    return trust


def test_a_doubt_keeps_waiting_until_its_time_and_no_longer() -> None:
    trust = trusting(a_doubt("jump"))
    gate = trust.gate(NOW_MS)
    assert gate is not None
    assert (gate.reason, gate.until_ms) == ("teleported", NOW_MS + 60_000)
    assert trust.gate(NOW_MS + 60_000) is None


@given(st.lists(st.floats(0.0, 1.0), max_size=4))
def test_doubts_add_up_as_independent_evidence_does(scores: list[float]) -> None:
    names = list(SIGNALS)
    trust = trusting(*(a_doubt(name, score) for name, score in zip(names, scores, strict=False)))
    innocent = 1.0
    for score in scores:
        innocent *= 1.0 - score
    assert (trust.gate(NOW_MS) is not None) == (bool(scores) and 1.0 - innocent >= 0.8)


def test_a_sanction_takes_two_sure_signals_that_speak_of_different_things() -> None:
    assert not trusting(a_doubt("jump")).case(NOW_MS)
    assert not trusting(a_doubt("jump"), a_doubt("far_catches")).case(NOW_MS)
    assert not trusting(a_doubt("jump"), a_doubt("too_even", 0.85)).case(NOW_MS)
    assert not trusting(a_doubt("jump"), a_doubt("too_even")).case(NOW_MS + 3_600_000)
    trust = trusting(a_doubt("jump"), a_doubt("too_even"))
    assert {doubt.signal for doubt in trust.case(NOW_MS)} == {"jump", "too_even"}
    assert not trust.case(NOW_MS), "one case is one sanction"


def test_every_signal_has_a_reason_of_the_contract() -> None:
    assert {signal.reason for signal in SIGNALS.values()} <= REASONS.keys()


def test_no_detail_tells_a_place() -> None:
    there = destination(*TOWN, 90.0, 12_345.0)
    fixes = [*walk(30, Random(9)), (there, 5.0)]
    for doubt in observe(tracked(fixes), (), end_of(fixes)):
        assert "30.2" not in doubt.detail
        assert "120.1" not in doubt.detail


# --- from process to process -------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 2**32))
def test_a_track_goes_on_in_another_process_as_if_nothing_had_been(
    here_s: int, there_s: int, seed: int
) -> None:
    fixes = walk(here_s + there_s, Random(seed))
    whole = tracked(fixes)
    now_ms = end_of(fixes)
    first = tracked(fixes[:here_s])
    packed = first.pack(end_of(fixes[:here_s]))
    assert packed is not None
    second = tracked(fixes[here_s:], NOW_MS + 1000 * here_s)
    second.resume(packed)
    apart = [
        (one.lat - two.lat, one.lon - two.lon)
        for one, two in zip(whole.steps(now_ms), second.steps(now_ms), strict=True)
    ]
    assert all(abs(deg) < 1e-7 for pair in apart for deg in pair)
    assert {len(second.minute(now_ms)) - len(whole.minute(now_ms))} <= {-1, 0, 1}


def test_what_is_kept_is_not_older_than_ten_minutes() -> None:
    track = tracked(walk(100, Random(10)))
    packed = track.pack(NOW_MS + 3_600_000)
    assert packed is not None
    assert packed.steps == packed.minute == packed.long == b""


def test_a_track_stays_small_however_long_it_is() -> None:
    track = Track()
    for second in range(5_000):
        now_ms = NOW_MS + 1000 * second
        track.add(destination(*TOWN, 0.0, float(second)), 5.0, False, now_ms, now_ms)
    rows = track._steps, track._minute, track._long
    assert sum(map(len, rows)) < 3_000
