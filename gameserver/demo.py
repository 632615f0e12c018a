"""`catcat demo`: the server with a real city's stores, and bots that walk its streets."""

import asyncio
import json
import sys
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from aiohttp import ClientSession

from gameserver.app import App, running
from gameserver.config import Config
from gameserver.game.model import SpawnPlan
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.stores import NewStore, Store
from gameserver.species import ASSETS
from gameserver.workers import collect_seldom, stop_asked

DEMO = ASSETS / "demo"
KEYS_FILE = "demo-merchants.json"
RAMP_S = 15.0


class DemoMerchant(msgspec.Struct, frozen=True):
    """A merchant of the demo; the key is kept in the data directory, readable by its owner only."""

    id: str
    name: str
    key: str


async def run_demo(config: Config, bots: int) -> None:
    """Serve the demo until asked to stop."""
    async with running(config) as app:
        merchants = await load_demo(app, config.data_dir)
        collect_seldom()
        _say_where(app, merchants)
        async with _walking(app, bots), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_first_catch(app, time.monotonic()))
            await stop_asked()
            watching.cancel()


async def load_demo(app: App, data_dir: Path) -> list[DemoMerchant]:
    """Put the demo's merchants, campaigns and stores into the books, once per data directory."""
    ledger = app.ledger
    kept = data_dir / KEYS_FILE
    if kept.exists():
        return msgspec.json.decode(kept.read_bytes(), type=list[DemoMerchant])
    campaigns = tomllib.loads((DEMO / "campaigns.toml").read_text("utf-8"))["campaigns"]
    stores = json.loads((DEMO / "stores.geojson").read_text("utf-8"))["features"]
    merchants: dict[str, DemoMerchant] = {}
    ids: dict[str, str] = {}
    async with ClientSession(app.url, raise_for_status=True) as api:
        for key, fields in campaigns.items():
            merchant = await _merchant(ledger, fields.pop("merchant"), merchants)
            ids[key] = await _campaign(api, merchant, fields)
    for feature in stores:
        merchant = await _merchant(ledger, feature["properties"]["merchant"], merchants)
        await _store(ledger, merchant, feature, ids)
    kept.touch(mode=0o600)
    kept.write_bytes(msgspec.json.encode(list(merchants.values())))
    return list(merchants.values())


async def _merchant(ledger: Ledger, name: str, known: dict[str, DemoMerchant]) -> DemoMerchant:
    if name not in known:
        made = await ledger.merchants.add_merchant(name)
        known[name] = DemoMerchant(made.id, made.name, made.key)
    return known[name]


async def _campaign(api: ClientSession, merchant: DemoMerchant, fields: dict[str, Any]) -> str:
    """Make a campaign as its merchant would: its books may be another service's."""
    head = {"Authorization": f"Bearer {merchant.key}"}
    async with api.post("/v1/campaigns", json=fields, headers=head) as answer:
        made: str = (await answer.json())["id"]
        return made


async def _store(
    ledger: Ledger, merchant: DemoMerchant, feature: dict[str, Any], campaigns: dict[str, str]
) -> None:
    properties = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"]
    fields = {name: properties[name] for name in NewStore.__struct_fields__ if name in properties}
    fields.pop("opening_hours", None)  # it is always daytime in the demo
    made = await ledger.merchants.create_store(
        merchant.id, msgspec.convert(fields | {"lat": lat, "lon": lon}, NewStore)
    )
    assert isinstance(made, Store)
    plan = dict(properties["spawn_plan"])
    plan["campaign"] = campaigns.get(plan["campaign"])
    await ledger.merchants.put_plan(merchant.id, made.id, msgspec.convert(plan, SpawnPlan))


def _say_where(app: App, merchants: list[DemoMerchant]) -> None:
    click.echo(f"listening on {app.url}")
    click.echo(f"  play        {app.url}/")
    click.echo(f"  merchants   {app.url}/merchant")
    click.echo(f"  big screen  {app.url}/screen")
    click.echo(f"  WebSocket   {app.url.replace('http', 'ws', 1)}/play")
    click.echo(f"  API         {app.url}/docs   {app.url}/openapi.json   {app.url}/asyncapi.json")
    click.echo(f"  health      {app.url}/readyz   {app.url}/metrics")
    click.echo(f"  merchant    {merchants[0].name}")
    click.echo(f"  key         {merchants[0].key}")
    sys.stdout.flush()


@asynccontextmanager
async def _walking(app: App, bots: int) -> AsyncIterator[None]:
    """The bots, in a process of their own, as they would be against any server."""
    if bots == 0:
        yield
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gameserver", "bots", app.url),
        *("--players", str(bots), "--ramp", str(RAMP_S), "--duration", "inf"),
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _first_catch(app: App, started_s: float) -> None:
    stats = app.gateway.street.stats
    while not stats.caught:  # noqa: ASYNC110 - a plain counter, and nobody else waits for it
        await asyncio.sleep(0.1)
    click.echo(f"the first cat was caught {time.monotonic() - started_s:.1f} s after the start")
