"""What is asked of the HTTP API, how often, and how long the answers take.

Counted by route (`/v1/coupons/{code}`), never by path: there are only so many of them, and codes
and ids stay out.
"""

from collections import Counter
from time import perf_counter
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gameserver.histogram import ITEMS, Histogram

DURATIONS = (0.005, 0.025, 0.1, 0.5, 2.5)
"""Coarser than elsewhere: there is a histogram for each route."""


class Asked(NamedTuple):
    """A route; `*` and `?` stand for all that is none."""

    method: str
    route: str


class Traffic:
    """The requests to one application."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[Asked, int]] = Counter()
        """By route and status."""
        self.durations: dict[Asked, Histogram] = {}
        """Seconds until there was an answer to send, by route."""
        self.issue_sizes = Histogram(ITEMS)
        """Coupons asked for at once by a game server."""
        self.issue_durations = Histogram()
        """Seconds that deciding on them took, without the commit."""
        self.too_many_guests = 0
        """Guests that were not let in before the next minute."""
        self.too_many_guesses = 0
        """Codes that were not looked up after too many wrong ones."""

    def answered(self, asked: Asked, status: int, took_s: float) -> None:
        """Count an answer."""
        self.answers[asked, status] += 1
        durations = self.durations.get(asked)
        if durations is None:
            durations = self.durations[asked] = Histogram(DURATIONS)
        durations.add(took_s)


def counting(traffic: Traffic) -> Middleware:
    """Counts what passes; who goes away before the answer is not counted."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started_s = perf_counter()
        response = await handler(request)
        route = request.match_info.route
        resource = route.resource
        asked = Asked(route.method, resource.canonical if resource is not None else "?")
        traffic.answered(asked, response.status, perf_counter() - started_s)
        return response

    return middleware
