"""Where a server is: one URL names its HTTP API and its WebSocket."""

from urllib.parse import urlsplit

import msgspec

_HTTP_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAY = "/play"


class AddressError(ValueError):
    """The URL given names no server that bots can play on."""


class Address(msgspec.Struct, frozen=True):
    """A server's address: `http` is the base of its API (no trailing slash), `play` its socket."""

    http: str
    play: str
    host: str
    port: int
    secure: bool

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read `http(s)://host[:port][/prefix]` or `ws(s)://host[:port][/prefix]/play`.

        Raises AddressError for anything else.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise AddressError(f"{url!r} is no URL: {error}") from None
        scheme = _HTTP_SCHEMES.get(parts.scheme)
        if scheme is None or not parts.hostname:
            raise AddressError(
                f"{url!r} is not of the form http://HOST:PORT or ws://HOST:PORT/play"
            )
        if parts.username is not None or parts.query or parts.fragment:
            raise AddressError(f"{url!r} must not hold a user name, a query or a fragment")
        prefix = parts.path.rstrip("/").removesuffix(_PLAY)
        secure = scheme == "https"
        port = _DEFAULT_PORTS[scheme] if port is None else port
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = f"{host}:{port}{prefix}"
        return cls(
            http=f"{scheme}://{place}",
            play=f"{'wss' if secure else 'ws'}://{place}{_PLAY}",
            host=parts.hostname,
            port=port,
            secure=secure,
        )
