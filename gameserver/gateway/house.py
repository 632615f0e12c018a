"""The house that sockets live in, as they see it: who is let in, and who is told that they came."""

from typing import TYPE_CHECKING, Protocol

from websockets.typing import Origin

from gameserver.gateway.session import Line, Session
from gameserver.protocol import Codec

if TYPE_CHECKING:
    from gameserver.gateway.socket import PlaySocket


class House(Protocol):
    """What a socket needs of the gateway."""

    origins: list[Origin | None] | None

    def make_session(self, line: Line, codec: Codec) -> Session:
        """A session for a socket whose handshake is done."""

    def refuses(self, address: str) -> tuple[int, str] | None:
        """An HTTP status and reason where no new socket is let in, else None."""

    def turns_away(self, socket: "PlaySocket") -> int | None:
        """In how many ms a socket is to come back for which there is no room; None: there is."""

    def opened(self, socket: "PlaySocket") -> None:
        """A socket has its session."""

    def closed(self, socket: "PlaySocket", code: int | None) -> None:
        """A socket is gone, with its close code; also one that was never opened."""
