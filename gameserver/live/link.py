"""One connection to one Redis server: commands go out together, replies come back in order."""

from collections.abc import Sequence

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError, ResponseError

Argument = str | bytes | int


def pack(*command: Argument) -> bytes:
    """A command as Redis reads it. Packed by its caller, a bad one harms no other's."""
    packed: bytes = pack_command(command)  # type: ignore[arg-type]  # its stub asks for a 1-tuple
    return packed


class Link:
    """A connection that is made on first use and made anew after it broke."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection

    async def exchange(self, commands: Sequence[bytes]) -> list[object]:
        """Send packed commands in one write and return one reply for each, in their order.

        A command that the server refused has its ResponseError as its reply. Raises a RedisError
        or OSError where the connection failed: then nobody knows which commands were run.
        Cancelling closes the connection, so a late reply never meets the wrong command.
        """
        connection = self._connection
        await connection.send_packed_command(b"".join(commands), check_health=False)
        replies: list[object] = []
        for _ in commands:
            try:
                replies.append(await connection.read_response())
            except ResponseError as error:
                replies.append(error)
        return replies

    async def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        try:
            await self._connection.disconnect(nowait=True)
        except (RedisError, OSError):
            return
