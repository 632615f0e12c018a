"""What can go wrong with the live world. Expected refusals are values, these are exceptions.

Their names say what happened, and read well after `except`.
"""


class LiveError(Exception):
    """Redis answered in a way that it should not: a bug, or a server that this code cannot use."""


class LiveUnavailable(LiveError):
    """Redis did not answer in time. The call may or may not have had its effect.

    Every call is idempotent, so making the same call again later is always right.
    """


class LiveBusy(LiveError):
    """Too many calls are waiting already; this one was not sent and had no effect."""


class LeaseLost(LiveError):
    """The caller does not hold the lease of the region that it wanted to change."""


class BadAddress(LiveError, ValueError):
    """What was given is no address of a Redis; the message says what one looks like."""
