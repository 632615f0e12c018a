"""A run in several processes: started together, stopped together, counted as one."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import msgspec

from catbot.history import History
from catbot.options import Options
from catbot.pipes import Finished, FromWorker, Go, Orders, Progress, Ready, Stop, pack, read
from catbot.reconcile import Reconciliation, merged
from catbot.scores import Scores
from catbot.troop import Part
from catbot.walker import Places

_LONGEST_LINE_BYTES = 64 << 20
_GOODBYE_S = 5.0


class CrewError(Exception):
    """A process of bots ended before its work was done; the message says which and how."""


class Crew:
    """The processes of one run. Made by `open_crew`."""

    def __init__(self, workers: Sequence["_Worker"]) -> None:
        self.scores = Scores()
        self._workers = workers

    async def play(self, stop: asyncio.Event) -> Part:
        """Let all play, or until `stop`; the sum of what they leave behind. Raises CrewError."""
        for worker in self._workers:
            await worker.expect_ready()
        for worker in self._workers:
            worker.say(Go())
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(self._pass_on(stop))
            following = [tasks.create_task(worker.follow(self._look)) for worker in self._workers]
            parts = [await task for task in following]
            stopping.cancel()
        self.scores.renew(part.scores for part in parts)
        return Part(
            scores=self.scores,
            reconciliation=_reconciliation(parts),
            codes=[],
            duration_s=max(part.duration_s for part in parts),
        )

    async def _pass_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        for worker in self._workers:
            worker.say(Stop())

    def _look(self) -> None:
        self.scores.renew(worker.scores for worker in self._workers)


class _Worker:
    """One process."""

    def __init__(self, number: int, process: Process) -> None:
        self.scores = Scores()
        self._number = number
        self._process = process

    def say(self, message: Orders | Go | Stop) -> None:
        """Send one message, which the other end always reads."""
        assert self._process.stdin is not None
        self._process.stdin.write(pack(message))

    async def expect_ready(self) -> None:
        """Return once it is ready. Raises CrewError."""
        heard = await self._hear()
        assert isinstance(heard, Ready), heard

    async def follow(self, look: Callable[[], None]) -> Part:
        """Keep its scores true until its last word. Raises CrewError."""
        while True:
            heard = await self._hear()
            if isinstance(heard, Finished):
                return heard.part
            assert isinstance(heard, Progress), heard
            self.scores = heard.scores
            look()

    async def _hear(self) -> FromWorker:
        assert self._process.stdout is not None
        try:
            heard: FromWorker = await read(self._process.stdout, FromWorker)  # type: ignore[arg-type]
        except asyncio.IncompleteReadError:
            status = await self._process.wait()
            raise CrewError(
                f"process {self._number + 1} of the bots ended with status {status}"
            ) from None
        return heard


@asynccontextmanager
async def open_crew(
    options: Options, places: Places, history: History | None
) -> AsyncIterator[Crew]:
    """`options.processes` processes with their orders; none is left when the block is."""
    async with asyncio.TaskGroup() as tasks:
        processes: list[Process] = []
        try:
            workers = []
            for number in range(options.processes):
                ours, theirs = (None, None) if history is None else os.pipe()
                process = await _start(theirs)
                processes.append(process)
                if history is not None:
                    assert ours is not None
                    assert theirs is not None
                    os.close(theirs)
                    tasks.create_task(_relay(ours, history))
                workers.append(_Worker(number, process))
                workers[-1].say(Orders(options, places, number, theirs))
            yield Crew(workers)
            for process in processes:
                await _see_off(process)
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    # Leaving the group waits until all that was told is in the history.


async def _start(descriptor: int | None) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "catbot.worker"),
        stdin=PIPE,
        stdout=PIPE,
        pass_fds=() if descriptor is None else (descriptor,),
        start_new_session=True,  # Ctrl-C is for this process, which passes it on in order
    )


async def _see_off(process: Process) -> None:
    """A process that has finished ends by itself."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE_S):
            await process.wait()


async def _relay(descriptor: int, history: History) -> None:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE_BYTES)
    loop = asyncio.get_running_loop()
    with os.fdopen(descriptor, "rb") as pipe:
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            while (line := await reader.readline()).endswith(b"\n"):
                history.relay(line)
        finally:
            transport.close()


def _reconciliation(parts: Sequence[Part]) -> Reconciliation:
    """The sum, and the codes that are in wallets of two processes."""
    owners = Counter(code for part in parts for code in set(part.codes))
    shared = [code for code, times in owners.items() if times > 1]
    whole = merged([part.reconciliation for part in parts])
    problems = (*whole.problems, *(f"code {code} is in several wallets" for code in shared))
    return msgspec.structs.replace(whole, twice=whole.twice + len(shared), problems=problems[:20])
