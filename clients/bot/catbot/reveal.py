"""How long it takes from a fix to the cats that it brings into view.

A `cats` message does not say why it came: because the player walked, or because a cat was put
there or changed. Only the first kind measures the server's answer to a fix; the time since the
last fix says nothing about the second. What tells them apart is that other bots of the run knew
the cat before. So what counts is the answer to a session's first fix, and a cat new to this player
that the run has known for a while.
"""

from catbot.wire import Cat, Cats

# Longer than servers take to tell all players of a new cat.
_SETTLED_S = 2.0
_MANY_CATS = 50_000


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
    """Measures one player's reveals."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._fixes = 0
        self._sent_s: float | None = None  # None once a `cats` message came after it

    def session_began(self) -> None:
        """A new session sees everything anew."""
        self._fixes = 0
        self._sent_s = None

    def fix_sent(self, now_s: float) -> None:
        """A fix left."""
        self._fixes += 1
        self._sent_s = now_s

    def cats_came(self, news: Cats, in_view: dict[str, Cat], now_s: float) -> float | None:
        """The milliseconds from the last fix to what it revealed; None where it revealed nothing.

        `in_view` is what the player saw before this message.
        """
        sent_s, self._sent_s = self._sent_s, None
        known_s = [
            self._sightings.first_s(cat, now_s) for cat in news.appear if cat.id not in in_view
        ]
        if sent_s is None or not known_s:
            return None
        if self._fixes == 1 or min(known_s) < sent_s - _SETTLED_S:
            return (now_s - sent_s) * 1000
        return None
