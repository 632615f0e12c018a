"""The clients of docs/clients.md, run as they stand there."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.game import PLACE, Game, plan

CLIENTS = Path(__file__).parents[1] / "docs" / "clients.md"

PHONE = """
import { CatClient } from "./client.mjs";
const { CATCAT, TOKEN, LAT, LON } = process.env;
const client = new CatClient(CATCAT, TOKEN);
setInterval(() => {
  client.fix({
    coords: { latitude: +LAT, longitude: +LON, accuracy: 5 }, timestamp: Date.now(),
  });
  if (client.open !== null) return;
  if (client.encounter !== null) client.throw();
  else if (client.cats.size > 0) client.aim(client.cats.keys().next().value);
}, 200);
client.addEventListener("change", ({ detail }) => {
  if (detail.type !== "caught") return;
  console.log(detail.coupon.code);
  client.socket.close(1000);
});
client.addEventListener("gone", () => process.exit(0));
"""


def example(name: str) -> str:
    """The block of code under a mark."""
    text = CLIENTS.read_text("utf-8")
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


async def run(*command: str, cwd: Path, **environment: str) -> str:
    """What a command prints; AssertionError where it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            printed, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()


@pytest.fixture
async def tea(street: Game) -> Game:
    """A street with a cat that carries a coupon."""
    campaign = await street.campaign(title="One tea")
    await street.store(plan(campaign=campaign.id, cats_alive=3))
    return street


async def test_the_python_client_catches_a_cat_and_prints_its_coupon(
    tea: Game, tmp_path: Path
) -> None:
    printed = await run(sys.executable, "-c", example("python"), cwd=tmp_path, CATCAT=tea.app.url)
    assert "caught a parcel" in printed
    assert "'title': 'One tea', 'state': 'active'" in printed


async def test_the_browser_client_catches_a_cat(tea: Game, tmp_path: Path) -> None:
    node = node_with_websocket()
    (tmp_path / "client.mjs").write_text(example("browser"), "utf-8")
    (tmp_path / "phone.mjs").write_text(PHONE, "utf-8")
    lat, lon = PLACE
    printed = await run(
        *node, "phone.mjs",
        cwd=tmp_path, CATCAT=tea.app.url, TOKEN=tea.token("alice"), LAT=str(lat), LON=str(lon),
    )  # fmt: skip
    wallet = await tea.app.ledger.coupons.wallet("alice", 10)
    assert [coupon.code for coupon in wallet.items] == [printed.strip()]


def node_with_websocket() -> list[str]:
    """Node.js, which has a browser's WebSocket since version 20, behind a switch at first."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    version = int(subprocess.check_output([node, "--version"]).decode()[1:].partition(".")[0])
    if version < 20:
        pytest.skip("Node.js is older than 20")
    return [node, "--experimental-websocket", "--no-warnings"] if version < 22 else [node]
