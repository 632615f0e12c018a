"""One of several processes of bots: `python -m catbot.worker`, started by `crew` only.

Orders come on the standard input, scores leave on the standard output. Where the input ends, the
process that gave the orders is gone, and this one ends too.
"""

import asyncio
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import uvloop

from catbot.history import History, open_history
from catbot.pipes import Finished, Go, Orders, Progress, Ready, Stop, ToWorker, pack, read
from catbot.troop import Troop, collect_seldom, open_api_of

_LOOK_S = 0.5


async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Follow orders until they are carried out."""
    orders = await read(reader, Orders)
    async with open_api_of(orders.options) as api:
        troop = Troop(orders.options, api, orders.places, orders.shard)
        writer.write(pack(Ready()))
        await read(reader, Go)
        stop = asyncio.Event()
        with _history(orders.history_fd) as history:
            async with asyncio.TaskGroup() as tasks:
                others = (
                    tasks.create_task(_tell(troop, writer)),
                    tasks.create_task(_obey(reader, stop)),
                )
                part = await troop.play(history, stop)
                for task in others:
                    task.cancel()
        writer.write(pack(Finished(part)))
        await writer.drain()


async def _tell(troop: Troop, writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(_LOOK_S)
        writer.write(pack(Progress(troop.look())))
        await writer.drain()


async def _obey(reader: asyncio.StreamReader, stop: asyncio.Event) -> None:
    while True:
        if isinstance(await read(reader, ToWorker), Stop):  # type: ignore[arg-type]  # a union
            stop.set()


def _history(descriptor: int | None) -> AbstractContextManager[History | None]:
    if descriptor is None:
        return nullcontext()
    return open_history(Path(f"/dev/fd/{descriptor}"))


async def main() -> None:
    """Speak over the standard streams."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(os.dup(1), "wb")
    )
    await work(reader, asyncio.StreamWriter(transport, protocol, None, loop))


def run_worker() -> int:
    """The exit status: 0 once the orders are carried out, 1 where nobody is there to give them."""
    collect_seldom()
    orphaned = False
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(main())
        except* (asyncio.IncompleteReadError, ConnectionError):
            orphaned = True
    return int(orphaned)


if __name__ == "__main__":
    sys.exit(run_worker())
