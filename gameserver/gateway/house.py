"""What a socket stands between, as it sees them: the house it lives in, and who listens to it."""

from collections.abc import Callable
from typing import Protocol

from websockets.typing import Origin

from gameserver.codecs import Codec


class Line(Protocol):
    """The way to the phone."""

    address: str

    def send(self, payload: bytes) -> None:
        """Queue one message."""

    def close(self, code: int, reason: str = "") -> None:
        """Send what is queued, then close."""

    def rest(self, for_s: float) -> None:
        """Read nothing from the phone for this long."""

    def call_when_written(self, go_on: Callable[[], None]) -> None:
        """Call once what is queued has been handed to the network, as far as it takes it."""


class Listener(Protocol):
    """Who hears what a phone says: its player's session."""

    player: str | None
    """Whose phone it is, once that is known."""
    closed: bool

    def receive(self, payload: bytes) -> None:
        """One whole message."""

    def receive_no_message(self) -> None:
        """A frame without a whole message."""

    def fall_behind(self) -> None:
        """The phone reads too slowly."""

    def catch_up(self) -> None:
        """The phone has read what was sent."""

    def fail(self, code: str, message: str) -> None:
        """Say what is wrong and close."""

    def close(self, code: int, reason: str = "") -> None:
        """End, and close the socket."""

    def end(self) -> None:
        """The socket is gone or going. Safe to call twice."""


class Wire(Line, Protocol):
    """A player's socket, as the house knows it."""

    heard: bool
    """Has anything come since the house last looked?"""
    heard_s: float
    """When the house last saw that something had come, on the loop's clock."""
    session: Listener | None

    def ping(self) -> None:
        """Ask whether the phone is still there."""

    def abort(self) -> None:
        """Cut the line now."""


class House(Protocol):
    """What a socket needs of the gateway."""

    origins: list[Origin | None] | None

    def make_session(self, line: Line, codec: Codec) -> Listener:
        """A session for a socket whose handshake is done."""

    def refuses(self, address: str) -> tuple[int, str] | None:
        """An HTTP status and reason where no new socket is let in, else None."""

    def turns_away(self, socket: Wire) -> int | None:
        """In how many ms a socket is to come back for which there is no room; None: there is."""

    def opened(self, socket: Wire) -> None:
        """A socket has its session."""

    def closed(self, socket: Wire, code: int | None) -> None:
        """A socket is gone, with its close code; also one that was never opened."""
