import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from catbot.timetable import Timetable

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_what_is_due_is_called_in_order_and_not_before_its_time(until: Until) -> None:
    table = Timetable()
    called: list[tuple[float, float]] = []
    start_s = time.monotonic()
    dues = [start_s + ms / 1000 for ms in (30, 10, 20, 10, 0)]
    for due_s in dues:
        table.at(due_s, lambda due_s, now_s: called.append((due_s, now_s)))
    await until(lambda: len(called) == len(dues))
    assert [due_s for due_s, _ in called] == sorted(dues)
    assert all(now_s >= due_s - 0.001 for due_s, now_s in called)
    assert len(table) == 0


async def test_an_earlier_time_overtakes_the_timer_that_is_set(until: Until) -> None:
    table = Timetable()
    called: list[str] = []
    table.at(time.monotonic() + 3_600, lambda *_: called.append("late"))
    table.at(time.monotonic() + 0.01, lambda *_: called.append("soon"))
    await until(lambda: bool(called))
    assert called == ["soon"]
    assert len(table) == 1


async def test_who_is_called_may_wait_again(until: Until) -> None:
    table = Timetable()
    ticks: list[float] = []

    def tick(due_s: float, _: float) -> None:
        ticks.append(due_s)
        if len(ticks) < 5:
            table.at(due_s + 0.005, tick)

    first_s = time.monotonic()
    table.at(first_s, tick)
    await until(lambda: len(ticks) == 5)
    assert ticks == pytest.approx([first_s + 0.005 * number for number in range(5)])


async def test_however_much_is_overdue_the_loop_is_given_its_turn(until: Until) -> None:
    table = Timetable()
    order: list[str] = []
    for _ in range(1_000):
        table.at(0.0, lambda *_: order.append("due"))
    await asyncio.sleep(0)
    order.append("other")
    await until(lambda: order.count("due") == 1_000)
    assert order.index("other") < 1_000


async def test_one_that_fails_keeps_nobody_else_waiting(until: Until) -> None:
    table = Timetable()
    called: list[str] = []
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))

    def fail(*_: float) -> None:
        raise ValueError("a bug")

    table.at(0.0, fail)
    table.at(0.0, lambda *_: called.append("next"))
    await until(lambda: bool(called))
    assert len(complaints) == 1
