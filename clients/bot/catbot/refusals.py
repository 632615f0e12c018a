"""What a bot does about each reason of the contract: one table."""

import enum

from catbot.wire import Refused


class Next(enum.Enum):
    """What to do after a refusal."""

    AGAIN = "aim again after a while"
    NEARER = "walk closer, then aim again"
    RESEND = "send the same attempt again after a while"
    FORGET = "leave this cat alone"
    REST = "catch nothing more in this run"


REASONS: dict[str, Next] = {
    "no_fix": Next.AGAIN,
    "stale_fix": Next.AGAIN,
    "inaccurate_fix": Next.AGAIN,
    "mocked_location": Next.AGAIN,
    "moving_too_fast": Next.AGAIN,
    "teleported": Next.AGAIN,
    "too_far": Next.NEARER,
    "not_visible": Next.FORGET,
    "gone": Next.FORGET,
    "already_caught": Next.FORGET,
    "bad_ticket": Next.AGAIN,
    "too_quick": Next.AGAIN,
    "missed": Next.AGAIN,
    "fled": Next.FORGET,
    "cooling_down": Next.AGAIN,
    "daily_limit": Next.REST,
    "campaign_limit": Next.FORGET,
    "sold_out": Next.FORGET,
    "store_closed": Next.FORGET,
    "busy": Next.RESEND,
}


LUCK = frozenset(
    {"missed", "fled", "gone", "busy", "already_caught", "too_far"}
    | {"daily_limit", "campaign_limit", "sold_out", "store_closed"}
)
"""Reasons that say nothing of whether a player is believed."""

DOUBTED = frozenset(
    {"no_fix", "stale_fix", "inaccurate_fix", "mocked_location"}
    | {"moving_too_fast", "teleported", "cooling_down"}
)
"""Reasons that an honest player hears who is not believed."""


def next_after(refusal: Refused) -> Next:
    """What to do about a refusal; for a reason newer than this table, what its `retry` says."""
    known = REASONS.get(refusal.reason)
    if known is None:
        return Next.AGAIN if refusal.retry else Next.FORGET
    return known
