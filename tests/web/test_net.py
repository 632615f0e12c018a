"""The pages' client library, in Node, against a real server: also one that is killed meanwhile."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.proxy import proxy
from tests.waiting import until

WEB = Path(__file__).parents[2] / "clients" / "web"
DRIVER = Path(__file__).with_name("net_player.mjs")

Message = dict[str, Any]


class Library:
    """A Node process that has the library, and what its line has told of."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, Message] = {}
        self._ids = count(1)
        self.told: list[Message] = []

    async def read(self) -> None:
        assert self._process.stdout is not None
        while said := await self._process.stdout.readline():
            message = json.loads(said)
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self.told.append(message)

    def ask(self, method: str, *given: object) -> int:
        """Call a method; `answer` waits for what it says."""
        assert self._process.stdin is not None
        number = next(self._ids)
        asked = {"id": number, "do": method, "with": given}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        return number

    async def answer(self, number: int) -> Any:
        await until(lambda: number in self._answers, within_s=60)
        said = self._answers[number]
        assert "error" not in said, said
        return said["answer"]

    async def call(self, method: str, *given: object) -> Any:
        return await self.answer(self.ask(method, *given))

    def events(self, name: str) -> list[Any]:
        return [message.get("data") for message in self.told if message["event"] == name]

    @property
    def cats(self) -> list[Message]:
        views = self.events("view")
        return views[-1] if views else []

    def is_playing(self) -> bool:
        states = self.events("state")
        return bool(states) and states[-1]["kind"] == "playing"


@asynccontextmanager
async def library(kept: Path) -> AsyncIterator[Library]:
    """The library in a process of its own; what outlives it is in the file."""
    # The machine's, or the wheel's that `npm.py` has installed.
    path = os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent)))
    node = shutil.which("node", path=path)
    assert node is not None
    process = await asyncio.create_subprocess_exec(
        node, str(DRIVER), str(WEB), str(kept),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,  # a view is one line
    )  # fmt: skip
    phone = Library(process)
    reading = asyncio.create_task(phone.read())
    try:
        await until(lambda: phone.events("ready"))
        yield phone
    finally:
        process.kill()
        await process.wait()
        await reading


async def a_cat_with_a_coupon(phone: Library, url: str) -> Message:
    """Where somebody else, who looked around before, has seen one."""
    await phone.call("at", url)
    await phone.call("open", url, (await phone.call("signUp", "a scout"))["token"], "json")
    store = (await phone.call("map"))["stores"][0]
    await phone.call("fix", store["lat"], store["lon"])
    await until(lambda: any("reward" in cat for cat in phone.cats))
    await phone.call("close")
    return next(cat for cat in phone.cats if "reward" in cat)


async def aim(phone: Library, cat: str) -> Message:
    """Raise the phone at the cat, and keep it steady until one may throw."""
    await until(phone.is_playing)
    aimed = await phone.call("aim", cat)
    assert aimed["type"] == "encounter", aimed
    await asyncio.sleep((await phone.call("rules"))["aim_min_ms"] / 1000 + 0.01)
    return dict(aimed)


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_player_is_let_in_catches_a_cat_and_has_its_coupon(
    tmp_path: Path, encoding: str
) -> None:
    async with catcat_demo() as server, library(tmp_path / "kept") as phone:
        cat = await a_cat_with_a_coupon(phone, server.url)
        guest = await phone.call("signUp", "one tap")
        assert (await phone.call("signUp", "one tap"))["player"] == guest["player"]
        await phone.call("open", server.url, guest["token"], encoding)
        await phone.call("fix", cat["lat"], cat["lon"])
        answer: Message = {"type": "nothing yet"}
        while answer["type"] != "caught":
            answer = await phone.call("throw", await aim(phone, cat["id"]))
            # Missed; or the line broke meanwhile, and the ticket was the former session's.
            assert answer["type"] == "caught" or answer["retry"], (answer, phone.events("state"))
        assert phone.events("caught") == [answer]
        assert cat["id"] not in [cat["id"] for cat in phone.cats]
        assert abs(await phone.call("clock")) < 1000  # one machine, one clock
        assert phone.events("fault") == []

        await until(lambda: phone.call("catches"))
        assert (await phone.call("me"))["points"] == answer["points"]
        [coupon] = await phone.call("coupons")
        assert (coupon["attempt"], coupon["code"]) == (answer["attempt"], answer["coupon"]["code"])
        assert coupon["code"] in await phone.call("qr", coupon["code"])
        assert [rank["player"] for rank in await phone.call("leaderboard")] == [guest["player"]]
        assert cat["species"] in [kind["id"] for kind in await phone.call("species")]
        assert await phone.call("config") == {
            "tiles": None,
            "event": None,
            "practice": True,
        }

        await phone.call("forget")
        await until(lambda: phone.events("state")[-1]["kind"] == "ended")
        assert phone.events("state")[-1] == {"kind": "ended", "code": 4003, "why": "banned"}


async def decided(server: CatCat) -> tuple[float, float]:
    """How many catches the server has granted, and how many refused."""
    return await server.metric("catcat_catches_total"), await server.metric("catcat_refused_total")


async def changed(server: CatCat, before: tuple[float, float]) -> tuple[bool, bool]:
    """Wait until the server has decided one more: whether it was granted, and whether refused."""

    async def difference() -> tuple[bool, bool] | None:
        after = await decided(server)
        return None if after == before else (after[0] > before[0], after[1] > before[1])

    found = await until(difference)
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("reload", [False, True], ids=["same_page", "page_loaded_anew"])
async def test_a_throw_whose_server_was_killed_before_it_could_answer_gets_its_one_answer(
    tmp_path: Path, reload: bool
) -> None:
    async with catcat_demo() as server, proxy("127.0.0.1", server.port) as street:
        there = f"http://127.0.0.1:{street.port}"
        kept = tmp_path / "kept"
        async with library(kept) as phone:
            cat = await a_cat_with_a_coupon(phone, server.url)
            token = (await phone.call("signUp", "one tap"))["token"]
            await phone.call("open", there, token, "msgpack")
            await phone.call("fix", cat["lat"], cat["lon"])
            while True:
                aimed = await aim(phone, cat["id"])
                before = await decided(server)
                street.answers.clear()  # what the server says is under way for ever
                thrown = phone.ask("throw", aimed)
                await until(kept.exists)
                caught, _ = await changed(server, before)
                if caught:
                    break
                street.answers.set()
                assert (await phone.answer(thrown))["reason"] == "missed"
            attempt = json.loads(kept.read_text())["message"]["attempt"]
            await server.kill_with_workers()
            street.cut()
            street.answers.set()
            if not reload:
                await server.start()
                answer = await phone.answer(thrown)
                assert phone.events("caught") == [answer]
        if reload:
            await server.start()
        async with library(kept) as phone:
            await phone.call("at", server.url)
            await phone.call("open", there, token, "json")
            if reload:
                await until(lambda: phone.events("caught"))
                [answer] = phone.events("caught")
            assert (answer["attempt"], answer["cat"]) == (attempt, cat["id"])
            assert not kept.exists()
            [coupon] = await phone.call("coupons")
            assert coupon["code"] == answer["coupon"]["code"]
            assert coupon["cat"] == cat["id"]
        await server.audit()
