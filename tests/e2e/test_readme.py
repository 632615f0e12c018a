"""The README's examples, run as they stand there."""

import asyncio
import os
import re
import sys
from pathlib import Path

from tests.servers.catcat import catcat

README = Path(__file__).parents[2] / "README.md"


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def test_a_merchant_opens_a_store_and_a_client_sees_its_cats(tmp_path: Path) -> None:
    async with catcat(tmp_path) as server:
        key = await merchant_key(tmp_path)
        environment = os.environ | {"CATCAT": server.url, "KEY": key, "PYTHONUNBUFFERED": "1"}
        shell = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", example("merchant"),
            stdout=asyncio.subprocess.PIPE, env=environment,
        )  # fmt: skip
        printed, _ = await shell.communicate()
        assert shell.returncode == 0
        assert b'"cats_alive":5' in printed

        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", example("client"),
            stdout=asyncio.subprocess.PIPE, env=environment,
        )  # fmt: skip
        assert client.stdout is not None
        async with asyncio.timeout(20):
            welcome, cats = await client.stdout.readline(), await client.stdout.readline()
        client.kill()
        await client.wait()
        assert b'"type":"welcome"' in welcome
        assert b'"type":"cats"' in cats
        assert b'"title":"A tea on the house"' in cats


async def merchant_key(data_dir: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gameserver", "merchant", "add", "Corner Tea",
        "--data-dir", str(data_dir), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return dict(line.split(" ", 1) for line in printed.decode().splitlines())["key"]
