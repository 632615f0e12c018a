"""A real browser, for the pages that `make pages` has built."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from gameserver.http.pages import PAGES
from tests.servers.chromium import chromium, chromium_path
from tests.waiting import PATIENCE_S

if not (PAGES / "index.html").is_file():
    raise pytest.UsageError("the pages are not built: `make pages`")

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if chromium_path() is None:
        pytest.skip("no Chromium on this machine")
    async with chromium() as browser:
        yield browser
