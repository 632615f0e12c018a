"""A real Chromium, headless, with a camera that films a test card and a place that a test sets."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}

ARGUMENTS = [
    "--use-fake-device-for-media-stream",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def chromium_path() -> str | None:
    """The machine's Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


GRANTS_CAMERAS = "--use-fake-ui-for-media-stream"


@asynccontextmanager
async def chromium(*arguments: str, grants_cameras: bool = True) -> AsyncIterator[Browser]:
    """A browser that ends with the block; `arguments` go before the usual ones.

    Whoever asks it for a camera gets one, or nobody does.
    """
    path = chromium_path()
    assert path is not None
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=path,
            args=[*arguments, *ARGUMENTS, *([GRANTS_CAMERAS] if grants_cameras else [])],
            chromium_sandbox=False,
        )
        try:
            yield browser
        finally:
            await browser.close()


class Watched:
    """A page of a browser, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")


@asynccontextmanager
async def visitor(
    browser: Browser, url: str, **options: Any
) -> AsyncIterator[tuple[BrowserContext, Watched]]:
    """A person with a browser of their own, on a page that has not been opened yet.

    At the end the page must not have complained of anything: no error, no breach of its policy.
    """
    context = await browser.new_context(**{"base_url": url, "locale": "en-GB"} | options)
    try:
        watched = Watched(await context.new_page())
        yield context, watched
        assert watched.complaints == []
    finally:
        await context.close()
