"""The merchant's console as a person uses it: by what is written on it."""

import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
)

from tests.servers.catcat import CatCat, catcat
from tests.servers.chromium import DESKTOP, Watched, visitor


async def said_by(data_dir: Path, *words: str) -> str:
    """What `catcat` prints last, on the books of a server: a key or a token, at the end of it."""
    process = await create_subprocess_exec(
        sys.executable, "-m", "gameserver", *words, "--data-dir", str(data_dir),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed
    return printed.decode().split()[-1]


class Console:
    """One page at `/merchant`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def sign_in(self, key: str) -> None:
        await self.page.goto("/merchant")
        await self.page.get_by_label("Key", exact=True).fill(key)
        await self.button("Sign in").click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    async def fill(self, **fields: str) -> None:
        """Fill fields by their labels, with `_` for a space."""
        for label, value in fields.items():
            await self.field(label.replace("_", " ")).fill(value)

    async def make_campaign(self, kind: str = "Per cent off", **fields: str) -> None:
        """Begin at the campaigns, and send the form of a new one."""
        await self.link("Campaigns").click()
        await self.link("New campaign").click()
        await self.field("Kind").select_option(kind)
        await self.fill(**fields)
        await self.button("Make the campaign").click()

    async def says(self, text: str) -> None:
        """The page has said aloud what was just done."""
        await expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    async def map_is_open(self) -> Locator:
        """The map, once it can be clicked."""
        shown = self.page.locator(".street-map[data-ready=true]")
        await expect(shown).to_be_visible(timeout=20_000)
        return shown

    async def is_refused(self, word: str) -> None:
        """The till's one big answer."""
        await expect(self.page.get_by_role("alert").filter(has_text=word)).to_be_visible()


class Office(NamedTuple):
    """A merchant at a desk, signed in to a server of their own."""

    server: CatCat
    key: str
    context: BrowserContext
    watched: Watched
    console: Console

    async def asked(self, path: str) -> Any:
        """What the API says to the merchant."""
        return await asked(self.context.request, path, self.key)


@asynccontextmanager
async def office(data_dir: Path, browser: Browser) -> AsyncIterator[Office]:
    """Corner Tea's, which has nothing yet. The page must not have complained at the end."""
    async with (
        catcat(data_dir) as server,
        visitor(browser, server.url, **DESKTOP) as (context, watched),
    ):
        key = await said_by(data_dir, "merchant", "add", "Corner Tea")
        console = Console(watched.page)
        await console.sign_in(key)
        yield Office(server, key, context, watched, console)


async def asked(request: APIRequestContext, path: str, key: str) -> Any:
    """What the API says to a key."""
    answer = await request.get(path, headers={"Authorization": f"Bearer {key}"})
    assert answer.ok, await answer.text()
    return await answer.json()


def forgive_refusals(watched: Watched) -> None:
    """Chromium writes every 4xx answer into its console: those that a test has asked for."""
    watched.complaints[:] = [
        said for said in watched.complaints if "server responded with a status of 4" not in said
    ]
