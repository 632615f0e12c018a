"""Who is here: one live session per player, and what is remembered of a player between sessions."""

from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from gameserver.game.track import Track
from gameserver.game.trust import Trust
from gameserver.protocol import Caught, Outgoing, Refused

ANSWERS_MAX = 64
HIDDEN_MAX = 512
MEMORY_MS = 600_000
MEMORIES_MAX = 50_000

Answer = Caught | Refused


class Review(Enum):
    """How far the game is with looking at what it knows of a player besides this session."""

    NEEDED = "needed"
    RUNNING = "running"
    DONE = "done"


class Memory:
    """What a player's next session on this process goes on with: answers given, cats caught."""

    __slots__ = (
        "address",
        "answers",
        "attestation",
        "cool_until_ms",
        "deciding",
        "hidden",
        "is_attested",
        "is_known",
        "is_looking",
        "left_ms",
        "looked_ms",
        "misses",
        "review",
        "track",
        "trust",
        "waiting",
    )

    def __init__(self) -> None:
        self.answers: OrderedDict[str, Answer] = OrderedDict()
        self.deciding: str | None = None
        """The attempt that is being settled; one at a time."""
        self.cool_until_ms = 0
        self.hidden: OrderedDict[str, None] = OrderedDict()
        """Cats that this player caught, or that fled: out of this player's view for good."""
        self.misses: dict[str, int] = {}
        self.track = Track()
        self.trust = Trust()
        self.review = Review.NEEDED
        self.is_looking = False
        self.looked_ms = 0
        """When footprints were last left."""
        self.waiting: list[Callable[[bool], None]] = []
        """Whom to tell when the review is over, and whether it came to its end."""
        self.is_known = False
        """Is what other processes saw of the player here?"""
        self.address = ""
        self.attestation: str | None = None
        self.is_attested = False
        self.left_ms: int | None = None

    def remember(self, attempt: str, answer: Answer) -> None:
        """The same attempt gets the same answer from now on."""
        self.answers[attempt] = answer
        if len(self.answers) > ANSWERS_MAX:
            self.answers.popitem(last=False)

    def hide(self, cat: str) -> None:
        """Keep a cat out of this player's view."""
        self.misses.pop(cat, None)
        self.hidden[cat] = None
        if len(self.hidden) > HIDDEN_MAX:
            self.hidden.popitem(last=False)

    def miss(self, cat: str) -> int:
        """Count a miss; how many there are now."""
        count = self.misses.pop(cat, 0) + 1
        if len(self.misses) >= ANSWERS_MAX:
            del self.misses[next(iter(self.misses))]
        self.misses[cat] = count
        return count


class Seat(Protocol):
    """A player's live session, as the rest of the gateway knows it."""

    player: str | None
    session: str
    memory: Memory
    registered: bool
    closed: bool

    def answer(self, answer: Answer) -> None:
        """Tell how an attempt ended."""

    def send(self, message: Outgoing) -> None:
        """Encode and queue a message."""

    def fail(self, code: str, message: str) -> None:
        """Say what is wrong and close."""


class Roster:
    """The players of this process: live sessions by player, and memories for a while after."""

    def __init__(self) -> None:
        self.sessions: dict[str, Seat] = {}
        self._gone: OrderedDict[str, Memory] = OrderedDict()

    def enter(self, player: str, session: Seat) -> tuple[Memory, Seat | None]:
        """Make `session` the player's live one; what is remembered, and whom it replaces."""
        before = self.sessions.get(player)
        self.sessions[player] = session
        if before is not None:
            return before.memory, before
        memory = self._gone.pop(player, None) or Memory()
        memory.left_ms = None
        return memory, None

    def leave(self, player: str, session: Seat, now_ms: int) -> bool:
        """End a session; False where it was not the player's live one any more."""
        if self.sessions.get(player) is not session:
            return False
        del self.sessions[player]
        session.memory.left_ms = now_ms
        self._gone[player] = session.memory
        self._gone.move_to_end(player)
        while len(self._gone) > MEMORIES_MAX:
            self._gone.popitem(last=False)
        return True

    def forget_the_gone(self, now_ms: int) -> None:
        """Drop memories of players who left longer than MEMORY_MS ago."""
        while self._gone:
            player, memory = next(iter(self._gone.items()))
            if memory.left_ms is not None and now_ms - memory.left_ms < MEMORY_MS:
                return
            del self._gone[player]

    def memory(self, player: str) -> Memory | None:
        """What is remembered of a player who is here or was lately."""
        session = self.sessions.get(player)
        return session.memory if session is not None else self._gone.get(player)
