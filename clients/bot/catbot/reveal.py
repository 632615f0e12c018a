"""How long it takes the server to deal with a fix, and to show the cats that it brings into view.

Most fixes need no answer, so the protocol has none. A WebSocket ping behind every fifth fix of a
player gets one: messages of a socket are dealt with in order, so its pong says that the fix was.

A `cats` message does not say why it came: because the player walked, or because a cat was put
there or changed. Only the first kind measures the server's answer to a fix; the time since the
last fix says nothing about the second. What tells them apart is that other bots of the run knew
the cat before. So what counts is the answer to a session's first fix, and a cat new to this player
that the run has known for a while. News that come while a ping is under way are no answer to any
fix after that ping, and are counted from the fix before it: a server that stalls for three seconds
is not measured by the fix that it has not even read.
"""

from collections import deque

import msgspec

from catbot.wire import Cat, Cats

PROBE_EVERY = 5
"""One fix in so many is followed by a ping."""

# Longer than servers take to tell all players of a new cat.
_SETTLED_S = 2.0
_MANY_CATS = 50_000
_MANY_PROBES = 256


class Waited(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds from when a fix was due, and from when it was sent, to what came of it."""

    due_ms: float
    sent_ms: float


class SentFix(msgspec.Struct, frozen=True, gc=False):
    """When a fix was due and when it was sent, seconds."""

    due_s: float
    sent_s: float

    def until(self, now_s: float) -> Waited:
        """How long ago that was."""
        return Waited((now_s - self.due_s) * 1000, (now_s - self.sent_s) * 1000)


class Sightings:
    """When any bot of the run first saw each cat. Shared by all players of one process."""

    def __init__(self) -> None:
        self._first_s: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._first_s)

    def first_s(self, cat: Cat, now_s: float) -> float:
        """When this cat was first seen, which is now where nobody saw it before."""
        if len(self._first_s) > _MANY_CATS:
            # In order of first sight; the older half has mostly expired.
            for old in list(self._first_s)[: _MANY_CATS // 2]:
                del self._first_s[old]
        return self._first_s.setdefault(cat.id, now_s)


class RevealClock:
    """Measures one player's fixes and reveals."""

    __slots__ = ("_fixes", "_last", "_phase", "_probes", "_sightings")

    def __init__(self, sightings: Sightings, phase: int = 1) -> None:
        """`phase` spreads the pings of players who came together."""
        self._sightings = sightings
        self._phase = phase % PROBE_EVERY
        self._fixes = 0
        self._last: SentFix | None = None  # None once a `cats` message came after it
        self._probes: deque[tuple[bytes, SentFix]] = deque(maxlen=_MANY_PROBES)

    def session_began(self) -> None:
        """A new session sees everything anew."""
        self._fixes = 0
        self._last = None
        self._probes.clear()

    def fix_sent(self, now_s: float, due_s: float | None = None) -> bytes | None:
        """A fix left that was due at `due_s` (by default now); what to send with a ping behind it,
        or None for no ping.
        """
        fix = SentFix(now_s if due_s is None else due_s, now_s)
        self._last = fix
        self._fixes += 1
        if self._fixes > 1 and self._fixes % PROBE_EVERY != self._phase:
            return None
        name = self._fixes.to_bytes(4, "big")
        self._probes.append((name, fix))
        return name

    def pong_came(self, name: bytes, now_s: float) -> list[Waited]:
        """How long the fixes took that a pong answers: the one pinged, and all before it."""
        probes = self._probes
        if len(probes) == 1 and probes[0][0] == name:
            return [probes.pop()[1].until(now_s)]
        if not any(name == sent for sent, _ in probes):
            return []  # of nobody's ping
        answered = []
        while probes:
            sent, fix = probes.popleft()
            answered.append(fix.until(now_s))
            if sent == name:
                break
        return answered

    def gave_up(self, now_s: float) -> list[Waited]:
        """How long the fixes took at least whose pongs will not come any more."""
        waited = [fix.until(now_s) for _, fix in self._probes]
        self._probes.clear()
        return waited

    def cats_came(self, news: Cats, in_view: dict[str, Cat], now_s: float) -> Waited | None:
        """How long a fix took to what it revealed; None where these news reveal nothing.

        `in_view` is what the player saw before this message.
        """
        fix, self._last = self._last, None
        if self._probes:
            fix = self._probes[0][1]
        first_s = self._sightings.first_s
        known_s = [first_s(cat, now_s) for cat in news.appear if cat.id not in in_view]
        if fix is None or not known_s:
            return None
        if self._fixes == 1 or min(known_s) < fix.due_s - _SETTLED_S:
            return fix.until(now_s)
        return None
