"""Takes the pictures of the pages that the README and docs/ show, from the demo with its bots.

python -m tests.web.screenshots docs/screenshots
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.servers.catcat import CatCat, catcat
from tests.servers.chromium import DESKTOP, PHONE, chromium
from tests.web.console import Console
from tests.web.street_player import StreetPlayer, throw_until_it_ends
from tests.web.wall import lit

BOTS = 200
LIGHTS = 12
"""Catches that have lit up on the wall before its picture is taken."""

SHAPES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}


class Photographer:
    """Takes pictures of pages in one of the shapes."""

    def __init__(self, folder: Path, shape: str) -> None:
        self._folder = folder
        self._shape = shape

    async def take(self, page: Page, name: str) -> None:
        """One picture, once what moves in has come to rest."""
        await page.wait_for_timeout(1_200)
        path = self._folder / f"{name}-{self._shape}.jpg"
        await page.screenshot(path=path, type="jpeg", quality=82)
        click.echo(path)


async def of_player(context: BrowserContext, camera: Photographer) -> None:
    """The street, the cat before the camera, and what was won."""
    player = StreetPlayer(context, await context.new_page(), Random(5))
    await context.grant_permissions(["geolocation", "camera"])
    await player.stand_at_a_store(north_m=15.0)
    async with player.walking():
        await player.sign_up()
        await expect(player.page.get_by_role("button", name="Catch ")).to_be_visible()
        await camera.take(player.page, "player-street")
        await player.page.get_by_role("button", name="Catch ").click()
        await expect(
            player.page.get_by_role("button", name="Throw the box", disabled=False)
        ).to_be_visible()
        await camera.take(player.page, "player-camera")
        if await throw_until_it_ends(player.page):
            await camera.take(player.page, "player-coupon")
        await player.page.goto("/#album")
        await camera.take(player.page, "player-album")


async def of_merchant(context: BrowserContext, camera: Photographer, key: str) -> None:
    """The stores, a store's plan, and the reports."""
    console = Console(await context.new_page())
    await console.sign_in(key)
    await console.map_is_open()
    await camera.take(console.page, "merchant-stores")
    for name in ("Live", "Till", "Reports"):
        await console.link(name).click()
        await camera.take(console.page, f"merchant-{name.lower()}")


async def of_screen(context: BrowserContext, camera: Photographer) -> None:
    """The wall, after some catches."""
    page = await context.new_page()
    await page.goto("/screen")
    async with asyncio.timeout(90):
        while await lit(page) < LIGHTS:
            await page.wait_for_timeout(250)
    await camera.take(page, "screen")


async def take_all(browser: Browser, server: CatCat, folder: Path) -> None:
    key = server.merchants()[0].key
    for shape, options in SHAPES.items():
        camera = Photographer(folder, shape)
        async with AsyncExitStack() as stack:
            contexts = []
            for _ in range(3):
                context = await browser.new_context(base_url=server.url, locale="en-GB", **options)
                stack.push_async_callback(context.close)
                contexts.append(context)
            await of_screen(contexts[0], camera)
            await of_merchant(contexts[1], camera, key)
            await of_player(contexts[2], camera)


async def run(folder: Path) -> None:
    with TemporaryDirectory(prefix="catcat-") as directory:
        async with (
            catcat(Path(directory), "--bots", str(BOTS), command="demo") as server,
            chromium() as browser,
        ):
            await take_all(browser, server, folder)


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(folder))


if __name__ == "__main__":
    main()
