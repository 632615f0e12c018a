"""Files of stores, CSV and GeoJSON: read into lines, each of which says what it says of one store.

What a line says is typed here; whether it makes a store is decided in `store_lines`.
"""

import csv
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from io import StringIO
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from gameserver.game.datum import Datum
from gameserver.http.cells import plain_cell
from gameserver.http.errors import Problem, invalid, not_valid
from gameserver.http.route import JSON, Intake, Medium, Upload
from gameserver.http.stores import Latitude, Longitude, Reach, Ref, State, Timezone
from gameserver.http.texts import Id, Line, Name

INTAKE = Intake(most=32 * 1024 * 1024, within_s=120.0, at_once=2)

LINES_MAX = 100_000

Pace = Callable[[int], None]
"""Told after each line how many there were."""

REST_EVERY = 50
REST_S = 0.0005


def rest(number: int) -> None:
    """After some lines, let the rest of the process have the interpreter: a phone's fix must not
    wait for a file. The pace of a thread in a server."""
    if number % REST_EVERY == 0:
        time.sleep(REST_S)


Wgs84Latitude = Annotated[float, Meta(ge=-90, le=90)]
Wgs84Longitude = Annotated[float, Meta(ge=-180, le=180)]


class StoreLine(Struct, frozen=True, kw_only=True):
    """What a line says of a store; what it leaves out is None.

    `id`, or `ref`, says which store it changes; without either, or with a `ref` that is new, it
    makes one. `check_lat` and `check_lon` are the same place by a second source, WGS-84.
    """

    id: Id | None = None
    ref: Ref | None = None
    name: Name | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    datum: Datum | None = None
    address: Line | None = None
    timezone: Timezone | None = None
    opening_hours: Line | None = None
    catch_m: Reach | None = None
    state: State | None = None
    check_lat: Wgs84Latitude | None = None
    check_lon: Wgs84Longitude | None = None


COLUMNS = StoreLine.__struct_fields__
KNOWN = frozenset(COLUMNS)
_NAMES_MOST = 20

NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


class RejectedLine(Struct, frozen=True):
    """A line that makes no store, the field that is to blame, and what is wrong with it."""

    line: Annotated[
        int, Meta(description="From 1: of a CSV as editors count, of GeoJSON features.")
    ]
    field: str
    message: str


class StoreFile(Upload, frozen=True):
    """The lines of a file by their numbers, and what was wrong with those that are not there."""

    lines: list[tuple[int, StoreLine]]
    rejected: list[RejectedLine]
    ignored: list[str]
    """Columns or properties that nobody knows here."""


def read_csv(raw: bytes, parameters: Mapping[str, str], pace: Pace = rest) -> StoreFile | Problem:
    """The lines of a CSV file with a header line, or why it is none."""
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        return Problem("unsupported_media_type", "CSV is taken in UTF-8 only.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("bad_csv", f"Byte {error.start + 1} is not UTF-8.")
    if "\0" in text:
        return Problem("bad_csv", "It is no text: there is a NUL in it.")
    rows = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        problem = _wrong_header(header)
        return problem or _file(raw, _csv_lines(header, rows), pace, columns=header)
    except csv.Error as error:
        return Problem("bad_csv", f"Line {rows.line_num}: {error}.")


def _wrong_header(header: list[str]) -> Problem | None:
    if not any(name in KNOWN for name in header):
        if len(header) == 1 and re.search(r"[;\t|]", header[0]):
            return Problem("bad_csv", "Columns must be separated by commas.")
        return Problem("bad_csv", "The first line must name the columns: name, lat, lon ...")
    for name in COLUMNS:
        if header.count(name) > 1:
            return Problem("bad_csv", f"There are two columns {name}.")
    return None


class _Unread(Struct, frozen=True):
    """A line of which no fields can be told."""

    message: str


_Fields = dict[str, Any] | _Unread


def _csv_lines(header: list[str], rows: Any) -> Iterator[tuple[int, _Fields]]:
    begun = rows.line_num
    for row in rows:
        line, begun = begun + 1, rows.line_num
        if len(row) > len(header):
            yield line, _Unread("has more columns than the first line")
        elif any(cell.strip() for cell in row):
            cells = zip(header, row, strict=False)
            yield line, {name: plain_cell(cell.strip()) for name, cell in cells if cell.strip()}


class _Geometry(Struct):
    type: Literal["Point"]
    coordinates: Annotated[list[float], Meta(min_length=2, max_length=3)]


_NOTHING = msgspec.Raw(b"null")


class _Feature(Struct):
    type: Literal["Feature"]
    geometry: msgspec.Raw = _NOTHING
    properties: dict[str, msgspec.Raw] | None = None


class _Features(Struct):
    type: Literal["FeatureCollection"]
    features: list[msgspec.Raw]


def read_geojson(
    raw: bytes, parameters: Mapping[str, str] = NO_PARAMETERS, pace: Pace = rest
) -> StoreFile | Problem:
    """The features of a GeoJSON FeatureCollection of points, or why it is none."""
    try:
        found = msgspec.json.decode(raw, type=_Features)
    except msgspec.ValidationError as error:
        return not_valid(error)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Problem("bad_json", str(error)[:200])
    return _file(raw, _geojson_lines(found.features), pace)


def _geojson_lines(features: Iterable[msgspec.Raw]) -> Iterator[tuple[int, _Fields]]:
    for line, raw in enumerate(features, 1):
        try:
            feature = msgspec.json.decode(raw, type=_Feature)
            fields = {
                name: msgspec.json.decode(value)
                for name, value in (feature.properties or {}).items()
                if name in KNOWN
            }
            fields |= dict.fromkeys((feature.properties or {}).keys() - fields.keys())
            if bytes(feature.geometry) != b"null":
                point = msgspec.json.decode(feature.geometry, type=_Geometry)
                fields["lon"], fields["lat"] = point.coordinates[:2]
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            yield line, _Unread(str(error)[:200])
        else:
            yield line, fields


def _file(
    raw: bytes,
    lines: Iterator[tuple[int, _Fields]],
    pace: Pace,
    *,
    columns: Sequence[str] | None = None,
) -> StoreFile | Problem:
    """Of CSV, which has `columns`, all fields come as text."""
    ignored = dict.fromkeys(columns or ())
    found, rejected = [], []
    for number, (line, fields) in enumerate(lines, 1):
        if number > LINES_MAX:
            return invalid("body", f"has more than {LINES_MAX} lines")
        said = _line(line, fields, is_text=columns is not None)
        if isinstance(said, RejectedLine):
            rejected.append(said)
        else:
            found.append((line, said))
        if columns is None and isinstance(fields, dict) and len(ignored) < _NAMES_MOST:
            ignored |= dict.fromkeys(fields)
        pace(number)
    names = [name[:64] for name in ignored if name and name not in KNOWN]
    return StoreFile(sha256(raw).digest(), found, rejected, names[:_NAMES_MOST])


def _line(line: int, fields: _Fields, *, is_text: bool) -> StoreLine | RejectedLine:
    if isinstance(fields, _Unread):
        return RejectedLine(line, "line", fields.message)
    try:
        return msgspec.convert(fields, StoreLine, strict=not is_text)
    except msgspec.ValidationError as error:
        (wrong,) = not_valid(error).errors
        return RejectedLine(line, wrong.field, wrong.message)


class PointOnMap(Struct, frozen=True, tag_field="type", tag="Point"):
    """GeoJSON: [longitude, latitude], in the datum of its store."""

    coordinates: Annotated[list[float], Meta(min_length=2, max_length=3)]


class StoreFeature(Struct, frozen=True, tag_field="type", tag="Feature"):
    """A store; without `geometry` its place stays."""

    properties: StoreLine
    geometry: PointOnMap | None = None


class StoreFeatures(Struct, frozen=True, tag_field="type", tag="FeatureCollection"):
    """A GeoJSON file of stores. Further members and properties are ignored."""

    features: Annotated[list[StoreFeature], Meta(max_length=LINES_MAX)]


CSV = Medium(
    "text/csv",
    read_csv,
    f"RFC 4180 in UTF-8, up to 32 MiB and {LINES_MAX} lines. The first line names the columns: "
    f"{', '.join(COLUMNS)}; others are ignored. Empty cells say nothing.",
    "ref,name,lat,lon,datum,opening_hours\r\n"
    "NJ-300,Moonwhisker Tea House,31.235,121.4746,gcj02,Mo-Su 10:00-22:00\r\n",
)
GEOJSON = Medium("application/geo+json", read_geojson, "", "", is_body=True)
MEDIA = (CSV, GEOJSON, Medium(JSON, read_geojson, "", "", is_body=True))
