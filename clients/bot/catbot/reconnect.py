"""When a bot comes back after a close, and how long it waits.

One table of the contract's close codes. Waits use full jitter (uniform between nothing and an
exponentially growing cap), which spreads a herd best: see Marc Brooker, "Exponential Backoff And
Jitter", AWS Architecture Blog, 2015.
"""

from random import Random

import msgspec

from catbot.wire import Notice

_LONGEST_ASKED_S = 60.0  # a server that asks for more is tried again nevertheless


class ClosePolicy(msgspec.Struct, frozen=True):
    """What a close code asks of a client, and whether it counts as an error of the run."""

    comes_back: bool
    is_error: bool
    meaning: str


CLOSE_CODES: dict[int, ClosePolicy] = {
    1000: ClosePolicy(comes_back=False, is_error=True, meaning="closed normally, unasked"),
    1012: ClosePolicy(comes_back=True, is_error=False, meaning="the server restarts"),
    1013: ClosePolicy(comes_back=True, is_error=False, meaning="the server is overloaded"),
    4001: ClosePolicy(comes_back=False, is_error=True, meaning="unauthenticated"),
    4002: ClosePolicy(comes_back=False, is_error=True, meaning="replaced by a newer session"),
    4003: ClosePolicy(comes_back=False, is_error=True, meaning="banned"),
    4004: ClosePolicy(comes_back=False, is_error=True, meaning="bad message"),
    4101: ClosePolicy(comes_back=True, is_error=False, meaning="too slow a reader"),
    4102: ClosePolicy(comes_back=True, is_error=True, meaning="too many messages"),
    4103: ClosePolicy(comes_back=True, is_error=False, meaning="no hello in time"),
}

# A lost connection (1006) and every code the contract does not name: the network or a crash.
UNEXPECTED = ClosePolicy(comes_back=True, is_error=True, meaning="unexpected close")


def policy_of(code: int) -> ClosePolicy:
    """What to do after a close with `code`."""
    return CLOSE_CODES.get(code, UNEXPECTED)


def away_s(notice: Notice) -> float:
    """For how many seconds a server that is full asks to be left alone; 0 where it does not say."""
    asked = notice.data.get("retry_after_ms") if isinstance(notice.data, dict) else None
    if notice.kind != "overloaded" or not isinstance(asked, int | float):
        return 0.0
    return max(0.0, asked / 1000.0)


class Backoff:
    """Waits with full jitter: each failure doubles the longest wait, up to `cap_s`."""

    __slots__ = ("_base_s", "_cap_s", "_failures", "_rng")

    def __init__(self, rng: Random, base_s: float = 1.0, cap_s: float = 30.0) -> None:
        self._rng = rng
        self._base_s = base_s
        self._cap_s = cap_s
        self._failures = 0

    def wait_s(self, at_least_s: float = 0.0) -> float:
        """How long to wait after one more failure; never less than the server asked for."""
        longest_s = min(self._cap_s, self._base_s * 2 ** min(self._failures, 32))
        self._failures += 1
        # On top of what was asked, so that a Retry-After for all does not make all come at once.
        return min(at_least_s, _LONGEST_ASKED_S) + self._rng.uniform(0, longest_s)

    def reset(self) -> None:
        """The last try worked."""
        self._failures = 0
