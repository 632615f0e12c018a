"""The pages' libraries, opened in a browser without the game: what they draw on an empty page.

The pages are served as the game serves them, with their policy; a test imports a built library by
its name and tries it on the page's element.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page

from gameserver.http.page_settings import PageSettings
from gameserver.http.pages import PAGES, add_pages
from tests.servers.chromium import PHONE, visitor

EMPTY = """async styles => {
    const page = document.getElementById('page');
    document.title = 'chunk';
    page.replaceChildren();
    page.style.cssText = '';
    Object.assign(page.style, { position: 'relative', height: '100vh' });
    await Promise.all(styles.map(href => new Promise(loaded => {
        const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
        link.onload = loaded;
        document.head.append(link);
    })));
}"""


def built(name: str, kind: str) -> list[str]:
    """The addresses of a library's built files of a kind."""
    return [f"/static/{path.name}" for path in (PAGES / "static").glob(f"{name}-*.{kind}")]


@asynccontextmanager
async def serving(settings: PageSettings, *routes: web.RouteDef) -> AsyncIterator[str]:
    """The pages alone, at an address; more routes for what a test wants to be asked."""
    app = web.Application()
    app.add_routes(routes)
    add_pages(app, settings)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def opened(
    browser: Browser, name: str, *, url: str | None = None, **options: Any
) -> AsyncIterator[tuple[Page, str]]:
    """A phone's page on which nothing is, and the address of the library to import there."""
    if url is None:
        async with (
            serving(PageSettings()) as alone,
            opened(browser, name, url=alone, **options) as page,
        ):
            yield page
        return
    async with visitor(browser, url, **{**PHONE, **options}) as (_, watched):
        # A page's own document and policy, without its script.
        await watched.page.route(
            "**/static/screen-*.js",
            lambda route: route.fulfill(content_type="text/javascript", body=""),
        )
        await watched.page.goto("/screen")
        await watched.page.evaluate(EMPTY, built(name, "css"))
        (script,) = built(name, "js")
        yield watched.page, script
