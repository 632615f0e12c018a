"""The big screen's news, for anybody who wants to watch."""

from gameserver.http.call import Call, NoQuery
from gameserver.http.errors import Problem
from gameserver.http.memory import network
from gameserver.http.route import Told


async def live(call: Call[None, NoQuery]) -> Told | Problem:
    """What happens in the game, second by second, as server-sent events.

    First an event `start` with all that a screen needs, then a `second` each second, about two
    seconds late. A catch is shown in a cell with at least five players, or nowhere. Who reads
    too slowly misses seconds, and gets a `start` again.
    """
    broadcast = call.site.broadcast
    if broadcast is None or broadcast.is_closed:
        return Problem("unavailable", retry_after_s=2)
    address = network(call.address)
    if broadcast.is_full(address):
        return Problem("busy", retry_after_s=10)
    return Told(broadcast, address)
