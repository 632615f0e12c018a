"""What bots write down of a run, for somebody else to hold against the books."""

import io
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from catbot import history as history_module
from catbot.history import History, HistoryError, KeptCatch, KeptCoupon, open_history
from catbot.wire import Catch, Cats, Caught, Coupon, CouponChanged, Notice, Refused

Until = Callable[[Callable[[], bool]], Awaitable[None]]

ACTIVE = Coupon("active", "k1", "Tea", "CODE-1", 99)
PENDING = Coupon("pending", "k1", "Tea")


def lines(path: Path) -> list[dict[str, Any]]:
    written = path.read_bytes()
    assert not written or written.endswith(b"\n")
    return [json.loads(line) for line in written.splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


@pytest.fixture
def ticks() -> Iterator[int]:
    return count(1_000)


def test_all_that_is_about_money_is_written_in_its_order(path: Path, ticks: Iterator[int]) -> None:
    with open_history(path, lambda: next(ticks)) as history:
        history.joined("ann", is_new=True)
        history.sent("ann", Catch("a-1", "cat", "secret"))
        history.heard("ann", Caught("a-1", "cat", "tabby", 5, PENDING))
        history.heard("ann", CouponChanged(ACTIVE, "a-1"))
        history.heard("bob", Refused("gone", retry=False, attempt="b-1", cat="cat"))
        history.heard("bob", Caught("b-2", "dog", "tabby", 5))
        history.wallet("ann", 7, [KeptCoupon("active", "k1", "CODE-1", 99, "cat", "a-1")])
        history.catches("ann", 8, [KeptCatch("cat", "a-1", 5)])
    told = {"campaign": "k1", "state": "active", "code": "CODE-1", "expires_ms": 99}
    pending = told | {"state": "pending", "code": None, "expires_ms": None}
    ann, bob, catch = {"player": "ann"}, {"player": "bob"}, {"attempt": "a-1", "cat": "cat"}
    assert lines(path) == [
        {"seq": seq, "at_ms": 999 + seq, **rest}
        for seq, rest in enumerate(
            [
                {"kind": "joined", **ann, "new": True},
                {"kind": "catch", **ann, **catch},
                {"kind": "caught", **ann, **catch, "points": 5, "coupon": pending},
                {"kind": "coupon", **ann, "attempt": "a-1", "coupon": told},
                {
                    "kind": "refused", **bob,
                    "attempt": "b-1", "cat": "cat", "reason": "gone", "retry": False,
                },
                {
                    "kind": "caught", **bob,
                    "attempt": "b-2", "cat": "dog", "points": 5, "coupon": None,
                },
                {"kind": "wallet", **ann, "asked_ms": 7, "coupons": [told | catch]},
                {"kind": "catches", **ann, "asked_ms": 8, "catches": [catch | {"points": 5}]},
            ],
            start=1,
        )
    ]  # fmt: skip


def test_no_ticket_and_nothing_that_is_not_about_money_is_written(path: Path) -> None:
    with open_history(path) as history:
        history.heard("ann", Cats(vanish=("cat",)))
        history.heard("ann", Notice("news"))
        history.heard("ann", Refused("too_far", retry=True, cat="cat", distance_m=9.0))
        history.sent("ann", Catch("a-1", "cat", "a-ticket"))
    assert [line["kind"] for line in lines(path)] == ["catch"]
    assert b"a-ticket" not in path.read_bytes()


async def test_lines_are_on_the_disk_before_the_run_is_over(path: Path, until: Until) -> None:
    with open_history(path) as history:
        history.joined("ann", is_new=False)
        await until(lambda: len(lines(path)) == 1)


def test_more_lines_than_wait_at_once_all_arrive(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "_WAITING_MOST", 3)
    with open_history(path) as history:
        for number in range(5_000):
            history.sent("ann", Catch(f"a-{number}", "cat", ""))
    assert [line["seq"] for line in lines(path)] == list(range(1, 5_001))


class FullDisk(io.RawIOBase):
    """Takes a few bytes at a time, and at some point no more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = b""

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        some = bytes(data[: min(self.room, 7)])
        self.room -= len(some)
        self.taken += some
        return len(some)


def test_after_a_write_that_failed_nothing_follows_and_the_run_hears_of_it() -> None:
    disk = FullDisk(200)
    history = History(disk, lambda: 1)  # type: ignore[arg-type]
    for number in range(100):
        history.sent("ann", Catch(f"a-{number}", "cat", ""))
    trouble = history.close()
    assert trouble is not None
    assert trouble.errno == 28
    assert len(disk.taken) == 200
    whole = disk.taken.rpartition(b"\n")[0]
    assert [json.loads(line)["seq"] for line in whole.split(b"\n")] == [1, 2]


def test_a_file_that_cannot_be_made_is_an_error_before_anything_happens(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="directory"), open_history(tmp_path):
        raise AssertionError("never")
