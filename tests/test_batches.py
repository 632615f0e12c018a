"""Micro-batches: what gathers while one is done goes together, and nobody is left waiting."""

import asyncio
import gc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.batches import Batches, BatchesFull, Belt
from tests.waiting import PATIENCE_S, until


class Counter:
    """Answers each number with its tenfold, one batch at a time, when it is let."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.at_work = 0
        self.gate = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.at_work += 1
        assert self.at_work == 1, "one batch at a time"
        self.seen.append(list(items))
        await self.gate.wait()
        self.at_work -= 1
        if 13 in items:
            raise RuntimeError("thirteen")
        return [10 * item for item in items]


@pytest.fixture
def counter() -> Counter:
    return Counter()


async def test_an_idle_worker_does_an_item_at_once(counter: Counter) -> None:
    counter.gate.set()
    async with Batches(counter, most=10, waiting=10) as batches:
        assert await batches.add(1) == 10
        assert await batches.add(2) == 20
    assert counter.seen == [[1], [2]]
    assert (batches.sizes.total, sum(batches.sizes.counts)) == (2, 2)


async def test_what_comes_while_a_batch_is_done_goes_together_in_order(counter: Counter) -> None:
    async with Batches(counter, most=3, waiting=10) as batches:
        first = batches.add(0)
        await until(lambda: counter.seen)
        rest = [batches.add(number) for number in range(1, 6)]
        assert len(batches) == 5
        counter.gate.set()
        assert await asyncio.gather(first, *rest) == [0, 10, 20, 30, 40, 50]
    assert counter.seen == [[0], [1, 2, 3], [4, 5]]
    assert len(batches) == 0


async def test_what_follows_a_batch_at_once_waits_for_company() -> None:
    seen: list[list[int]] = []

    async def do(items: list[int]) -> None:
        seen.append(items)

    async with Belt(do, most=10, wanted=lambda _: True, apart_s=0.5) as belt:
        belt.put([1])
        await until(lambda: seen)
        for number in (2, 3):
            belt.put([number])
            await asyncio.sleep(0)
            assert seen == [[1]]
        await until(lambda: len(seen) == 2)
        belt.put([4])
    assert seen == [[1], [2, 3], [4]]


async def test_an_error_goes_to_everybody_in_its_batch_and_to_nobody_else(
    counter: Counter,
) -> None:
    async with Batches(counter, most=3, waiting=10) as batches:
        before = batches.add(0)
        await until(lambda: counter.seen)
        unlucky = [batches.add(number) for number in (1, 13, 2)]
        after = batches.add(3)
        counter.gate.set()
        assert await before == 0
        for future in unlucky:
            with pytest.raises(RuntimeError, match="thirteen"):
                await future
        assert await after == 30


async def test_an_error_that_nobody_waits_for_warns_nobody(counter: Counter) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))
    counter.gate.set()
    async with Batches(counter, most=3, waiting=10) as batches:
        batches.add(13)
    gc.collect()
    assert complaints == []


async def test_too_few_results_are_an_error_of_that_batch_only() -> None:
    async def forgetful(items: Sequence[int]) -> Sequence[int]:
        return items[1:] if 13 in items else items

    async with Batches(forgetful, most=10, waiting=10) as batches:
        futures = [batches.add(1), batches.add(13)]
        for future in futures:
            with pytest.raises(ValueError, match="1 results for 2 items"):
                await future
        assert await batches.add(2) == 2


async def test_a_caller_that_goes_away_in_time_takes_its_item_along_and_leaves_the_others_alone(
    counter: Counter,
) -> None:
    async with Batches(counter, most=10, waiting=10) as batches:
        first = batches.add(0)
        await until(lambda: counter.seen)
        gone, stays = batches.add(1), batches.add(2)
        gone.cancel()
        first.cancel()
        counter.gate.set()
        async with asyncio.timeout(PATIENCE_S):
            assert await stays == 20
        assert gone.cancelled()
    assert counter.seen == [[0], [2]]


async def test_callers_that_all_went_away_harm_nobody_when_their_batch_fails(
    counter: Counter,
) -> None:
    async with Batches(counter, most=10, waiting=10) as batches:
        gone = batches.add(13)
        await until(lambda: counter.seen)
        gone.cancel()
        counter.gate.set()
        async with asyncio.timeout(PATIENCE_S):
            assert await batches.add(1) == 10


async def test_more_than_may_wait_is_refused_and_not_done(counter: Counter) -> None:
    async with Batches(counter, most=1, waiting=2) as batches:
        futures = [batches.add(0)]
        await until(lambda: counter.seen)
        futures += [batches.add(1), batches.add(2)]
        with pytest.raises(BatchesFull):
            batches.add(3)
        counter.gate.set()
        assert await asyncio.gather(*futures) == [0, 10, 20]
        assert await batches.add(4) == 40
    assert counter.seen == [[0], [1], [2], [4]]


async def test_closing_does_not_wait_for_ever_and_leaves_nobody_waiting(counter: Counter) -> None:
    """Books that don't answer must not keep a server from stopping."""
    async with asyncio.timeout(PATIENCE_S):
        async with Batches(counter, most=2, waiting=10, grace_s=0.05) as batches:
            futures = [batches.add(number) for number in range(5)]
            await until(lambda: counter.seen)
        await asyncio.gather(*futures, return_exceptions=True)
    assert all(future.cancelled() for future in futures)
    assert len(batches) == 0


async def test_closing_finishes_what_waits_and_takes_nothing_more(counter: Counter) -> None:
    batches = Batches(counter, most=2, waiting=10)
    await batches.__aenter__()
    futures = [batches.add(number) for number in range(5)]
    await until(lambda: counter.seen)
    closing = asyncio.create_task(batches.__aexit__(None, None, None))
    await asyncio.sleep(0)
    with pytest.raises(BatchesFull):
        batches.add(5)
    counter.gate.set()
    await closing
    assert [future.result() for future in futures] == [0, 10, 20, 30, 40]


async def test_an_idle_worker_closes_at_once(counter: Counter) -> None:
    async with Batches(counter, most=2, waiting=10) as batches:
        pass
    with pytest.raises(BatchesFull):
        batches.add(1)
    assert counter.seen == []


@given(
    st.lists(st.one_of(st.integers(0, 12), st.just("turn")), max_size=40),
    st.integers(1, 5),
)
def test_whatever_comes_when_every_item_is_done_once_and_in_order(
    script: list[int | str], most: int
) -> None:
    async def run() -> None:
        done: list[int] = []

        async def do(items: Sequence[int]) -> Sequence[int]:
            assert 1 <= len(items) <= most
            await asyncio.sleep(0)
            done.extend(items)
            return [-item for item in items]

        futures = []
        async with Batches(do, most=most, waiting=100) as batches:
            for step in script:
                if isinstance(step, int):
                    futures.append(batches.add(step))
                else:
                    await asyncio.sleep(0)
        asked = [step for step in script if isinstance(step, int)]
        assert done == asked
        assert [future.result() for future in futures] == [-item for item in asked]
        assert batches.sizes.total == len(asked)

    asyncio.run(run())
