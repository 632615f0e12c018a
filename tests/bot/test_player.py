"""The player's mind alone: messages in, messages out, time as an argument."""

import math
from collections.abc import Callable
from random import Random

import pytest
from catbot.ground import Position, distance_m, moved
from catbot.player import ANSWER_S, Lips, Persona, Player
from catbot.refusals import REASONS
from catbot.reveal import PROBE_EVERY, Sightings
from catbot.tally import Tally
from catbot.walker import Places, Walker
from catbot.wire import (
    Aim,
    Cat,
    Catch,
    Cats,
    Caught,
    ClientMessage,
    Coupon,
    CouponChanged,
    Encounter,
    Error,
    Fix,
    Refused,
    Rules,
    Store,
    Welcome,
)

HOME = Position(30.25, 120.16)
RULES = Rules(view_m=200, catch_m=40, fix_max_age_ms=10_000, aim_min_ms=800)
NOW_MS = 1_700_000_000_000
CODE = Coupon("active", "k", "Tea", "CODE-1", NOW_MS + 1)
PENDING = Coupon("pending", "k", "Tea", None, None)


def cat_at(north_m: float, name: str = "c1", left: int = 3) -> Cat:
    place = moved(HOME, north_m, 0)
    store = Store("s1", "Tea")
    return Cat(name, "tabby", store, place.lat, place.lon, NOW_MS + 600_000, left)


class Scene:
    """One player, a clock that the test turns, and everything the player said."""

    def __init__(self, make: Callable[[Persona], Player] = Player) -> None:
        places = Places(HOME, 500)
        rng = Random(5)
        self.tally = Tally()
        walker = Walker(HOME, 1.4, places, rng)
        self.player = make(Persona("run-1", walker, places, rng, self.tally, Sightings()))
        self.said: list[ClientMessage] = []
        self.pings: list[bytes] = []
        self.open = True
        self.now_s = 100.0

    def say(self, message: ClientMessage) -> bool:
        if self.open:
            self.said.append(message)
        return self.open

    def ping(self, payload: bytes) -> bool:
        if self.open:
            self.pings.append(payload)
        return self.open

    def welcome(self) -> None:
        lips = Lips(self.say, self.ping)
        self.player.welcomed(Welcome("s", "p", NOW_MS, RULES), lips, self.now_s)

    def hear(self, *messages: object) -> None:
        for message in messages:
            self.player.hear(message, self.now_s)  # type: ignore[arg-type]

    def tick(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.player.tick(self.now_s)

    def wake(self) -> None:
        """Turn the clock to when the player wants to act."""
        assert self.player.due_s < math.inf
        self.now_s = max(self.now_s, self.player.due_s)
        self.player.wake(self.now_s)

    def last(self, kind: type) -> ClientMessage:
        return next(message for message in reversed(self.said) if isinstance(message, kind))

    def all(self, kind: type) -> list[ClientMessage]:
        return [message for message in self.said if isinstance(message, kind)]

    def throw(self, cat: Cat) -> Catch:
        """Bring the player to its throw at a cat that stands right here."""
        self.hear(Cats(appear=(cat,)))
        self.tick()
        assert self.last(Aim) == Aim(cat.id)
        self.hear(Encounter(cat.id, f"ticket-{cat.id}", NOW_MS + 9_999, 1.0, 0.0))
        self.wake()
        catch = self.last(Catch)
        assert isinstance(catch, Catch)
        assert (catch.cat, catch.ticket) == (cat.id, f"ticket-{cat.id}")
        return catch


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.welcome()
    return scene


def caught(catch: Catch, coupon: Coupon | None = None) -> Caught:
    return Caught(catch.attempt, catch.cat, "tabby", 10, coupon)


def refused(catch: Catch, reason: str, retry_after_ms: int | None = None) -> Refused:
    return Refused(reason, retry=True, attempt=catch.attempt, retry_after_ms=retry_after_ms)


def test_a_fix_goes_out_at_once_and_then_with_every_tick(scene: Scene) -> None:
    scene.tick(10)
    fixes = scene.all(Fix)
    assert len(fixes) == 11 == scene.tally.fixes
    times = [fix.at_ms for fix in fixes if isinstance(fix, Fix)]
    assert times == [NOW_MS + 1000 * second for second in range(11)]


def test_a_player_walks_to_a_cat_and_aims_only_within_reach(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(100),)))
    scene.tick(20)
    assert not scene.all(Aim)
    scene.tick(50)
    assert scene.all(Aim)


def test_the_nearest_cat_is_aimed_at_first(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(30, "far"), cat_at(1, "near"))))
    scene.tick()
    assert scene.all(Aim) == [Aim("near")]


def test_a_cat_with_nothing_left_is_left_alone(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1, left=0),)))
    scene.tick(20)
    assert not scene.all(Aim)


def test_a_cat_that_vanished_is_not_aimed_at(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)), Cats(vanish=("c1",)))
    scene.tick(20)
    assert not scene.all(Aim)


def test_nobody_throws_at_a_cat_that_has_vanished_meanwhile(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    scene.hear(Encounter("c1", "t", NOW_MS, 1.0, 0.0), Cats(vanish=("c1",)))
    assert scene.player.due_s == math.inf
    scene.hear(Cats(appear=(cat_at(1, "c2"),)))
    scene.tick()
    assert scene.all(Aim) == [Aim("c1"), Aim("c2")]


def test_the_throw_comes_no_sooner_than_the_rules_allow(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    scene.hear(Encounter("c1", "t", NOW_MS, 1.0, 0.0))
    assert scene.player.due_s >= scene.now_s + RULES.aim_min_ms / 1000
    scene.player.wake(scene.now_s)
    assert not scene.all(Catch)


def test_an_aim_that_nobody_answers_is_sent_again(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick(round(ANSWER_S) + 2)
    assert scene.all(Aim) == [Aim("c1")] * 2
    assert scene.tally.unanswered == 1


def test_an_unanswered_catch_is_sent_again_word_for_word(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.wake()
    scene.wake()
    assert scene.all(Catch) == [catch] * 3
    assert scene.tally.catches_resent == 2


def test_a_catch_that_is_never_answered_is_given_up_in_the_end(scene: Scene) -> None:
    scene.throw(cat_at(1))
    for _ in range(20):
        if scene.player.due_s < math.inf:
            scene.wake()
    assert scene.player.settled
    assert scene.tally.unanswered == 1


def test_after_a_reconnect_an_unanswered_catch_is_sent_again_after_a_fix(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.player.lost(scene.now_s)
    scene.said.clear()
    scene.welcome()
    assert isinstance(scene.said[0], Fix)
    assert scene.said[1] == catch


def test_after_a_reconnect_a_ticket_that_was_not_used_is_forgotten(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    scene.hear(Encounter("c1", "t", NOW_MS, 1.0, 0.0))
    scene.player.lost(scene.now_s)
    scene.welcome()
    assert scene.player.due_s == math.inf
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    assert len(scene.all(Aim)) == 2


def test_a_catch_that_never_left_the_phone_is_not_repeated_after_a_reconnect(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    scene.hear(Encounter("c1", "t", NOW_MS, 1.0, 0.0))
    scene.open = False
    scene.wake()
    scene.player.lost(scene.now_s)
    scene.open = True
    scene.welcome()
    assert not scene.all(Catch)
    assert scene.player.settled


def test_a_catch_is_timed_from_when_it_was_due_and_from_when_it_left(
    scene: Scene,
) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick()
    scene.hear(Encounter("c1", "t", NOW_MS, 1.0, 0.0))
    scene.open = False
    scene.wake()
    scene.open = True
    scene.wake()
    [catch] = scene.all(Catch)
    assert isinstance(catch, Catch)
    scene.now_s += 0.1
    scene.hear(caught(catch))
    latency = scene.tally.latencies.catch
    assert latency.sent.max_ms == pytest.approx(100)
    assert latency.total.max_ms == pytest.approx(100 + 1000 * ANSWER_S)
    assert scene.tally.catches_resent == 0


def test_fixes_that_could_not_be_sent_make_the_next_one_late(scene: Scene) -> None:
    while len(scene.pings) < 2:  # the first fix's, and then that of every fifth
        scene.tick()
    scene.player.pong(scene.pings[1], scene.now_s)
    latency = scene.tally.latencies.fix
    before, before_sent = latency.total.copy(), latency.sent.copy()
    scene.tick(PROBE_EVERY - 1)
    scene.open = False
    scene.tick(3)
    scene.open = True
    scene.pings.clear()
    scene.tick()
    [name] = scene.pings
    scene.player.pong(name, scene.now_s + 0.5)
    assert latency.sent.since(before_sent).percentile(1) == pytest.approx(500, rel=0.01)
    assert latency.total.since(before).percentile(1) == pytest.approx(3_500, rel=0.01)
    assert scene.tally.fixes_skipped == 3


def test_a_fix_whose_pong_never_came_counts_for_as_long_as_was_waited(scene: Scene) -> None:
    scene.player.lost(scene.now_s + 30)
    assert scene.tally.latencies.fix.total.max_ms == pytest.approx(30_000)


def test_while_disconnected_nothing_is_said_but_the_walk_goes_on(scene: Scene) -> None:
    scene.player.lost(scene.now_s)
    scene.said.clear()
    before = scene.player._walker.position
    scene.tick(30)
    assert not scene.said
    assert scene.player._walker.position != before


def test_a_choked_network_costs_fixes_and_they_are_counted(scene: Scene) -> None:
    scene.open = False
    scene.tick(5)
    assert scene.tally.fixes_skipped == 5
    assert scene.tally.fixes == 1


def test_a_caught_cat_counts_once_and_is_left_alone(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.now_s += 0.25
    scene.hear(caught(catch, CODE), caught(catch, CODE))
    scene.hear(Cats(appear=(cat_at(1),)))
    scene.tick(20)
    assert (scene.tally.catches, scene.tally.coupons, scene.tally.codes) == (1, 1, ["CODE-1"])
    assert len(scene.all(Aim)) == 1
    assert scene.tally.latencies.catch.total.max_ms == pytest.approx(250)
    assert not scene.tally.errors


def test_the_next_cat_gets_another_attempt_id(scene: Scene) -> None:
    first = scene.throw(cat_at(1, "c1"))
    scene.hear(caught(first))
    second = scene.throw(cat_at(1, "c2"))
    assert first.attempt != second.attempt


def test_a_pending_coupon_counts_when_its_code_comes(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(caught(catch, PENDING))
    assert scene.tally.coupons == 0
    scene.now_s += 2
    scene.hear(CouponChanged(CODE, catch.attempt))
    assert scene.tally.coupons == 1
    assert scene.tally.latencies.coupon.total.max_ms == pytest.approx(2000)
    [attempt] = scene.player.attempts
    assert attempt.coupon == CODE


def test_a_code_that_changes_is_an_error(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(caught(catch, CODE))
    scene.hear(CouponChanged(Coupon("active", "k", "Tea", "CODE-2", 1), catch.attempt))
    assert scene.tally.errors == {"code_changed": 1}


def test_a_coupon_of_an_earlier_run_is_no_error(scene: Scene) -> None:
    scene.hear(CouponChanged(CODE, "other-run-7"))
    assert not scene.tally.errors


def test_an_answer_that_changes_is_an_error(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, "gone"), caught(catch, CODE))
    assert scene.tally.errors == {"answer_changed": 1}
    assert scene.tally.catches == 0


def test_a_catch_that_nobody_threw_is_an_error(scene: Scene) -> None:
    scene.hear(Caught("nobody", "c1", "tabby", 1))
    assert scene.tally.errors == {"caught_unasked": 1}


def test_an_error_message_is_counted_by_its_code(scene: Scene) -> None:
    scene.hear(Error("bad_message"))
    assert scene.tally.errors == {"error_bad_message": 1}


@pytest.mark.parametrize("reason", ["missed", "bad_ticket", "too_quick", "cooling_down"])
def test_the_player_aims_again_after(scene: Scene, reason: str) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, reason))
    scene.tick(5)
    assert len(scene.all(Aim)) == 2
    assert scene.tally.refused == {reason: 1}
    assert scene.tally.latencies.catch.total.count == 1


@pytest.mark.parametrize("reason", ["gone", "fled", "sold_out", "already_caught", "campaign_limit"])
def test_the_player_leaves_the_cat_alone_after(scene: Scene, reason: str) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, reason))
    scene.tick(20)
    assert len(scene.all(Aim)) == 1


def test_the_player_waits_as_long_as_it_is_told(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, "cooling_down", retry_after_ms=30_000))
    scene.tick(29)
    assert len(scene.all(Aim)) == 1
    scene.tick(5)
    assert len(scene.all(Aim)) == 2


def test_a_busy_server_is_asked_again_with_the_same_attempt(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, "busy", retry_after_ms=500))
    scene.wake()
    assert scene.all(Catch) == [catch, catch]
    scene.hear(caught(catch))
    assert scene.tally.catches == 1
    assert not scene.tally.errors


def test_after_the_daily_limit_the_player_only_walks(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.hear(refused(catch, "daily_limit"))
    scene.hear(Cats(appear=(cat_at(1, "c2"),)))
    scene.tick(30)
    assert len(scene.all(Aim)) == 1


def test_too_far_brings_the_player_nearer_before_it_aims_again(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(30),)))
    scene.tick()
    assert len(scene.all(Aim)) == 1
    scene.hear(Refused("too_far", retry=True, cat="c1", distance_m=30.0, limit_m=15.0))
    while len(scene.all(Aim)) < 2:
        scene.tick()
    fix = scene.last(Fix)
    assert isinstance(fix, Fix)
    assert distance_m(Position(fix.lat, fix.lon), moved(HOME, 30, 0)) <= 15


def test_a_cat_that_keeps_refusing_is_left_alone_in_the_end(scene: Scene) -> None:
    scene.hear(Cats(appear=(cat_at(1),)))
    for _ in range(60):
        scene.tick()
        scene.hear(Refused("too_quick", retry=True, cat="c1"))
    assert len(scene.all(Aim)) == 8


def test_a_reason_newer_than_the_table_is_obeyed_by_its_retry_flag(scene: Scene) -> None:
    first = scene.throw(cat_at(1))
    scene.hear(Refused("solar_flare", retry=True, attempt=first.attempt))
    scene.tick(5)
    assert len(scene.all(Aim)) == 2
    scene.hear(Refused("lunar_flare", retry=False, cat="c1"))
    scene.tick(20)
    assert len(scene.all(Aim)) == 2


def test_every_reason_of_the_contract_is_in_the_table() -> None:
    contract = (
        "no_fix stale_fix inaccurate_fix mocked_location moving_too_fast teleported too_far "
        "not_visible gone already_caught bad_ticket too_quick missed fled cooling_down "
        "daily_limit campaign_limit sold_out store_closed busy"
    )
    assert set(REASONS) == set(contract.split())


def test_at_rest_a_player_starts_nothing_but_waits_for_its_answer(scene: Scene) -> None:
    catch = scene.throw(cat_at(1))
    scene.player.rest()
    assert not scene.player.settled
    scene.hear(caught(catch, CODE))
    scene.hear(Cats(appear=(cat_at(1, "c2"),)))
    scene.tick(10)
    assert scene.player.settled
    assert len(scene.all(Aim)) == 1
    assert scene.tally.coupons == 1


def test_what_a_fix_reveals_is_measured(scene: Scene) -> None:
    scene.now_s += 0.05
    scene.hear(Cats(appear=(cat_at(10),)))
    assert scene.tally.latencies.reveal.total.max_ms == pytest.approx(50)


def test_a_coupon_without_an_attempt_is_no_error(scene: Scene) -> None:
    scene.hear(CouponChanged(CODE))
    assert not scene.tally.errors
