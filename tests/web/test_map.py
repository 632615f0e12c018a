"""The map of the pages, in a real browser under the pages' policy."""

from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from gameserver.http.page_settings import PageSettings, tiles_of
from tests.servers.chunks import opened, serving
from tests.waiting import until

HERE = {"lat": 31.23, "lon": 121.47}

OPEN = """async ([script, tiles]) => {
    const { openMap } = await import(script);
    const page = document.getElementById('page');
    window.told = [];
    window.map = await openMap(page, {
        centre: { lat: 31.23, lon: 121.47 }, zoom: 16, settings: { tiles },
    });
}"""

CATS = """cats => window.map.showCats(cats, { onTap: id => window.told.push(id) })"""

STORES = """stores => window.map.showStores(stores, {
    onTap: id => window.told.push(id),
    onDrag: (id, to) => window.told.push({ id, ...to }),
})"""


async def told(page: Page) -> list[Any]:
    """What the map has told the page, oldest first."""
    heard: list[Any] = await page.evaluate("window.told")
    return heard


def cat(id: str, label: str, north: float = 0.0) -> dict[str, object]:
    return {"id": id, "species": "boba", "label": label, **HERE, "lat": HERE["lat"] + north}


async def test_cats_are_buttons_with_names_and_a_tap_is_told(browser: Browser) -> None:
    async with opened(browser, "map") as (page, script):
        await page.evaluate(OPEN, [script, None])
        await page.evaluate(CATS, [cat("a", "Boba, 27 m"), cat("b", "Page, 90 m", north=0.001)])
        await page.get_by_role("button", name="Boba, 27 m").tap()
        await page.get_by_role("button", name="Page, 90 m").press("Enter")
        assert await told(page) == ["a", "b"]


async def test_a_cat_that_stays_keeps_its_element_and_one_that_goes_is_gone(
    browser: Browser,
) -> None:
    async with opened(browser, "map") as (page, script):
        await page.evaluate(OPEN, [script, None])
        await page.evaluate(CATS, [cat("a", "stays"), cat("b", "goes", north=0.001)])
        await page.get_by_role("button", name="stays").evaluate("button => button.dataset.old = 1")
        await page.evaluate(CATS, [cat("a", "has moved", north=0.0005)])
        moved = page.get_by_role("button", name="has moved")
        await expect(moved).to_have_attribute("data-old", "1")
        await expect(page.get_by_role("button", name="goes")).to_have_count(0)


async def test_a_store_is_moved_by_a_drag_and_by_arrow_keys(browser: Browser) -> None:
    async with opened(browser, "map") as (page, script):
        await page.evaluate(OPEN, [script, None])
        await page.evaluate(STORES, [{"id": "s", "name": "Tea", **HERE}])
        store = page.get_by_role("button", name="Tea")
        await store.press("ArrowUp")
        await until(lambda: told_some(page))
        (by_key,) = await told(page)
        assert by_key["lat"] > HERE["lat"]
        assert by_key["lon"] == pytest.approx(HERE["lon"], abs=1e-5)

        box = await store.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + 80, y, steps=8)
        await page.mouse.up()
        by_finger = (await told(page))[-1]
        assert by_finger["lon"] > HERE["lon"] + 1e-4
        assert by_finger["lat"] == pytest.approx(by_key["lat"], abs=1e-5)


async def told_some(page: Page) -> bool:
    return bool(await told(page))


async def test_a_click_on_the_map_is_told_where_and_one_on_a_marker_is_not(
    browser: Browser,
) -> None:
    async with opened(browser, "map") as (page, script):
        await page.evaluate(OPEN, [script, None])
        await page.evaluate(CATS, [cat("a", "Boba")])
        await page.evaluate("() => { window.map.onClick(at => window.told.push(at)) }")
        await page.get_by_role("button", name="Boba").click()
        await page.mouse.click(300, 200)
        on_cat, on_map = await told(page)
        assert on_cat == "a"
        back = await page.evaluate("at => window.map.project(at)", on_map)
        assert back == {"x": pytest.approx(300, abs=1), "y": pytest.approx(200, abs=1)}


async def test_thousands_of_stores_are_gathered_and_come_apart_nearer(browser: Browser) -> None:
    stores = [
        {"id": f"{i}", "name": f"Store {i}", "lat": 31.15 + i % 60 * 0.002, "lon": 121.4 + i * 3e-5}
        for i in range(3000)
    ]
    async with opened(browser, "map") as (page, script):
        await page.evaluate(OPEN, [script, None])
        await page.evaluate("() => window.map.centreOn({ lat: 31.21, lon: 121.445 }, 10)")
        await page.evaluate(STORES, stores)
        clusters = page.get_by_role("button", name="stores: come nearer")
        await expect(clusters.first).to_be_visible()
        assert await page.get_by_role("button").count() < 60
        await page.evaluate("() => window.map.centreOn({ lat: 31.15, lon: 121.4 }, 19)")
        await expect(page.get_by_role("button", name="Store 0", exact=True)).to_be_visible()
        await expect(clusters).to_have_count(0)


async def test_the_operators_tiles_are_loaded_and_credited(browser: Browser) -> None:
    asked: list[str] = []

    async def tile(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(
            body=b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>',
            content_type="image/svg+xml",
            headers={"Access-Control-Allow-Origin": "*"},
        )

    async with serving(PageSettings(), web.get("/tiles/{z}/{x}/{y}", tile)) as elsewhere:
        tiles = tiles_of(elsewhere + "/tiles/{z}/{x}/{y}", "Tiles of a test")
        settings = PageSettings(tiles=tiles)
        async with (
            serving(settings) as url,
            opened(browser, "map", url=url) as (page, script),
        ):
            given = {"url": tiles.url, "kind": tiles.kind, "attribution": tiles.attribution}
            await page.evaluate(OPEN, [script, given])
            await until(lambda: len(asked) > 0)
            assert asked[0].startswith("/tiles/1")
            await expect(page.get_by_text("Tiles of a test")).to_be_attached()


async def test_without_webgl_the_page_is_told_so(browser: Browser) -> None:
    async with opened(browser, "map") as (page, script):
        await page.evaluate("() => { HTMLCanvasElement.prototype.getContext = () => null }")
        name = await page.evaluate(
            f"([script]) => ({OPEN})([script, null]).then(() => 'opened', error => error.name)",
            [script],
        )
        assert name == "NoMap"
