"""What a big screen is told: the events of `GET /v1/live`, and how they are written.

Every event is written once, plain and compressed, whoever reads it. Compressed, each of them ends
in a full flush (RFC 1951 by way of zlib): it refers to nothing before it, so that every reader's
gzip stream can be put together from the same pieces, whenever the reader came.
"""

import zlib
from typing import NamedTuple

import msgspec
from msgspec import Struct

from gameserver.ledger.scores import Score
from gameserver.ledger.screen import OpenedStore

RETRY_MS = 3_000
"""When a browser that lost its line asks again, unless its page knows better."""

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How a gzip stream begins (RFC 1952), before the first event. It has no end that anybody reads."""


class Leader(Struct, frozen=True):
    """A place on the leaderboard of this day (of UTC); equal points share a rank."""

    rank: int
    player: str
    points: int
    catches: int


class Light(NamedTuple):
    """So many catches within about `radius_m` of a place, in WGS-84 degrees.

    At least five players are there, who are in none of the smaller lights in it.
    """

    lat: float
    lon: float
    radius_m: int
    catches: int


class News(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One second of the game, over all processes: the data of the events `start` and `second`.

    `second` is in epoch seconds, `now_ms` the server's clock. `catches` and `coupons` are in all,
    and never fall. `lights` are the catches of this second that may be shown somewhere. A `second`
    has `leaders` and `newest` where they changed; a `start` has both, and `stores`: places at which
    cats live, [lat, lon], not all where there are thousands.
    """

    second: int
    now_ms: int
    players: int
    catches: int
    coupons: int
    catches_per_s: int
    coupons_per_s: int
    lights: list[Light] = []
    leaders: list[Leader] | None = None
    newest: list[OpenedStore] | None = None
    stores: list[tuple[float, float]] | None = None


class Frame(NamedTuple):
    """A piece of the stream, as it is and compressed."""

    plain: bytes
    packed: bytes


def start_frame(news: News) -> Frame:
    """The event `start`, and how long to wait before asking again."""
    return _frame(b"retry: %d\n" % RETRY_MS + _event("start", news))


def second_frame(news: News) -> Frame:
    """The event `second`."""
    return _frame(_event("second", news))


def comment_frame(text: str) -> Frame:
    """Something that readers skip, so that they and what is between know the line to be alive."""
    return _frame(f": {text}\n\n".encode())


def leaders_of(scores: list[Score]) -> list[Leader]:
    """Scores, the best first, as a leaderboard."""
    leaders: list[Leader] = []
    for place, score in enumerate(scores, start=1):
        tied = bool(leaders) and leaders[-1].points == score.points
        rank = leaders[-1].rank if tied else place
        leaders.append(Leader(rank, score.player, score.points, score.catches))
    return leaders


def _event(name: str, news: News) -> bytes:
    data = msgspec.json.encode(news)
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), news.second, data)


def _frame(plain: bytes) -> Frame:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return Frame(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))
