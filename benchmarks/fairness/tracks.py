"""Recorded tracks of real people: GPX files, and the PLT files of GeoLife.

GeoLife (Zheng et al., Microsoft Research Asia) has six lines of heading, then a line per point:
latitude, longitude, 0, altitude in feet, days since 1899-12-30, date, time (GMT).
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from msgspec import Struct

from benchmarks.fairness.intervals import Share
from gameserver.game.catching import POSITION, Rules, Try, judge
from gameserver.game.geo import great_circle_m
from gameserver.game.track import Track
from gameserver.game.trust import Trust

ACCURACY_M = 10.0
"""Files say nothing of how sure a position was."""

GAP_S = 1_800.0
"""After so long without a point a recording is another outing."""

WALKING_MPS = 3.0
ATTEMPT_EVERY_S = 20.0
_PLT_HEAD = 6


class Point(Struct, frozen=True):
    """Where somebody was: epoch seconds and degrees."""

    at_s: float
    lat: float
    lon: float


class TrackError(ValueError):
    """A file is no track; the message says which and why."""


def read_gpx(path: Path) -> list[Point]:
    """The track points of a GPX file that have a time, in the order of the file. TrackError."""
    text = path.read_bytes()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise TrackError(f"{path}: a GPX file needs no DOCTYPE, and this reader follows none")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE nothing expands
        return [
            Point(_epoch_s(time.text or ""), float(point.attrib["lat"]), float(point.attrib["lon"]))
            for point in root.iter()
            if point.tag.rpartition("}")[2] == "trkpt"
            if (time := point.find("{*}time")) is not None
        ]
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise TrackError(f"{path}: {error}") from error


def _epoch_s(text: str) -> float:
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_plt(path: Path) -> list[Point]:
    """The points of a GeoLife PLT file. TrackError."""
    points = []
    for number, line in enumerate(path.read_text("latin-1").splitlines()):
        if number < _PLT_HEAD or not line.strip():
            continue
        try:
            lat, lon, _, _, _, date, time = line.split(",")[:7]
            moment = datetime.fromisoformat(f"{date.strip()}T{time.strip()}").replace(tzinfo=UTC)
            points.append(Point(moment.timestamp(), float(lat), float(lon)))
        except ValueError as error:
            raise TrackError(f"{path}:{number + 1}: {error}") from error
    return points


READERS = {".gpx": read_gpx, ".plt": read_plt}


def outings(folder: Path) -> Iterator[list[Point]]:
    """All tracks in a folder and below, cut at long gaps; files of other kinds are passed over."""
    for path in sorted(folder.rglob("*")):
        read = READERS.get(path.suffix.lower())
        if read is not None:
            yield from _cut(read(path))


def _cut(points: list[Point]) -> Iterator[list[Point]]:
    outing: list[Point] = []
    for point in points:
        if not (-90.0 <= point.lat <= 90.0 and -180.0 <= point.lon <= 180.0):
            continue  # GeoLife has some
        if outing and point.at_s <= outing[-1].at_s:
            continue
        if outing and point.at_s - outing[-1].at_s > GAP_S:
            yield outing
            outing = []
        outing.append(point)
    if len(outing) > 1:
        yield outing


class Judged(Struct, frozen=True):
    """What the rules said to the attempts of some recorded people."""

    outings: int
    refused: Share
    reasons: dict[str, int]


def judge_tracks(found: Iterator[list[Point]], rules: Rules) -> Judged:
    """Let everybody who walks try to catch a cat now and then, wherever they are.

    Who walks is told by the half minutes before and after: net, less than WALKING_MPS. So whoever
    stepped off a bus half a minute ago counts as honest.
    """
    outings_, tries, refused = 0, 0, 0
    reasons: dict[str, int] = {}
    for points in found:
        outings_ += 1
        for reason in _heard(points, rules):
            tries += 1
            if reason is not None:
                refused += 1
                reasons[reason] = reasons.get(reason, 0) + 1
    return Judged(outings_, Share(refused, tries), reasons)


def _heard(points: list[Point], rules: Rules) -> Iterator[str | None]:
    track, trust = Track(), Trust()
    next_s = points[0].at_s
    for index, point in enumerate(points):
        now_ms = int(point.at_s * 1000)
        track.add((point.lat, point.lon), ACCURACY_M, False, now_ms, now_ms)
        if point.at_s < next_s or not _walks(points, index):
            continue
        next_s = point.at_s + ATTEMPT_EVERY_S
        trust.look(track, now_ms)
        refusal = judge(POSITION, Try(now_ms, track, None, gate=trust.gate(now_ms)), rules)
        if refusal is None:
            last = track.last
            assert last is not None
            trust.marked((last.lat, last.lon), last.came_ms)
        yield None if refusal is None else refusal.reason


def _walks(points: list[Point], index: int) -> bool:
    here, before, after = points[index], index, index
    while before > 0 and here.at_s - points[before].at_s < 30.0:
        before -= 1
    while after < len(points) - 1 and points[after].at_s - here.at_s < 30.0:
        after += 1
    start, end = points[before], points[after]
    took_s = end.at_s - start.at_s
    if took_s < 30.0 or took_s > 300.0:
        return False
    return great_circle_m(start.lat, start.lon, end.lat, end.lon) / took_s < WALKING_MPS
