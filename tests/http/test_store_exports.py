"""Stores as files: what is written is what is read again."""

import csv
import json
from io import BytesIO, StringIO

from hypothesis import given
from hypothesis import strategies as st

from gameserver.http.cells import plain_cell, safe_cell
from gameserver.http.store_exports import AT_ONCE
from gameserver.ledger.stores import NewStore
from tests.http.desk import Desk

MEDIA = {"stores.csv": "text/csv", "stores.geojson": "application/geo+json"}


async def test_what_was_exported_is_the_same_when_it_is_imported(desk_on: Desk) -> None:
    desk = desk_on
    await desk.a_store(
        datum="bd09", ref="=1+1", address="'-2", opening_hours="PH,Mo-Su 10:00-14:00,17:00-02:00"
    )
    await desk.a_store(name='=HYPERLINK("x")', lat=-33.9000001, lon=-179.9999999, catch_m=7.5)
    await desk.a_store(name='\'@cats, "tea"', datum="gcj02", state="paused")
    before = (await desk.as_merchant("GET", "/v1/stores")).json
    for name, media in MEDIA.items():
        file = await desk.as_merchant("GET", f"/v1/{name}")
        assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        taken = await desk.as_merchant(
            "POST", "/v1/stores/import", BytesIO(file.raw), Content_Type=media
        )
        assert (taken.json["unchanged"], taken.json["lines"]) == (3, 3), (name, taken.json)
        assert taken.json["ignored"] == []
        assert (await desk.as_merchant("GET", "/v1/stores")).json == before


async def test_a_merchant_of_many_stores_has_them_all_in_one_file(desk: Desk) -> None:
    wanted = [NewStore(name=f"Tea {number}", lat=1, lon=1) for number in range(AT_ONCE + 3)]
    await desk.ledger.merchants.create_stores(desk.merchant, wanted)
    file = await desk.as_merchant("GET", "/v1/stores.csv")
    rows = list(csv.DictReader(StringIO(file.raw.decode())))
    assert {row["name"] for row in rows} == {store.name for store in wanted}
    collection = json.loads((await desk.as_merchant("GET", "/v1/stores.geojson")).raw)
    assert len(collection["features"]) == AT_ONCE + 3


async def test_a_merchant_without_stores_has_an_empty_file(desk: Desk) -> None:
    assert (await desk.as_merchant("GET", "/v1/stores.csv")).raw.count(b"\n") == 1
    collection = json.loads((await desk.as_merchant("GET", "/v1/stores.geojson")).raw)
    assert collection == {"type": "FeatureCollection", "features": []}


@given(st.text(alphabet="'=+-@a \t＝", max_size=6) | st.text())
def test_a_cell_that_was_made_safe_can_be_made_plain(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert not safe_cell(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
