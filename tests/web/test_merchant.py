"""The merchant's console, in a real browser against a real server."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Route, expect

from tests.servers.catcat import CatCat, catcat
from tests.servers.chromium import PHONE, visitor
from tests.web.console import Console, forgive_refusals, office, said_by

STORES_CSV = """ref,name,lat,lon
A-1,Corner Tea,1.3039,103.8319
A-2,Far North,91,103.8319
A-3,Harbour Tea,1.2903,103.8519
"""


async def cats_near(server: CatCat, lat: float, lon: float) -> list[dict[str, Any]]:
    """The first cats that a player at a place is told of."""
    async with aiohttp.ClientSession() as client:
        async with client.post(f"{server.url}/v1/players") as answer:
            token = (await answer.json())["token"]
        async with client.ws_connect(f"{server.url}/play", protocols=["catcat.v1.json"]) as line:
            await line.send_json({"type": "hello", "token": token})
            fix = {"lat": lat, "lon": lon, "accuracy_m": 8, "at_ms": time.time() * 1000}
            await line.send_json({"type": "fix"} | fix)
            async for frame in line:
                message = json.loads(frame.data)
                if message["type"] == "cats" and message["appear"]:
                    found: list[dict[str, Any]] = message["appear"]
                    return found
    raise AssertionError("the line ended without a cat")


async def test_a_store_that_was_put_on_the_map_with_a_plan_and_a_campaign_has_cats(
    tmp_path: Path, browser: Browser
) -> None:
    async with office(tmp_path, browser) as desk:
        page, console = desk.watched.page, desk.console
        await console.make_campaign("A gift", Title="A tea on the house", Coupons_in_all="50")
        await console.says("Made.")

        await console.link("Stores").click()
        street = await console.map_is_open()
        await street.click(position={"x": 300, "y": 250})
        await expect(console.field("Latitude")).not_to_have_value("")
        await console.fill(Name="Corner Tea, by the door")
        before = await console.field("Longitude").input_value()
        pin = page.get_by_role("button", name="Corner Tea, by the door")
        await pin.hover()  # once the map has come to rest
        box = await pin.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.down()
        await page.mouse.move(x + 60, y + 20, steps=5)
        await page.mouse.up()
        await expect(console.field("Longitude")).not_to_have_value(before)
        await console.button("Put it on the map").click()
        await console.says("Corner Tea, by the door is on the map, in the time zone")

        await expect(page.get_by_text("Where cats would stand: 5")).to_be_visible()
        await console.fill(Cats_at_once="3")
        await expect(page.get_by_text("Where cats would stand: 3")).to_be_visible()
        await console.field("What they carry").select_option("A tea on the house")
        await console.button("Send the cats out").click()
        await console.says("Saved.")

        (store,) = (await desk.asked("/v1/stores"))["items"]
        assert store["spawn_plan"]["cats_alive"] == 3
        cats = await cats_near(desk.server, store["lat"], store["lon"])
        assert {cat["store"]["name"] for cat in cats} == {"Corner Tea, by the door"}
        assert {cat["reward"]["title"] for cat in cats} == {"A tea on the house"}
        await console.link("Live").click()
        await expect(page.get_by_role("row").filter(has_text="by the door")).to_contain_text(
            re.compile(r"3\s*3")
        )


async def test_a_wrong_key_says_so_and_a_right_one_lasts_as_long_as_the_tab(
    tmp_path: Path, browser: Browser
) -> None:
    async with catcat(tmp_path) as server, visitor(browser, server.url, **PHONE) as (_, watched):
        key = await said_by(tmp_path, "merchant", "add", "Corner Tea")
        console = Console(watched.page)
        await console.sign_in("cat_0123456789abcdef_" + "0" * 48)
        await expect(watched.page.get_by_role("alert")).to_contain_text("opens nothing here")
        await expect(console.field("Key")).to_be_focused()
        forgive_refusals(watched)
        await console.sign_in(key)
        await expect(watched.page.get_by_role("heading", name="Stores")).to_be_visible()
        await watched.page.reload()
        await expect(watched.page.get_by_role("heading", name="Stores")).to_be_visible()
        await console.button("Sign out").click()
        await watched.page.reload()
        await expect(console.field("Key")).to_be_visible()


async def test_what_the_api_refuses_stands_at_its_field_and_is_heard_first(
    tmp_path: Path, browser: Browser
) -> None:
    async with office(tmp_path, browser) as desk:
        page, console = desk.watched.page, desk.console
        await console.make_campaign(Title="Too much", Per_cent_off="120", Coupons_in_all="10")
        faults = page.get_by_role("alert")
        await expect(faults).to_contain_text("Must be 1 to 100 per cent.")
        await expect(faults).to_be_focused()
        await expect(console.field("Per cent off")).to_have_attribute("aria-invalid", "true")
        await faults.get_by_role("button").click()
        await expect(console.field("Per cent off")).to_be_focused()
        await console.fill(Per_cent_off="12", A_coupon_is_good_for="0")
        await console.button("Make the campaign").click()
        await expect(console.field("A coupon is good for")).to_have_attribute(
            "aria-invalid", "true"
        )
        await console.fill(A_coupon_is_good_for="7")
        await console.button("Make the campaign").click()
        await console.says("Made.")

        await console.link("Stores").click()
        await console.link("New store").click()
        await console.fill(Name="Nowhere", Address="1 Orchard Road")
        await console.button("Find on the map").click()
        await expect(page.get_by_text("This server looks no addresses up")).to_be_visible()
        await console.fill(Latitude="91", Longitude="103.8")
        await console.button("Put it on the map").click()
        await expect(console.field("Latitude")).to_have_attribute("aria-invalid", "true")
        await console.fill(Latitude="1.3", Opening_hours="at night")
        await console.button("Put it on the map").click()
        await expect(console.field("Opening hours")).to_have_attribute("aria-invalid", "true")
        await console.fill(Opening_hours="Fr-Sa 20:00-03:00")
        await console.button("Put it on the map").click()
        await console.says("in the time zone Asia/Singapore")
        forgive_refusals(desk.watched)


async def test_an_import_is_tried_before_it_is_done(tmp_path: Path, browser: Browser) -> None:
    async with office(tmp_path, browser) as desk:
        page, console = desk.watched.page, desk.console
        await console.link("Import a file").click()
        file = {"name": "stores.csv", "mimeType": "text/csv", "buffer": STORES_CSV.encode()}
        await console.field("File").set_input_files([file])  # type: ignore[list-item]
        await console.button("Try it, change nothing").click()
        report = page.get_by_role("region", name="What this file would do")
        await expect(report.get_by_role("row").filter(has_text="lat")).to_contain_text("3")
        await expect(report).to_contain_text("Must be 90")
        assert (await desk.asked("/v1/stores"))["items"] == []
        await console.button("Import the 2 good lines").click()
        await console.says("Imported: 2 added")
        await console.link("Stores").click()
        await expect(page.get_by_role("link", name="Harbour Tea")).to_be_visible()
        await console.field("Search by name, address or number").fill("harb")
        await expect(page.get_by_role("link", name="Corner Tea")).to_have_count(1)
        async with page.expect_download() as started:
            await console.button("Export CSV").click()
        saved = (await (await started.value).path()).read_text()
        assert "Harbour Tea" in saved


async def test_a_campaign_is_paused_resumed_and_ended_after_a_question(
    tmp_path: Path, browser: Browser
) -> None:
    async with office(tmp_path, browser) as desk:
        page, console = desk.watched.page, desk.console
        await console.link("Campaigns").click()
        await console.link("New campaign").click()
        await console.fill(Title="Our own codes", Per_cent_off="10", Coupons_in_all="3")
        await console.field("Codes").select_option("your own, uploaded as a file")
        await console.button("Make the campaign").click()
        codes = b"code\nTEA-0001\nTEA-0002\nTE\nTEA-0001\n"
        file = {"name": "codes.csv", "mimeType": "text/csv", "buffer": codes}
        await console.field("CSV, one code a line").set_input_files([file])  # type: ignore[list-item]
        await console.button("Upload").click()
        await console.says("2 codes were added.")
        await expect(page.get_by_role("row").filter(has_text="TE")).to_have_count(2)

        await console.button("Pause").click()
        question = page.get_by_role("dialog")
        await question.get_by_role("button", name="No, leave it").click()
        (campaign,) = (await desk.asked("/v1/campaigns"))["items"]
        assert campaign["state"] == "active"
        await console.button("Pause").click()
        await question.get_by_role("button", name="Pause").click()
        await console.says("Paused.")
        await console.button("Resume").click()
        await console.says("It goes on.")
        await console.button("End for good").click()
        await question.get_by_role("button", name="End for good").click()
        await console.says("Ended.")
        (campaign,) = (await desk.asked("/v1/campaigns"))["items"]
        assert (campaign["state"], campaign["uploaded"]) == ("ended", 2)


async def test_a_store_that_is_saved_late_is_told_of_and_takes_nobody_back_to_its_form(
    tmp_path: Path, browser: Browser
) -> None:
    async with office(tmp_path, browser) as desk:
        page, console = desk.watched.page, desk.console
        on_its_way, let_go = asyncio.Event(), asyncio.Event()

        async def slowly(route: Route) -> None:
            if route.request.method == "POST":
                on_its_way.set()
                await let_go.wait()
            await route.continue_()

        await page.route("**/v1/stores", slowly)
        await console.link("New store").click()
        await console.fill(Name="Slow Tea", Latitude="1.29", Longitude="103.85")
        await console.button("Put it on the map").click()
        await on_its_way.wait()
        await console.link("Live").click()
        await expect(page.get_by_role("heading", name="Live")).to_be_visible()
        let_go.set()
        await console.says("Slow Tea is on the map")
        assert page.url.endswith("#/live")
        await expect(page.get_by_role("heading", name="Live")).to_be_visible()
