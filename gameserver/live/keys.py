"""Every key of the live world: its name, type, life, and who deletes it. Keys are built here only.

A region's keys share the hash tag `{r:<region>}`, so that one script may touch them all and
Redis Cluster spreads the regions. Times to live are in milliseconds.
"""

import re
from functools import lru_cache

from msgspec import Struct

HOUR_MS = 3_600_000

KEEP_MS = 24 * HOUR_MS
"""How long the cats of a region that nobody looks after stay beyond the last one's expiry."""

CATCHERS_MS = HOUR_MS
"""How long it is known at least who caught a cat, beyond the cat's expiry."""

GONE_MS = HOUR_MS
"""How long a removed cat cannot be spawned again by a spawn that was sent twice."""

FEED_MS = HOUR_MS
"""The feed of a region where nothing happens goes away after this."""

SLACK_MS = 600_000
"""How much longer than it must a key may live that is written all the time, so that not every
write has to say how long."""

FEED_AGE_MS = 60_000
"""A feed keeps its events at least this long; who read last before that takes a snapshot."""

OUTBOX_MS = 24 * HOUR_MS
"""An outbox without entries goes away after this. One with entries stays."""

INBOX_MS = 60_000
"""A process that does not read its inbox for this long has lost what was in it."""

INBOX_LENGTH = 10_000
"""An inbox keeps about this many messages, the newest."""

TOLD_MS = 60_000
"""A message that is sent twice within this time arrives once."""

TRACK_MS = 12 * HOUR_MS
"""Where a player was is known to the next process for so long after the last time it was kept."""

STEPS_MS = 12 * HOUR_MS
"""Footprints are kept by half-days, each until the next one is over."""

SECOND_MS = 20_000
"""What a process counted in a second is kept for so long: far longer than a call is sent again."""

TOTALS_MS = 24 * HOUR_MS
"""The big screen's totals stay for so long where no server runs; the books know them, too."""

WATCHED_MS = 5_000
"""A big screen that nobody has spoken of for so long is dark."""

_SPELL = slice(10, 15)
"""Where an id of a cat says, to 1024 s, when it was made: see `new_cat_id`."""


class KeyKind(Struct, frozen=True):
    """One kind of key. `lives` and `leaves` are for the reader; a test reads the rest.

    `lasting` is true where a key may stand without a time to live.
    """

    pattern: str
    type: str
    holds: str
    lives: str
    leaves: str
    lasting: bool = False

    def matches(self, key: str) -> bool:
        parts = re.split(r"<[\w-]+>", self.pattern)
        return re.fullmatch(".+".join(map(re.escape, parts)), key) is not None


KINDS = (
    KeyKind(
        "{r:<region>}:cats",
        "hash",
        "cat id -> packed Cat",
        "a day beyond the last cat's expiry",
        "a cat: remove_cats.lua",
    ),
    KeyKind(
        "{r:<region>}:left",
        "hash",
        "cat id -> catches left",
        "a day beyond the last cat's expiry",
        "a cat: remove_cats.lua",
    ),
    KeyKind(
        "{r:<region>}:expiry",
        "zset",
        "cat ids by expires_ms",
        "a day beyond the last cat's expiry",
        "a cat: remove_cats.lua",
    ),
    KeyKind(
        "{r:<region>}:gone",
        "zset",
        "removed cat ids by the time until which they are remembered",
        "an hour after the last removal",
        "a cat: remove_cats.lua, an hour later",
    ),
    KeyKind(
        "{r:<region>}:feed",
        "stream",
        "what appeared and vanished",
        "an hour and a bit after the last event",
        "an event: the scripts that add one, a minute later",
    ),
    KeyKind(
        "{r:<region>}:outbox",
        "stream",
        "claims and removed cats whose books are not done",
        "as long as there are entries, and a day",
        "an entry: finish.lua or unclaim_cat.lua",
        lasting=True,
    ),
    KeyKind(
        "{r:<region>}:open",
        "hash",
        "of the release before: cat id -> its entries in the outbox, which nobody reads any more",
        "an hour after the first removal of a cat by this release",
        "Redis, by its time to live",
        lasting=True,
    ),
    KeyKind(
        "{r:<region>}:lease",
        "string",
        "the region's keeper",
        "the lease",
        "release_region.lua",
    ),
    KeyKind(
        "{r:<region>}:caught:<spell>",
        "hash",
        "cat id, NUL, player -> claim record, of the cats that were made in a spell",
        "an hour and a bit beyond the last such cat's expiry",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{r:<region>}:crowd",
        "hash",
        "process -> how many players it sees at stores that want only so many",
        "ten seconds after a process said so last",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{r:<region>}:catchers:<cat>",
        "hash",
        "of the release before: player -> claim record",
        "an hour beyond the cat's expiry",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{p:<player>}:session",
        "hash",
        "the live session, and those that it replaced",
        "as long as the session is kept",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{p:<player>}:track",
        "string",
        "where the player was in the last ten minutes, and aimed at cats",
        "12 hours after the last session or aim",
        "forget_track, with the player",
    ),
    KeyKind(
        "{t:<region>}:steps:<half-day>",
        "hash",
        "footprint of a walk -> who left it, and when",
        "12 to 24 hours",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{t:<region>}:spot:<footprint>",
        "zset",
        "players at the very same spot, by the time of their last aim",
        "a minute after the last aim there",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{w:<process>}:inbox",
        "stream",
        "messages to the sessions of a process",
        "a minute after the last message",
        "drop_inbox, when the process ends",
    ),
    KeyKind(
        "{w:<process>}:told:<nonce>",
        "string",
        "that a message is in the inbox",
        "a minute",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{k}:keepers",
        "zset",
        "keepers by the time until which they are taken for alive",
        "the longest of these times",
        "a keeper: heartbeat.lua",
    ),
    KeyKind(
        "{s}:second:<second>",
        "hash",
        "process -> what it counted in a second, for the big screen",
        "twenty seconds",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{s}:totals",
        "hash",
        "catches and coupons in all, for the big screen",
        "a day after the last second that a process spoke of",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{s}:watched",
        "string",
        "that somebody is looking at a big screen",
        "five seconds after the last process said so",
        "Redis, by its time to live",
    ),
    KeyKind(
        "{k}:turn:<name>",
        "string",
        "who has the only turn that there is in a while",
        "as long as the turn",
        "Redis, by its time to live",
    ),
)


class RegionKeys(Struct, frozen=True):
    """The keys of one region."""

    cats: str
    left: str
    expiry: str
    gone: str
    feed: str
    outbox: str
    open: str
    lease: str
    caught: str
    crowd: str
    catchers_of: str

    def catchers(self, cat: str) -> str:
        """Who caught this cat, and those that were made in the same quarter of an hour or so."""
        return self.caught + cat[_SPELL]

    def former_catchers(self, cat: str) -> str:
        """Who caught this cat, as the release before this one wrote it."""
        return self.catchers_of + cat


@lru_cache(maxsize=65_536)
def of_region(region: str) -> RegionKeys:
    """The keys of a region; made once, for they are needed with every claim."""
    tag = f"{{r:{region}}}:"
    return RegionKeys(
        cats=tag + "cats",
        left=tag + "left",
        expiry=tag + "expiry",
        gone=tag + "gone",
        feed=tag + "feed",
        outbox=tag + "outbox",
        open=tag + "open",
        lease=tag + "lease",
        caught=tag + "caught:",
        crowd=tag + "crowd",
        catchers_of=tag + "catchers:",
    )


def session(player: str) -> str:
    return f"{{p:{player}}}:session"


def track(player: str) -> str:
    return f"{{p:{player}}}:track"


def steps(region: str, half_day: int) -> str:
    return f"{{t:{region}}}:steps:{half_day}"


def spot(region: str, footprint: int) -> str:
    return f"{{t:{region}}}:spot:{footprint}"


def inbox(process: str) -> str:
    return f"{{w:{process}}}:inbox"


def told(process: str, nonce: str) -> str:
    return f"{{w:{process}}}:told:{nonce}"


KEEPERS = "{k}:keepers"


def turn(name: str) -> str:
    return f"{{k}}:turn:{name}"


TOTALS = "{s}:totals"
WATCHED = "{s}:watched"


def second(second: int) -> str:
    return f"{{s}}:second:{second}"
