"""May this player catch this cat now? Pure rules over what the session saw by itself.

A rule looks at a `Try` and answers None (fine) or a `Refusal`. The first refusal counts, so the
tuple's order is the order in which a player is told what is in the way.
"""

from collections.abc import Callable

from msgspec import Struct

from gameserver.game.geo import bearing_deg, distance_m, great_circle_m
from gameserver.game.model import Cat
from gameserver.game.stays import pace_mps
from gameserver.game.track import PACE_WINDOW_MS, SAMPLE_EVERY_MS, Track
from gameserver.game.trust import Gate


class Rules(Struct, frozen=True):
    """The numbers of the game."""

    view_m: float = 200.0
    catch_m: float = 40.0
    fix_max_age_ms: int = 15_000
    accuracy_max_m: float = 100.0
    accuracy_slack_max_m: float = 20.0
    """A fix's own uncertainty widens the reach of a store, up to this much."""
    aim_min_ms: int = 500
    ticket_ttl_ms: int = 30_000
    cool_down_ms: int = 1_000
    misses_max: int = 3
    walking_max_mps: float = 9.0
    """Net speed over PACE_WINDOW_MS above which nobody is walking (fast runners reach 7 m/s)."""
    travel_max_mps: float = 70.0
    """Net speed above which nobody has travelled: the position jumped."""


class Ticket(Struct, frozen=True):
    """One encounter: good for one catch of one cat. `hit` was rolled when it was made."""

    ticket: str
    cat: str
    made_ms: int
    expires_ms: int
    hit: bool


class Refusal(Struct, frozen=True):
    """Why not, with what helps the player on."""

    reason: str
    retry_after_ms: int | None = None
    distance_m: float | None = None
    limit_m: float | None = None


class Try(Struct, frozen=True):
    """Everything that an aim or a catch is judged by. `cat` is None unless it is in view."""

    now_ms: int
    track: Track
    cat: Cat | None
    cool_until_ms: int = 0
    ticket: Ticket | None = None
    """The session's open ticket if it is the one that came with the catch, else None."""
    gate: Gate | None = None
    """What keeps the player waiting whose track is in doubt."""
    no_coupons_until_ms: int = 0


Rule = Callable[[Try, Rules], Refusal | None]


def fix_is_there(attempt: Try, _: Rules) -> Refusal | None:
    """A session has said where it is."""
    return None if attempt.track.last else Refusal("no_fix")


def fix_is_fresh(attempt: Try, rules: Rules) -> Refusal | None:
    """By the server's clock; the phone's only adds what a fix was held back."""
    fix = attempt.track.last
    assert fix is not None
    age_ms = attempt.now_ms - fix.received_ms + fix.late_ms
    return Refusal("stale_fix") if age_ms > rules.fix_max_age_ms else None


def fix_is_accurate(attempt: Try, rules: Rules) -> Refusal | None:
    """A circle of a kilometre is no place; neither is one of 0 m, but that gains nothing."""
    fix = attempt.track.last
    assert fix is not None
    if fix.accuracy_m > rules.accuracy_max_m:
        return Refusal("inaccurate_fix", limit_m=rules.accuracy_max_m)
    return None


def fix_is_not_mocked(attempt: Try, _: Rules) -> Refusal | None:
    """The phone itself says when an app made the position up."""
    fix = attempt.track.last
    assert fix is not None
    return Refusal("mocked_location") if fix.mock else None


def at_walking_pace(attempt: Try, rules: Rules) -> Refusal | None:
    """Clears by itself, a window after the player is back to walking."""
    if attempt.track.pace_at_most_mps(attempt.now_ms) <= rules.walking_max_mps:
        return None
    pace = pace_mps(attempt.track, attempt.now_ms)
    if pace > rules.travel_max_mps:
        return Refusal("teleported", retry_after_ms=PACE_WINDOW_MS)
    if pace > rules.walking_max_mps:
        return Refusal("moving_too_fast", retry_after_ms=SAMPLE_EVERY_MS)
    return None


def beyond_doubt(attempt: Try, _: Rules) -> Refusal | None:
    """A track that looks made up waits, or walks on until it looks like a walk again."""
    gate = attempt.gate
    if gate is None:
        return None
    return Refusal(gate.reason, retry_after_ms=max(1, gate.until_ms - attempt.now_ms))


def cat_is_in_view(attempt: Try, _: Rules) -> Refusal | None:
    """Nobody catches what was never shown to them."""
    if attempt.cat is None:
        return Refusal("not_visible")
    if attempt.cat.expires_ms <= attempt.now_ms:
        return Refusal("gone")
    return None


def may_have_coupons(attempt: Try, _: Rules) -> Refusal | None:
    """Who was caught cheating plays on for a while, but for no coupons."""
    cat = attempt.cat
    assert cat is not None
    wait_ms = attempt.no_coupons_until_ms - attempt.now_ms
    if cat.campaign is None or wait_ms <= 0:
        return None
    return Refusal("cooling_down", retry_after_ms=wait_ms)


def within_reach(attempt: Try, rules: Rules) -> Refusal | None:
    """The store's reach, widened by the fix's own uncertainty up to a limit."""
    fix, cat = attempt.track.last, attempt.cat
    assert fix is not None
    assert cat is not None
    limit_m = cat.catch_m + min(fix.accuracy_m, rules.accuracy_slack_max_m)
    far_m = distance_m(fix.lat, fix.lon, cat.lat, cat.lon, limit_m)
    if far_m <= limit_m:
        return None
    return Refusal("too_far", distance_m=round(far_m, 1), limit_m=round(limit_m, 1))


def cooled_down(attempt: Try, _: Rules) -> Refusal | None:
    """A moment's rest after each cat."""
    wait_ms = attempt.cool_until_ms - attempt.now_ms
    return Refusal("cooling_down", retry_after_ms=wait_ms) if wait_ms > 0 else None


def ticket_is_good(attempt: Try, _: Rules) -> Refusal | None:
    """The ticket of this session's open encounter with this cat."""
    ticket = attempt.ticket
    if ticket is None or attempt.cat is None or ticket.cat != attempt.cat.id:
        return Refusal("bad_ticket")
    return Refusal("bad_ticket") if attempt.now_ms >= ticket.expires_ms else None


def took_aim(attempt: Try, rules: Rules) -> Refusal | None:
    """A person needs a moment between seeing the cat and throwing."""
    assert attempt.ticket is not None
    wait_ms = attempt.ticket.made_ms + rules.aim_min_ms - attempt.now_ms
    return Refusal("too_quick", retry_after_ms=wait_ms) if wait_ms > 0 else None


def throw_hits(attempt: Try, _: Rules) -> Refusal | None:
    """Rolled when the ticket was made, so that no choice of attempt id changes the luck."""
    assert attempt.ticket is not None
    return None if attempt.ticket.hit else Refusal("missed")


POSITION: tuple[Rule, ...] = (
    fix_is_there,
    fix_is_fresh,
    fix_is_accurate,
    fix_is_not_mocked,
    at_walking_pace,
    beyond_doubt,
)
AIM_RULES: tuple[Rule, ...] = (*POSITION, cat_is_in_view, may_have_coupons, within_reach)
CATCH_RULES: tuple[Rule, ...] = (
    *POSITION,
    cat_is_in_view,
    may_have_coupons,
    ticket_is_good,
    took_aim,
    cooled_down,
    within_reach,
    throw_hits,
)


def judge(rules_of: tuple[Rule, ...], attempt: Try, rules: Rules) -> Refusal | None:
    """The first refusal, or None."""
    for rule in rules_of:
        refusal = rule(attempt, rules)
        if refusal is not None:
            return refusal
    return None


def sight(track: Track, cat: Cat) -> tuple[float, float]:
    """Distance in metres and bearing in degrees from the last fix to a cat."""
    fix = track.last
    assert fix is not None
    far_m = great_circle_m(fix.lat, fix.lon, cat.lat, cat.lon)
    return round(far_m, 1), round(bearing_deg(fix.lat, fix.lon, cat.lat, cat.lon), 1) % 360.0
