"""The player's page without a network, and how a new build reaches who keeps an old one."""

import hashlib
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from gameserver.http.page_settings import PageSettings
from gameserver.http.pages import PAGES, add_pages
from tests.servers.catcat import catcat_demo
from tests.servers.redis import free_port
from tests.waiting import until


class Host:
    """A server of pages alone, that can go away and come back with another build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(middlewares=[self._heard])
        add_pages(app, PageSettings(), self.folder)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _heard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path)
        answer: web.StreamResponse = await handler(request)
        return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The build, a copy that a test may change."""
    return Path(shutil.copytree(PAGES, tmp_path / "_pages"))


@asynccontextmanager
async def hosted(folder: Path) -> AsyncIterator[Host]:
    host = Host(folder)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


def build_in(folder: Path) -> dict[str, Any]:
    """What the service worker of a build keeps."""
    found = re.match(r"const CATCAT_BUILD=(\{.*?\});", (folder / "sw.js").read_text())
    assert found is not None
    build: dict[str, Any] = json.loads(found[1])
    return build


def new_build(folder: Path, mark: str) -> None:
    """Another build: its page says so, and its files have other names."""
    old = build_in(folder)
    page = (folder / "index.html").read_text()
    worker = (folder / "sw.js").read_text()
    for name in (path for path in old["first"] + old["later"] if path.startswith("/static/")):
        other = name.replace(".", f"-{mark}.", 1)
        (folder / name[1:]).rename(folder / other[1:])
        for text in folder.glob("static/*.js"):
            before = text.read_text("utf-8")
            after = before.replace(Path(name).name, Path(other).name)
            if after != before:
                text.write_text(after, "utf-8")
        page, worker = page.replace(name, other), worker.replace(name, other)
    for compressed in (*folder.glob("static/*.gz"), *folder.glob("static/*.br")):
        compressed.unlink()
    page = page.replace("<title>", f'<meta name="build" content="{mark}"><title>')
    (folder / "index.html").write_text(page)
    digest = hashlib.sha256(page.encode()).hexdigest()
    (folder / "sw.js").write_text(
        worker.replace(old["page"], digest).replace(old["version"], f"{mark}-0123456789")
    )


async def kept(page: Page) -> dict[str, list[str]]:
    """The paths in each of the page's caches."""
    found: dict[str, list[str]] = await page.evaluate(
        """async () => Object.fromEntries(await Promise.all(
            (await caches.keys()).map(async (name) => [name,
                (await (await caches.open(name)).keys()).map(({url}) => new URL(url).pathname),
            ]),
        ))"""
    )
    return found


async def visited(page: Page, folder: Path) -> None:
    """The page has been opened, and is kept as a whole."""
    await page.goto("/")
    await page.evaluate("navigator.serviceWorker.ready")
    build = build_in(folder)
    whole = {"/", *build["first"], *build["later"]}

    async def is_whole() -> bool:
        return set((await kept(page)).get(f"catcat-{build['version']}", ())) == whole

    await until(is_whole)


async def test_the_page_opens_without_a_server_and_says_so(browser: Browser) -> None:
    async with catcat_demo() as server:
        context = await browser.new_context(base_url=server.url, locale="en-GB")
        page = await context.new_page()
        await visited(page, PAGES)
        assert not [
            path for paths in (await kept(page)).values() for path in paths if "/v1" in path
        ]
        await server.kill()
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await page.get_by_role("button", name="Play", exact=True).click()
        await expect(page.get_by_text(re.compile("does not answer|No network"))).to_be_visible(
            timeout=60_000
        )
        await context.close()


async def test_the_page_opens_where_the_browser_knows_that_it_is_offline(
    browser: Browser, folder: Path
) -> None:
    async with hosted(folder) as host:
        context = await browser.new_context(base_url=host.url, locale="en-GB")
        page = await context.new_page()
        await visited(page, folder)
        await context.set_offline(True)
        host.asked.clear()
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert host.asked == []
        assert not await page.evaluate("navigator.onLine")
        await context.close()


async def test_other_pages_and_the_api_are_not_kept(browser: Browser, folder: Path) -> None:
    async with hosted(folder) as host:
        context = await browser.new_context(base_url=host.url)
        page = await context.new_page()
        await visited(page, folder)
        await page.goto("/merchant")
        await page.evaluate("fetch('/v1/species').catch(() => {})")
        paths = {path for paths in (await kept(page)).values() for path in paths}
        build = build_in(folder)
        assert paths == {"/", *build["first"], *build["later"]}
        host.asked.clear()
        await page.evaluate("fetch('/v1/species').catch(() => {})")
        assert host.asked == ["/v1/species"]
        await context.close()


async def test_a_new_build_is_seen_at_once_and_kept_when_the_old_page_is_gone(
    browser: Browser, folder: Path
) -> None:
    async with hosted(folder) as host:
        context = await browser.new_context(base_url=host.url)
        page = await context.new_page()
        await visited(page, folder)
        old = build_in(folder)
        other = await context.new_page()
        await other.goto("/")

        await host.stop()
        new_build(folder, "newer")
        await host.start()
        await page.goto("/?again")
        await expect(page.locator("meta[name=build]")).to_have_attribute("content", "newer")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()

        # The other page is still of the old build, and finds all of its files.
        for path in old["later"]:
            assert await other.evaluate("async path => (await fetch(path)).status", path) == 200
        await other.close()
        await page.close()

        newest = {f"catcat-{build_in(folder)['version']}"}

        async def opened_anew() -> Page | None:
            """The page, once the new build's worker looks after it alone."""
            page = await context.new_page()
            await page.goto("/")
            # Browsers look for another worker by themselves, some time after each visit.
            await page.evaluate("navigator.serviceWorker.ready.then((made) => made.update())")
            if set(await kept(page)) == newest:
                return page
            await page.close()
            return None

        found = await until(opened_anew)
        assert isinstance(found, Page)
        page = found
        await visited(page, folder)
        await host.stop()
        await page.reload()
        await expect(page.locator("meta[name=build]")).to_have_attribute("content", "newer")
        await context.close()


async def test_files_of_two_builds_are_never_kept_together(browser: Browser, folder: Path) -> None:
    page_of_old = (folder / "index.html").read_bytes()
    new_build(folder, "newer")
    (folder / "index.html").write_bytes(page_of_old)  # another server behind the same address
    async with hosted(folder) as host:
        context = await browser.new_context(base_url=host.url)
        page = await context.new_page()
        await page.goto("/")
        said = await page.evaluate(
            """async () => {
                const made = await navigator.serviceWorker.register("/sw.js");
                const worker = made.installing ?? made.waiting ?? made.active;
                if (worker.state === "redundant") return worker.state;
                return new Promise((resolve) => worker.addEventListener("statechange",
                    () => resolve(worker.state)));
            }"""
        )
        assert said == "redundant"
        await context.close()
