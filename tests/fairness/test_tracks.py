"""Recorded tracks are read as they are, and people who walk on them are let catch."""

from pathlib import Path

import pytest

from benchmarks.fairness.intervals import Share
from benchmarks.fairness.tracks import TrackError, judge_tracks, outings, read_gpx, read_plt
from gameserver.game.catching import Rules

GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="a test" xmlns="http://www.topografix.com/GPX/1/1">
  <trk><trkseg>
    <trkpt lat="30.25" lon="120.16"><ele>7</ele><time>2026-05-01T08:00:00Z</time></trkpt>
    <trkpt lat="30.2501" lon="120.16"><time>2026-05-01T08:00:10.500Z</time></trkpt>
    <trkpt lat="30.2502" lon="120.16"></trkpt>
    <trkpt lat="30.2503" lon="120.1601"><time>2026-05-01T10:00:30+02:00</time></trkpt>
  </trkseg></trk>
</gpx>
"""
PLT = """Geolife trajectory
WGS 84
Altitude is in Feet
Reserved 3
0,2,255,My Track,0,0,2,8421376
0
39.984702,116.318417,0,492,39744.1201851852,2008-10-23,02:53:04
39.984683,116.31845,0,492,39744.1202546296,2008-10-23,02:53:10
400.0,116.31845,0,492,39744.1203125,2008-10-23,02:53:15
39.984686,116.318417,0,492,39744.1203819444,2008-10-23,02:53:21
"""


def walked(seconds: int, step_deg: float = 1.2e-5) -> str:
    """A PLT file of somebody who walks north, a point every two seconds, not in equal steps."""
    head = "\n".join(PLT.splitlines()[:6])
    lines = [
        f"{39.9 + second * step_deg + (second * 7919 % 13) * 1e-6:.6f},116.3,0,0,0,2008-10-23,"
        f"{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        for second in range(0, seconds, 2)
    ]
    return head + "\n" + "\n".join(lines) + "\n"


def test_a_gpx_file_gives_its_points_that_have_a_time(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_text(GPX)
    points = read_gpx(tmp_path / "a.gpx")
    assert [(point.at_s - points[0].at_s, point.lat, point.lon) for point in points] == [
        (0.0, 30.25, 120.16),
        (10.5, 30.2501, 120.16),
        (30.0, 30.2503, 120.1601),
    ]


def test_a_plt_file_gives_its_points(tmp_path: Path) -> None:
    (tmp_path / "a.plt").write_text(PLT)
    points = read_plt(tmp_path / "a.plt")
    assert [point.at_s - points[0].at_s for point in points] == [0.0, 6.0, 11.0, 17.0]
    assert (points[0].lat, points[0].lon) == (39.984702, 116.318417)
    assert points[0].at_s == 1_224_730_384.0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.gpx", "<gpx><trk>"),
        ("b.gpx", '<gpx><trkpt lat="x" lon="1"><time>2026-05-01T08:00:00Z</time></trkpt></gpx>'),
        ("c.gpx", '<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>'),
        ("d.plt", "\n" * 6 + "39.9,116.3,0\n"),
    ],
)
def test_a_file_that_is_no_track_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(TrackError, match=name):
        list(outings(tmp_path))


def test_all_tracks_of_a_folder_are_cut_at_pauses_and_nonsense_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "A.PLT").write_text(PLT)
    (tmp_path / "b.gpx").write_text(GPX)
    (tmp_path / "notes.txt").write_text("no track")
    assert sorted(len(outing) for outing in outings(tmp_path)) == [3, 3]


def test_a_recorded_walker_is_let_catch_and_a_driver_has_no_tries(tmp_path: Path) -> None:
    (tmp_path / "walk.plt").write_text(walked(1_200))
    judged = judge_tracks(outings(tmp_path), Rules())
    assert judged.outings == 1
    assert judged.refused.tries > 30
    assert judged.refused.hits == 0
    (tmp_path / "walk.plt").write_text(walked(1_200, 2e-4))
    assert judge_tracks(outings(tmp_path), Rules()).refused.tries == 0


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [(Share(0, 0), 0.0, 1.0), (Share(0, 10), 0.0, 0.2775), (Share(5, 10), 0.2366, 0.7634)],
)
def test_intervals_are_wilsons(share: Share, low: float, high: float) -> None:
    """The values are those of Newcombe's tables (Statistics in Medicine 17, 1998)."""
    assert share.interval() == pytest.approx((low, high), abs=1e-4)
