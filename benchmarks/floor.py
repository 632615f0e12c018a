"""The floor: what the sockets alone cost. An asyncio.Protocol on uvloop that echoes everything.

python -m benchmarks.floor
"""

import asyncio
from typing import cast

import uvloop


class Echo(asyncio.Protocol):
    """Sends back what comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Some messages, or parts of them."""
        self._transport.write(data)


async def main() -> None:
    """Echo until this process is stopped."""
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, backlog=4096)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"listening on http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
