"""Background jobs: bounded, no harm to each other, and all of them ended at the end."""

import asyncio
import logging

import pytest

from gameserver.jobs import Jobs
from tests.waiting import until


async def wait_for(gate: asyncio.Event) -> None:
    await gate.wait()


async def fail() -> None:
    raise RuntimeError("a bug in a job")


async def test_a_job_runs_beside_its_starter() -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    async with Jobs(most=1) as jobs:
        assert jobs.start(work(), "work") is True
        assert not done.is_set()
        await until(done.is_set)
        await until(lambda: len(jobs) == 0)


async def test_one_job_too_many_is_not_run_and_leaves_no_warning() -> None:
    gate = asyncio.Event()
    async with Jobs(most=2) as jobs:
        assert jobs.start(wait_for(gate), "first")
        assert jobs.start(wait_for(gate), "second")
        assert jobs.start(wait_for(gate), "third") is False
        assert len(jobs) == 2
        gate.set()
        await until(lambda: len(jobs) == 0)
        assert jobs.start(wait_for(gate), "fourth") is True


async def test_a_failing_job_is_logged_by_name_and_disturbs_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = asyncio.Event()
    ended = asyncio.Event()

    async def other() -> None:
        await gate.wait()
        ended.set()

    with caplog.at_level(logging.ERROR):
        async with Jobs(most=10) as jobs:
            jobs.start(other(), "other")
            jobs.start(fail(), "the broken one")
            await until(lambda: len(jobs) == 1)
            gate.set()
    assert ended.is_set()
    (record,) = caplog.records
    assert "the broken one" in record.getMessage()
    assert record.exc_info is not None
    assert "a bug in a job" in str(record.exc_info[1])


async def test_a_cancelled_job_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    async with Jobs(most=1) as jobs:
        jobs.start(give_up(), "gives up")
        await until(lambda: len(jobs) == 0)
    assert not caplog.records


async def test_the_end_waits_for_what_is_running() -> None:
    gate = asyncio.Event()
    ended = asyncio.Event()

    async def work() -> None:
        await gate.wait()
        ended.set()

    async with Jobs(most=1, grace_s=60.0) as jobs:
        jobs.start(work(), "work")
        asyncio.get_running_loop().call_later(0.01, gate.set)
    assert ended.is_set()


async def test_the_end_cancels_what_does_not_finish_in_time() -> None:
    tidied = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidied.set()

    async with Jobs(most=1, grace_s=0.01) as jobs:
        jobs.start(work(), "never done")
    assert tidied.is_set()
    assert len(jobs) == 0


async def test_a_job_that_fails_while_it_is_cancelled_fails_quietly_for_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("not like this")

    async with Jobs(most=2, grace_s=0.01) as jobs:
        jobs.start(stubborn(), "stubborn")
        jobs.start(wait_for(asyncio.Event()), "other")
    assert len(jobs) == 0
    assert [record.getMessage() for record in caplog.records] == ["job stubborn failed"]


async def test_an_end_with_nothing_running_is_over_at_once() -> None:
    async with Jobs(most=1, grace_s=3_600.0):
        pass
