"""A file of where no cat may be is read again when it changes, and a bad one changes nothing."""

import json
import logging
from pathlib import Path

import pytest

from gameserver.game.no_spawn import BadAreas
from gameserver.no_spawn_file import NoSpawnFile
from tests.game.test_no_spawn import feature


def write(file: Path, *points: tuple[float, float]) -> None:
    features = [feature("Point", list(point)) for point in points]
    spell(file, json.dumps({"type": "FeatureCollection", "features": features}))


def spell(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


def replace(file: Path) -> None:
    """Another file with the same name and the same length, as editors leave it."""
    other = file.with_suffix(".new")
    other.write_text(file.read_text().replace("103.9", "103.7"))
    other.rename(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "roads.geojson"
    write(file, (103.8, 1.3))
    return file


async def test_without_a_file_cats_may_be_everywhere() -> None:
    found = NoSpawnFile(None)
    await found.read()
    assert len(found.areas()) == 0
    assert not await found.refresh()


async def test_a_file_that_changed_holds_as_it_is_now(file: Path) -> None:
    found = NoSpawnFile(file)
    await found.read()
    before = found.areas()
    assert not await found.refresh()
    assert found.areas() is before
    write(file, (103.8, 1.3), (103.9, 1.3))
    assert await found.refresh()
    assert len(found.areas()) == 2
    before = found.areas()
    replace(file)
    assert await found.refresh()
    assert found.areas() is not before


@pytest.mark.parametrize("text", ['{"type": "Feature', '{"features": [{"geometry": null}]}', None])
async def test_a_file_that_can_not_be_read_changes_nothing_and_is_said_once(
    file: Path, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    found = NoSpawnFile(file)
    await found.read()
    before = found.areas()
    spell(file, text)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert not await found.refresh()
    assert found.areas() is before
    assert len(caplog.records) == 1
    assert "changed nothing" in caplog.records[0].message
    write(file, (103.8, 1.3), (103.9, 1.3))
    assert await found.refresh()


async def test_at_the_start_a_bad_file_or_none_is_an_error_that_names_it(file: Path) -> None:
    spell(file, "[]")
    with pytest.raises(BadAreas, match=r"roads\.geojson"):
        await NoSpawnFile(file).read()
    with pytest.raises(FileNotFoundError):
        await NoSpawnFile(file.with_suffix(".none")).read()
