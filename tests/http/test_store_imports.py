"""Files of stores: taken as a whole or in part, reported line by line, and taken again."""

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.http import store_files, store_imports
from gameserver.http.errors import Problem
from gameserver.http.store_files import StoreFile, read_csv, read_geojson
from tests.http.desk import Desk, Reply

CSV, GEOJSON = "text/csv", "application/geo+json"
SHOPS = b"""ref,name,lat,lon,datum,address,timezone,opening_hours,catch_m,state
NJ-1,Tea,31.235,121.4746,gcj02,Nanjing Road 1,,Mo-Su 10:00-22:00,,
NJ-2,"Tea, again",1.3,103.8,,,Asia/Kuala_Lumpur,,25,paused
"""


async def take(desk: Desk, raw: bytes, query: str = "", media: str = CSV, **headers: str) -> Reply:
    path = f"/v1/stores/import{query}"
    return await desk.as_merchant("POST", path, BytesIO(raw), Content_Type=media, **headers)


async def stores(desk: Desk) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.as_merchant("GET", "/v1/stores?limit=500")).json[
        "items"
    ]
    return items


def counts(reply: Reply) -> tuple[int, int, int, int]:
    told = reply.json
    return told["added"], told["changed"], told["unchanged"], told["rejected_total"]


def wrong(reply: Reply) -> list[tuple[int, str]]:
    told = reply.json.get("report", reply.json)
    return [(line["line"], line["field"]) for line in told["rejected"]]


def features(*properties: dict[str, Any], place: list[float] | None = None) -> bytes:
    point = {"type": "Point", "coordinates": place or [103.8, 1.3]}
    made = [{"type": "Feature", "geometry": point, "properties": each} for each in properties]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


async def test_a_file_makes_its_stores(desk_on: Desk) -> None:
    reply = await take(desk_on, SHOPS)
    assert (reply.status, counts(reply)) == (200, (2, 0, 0, 0))
    one, two = await stores(desk_on)
    assert [each["store"] for each in reply.json["taken"]] == [one["id"], two["id"]]
    assert (one["lat"], one["lon"], one["datum"]) == (31.235, 121.4746, "gcj02")
    assert (one["timezone"], one["opening_hours"]) == ("Asia/Shanghai", "Mo-Su 10:00-22:00")
    assert (one["catch_m"], one["state"], one["ref"]) == (40.0, "active", "NJ-1")
    assert (two["name"], two["timezone"]) == ("Tea, again", "Asia/Kuala_Lumpur")
    assert (two["catch_m"], two["state"], two["address"]) == (25.0, "paused", None)


async def test_a_dry_run_says_the_same_and_changes_nothing(desk_on: Desk) -> None:
    dry = await take(desk_on, SHOPS, "?dry_run=true")
    assert (dry.status, counts(dry), dry.json["dry_run"]) == (200, (2, 0, 0, 0), True)
    assert [each["store"] for each in dry.json["taken"]] == [None, None]
    assert await stores(desk_on) == []
    done = await take(desk_on, SHOPS)
    assert counts(done) == counts(dry)


async def test_a_file_that_comes_again_changes_nothing(desk_on: Desk) -> None:
    await take(desk_on, SHOPS)
    before = await stores(desk_on)
    rev = await desk_on.ledger.merchants.rev()
    again = await take(desk_on, SHOPS)
    assert counts(again) == (0, 0, 2, 0)
    assert await stores(desk_on) == before
    assert await desk_on.ledger.merchants.rev() == rev


async def test_a_line_changes_what_it_says_of_a_store_it_names(desk_on: Desk) -> None:
    desk = desk_on
    await take(desk, SHOPS)
    one, two = await stores(desk)
    raw = f"id,ref,name,opening_hours\n{one['id']},,Better tea,\n,NJ-2,,24/7\n".encode()
    assert counts(await take(desk, raw)) == (0, 2, 0, 0)
    told = {store["id"]: store for store in await stores(desk)}
    assert told[one["id"]] == one | {"name": "Better tea"}
    assert told[two["id"]] == two | {"opening_hours": "24/7"}
    plans = {store.id: store.name for store in await desk.ledger.merchants.planned_stores(0, 9)}
    assert plans == {one["id"]: "Better tea", two["id"]: "Tea, again"}


async def test_a_ref_may_pass_from_one_store_to_another(desk_on: Desk) -> None:
    desk = desk_on
    await take(desk, SHOPS)
    one, two = await stores(desk)
    raw = f"id,ref\n{one['id']},NJ-9\n".encode() + b",NJ-1\n"
    # The second line speaks of the store that has the number still.
    assert wrong(await take(desk, raw)) == [(3, "id")]
    assert counts(await take(desk, f"id,ref\n{one['id']},NJ-9\n".encode())) == (0, 1, 0, 0)
    assert counts(await take(desk, f"id,ref\n{two['id']},NJ-1\n".encode())) == (0, 1, 0, 0)
    assert {each["ref"] for each in await stores(desk)} == {"NJ-9", "NJ-1"}
    swapped = f"id,ref,name,lat,lon\n{one['id']},NJ-8\n,NJ-9,New,1,1\n".encode()
    assert wrong(await take(desk, swapped)) == [(3, "id")]


BAD = """id,ref,name,lat,lon,datum,timezone,opening_hours,catch_m,state,check_lat,check_lon
,,,1,1,,,,,,,
,,a,,1,,,,,,,
,,a,1,,,,,,,,
,,a,91,1,,,,,,,
,,a,1,181,,,,,,,
,,a,nan,1,,,,,,,
,,a,one,1,,,,,,,
,,a,1,1,mars,,,,,,
,,a,1,1,,Mars/Olympus,,,,,
,,a,1,1,,,10am,,,,
,,a,1,1,,,,1,,,
,,a,1,1,,,,,closed,,
,,a,1,1,,,,,,1,
sto_nobody,,a,1,1,,,,,,,
not an id,,a,1,1,,,,,,,
,R1,a,1,1,,,,,,,
,R1,b,1,1,,,,,,,
,,a,1,1,,,,,,,,,,
,{long},a,1,1,,,,,,,
,,{long},1,1,,,,,,,
""".replace("{long}", "x" * 130)
WRONG = ["name", "lat", "lon", "lat", "lon", "lat", "lat", "datum", "timezone", "opening_hours"]
WRONG += ["catch_m", "state", "check_lon", "id", "id", "", "ref", "line", "ref", "name"]


async def test_every_bad_line_is_told_with_its_field_and_nothing_is_changed(desk: Desk) -> None:
    reply = await take(desk, BAD.encode())
    assert (reply.status, reply.code) == (422, "rejected_lines")
    expected = [(line, field) for line, field in enumerate(WRONG, 2) if field]
    assert wrong(reply) == expected
    assert await stores(desk) == []
    dry = await take(desk, BAD.encode(), "?dry_run=1")
    assert (dry.status, wrong(dry), counts(dry)) == (200, expected, (1, 0, 0, 19))


async def test_the_good_lines_are_taken_where_that_is_asked_for(desk_on: Desk) -> None:
    reply = await take(desk_on, BAD.encode(), "?partial=true")
    assert (reply.status, counts(reply)) == (200, (1, 0, 0, 19))
    assert [store["ref"] for store in await stores(desk_on)] == ["R1"]


async def test_stores_of_others_are_not_found_by_a_file(desk_on: Desk) -> None:
    desk = desk_on
    await take(desk, SHOPS)
    mine = await stores(desk)
    other = await desk.ledger.merchants.add_merchant("Other")
    raw = f"id,name\n{mine[0]['id']},stolen\n".encode()
    reply = await desk.ask(
        "POST",
        "/v1/stores/import",
        BytesIO(raw),
        Authorization=f"Bearer {other.key}",
        Content_Type=CSV,
    )
    assert wrong(reply) == [(2, "id")]
    reply = await desk.ask(
        "POST",
        "/v1/stores/import",
        BytesIO(SHOPS),
        Authorization=f"Bearer {other.key}",
        Content_Type=CSV,
    )
    assert counts(reply) == (2, 0, 0, 0)
    assert await stores(desk) == mine


async def test_a_file_that_is_sent_twice_at_once_is_taken_once(desk_on: Desk) -> None:
    desk = desk_on
    raw = b"name,lat,lon\n" + b"".join(b"Tea %d,1,1\n" % number for number in range(50))
    for query in ("", "?partial=true"):
        replies = await asyncio.gather(
            *(take(desk, raw, query, Idempotency_Key=f"k{query}") for _ in range(2))
        )
        assert {reply.status for reply in replies} == {200}
        assert len({reply.raw for reply in replies}) == 1
        again = await take(desk, raw, query, Idempotency_Key=f"k{query}")
        assert again.raw == replies[0].raw
    assert len(await stores(desk)) == 100
    other = await take(desk, raw + b"More,1,1\n", Idempotency_Key="k")
    assert other.code == "idempotency_key_reused"


async def test_a_large_file_is_taken_in_parts_or_as_a_whole(
    desk_on: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_imports, "PART", 20)
    desk = desk_on
    lines = [f"Tea {number},1,{'1' if number % 7 else 'east'}" for number in range(101)]
    raw = "\n".join(["name,lat,lon", *lines]).encode()
    reply = await take(desk, raw, "?partial=true", Idempotency_Key="k")
    assert counts(reply) == (86, 0, 0, 15)
    assert [each["line"] for each in reply.json["taken"]] == [
        number + 2 for number in range(101) if number % 7
    ]
    names = {store["name"] for store in await stores(desk)}
    assert names == {f"Tea {number}" for number in range(101) if number % 7}
    again = await take(desk, raw, "?partial=true", Idempotency_Key="k")
    assert again.json == reply.json
    assert len(await stores(desk)) == 86


@pytest.mark.parametrize("query", ["", "?partial=true", "?dry_run=true"])
async def test_a_file_without_stores_is_taken_as_such(desk: Desk, query: str) -> None:
    for raw, media in ((b"name,lat,lon\n\n,,\n", CSV), (features(), GEOJSON)):
        reply = await take(desk, raw, query, media)
        assert (reply.status, reply.json["lines"], counts(reply)) == (200, 0, (0, 0, 0, 0))


async def test_a_partial_file_that_broke_off_is_finished_when_it_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first parts stand; with the same key they are not taken twice."""
    monkeypatch.setattr(store_imports, "PART", 20)
    raw = b"name,lat,lon\n" + b"".join(b"Tea %d,1,1\n" % number for number in range(60))
    whole, taken = store_imports.write, 0

    def breaks_off(*args: Any) -> Any:
        nonlocal taken
        taken += 1
        if taken == 3:
            raise RuntimeError("the lights went out")
        return whole(*args)

    monkeypatch.setattr(store_imports, "write", breaks_off)
    reply = await take(desk, raw, "?partial=true", Idempotency_Key="k")
    assert reply.status == 500
    assert len(await stores(desk)) == 40
    reply = await take(desk, raw, "?partial=true", Idempotency_Key="k")
    assert counts(reply) == (60, 0, 0, 0)
    assert len(await stores(desk)) == 60


async def test_stores_that_somebody_changed_meanwhile_are_not_overwritten(
    desk_on: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_on
    await take(desk, SHOPS)
    one, _ = await stores(desk)
    decide = store_imports.decide

    def late(*args: Any) -> Any:
        decided = decide(*args)
        done = asyncio.run_coroutine_threadsafe(
            desk.as_merchant("PATCH", f"/v1/stores/{one['id']}", {"name": "Mine"}), loop
        )
        assert done.result(10).status == 200
        return decided

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(store_imports, "decide", late)
    reply = await take(desk, SHOPS.replace(b"Tea,", b"Theirs,"))
    assert (reply.status, reply.code) == (503, "busy")
    assert (await stores(desk))[0]["name"] == "Mine"


async def test_geojson_is_taken_as_maps_write_it(desk_on: Desk) -> None:
    desk = desk_on
    raw = features({"name": "Tea", "ref": "1", "shop": "tea", "tags": {"a": [1]}}, {"name": "Bun"})
    for media in (GEOJSON, "application/json"):
        dry = await take(desk, raw, "?dry_run=true", media)
        assert counts(dry) == (2, 0, 0, 0)
        assert sorted(dry.json["ignored"]) == ["shop", "tags"]
    assert counts(await take(desk, raw, "", GEOJSON)) == (2, 0, 0, 0)
    assert {(store["lat"], store["lon"]) for store in await stores(desk)} == {(1.3, 103.8)}
    nowhere = {"type": "Feature", "geometry": None, "properties": {"ref": "1", "name": "Chai"}}
    raw = json.dumps({"type": "FeatureCollection", "features": [nowhere]}).encode()
    assert counts(await take(desk, raw, "", GEOJSON)) == (0, 1, 0, 0)


async def test_a_bad_feature_is_told_by_its_number(desk: Desk) -> None:
    line = {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}
    bad = [
        {"type": "Feature", "geometry": line, "properties": {"name": "a"}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1]}, "properties": {}},
        {"type": "Feature", "geometry": None, "properties": {"name": "a"}},
        {"type": "Shop"},
        7,
        {"type": "Feature", "properties": {"name": "a", "lat": "1", "lon": 1}},
        {"type": "Feature", "properties": {"name": ["a"], "lat": 1, "lon": 1}},
    ]
    raw = json.dumps({"type": "FeatureCollection", "features": bad}).encode()
    reply = await take(desk, raw, "", GEOJSON)
    assert wrong(reply) == [
        (1, "line"),
        (2, "line"),
        (3, "lat"),
        (4, "line"),
        (5, "line"),
        (6, "lat"),
        (7, "name"),
    ]


@pytest.mark.parametrize(
    ("raw", "media", "code"),
    [
        (b"", CSV, "bad_csv"),
        (b"\xff\xfe", CSV, "bad_csv"),
        (b"name\0", CSV, "bad_csv"),
        (b"one,two\n1,2\n", CSV, "bad_csv"),
        (b"name;lat;lon\nTea;1;1\n", CSV, "bad_csv"),
        (b"name,lat,lon,name\nTea,1,1,x\n", CSV, "bad_csv"),
        (b'name,lat,lon\n"Tea,1,1\n', CSV, "bad_csv"),
        (b"", GEOJSON, "bad_json"),
        (b"[]", GEOJSON, "invalid"),
        (b'{"type": "Feature"}', GEOJSON, "invalid"),
        (b'{"type": "FeatureCollection"}', GEOJSON, "invalid"),
        (b"[" * 5_000, GEOJSON, "invalid"),
        (b'{"type": "FeatureCollection", "features": [' + b"[" * 5_000, GEOJSON, "bad_json"),
        (SHOPS, "text/csv; charset=gbk", "unsupported_media_type"),
        (SHOPS, "text/plain", "unsupported_media_type"),
    ],
)
async def test_a_file_that_is_none_is_one_problem(
    desk: Desk, raw: bytes, media: str, code: str
) -> None:
    reply = await take(desk, raw, "", media)
    assert reply.code == code
    assert await stores(desk) == []


async def test_a_file_has_limits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_files, "LINES_MAX", 3)
    raw = b"name,lat,lon\n" + b"a,1,1\n" * 4
    assert (await take(desk, raw)).field == "body"
    assert counts(await take(desk, raw[: -len(b"a,1,1\n")])) == (3, 0, 0, 0)
    large = b"name,lat,lon\n" + b"x" * store_files.INTAKE.most
    assert (await take(desk, large)).status == 413


async def test_a_file_may_be_larger_than_other_bodies(desk: Desk) -> None:
    raw = b"ref,name,lat,lon,address\n" + b"".join(
        b"R%d,Tea,1,1,%s\n" % (number, b"y" * 480) for number in range(3_000)
    )
    assert len(raw) > 1024 * 1024
    assert counts(await take(desk, raw)) == (3_000, 0, 0, 0)


CITIES = [(31.23, 121.47), (39.91, 116.40), (22.54, 114.06), (30.57, 104.07)]


@pytest.mark.parametrize("meant", [Datum.GCJ02, Datum.BD09])
async def test_places_in_the_wrong_datum_are_warned_of(desk: Desk, meant: Datum) -> None:
    lines = [
        ",".join(map(str, (f"Tea {n}", *FROM_WGS84[meant](*place), *place)))
        for n, place in enumerate(CITIES)
    ]
    raw = "\n".join(["name,lat,lon,check_lat,check_lon", *lines]).encode()
    dry = await take(desk, raw, "?dry_run=true")
    (warning,) = dry.json["warnings"]
    assert (warning["said"], warning["looks_like"], warning["pairs"]) == ("wgs84", meant, 4)
    assert f"look like {meant}" in warning["message"]
    assert warning["fits_m"] < 1.0
    assert warning["off_m"] > 300.0
    right = await take(desk, raw, f"?datum={meant}")
    assert right.json["warnings"] == []
    assert {store["datum"] for store in await stores(desk)} == {meant}
    # Now the books are the second source.
    again = "\n".join(["ref,name,lat,lon"] + [f",{line.rsplit(',', 2)[0]}" for line in lines])
    ids = [store["id"] for store in await stores(desk)]
    again = again.replace("ref,", "id,").replace("\n,", "\n{},").format(*ids)
    moved = await take(desk, again.encode(), "?dry_run=true&datum=wgs84")
    assert [each["looks_like"] for each in moved.json["warnings"]] == [meant]


@given(st.binary(max_size=300))
def test_any_bytes_are_lines_or_a_problem(raw: bytes) -> None:
    for read in (read_csv, read_geojson):
        assert isinstance(read(raw, {}), StoreFile | Problem)
