"""One player's mind: walks, looks for cats, aims, throws, remembers. No I/O and no clock.

The shell calls `tick` once a second, `wake` when `due_s` has come and `hear` for every message;
what the player wants to say goes to the `Lips` it was welcomed with. `now_s` is any clock that only
goes forward; the time of day comes from the server's `welcome`.

Durations count from when something was due, not from when it left: whoever lets the server's pace
decide when to ask, and the clock start when it asks, measures a server that is never slow.
"""

import math
from collections.abc import Callable
from random import Random

import msgspec

from catbot.attempts import Aiming, Attempt, Attempts, Poised, Throwing, agree
from catbot.ground import distance_m
from catbot.refusals import LUCK, Next, next_after
from catbot.reveal import PROBE_EVERY, RevealClock, Sightings, Waited
from catbot.tally import Tally
from catbot.view import View, place_of
from catbot.walker import Places, Walker
from catbot.wire import (
    Aim,
    Cat,
    Cats,
    Caught,
    ClientMessage,
    Coupon,
    CouponChanged,
    Encounter,
    Error,
    Fix,
    Notice,
    Refused,
    Rules,
    ServerMessage,
    Welcome,
)

Say = Callable[[ClientMessage], bool]
Ping = Callable[[bytes], bool]

ANSWER_S = 5.0  # so long a player waits for an answer before it asks again
_MAX_SENDS = 8
_EARLY_S = 0.001  # timers fire a hair early
_REST_MS = 1_000  # after each catch, from everybody
_PAUSE_S = 1.0  # between a refusal that names no wait and the next aim


class Persona(msgspec.Struct, frozen=True):
    """What makes a player: `name` begins its attempt ids and must be unique among all runs."""

    name: str
    walker: Walker
    places: Places
    rng: Random
    tally: Tally
    sightings: Sightings


class Lips(msgspec.Struct, frozen=True):
    """How a player speaks on its connection: both are False where nothing could be sent."""

    say: Say
    ping: Ping


class Player:
    """An honest player. The cheats derive from it and change one habit each."""

    __slots__ = (
        "_doing",
        "_epoch_ms",
        "_here",
        "_lips",
        "_places",
        "_quiet_until_s",
        "_resting",
        "_reveals",
        "_rng",
        "_rules",
        "_stepped_s",
        "_target",
        "_unsent_due_s",
        "_view",
        "_walker",
        "attempts",
        "tally",
    )

    def __init__(self, persona: Persona) -> None:
        self.tally = persona.tally
        self.attempts = Attempts(persona.name)
        self._walker = persona.walker
        self._places = persona.places
        self._rng = persona.rng
        self._lips: Lips | None = None
        self._rules: Rules | None = None
        self._epoch_ms = 0.0
        self._stepped_s: float | None = None
        self._unsent_due_s = math.inf
        self._view = View()
        phase = Random(persona.name).randrange(PROBE_EVERY)
        self._reveals = RevealClock(persona.sightings, phase)
        self._target: Cat | None = None
        self._doing: Aiming | Poised | Throwing | None = None
        self._quiet_until_s = 0.0
        self._resting = False
        self._here = persona.walker.position  # where the last fix said

    # what the shell calls

    def welcomed(self, welcome: Welcome, lips: Lips, now_s: float) -> None:
        """A session opened. A catch that the last one left unanswered is sent again."""
        self._lips = lips
        self._rules = welcome.rules
        self._epoch_ms = welcome.now_ms - now_s * 1000
        self._view.clear()
        self._reveals.session_began()
        self._target = None
        self.tick(now_s)
        if isinstance(self._doing, Throwing):
            self._send_catch(self._doing.attempt, now_s)

    def lost(self, now_s: float) -> None:
        """The session ended. Tickets die with it, an unanswered catch does not."""
        self._lips = None
        self._unsent_due_s = math.inf
        # Nobody knows how long these would have taken, but so long they did.
        self._record_fixes(self._reveals.gave_up(now_s))
        if not isinstance(self._doing, Throwing) or self._doing.attempt.sends == 0:
            self._doing = None

    def rest(self) -> None:
        """Start nothing new; what was thrown is still waited for."""
        self._resting = True
        if not isinstance(self._doing, Throwing):
            self._doing = None

    def gave_up(self, now_s: float) -> None:
        """It goes, and hears no more answers."""
        if isinstance(self._doing, Throwing):
            self._give_up(self._doing.attempt, now_s)

    @property
    def settled(self) -> bool:
        """Whether no catch waits for its answer."""
        return not isinstance(self._doing, Throwing)

    @property
    def due_s(self) -> float:
        """When `wake` should be called; infinity for never."""
        doing = self._doing
        if doing is not None and self._lips is not None:
            if isinstance(doing, Poised):
                return doing.throw_s
            if isinstance(doing, Throwing):
                return doing.attempt.due_s
        return math.inf

    def tick(self, now_s: float, due_s: float | None = None) -> None:
        """A second went by: walk, send the fix that was due at `due_s` (by default now), and aim
        where a cat is in reach.
        """
        dt_s = 0.0 if self._stepped_s is None else now_s - self._stepped_s
        self._stepped_s = now_s
        if self._target is None and not self._resting:
            self._target = self._view.nearest(self._here)
        self._move(dt_s)
        if self._lips is None:
            return
        # What could not be sent is still owed: the next fix is as old as the first of those.
        due_s = min(self._unsent_due_s, now_s if due_s is None else due_s)
        fix = self._fix(now_s)
        if fix is None:
            return
        if not self._lips.say(fix):
            self.tally.fixes_skipped += 1
            self._unsent_due_s = due_s
            return
        self._unsent_due_s = math.inf
        self.tally.fixes += 1
        probe = self._reveals.fix_sent(now_s, due_s)
        if probe is not None:
            self._lips.ping(probe)
        doing = self._doing
        if doing is not None and isinstance(doing, Aiming) and now_s - doing.sent_s > ANSWER_S:
            self.tally.unanswered += 1
            self._doing = None
        if self._doing is None and not self._resting and now_s >= self._quiet_until_s:
            self._try_something(now_s)

    def wake(self, now_s: float) -> None:
        """Do what was due: throw, or throw again what nobody answered."""
        due_s = self.due_s
        if due_s > now_s + _EARLY_S:
            return
        if isinstance(self._doing, Poised):
            self._throw(self._doing.cat, self._doing.ticket, now_s, due_s)
        elif isinstance(self._doing, Throwing):
            attempt = self._doing.attempt
            if attempt.sends < _MAX_SENDS:
                self._send_catch(attempt, now_s)
            else:
                self._give_up(attempt, now_s)

    def pong(self, payload: bytes, now_s: float) -> None:
        """A ping came back."""
        self._record_fixes(self._reveals.pong_came(payload, now_s))

    def hear(self, message: ServerMessage, now_s: float) -> None:
        """Take in one message of the server."""
        match message:
            case Cats():
                self._on_cats(message, now_s)
            case Encounter():
                self._on_encounter(message, now_s)
            case Caught():
                self._on_caught(message, now_s)
            case Refused():
                self._on_refused(message, now_s)
            case CouponChanged():
                self._on_coupon(message, now_s)
            case Error():
                self.tally.errors[f"error_{message.code}"] += 1
            case Welcome():
                self.tally.errors["second_welcome"] += 1
            case Notice():
                pass

    # the habits that cheats change

    def _move(self, dt_s: float) -> None:
        self._walker.step(dt_s, None if self._target is None else place_of(self._target))

    def _fix(self, now_s: float) -> Fix | None:
        """What the phone says now; None where it knows nothing."""
        reading = self._walker.reading()
        self._here = reading.position
        return Fix(
            lat=reading.position.lat,
            lon=reading.position.lon,
            accuracy_m=reading.accuracy_m,
            at_ms=int(self._epoch_ms + now_s * 1000),
            speed_mps=reading.speed_mps,
            heading_deg=reading.heading_deg,
        )

    def _try_something(self, now_s: float) -> None:
        assert self._rules is not None, "nobody aims before the welcome"
        target = self._target
        if target is None:
            return
        if distance_m(self._here, place_of(target)) <= self._view.reach_m(
            target, self._rules.catch_m
        ):
            self._aim(target.id, now_s)

    def _throw_delay_s(self, aim_min_s: float) -> float:
        return aim_min_s + self._rng.uniform(0.1, 0.9)  # the time a thumb takes

    def _answered(self, attempt: Attempt, now_s: float) -> None:
        """A catch got its final answer."""

    def _is_foul(self, attempt: Attempt | None) -> bool:
        """Whether a catch should not be granted, or an aim, where there is no attempt yet."""
        return False

    def _is_counted(self, attempt: Attempt | None) -> bool:
        """Whether how an aim or catch ends is counted as `granted` or `withheld`: of honest
        players always, of cheaters where they cheat.
        """
        return True

    # acting

    def _tell(self, message: ClientMessage) -> bool:
        return self._lips is not None and self._lips.say(message)

    def _aim(self, cat: str, now_s: float) -> None:
        if self._tell(Aim(cat)):
            self._doing = Aiming(cat, now_s)

    def _throw(self, cat: str, ticket: str, now_s: float, due_s: float | None = None) -> None:
        attempt = self.attempts.new(cat, ticket)
        attempt.thrown_s = now_s if due_s is None else min(due_s, now_s)
        self._doing = Throwing(attempt)
        self._send_catch(attempt, now_s)

    def _send_catch(self, attempt: Attempt, now_s: float) -> None:
        if self._tell(attempt.catch):
            if attempt.sends == 0:
                attempt.sent_s = now_s
            else:
                self.tally.catches_resent += 1
            attempt.sends += 1
        attempt.due_s = now_s + ANSWER_S

    def _give_up(self, attempt: Attempt, now_s: float) -> None:
        self.tally.unanswered += 1
        if attempt.sends > 0:
            self._time(attempt, now_s)  # nobody knows how long it would have taken, but so long
        self._leave(attempt.catch.cat, now_s)

    def _time(self, attempt: Attempt, now_s: float) -> None:
        """Count how long a throw took, once: its answer may still come after it was given up."""
        if not attempt.is_timed:
            attempt.is_timed = True
            self.tally.latencies.catch.record(*attempt.waited_ms(now_s))

    def _record_fixes(self, waited: list[Waited]) -> None:
        for one in waited:
            self.tally.latencies.fix.record(one.due_ms, one.sent_ms)

    def _leave(self, cat_id: str, now_s: float) -> None:
        """Be done with a cat, whatever came of it."""
        self._doing = None
        self._view.settle(cat_id, int(self._epoch_ms + now_s * 1000))
        if self._target is not None and self._target.id == cat_id:
            self._target = None

    # hearing

    def _on_cats(self, message: Cats, now_s: float) -> None:
        waited = self._reveals.cats_came(message, self._view.cats, now_s)
        if waited is not None:
            self.tally.latencies.reveal.record(waited.due_ms, waited.sent_ms)
        self._view.change(message)
        if isinstance(self._doing, Aiming | Poised) and self._doing.cat in message.vanish:
            self._doing = None  # nobody throws at a cat that is not there any more
        if self._target is not None:
            self._target = self._better_target(self._target, message)

    def _better_target(self, target: Cat, news: Cats) -> Cat | None:
        """The target as it is now, or a nearer one that appeared; None where the next tick must
        look around anew.
        """
        now = self._view.cats.get(target.id)
        if now is None or not self._view.wants(now):
            return None
        way_m = distance_m(self._here, place_of(now))
        for cat in news.appear:
            if self._view.wants(cat) and distance_m(self._here, place_of(cat)) < way_m:
                return None
        return now

    def _on_encounter(self, message: Encounter, now_s: float) -> None:
        if not isinstance(self._doing, Aiming) or self._doing.cat != message.cat:
            return  # the answer to an aim that was given up
        assert self._rules is not None, "nobody aims before the welcome"
        delay_s = self._throw_delay_s(self._rules.aim_min_ms / 1000)
        self._doing = Poised(message.cat, message.ticket, now_s + delay_s)

    def _on_caught(self, message: Caught, now_s: float) -> None:
        attempt = self.attempts.get(message.attempt)
        if attempt is None or attempt.catch.cat != message.cat:
            self.tally.errors["caught_unasked"] += 1
            return
        if attempt.answer is not None:
            if not agree(attempt.answer, message):
                self.tally.errors["answer_changed"] += 1
            return
        attempt.answer = message
        self.tally.catches += 1
        self.tally.fouls += self._is_foul(attempt)
        self.tally.granted += self._is_counted(attempt)
        self._time(attempt, now_s)
        if message.coupon is not None:
            self._learn(attempt, message.coupon, now_s)
        if self._is_throwing(attempt):
            self._leave(message.cat, now_s)
        self._answered(attempt, now_s)

    def _on_refused(self, message: Refused, now_s: float) -> None:
        if message.attempt is not None:
            self._on_catch_refused(message, now_s)
        elif message.cat is not None:
            self.tally.refused[message.reason] += 1
            self._count(message, None)
            if isinstance(self._doing, Aiming) and self._doing.cat == message.cat:
                self._react(message, message.cat, now_s)
        else:
            self.tally.errors["refused_nothing"] += 1

    def _on_catch_refused(self, message: Refused, now_s: float) -> None:
        assert message.attempt is not None
        attempt = self.attempts.get(message.attempt)
        if attempt is None:
            self.tally.errors["refused_unasked"] += 1
            return
        if attempt.answer is not None:
            if not agree(attempt.answer, message):
                self.tally.errors["answer_changed"] += 1
            return
        self.tally.refused[message.reason] += 1
        if next_after(message) is Next.RESEND and self._is_throwing(attempt):
            attempt.due_s = now_s + self._wait_s(message)
            return
        self._count(message, attempt)
        self.attempts.refused(attempt, message)
        self._time(attempt, now_s)
        if self._is_throwing(attempt):
            self._react(message, attempt.catch.cat, now_s)
        self._answered(attempt, now_s)

    def _count(self, refusal: Refused, attempt: Attempt | None) -> None:
        is_rest = refusal.reason == "cooling_down" and (refusal.retry_after_ms or 0) <= _REST_MS
        if refusal.reason not in LUCK and not is_rest and self._is_counted(attempt):
            self.tally.withheld[refusal.reason] += 1

    def _on_coupon(self, message: CouponChanged, now_s: float) -> None:
        attempt = None if message.attempt is None else self.attempts.get(message.attempt)
        if attempt is not None:  # else it was caught before this run
            self._learn(attempt, message.coupon, now_s)

    def _learn(self, attempt: Attempt, coupon: Coupon, now_s: float) -> None:
        """Take note of a coupon; its code may come later, but never changes or goes away."""
        known = attempt.coupon
        if known is not None and known.code is not None:
            if coupon.code != known.code:
                self.tally.errors["code_changed"] += 1
                return
        elif coupon.code is not None:
            self.tally.given(coupon.code)
            self.tally.latencies.coupon.record(*attempt.waited_ms(now_s))
        attempt.coupon = coupon

    def _is_throwing(self, attempt: Attempt) -> bool:
        return isinstance(self._doing, Throwing) and self._doing.attempt is attempt

    def _react(self, refusal: Refused, cat_id: str, now_s: float) -> None:
        """Do what the reason asks for; a cat that keeps refusing is left alone."""
        self._doing = None
        self._quiet_until_s = now_s + self._wait_s(refusal)
        todo = next_after(refusal)
        if self._view.is_hopeless(cat_id) or todo is Next.FORGET:
            self._leave(cat_id, now_s)
        elif todo is Next.REST:
            self._resting = True
            self._target = None
        elif todo is Next.NEARER:
            self._view.come_nearer(cat_id, refusal)

    def _wait_s(self, refusal: Refused) -> float:
        asked_ms = refusal.retry_after_ms
        # Jitter, or all who were refused at once would come back at once.
        return (_PAUSE_S if asked_ms is None else asked_ms / 1000) + self._rng.uniform(0, _PAUSE_S)
