"""A merchant's stores as files that `POST /v1/stores/import` takes again."""

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from io import StringIO
from typing import Any

import msgspec

from gameserver.http.call import Call, NoQuery
from gameserver.http.cells import safe_cell
from gameserver.http.route import Streamed
from gameserver.http.stores import Store, shown
from gameserver.ledger import stores as ledger_stores
from gameserver.ledger.merchants import Merchants
from gameserver.ledger.paging import Page

CSV = "text/csv; charset=utf-8; header=present"
GEOJSON = "application/geo+json"

AT_ONCE = 500
"""Stores that are read from the books, and held in memory, at a time."""

NUMBERS = ("lat", "lon", "catch_m")
TEXTS = ("id", "ref", "name", "datum", "address", "timezone", "opening_hours", "state")
COLUMNS = ("id", "ref", "name", "lat", "lon", "datum", *TEXTS[4:7], "catch_m", "state")


async def stores_csv(call: Call[None, NoQuery]) -> Streamed:
    """All stores of the merchant, one a line, as CSV (RFC 4180, UTF-8), the oldest first.

    Places are told in each store's own datum. A text that a spreadsheet would take for a formula
    begins with an apostrophe, which an import takes away again. Spawn plans are not in it.
    """
    return await _streamed(call, CSV, "stores.csv", as_csv)


async def stores_geojson(call: Call[None, NoQuery]) -> Streamed:
    """All stores of the merchant as a GeoJSON FeatureCollection of points, the oldest first.

    Places are told in each store's own datum, its property `datum`: of stores in China that is
    WGS-84, as GeoJSON has it, only where it says so. Spawn plans are not in it.
    """
    return await _streamed(call, GEOJSON, "stores.geojson", as_geojson)


Pages = AsyncIterator[Sequence[Store]]


async def _streamed(
    call: Call[None, NoQuery],
    media: str,
    name: str,
    write: Callable[[Pages], AsyncIterator[bytes]],
) -> Streamed:
    # The first page is read before anything is said, while a refusal can still be a problem.
    source = call.site.ledger.merchants
    first = await source.list_stores(call.merchant, AT_ONCE)
    return Streamed(media, name, write(pages(source, call.merchant, first)))


async def pages(source: Merchants, merchant: str, page: Page[ledger_stores.Store]) -> Pages:
    """All stores of a merchant, from a page on."""
    while True:
        if page.items:
            yield [shown(store) for store in page.items]
        if page.next is None:
            return
        page = await source.list_stores(merchant, AT_ONCE, page.next)


async def as_csv(pages: Pages) -> AsyncIterator[bytes]:
    """The stores as lines of CSV."""
    yield _rows([COLUMNS])
    async for stores in pages:
        yield _rows([[_cell(store, name) for name in COLUMNS] for store in stores])


def _cell(store: Store, name: str) -> str:
    value = getattr(store, name)
    if value is None:
        return ""
    return repr(value) if name in NUMBERS else safe_cell(str(value))


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


async def as_geojson(pages: Pages) -> AsyncIterator[bytes]:
    """The stores as a FeatureCollection."""
    yield b'{"type":"FeatureCollection","features":['
    begun = b"\n"
    async for stores in pages:
        yield begun + b",\n".join(msgspec.json.encode(_feature(store)) for store in stores)
        begun = b",\n"
    yield b"\n]}\n"


def _feature(store: Store) -> dict[str, Any]:
    properties = {name: getattr(store, name) for name in (*TEXTS, "catch_m")}
    return {
        "type": "Feature",
        "id": store.id,
        "geometry": {"type": "Point", "coordinates": [store.lon, store.lat]},
        "properties": {name: value for name, value in properties.items() if value is not None},
    }
