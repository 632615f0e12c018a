"""The live world in Redis."""

from gameserver.live.address import LiveUrl
from gameserver.live.claims import Already, ClaimResult, Gone, OutboxEntry, Undone, Won
from gameserver.live.errors import LeaseLost, LiveBusy, LiveError, LiveUnavailable
from gameserver.live.feed import START, Events, FeedEvent, Snapshot
from gameserver.live.live import Live, open_live
from gameserver.live.messages import Banned, CouponChanged, InboxMessage, Replaced, SessionRef

__all__ = [
    "START",
    "Already",
    "Banned",
    "ClaimResult",
    "CouponChanged",
    "Events",
    "FeedEvent",
    "Gone",
    "InboxMessage",
    "LeaseLost",
    "Live",
    "LiveBusy",
    "LiveError",
    "LiveUnavailable",
    "LiveUrl",
    "OutboxEntry",
    "Replaced",
    "SessionRef",
    "Snapshot",
    "Undone",
    "Won",
    "open_live",
]
