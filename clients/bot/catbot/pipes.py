"""What the processes of one run say to each other: length-prefixed MessagePack over pipes."""

import asyncio
from typing import TypeVar

import msgspec

from catbot.options import Options
from catbot.scores import Scores
from catbot.tally import as_counter
from catbot.troop import Part
from catbot.walker import Places

_HEAD_BYTES = 4

Kind = TypeVar("Kind")


class Orders(msgspec.Struct, frozen=True, tag=True):
    """The first word to a process: which bots of which run it has, and the file descriptor that
    takes its part of the history.
    """

    options: Options
    places: Places
    shard: int
    history_fd: int | None


class Go(msgspec.Struct, frozen=True, tag=True):
    """Let the bots come: all processes are ready."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """End the run early, but in order."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The orders were understood."""


class Progress(msgspec.Struct, frozen=True, tag=True):
    """The scores so far."""

    scores: Scores


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The last word of a process."""

    part: Part


ToWorker = Orders | Go | Stop
FromWorker = Ready | Progress | Finished


def pack(message: ToWorker | FromWorker) -> bytes:
    """A message with its length in front."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(_HEAD_BYTES, "big") + body


async def read(reader: asyncio.StreamReader, kind: type[Kind]) -> Kind:
    """The next message. Raises IncompleteReadError where the other process is gone."""
    size = int.from_bytes(await reader.readexactly(_HEAD_BYTES), "big")
    body = await reader.readexactly(size)
    return msgspec.msgpack.decode(body, type=kind, dec_hook=as_counter)
