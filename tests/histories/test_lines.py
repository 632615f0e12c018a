"""What is a history, and what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from gameserver.histories.lines import HistoryError, read_histories

CATCH = {"kind": "catch", "at_ms": 5, "player": "ann", "attempt": "a-1", "cat": "cat"}


def written(path: Path, *lines: dict[str, Any], end: str = "\n") -> Path:
    numbered = [json.dumps({"seq": seq} | line) for seq, line in enumerate(lines, start=1)]
    path.write_text("\n".join(numbered) + end)
    return path


def test_unknown_fields_are_passed_over(tmp_path: Path) -> None:
    histories = read_histories([written(tmp_path / "run", CATCH | {"more": [1]})])
    assert histories.stories["ann"].threw == {"a-1": "cat"}
    assert (histories.lines, histories.torn) == (1, 0)


def test_a_file_without_lines_is_a_history_of_nobody(tmp_path: Path) -> None:
    assert read_histories([written(tmp_path / "run", end="")]).stories == {}


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "run", CATCH, CATCH | {"attempt": "a-2"})
    whole = path.read_bytes()
    for length in range(len(whole) // 2 + 5, len(whole)):
        path.write_bytes(whole[:length])
        histories = read_histories([path])
        assert (histories.lines, histories.torn) == (1, 1)
        assert histories.stories["ann"].threw == {"a-1": "cat"}


@pytest.mark.parametrize(
    "line",
    [
        CATCH | {"kind": "other"},
        {"kind": "catch"},
        CATCH | {"at_ms": "noon"},
        CATCH | {"kind": "coupon", "coupon": {"state": "lost", "campaign": "k"}},
    ],
    ids=["kind", "fields", "type", "state"],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: dict[str, Any]) -> None:
    path = written(tmp_path / "run", CATCH, line)
    with pytest.raises(HistoryError, match="run, line 2: "):
        read_histories([path])


@pytest.mark.parametrize("noise", [b"\xff\xfe\n", b"{\n", b"\n", b"[]\n", b"\x00" * 64 + b"\n"])
def test_noise_is_no_history(tmp_path: Path, noise: bytes) -> None:
    path = written(tmp_path / "run", CATCH)
    path.write_bytes(path.read_bytes() + noise)
    with pytest.raises(HistoryError, match="line 2"):
        read_histories([path])


def test_a_line_that_is_missing_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "run", CATCH, CATCH | {"seq": 3})
    with pytest.raises(HistoryError, match="line 2: its number is 3"):
        read_histories([path])


def test_a_file_that_is_not_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="nowhere"):
        read_histories([tmp_path / "nowhere"])


def test_what_several_runs_told_one_player_is_one_story_in_its_order(tmp_path: Path) -> None:
    def refused(reason: str, at_ms: int) -> dict[str, Any]:
        return CATCH | {"kind": "refused", "reason": reason, "at_ms": at_ms}

    late = written(tmp_path / "a", refused("gone", 7), refused("gone", 8))
    early = written(tmp_path / "b", refused("busy", 3))
    (story,) = read_histories([late, early]).stories.values()
    assert [answer.at_ms for answer in story.told["a-1"]] == [3, 7, 8]
