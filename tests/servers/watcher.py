"""Somebody who reads `GET /v1/live`, as a browser's EventSource does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from tests.waiting import until


class Told(NamedTuple):
    """One event."""

    name: str
    id: int
    data: dict[str, Any]


class Watcher:
    """Reads events, and remembers them all."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer
        self.told: list[Told] = []
        self.comments: list[str] = []
        self.retry_ms: int | None = None
        self.is_over = False

    async def read(self) -> None:
        """Until the stream ends."""
        fields: dict[str, str] = {}
        try:
            async for raw in self.answer.content:
                self._line(raw.decode().rstrip("\n"), fields)
        except ClientError:
            pass
        finally:
            self.is_over = True

    def _line(self, line: str, fields: dict[str, str]) -> None:
        name, _, value = line.partition(": ")
        if line == "":
            if "data" in fields:
                data = msgspec.json.decode(fields["data"])
                self.told.append(Told(fields["event"], int(fields["id"]), data))
            fields.clear()
        elif name == "":
            self.comments.append(value)
        elif name == "retry":
            self.retry_ms = int(value)
        else:
            fields[name] = value

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1].data if self.told else {}

    @property
    def lights(self) -> list[list[float]]:
        """Every light so far: latitude, longitude, radius in m, catches."""
        return [light for told in self.told for light in told.data.get("lights", [])]

    async def until_told(self, **least: int) -> dict[str, Any]:
        """Wait for an event in which all of these are at least so much."""

        def found() -> dict[str, Any] | None:
            last = self.last
            is_so = last and all(last[name] >= value for name, value in least.items())
            return last if is_so else None

        told = await until(found)
        assert isinstance(told, dict)
        return told


@asynccontextmanager
async def watching(url: str, **headers: str) -> AsyncIterator[Watcher]:
    """A reader whose first event has come."""
    timeout = ClientTimeout(total=None, sock_connect=5)
    async with (
        ClientSession(timeout=timeout) as session,
        session.get(f"{url}/v1/live", headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        watcher = Watcher(answer)
        reading = asyncio.create_task(watcher.read())
        try:
            await until(lambda: watcher.told)
            yield watcher
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
