"""A real browser, for the pages that `make pages` has built."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from gameserver.http.pages import PAGES
from tests.servers.chromium import chromium, chromium_path

if not (PAGES / "index.html").is_file():
    raise pytest.UsageError("the pages are not built: `make pages`")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if chromium_path() is None:
        pytest.skip("no Chromium on this machine")
    async with chromium() as browser:
        yield browser
