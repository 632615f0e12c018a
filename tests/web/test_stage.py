"""The cats in three dimensions, in a real browser under the pages' policy."""

import tomllib
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from gameserver.species import ASSETS
from tests.servers.chunks import opened

SPECIES = sorted(tomllib.loads((ASSETS / "species.toml").read_text())["species"])

OPEN = """async script => {
    const { openStage } = await import(script);
    const canvas = document.createElement('canvas');
    Object.assign(canvas.style, { width: '120px', height: '240px' });
    document.getElementById('page').append(canvas);
    const stage = await openStage(canvas, { runs: false });
    const copy = document.createElement('canvas');
    const brush = copy.getContext('2d', { willReadFrequently: true });
    let now_s = 0;
    Object.assign(window, {
        stage,
        // What is to be seen now.
        pixels() {
            stage.draw(now_s);
            copy.width = canvas.width;
            copy.height = canvas.height;
            brush.drawImage(canvas, 0, 0);
            return brush.getImageData(0, 0, copy.width, copy.height).data;
        },
        // The stage's time goes on, and whoever waits for something hears of it.
        async play(seconds) {
            for (const end_s = now_s + seconds; now_s < end_s; now_s += 0.2) {
                stage.draw(now_s);
                await new Promise(soon => setTimeout(soon));
            }
        },
    });
}"""

LOOKS = """async () => {
    const covered = pixels => pixels.filter((value, i) => i % 4 === 3 && value > 200).length;
    await window.play(1);
    const before = window.pixels();
    await window.play(0.4);
    const after = window.pixels();
    return {
        covers: covered(after) / (after.length / 4),
        changed: after.filter((value, i) => value !== before[i]).length,
    };
}"""

SMALL: dict[str, Any] = {"device_scale_factor": 1}
"""Few points to draw, for machines without a graphics card."""

AHEAD: dict[str, Any] = {"species": "bobbin", "bearing_deg": 90, "distance_m": 3}


async def show(page: Page, cat: dict[str, Any], heading_deg: float = 90.0) -> None:
    await page.evaluate("cat => window.stage.show(cat)", cat)
    await look(page, heading_deg)


async def look(page: Page, heading_deg: float) -> None:
    gaze = {"heading_deg": heading_deg, "pitch_deg": -8}
    await page.evaluate("gaze => window.stage.look(gaze)", gaze)


async def throw(page: Page, dx: float, dy: float) -> str:
    """Flick, and let the stage's time go on until it has said what became of it."""
    outcome: str = await page.evaluate(
        """async ([dx, dy]) => {
            const flick = window.stage.flick({ dx, dy, speed: 600 });
            await window.play(2);
            return await flick;
        }""",
        [dx, dy],
    )
    return outcome


async def test_every_kind_of_cat_stands_there_and_moves(browser: Browser) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate(OPEN, script)
        nobody = await page.evaluate(LOOKS)
        for species in SPECIES:
            await show(page, {**AHEAD, "species": species})
            seen = await page.evaluate(LOOKS)
            assert seen["covers"] > nobody["covers"] + 0.04, species
            assert seen["changed"] > nobody["changed"] + 100, species


async def test_a_cat_stands_at_its_bearing_and_nowhere_else(browser: Browser) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate(OPEN, script)
        await show(page, AHEAD)
        assert await page.evaluate("window.stage.aimError()") == pytest.approx(0, abs=2)
        await look(page, 98)
        assert await page.evaluate("window.stage.aimError()") == pytest.approx(8, abs=1)
        await look(page, 270)
        assert await page.evaluate("window.stage.aimError()") is None


async def test_a_box_that_is_thrown_well_holds_the_cat_until_it_is_known_to_be_caught(
    browser: Browser,
) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate(OPEN, script)
        await show(page, AHEAD)
        await page.evaluate("() => window.play(1)")
        assert await throw(page, 0, -300) == "hit"
        ended = """async () => {
            let ended = false;
            void window.stage.caught().then(() => { ended = true });
            await window.play(5);
            return [ended, window.stage.aimError()];
        }"""
        assert await page.evaluate(ended) == [True, None]


async def test_a_box_that_goes_astray_can_be_thrown_again(browser: Browser) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate(OPEN, script)
        await show(page, AHEAD)
        await page.evaluate("() => window.play(1)")
        # The second while the first is still rolling about.
        outcomes = await page.evaluate(
            """async () => {
                const throwAt = dx => window.stage.flick({ dx, dy: -100, speed: 600 });
                const first = throwAt(300);
                const second = first.then(() => throwAt(0));
                await window.play(4);
                return [await first, await second];
            }"""
        )
        assert outcomes == ["miss", "hit"]
        await page.evaluate("async () => { window.stage.missed(); await window.play(2); }")
        assert await throw(page, 0, -300) == "hit"


async def test_a_cat_that_the_server_lets_go_is_there_again_and_one_that_fled_is_not(
    browser: Browser,
) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate(OPEN, script)
        await show(page, AHEAD)
        await page.evaluate("() => window.play(1)")
        assert await throw(page, 0, -300) == "hit"
        await page.evaluate("async () => { window.stage.missed(); await window.play(2); }")
        assert await page.evaluate("window.stage.aimError()") is not None
        assert await throw(page, 0, -300) == "hit"
        ended = """async () => {
            let ended = false;
            void window.stage.fled().then(() => { ended = true });
            await window.play(5);
            return [ended, window.stage.aimError()];
        }"""
        assert await page.evaluate(ended) == [True, None]


async def test_a_kind_without_a_shape_sits_there_in_its_drawings_colours(browser: Browser) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'.format(
        '<path fill="#33bb55" d="M0 0h9v9H0Z"/>'
    )

    async def draw(route: Route) -> None:
        await route.fulfill(content_type="image/svg+xml", body=drawing)

    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.route("**/art/pickle.svg", draw)
        await page.evaluate(OPEN, script)
        await show(page, {**AHEAD, "species": "pickle"})
        await page.wait_for_function(
            """async () => {
                await window.play(1);
                const pixels = window.pixels();
                let green = 0;
                for (let i = 0; i < pixels.length; i += 4)
                    if (pixels[i + 1] > 120 && pixels[i] < 90) green++;
                return green > 300;
            }"""
        )


async def test_without_webgl_the_page_is_told_so(browser: Browser) -> None:
    async with opened(browser, "cats", **SMALL) as (page, script):
        await page.evaluate("() => { HTMLCanvasElement.prototype.getContext = () => null }")
        name = await page.evaluate(
            f"script => ({OPEN})(script).then(() => 'opened', error => error.name)", script
        )
        assert name == "NoStage"
