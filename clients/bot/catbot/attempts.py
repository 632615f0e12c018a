"""The catches that one player throws, from the aim to what it was told of each.

An attempt outlives a connection: until it is answered, the same id, cat and ticket are sent again.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from catbot.wire import Catch, Caught, Coupon, Refused

_REMEMBERED_REFUSALS = 32


class Attempt:
    """One catch: what was sent, how often, and its answer so far.

    Seconds: `thrown_s` is when the throw was due, `sent_s` when it first left, `due_s` when it is
    to be sent again. `is_replay` marks a cheater's second use of a ticket, `is_timed` that it is
    counted how long it took.
    """

    __slots__ = (
        "answer",
        "catch",
        "coupon",
        "due_s",
        "is_replay",
        "is_timed",
        "sends",
        "sent_s",
        "thrown_s",
    )

    def __init__(self, catch: Catch) -> None:
        self.catch = catch
        self.thrown_s = 0.0
        self.sent_s = 0.0
        self.due_s = 0.0
        self.sends = 0
        self.is_replay = False
        self.is_timed = False
        self.answer: Caught | Refused | None = None
        self.coupon: Coupon | None = None

    def waited_ms(self, now_s: float) -> tuple[float, float]:
        """Milliseconds since the throw was due, and since it first left."""
        return (now_s - self.thrown_s) * 1000, (now_s - self.sent_s) * 1000


class Attempts:
    """A player's attempts by id. Refused ones are forgotten after a while, caught ones never."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._number = 0
        self._by_id: dict[str, Attempt] = {}
        self._refused: deque[str] = deque()

    def new(self, cat: str, ticket: str) -> Attempt:
        """An attempt with an id that no other attempt of any run has."""
        self._number += 1
        attempt = Attempt(Catch(f"{self._prefix}-{self._number}", cat, ticket))
        self._by_id[attempt.catch.attempt] = attempt
        return attempt

    def get(self, attempt_id: str) -> Attempt | None:
        """The attempt with this id, if it is remembered."""
        return self._by_id.get(attempt_id)

    def refused(self, attempt: Attempt, answer: Refused) -> None:
        """Note a final refusal."""
        attempt.answer = answer
        self._refused.append(attempt.catch.attempt)
        if len(self._refused) > _REMEMBERED_REFUSALS:
            self._by_id.pop(self._refused.popleft(), None)

    def __iter__(self) -> Iterator[Attempt]:
        return iter(self._by_id.values())


class Aiming(msgspec.Struct, frozen=True):
    """An aim was sent and not answered yet."""

    cat: str
    sent_s: float


class Poised(msgspec.Struct, frozen=True):
    """An encounter is open; the throw follows at `throw_s`."""

    cat: str
    ticket: str
    throw_s: float


class Throwing(msgspec.Struct, frozen=True):
    """A catch was sent and not answered yet."""

    attempt: Attempt


def agree(first: Caught | Refused, second: Caught | Refused) -> bool:
    """Whether two answers to one attempt agree (a pending coupon may have become a real one)."""
    if isinstance(first, Caught) and isinstance(second, Caught):
        return first.cat == second.cat and (first.coupon is None) == (second.coupon is None)
    if isinstance(first, Refused) and isinstance(second, Refused):
        return first.reason == second.reason
    return False
