"""Whether the server is well, for orchestrators and for graphs."""

from msgspec import Struct

from gameserver.http.call import Call, NoQuery
from gameserver.http.errors import Problem
from gameserver.http.route import Written

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Health(Struct, frozen=True):
    """The process answers."""

    status: str = "ok"


MAY_BE_AWAY = frozenset({"coupons"})
"""Without its coupon service a game server goes on: catches stand, their coupons come later."""


class Readiness(Struct, frozen=True):
    """Every component is `ok`, but perhaps `coupons`, without which the game goes on."""

    status: str
    components: dict[str, str]


async def health(_: Call[None, NoQuery]) -> Health:
    """Is the process alive?"""
    return Health()


async def readiness(call: Call[None, NoQuery]) -> Readiness | Problem:
    """May it be given players?"""
    components = dict(await call.site.ready())
    if any(state != "ok" for name, state in components.items() if name not in MAY_BE_AWAY):
        return Problem("not_ready", more={"components": components}, retry_after_s=1)
    return Readiness("ok", components)


async def metrics(call: Call[None, NoQuery]) -> Written:
    """Metrics in Prometheus' text format."""
    return Written(200, PROMETHEUS, await call.site.metrics())


async def play(_: Call[None, NoQuery]) -> Problem:
    """Where players' sockets open; anything but a WebSocket handshake is told so."""
    return Problem("upgrade_required", "Open a WebSocket; the protocol is in /asyncapi.json.")
