"""Where the live world is: the address of a Redis server or Cluster."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
    parse_url,
)

from gameserver.live.errors import BadAddress

Seat = tuple[str, int]
"""A server's host and port; a unix socket is (path, 0)."""

CONNECT_S = 1.0
"""How long a connection may take to stand, in seconds."""


FORMS = "redis://, rediss://, unix:///path, redis+cluster://host:port or rediss+cluster://"


class LiveUrl(Struct, frozen=True):
    """An understood address. Printing it shows no user name, password or option."""

    kind: Literal["single", "cluster"]
    seats: tuple[Seat, ...]
    options: Mapping[str, Any]

    @classmethod
    def parse(cls, url: str) -> "LiveUrl":
        """Understand one of FORMS; a cluster may name several hosts, separated by commas.

        BadAddress where it is none of them; its message names no secret.
        """
        scheme, _, rest = url.partition("://")
        if scheme in ("redis+cluster", "rediss+cluster"):
            return _cluster(scheme.removesuffix("+cluster"), rest)
        if scheme not in ("redis", "rediss", "unix"):
            raise BadAddress(f"a Redis address has the form {FORMS}, not {scheme!r}")
        options = _options(url)
        if scheme == "unix":
            path = options.pop("path", None)
            if not path:
                raise BadAddress("a unix:// address needs the path of a socket")
            return cls("single", ((path, 0),), options)
        seat = (options.pop("host", "localhost"), options.pop("port", 6379))
        return cls("single", (seat,), options)

    def connection(self, seat: Seat) -> AbstractConnection:
        """A connection to one server, not yet connected. It never retries by itself."""
        options = dict(self.options)
        kind: type[AbstractConnection] = options.pop("connection_class", Connection)
        place: dict[str, Any] = (
            {"path": seat[0]}
            if kind is UnixDomainSocketConnection
            else {"host": seat[0], "port": seat[1]}
        )
        # The deadlines are ours (one per batch, not one per reply), and so are the retries.
        return kind(
            **options,
            **place,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=CONNECT_S,
            client_name="catcat",
        )

    def __str__(self) -> str:
        hosts = ",".join(f"{host}:{port}" if port else host for host, port in self.seats)
        return f"{self.kind} Redis at {hosts}"

    __repr__ = __str__


def _cluster(scheme: str, rest: str) -> LiveUrl:
    """Several `host:port` behind one user name; the options are the same for all of them."""
    authority, slash, tail = rest.partition("/")
    user, at, hosts = authority.rpartition("@")
    seats: list[Seat] = []
    options: dict[str, Any] = {}
    for host in hosts.split(","):
        options = _options(f"{scheme}://{user}{at}{host}{slash}{tail}")
        if options.pop("db", 0):
            raise BadAddress("a Redis Cluster has one database only: leave out its number")
        if "host" not in options:
            raise BadAddress("a cluster address needs at least one host:port")
        seats.append((options.pop("host"), options.pop("port", 6379)))
    return LiveUrl("cluster", tuple(seats), options)


_PLACE = ("host", "port", "path", "db", "username", "password", "connection_class")
_TLS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname")
_ALLOWED = frozenset((*_PLACE, *_TLS))


def _options(url: str) -> dict[str, Any]:
    try:
        urlsplit(url).port  # noqa: B018 - reading it checks it
        options = dict(parse_url(url))
    except ValueError:
        raise BadAddress(f"a Redis address has the form {FORMS}") from None
    unknown: Sequence[str] = sorted(options.keys() - _ALLOWED)
    if unknown:
        raise BadAddress(f"unknown option in the Redis address: {', '.join(unknown)}")
    if options.get("connection_class") is SSLConnection and "ssl_check_hostname" in options:
        options["ssl_check_hostname"] = str(options["ssl_check_hostname"]).lower() in ("true", "1")
    return options
