"""The till, in a real browser against a real server on which bots have caught coupons."""

import csv
from io import StringIO
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, expect

from gameserver.demo import DemoMerchant
from tests.servers.catcat import CatCat, catcat
from tests.servers.chromium import PHONE, chromium, visitor
from tests.waiting import until
from tests.web.console import Console, forgive_refusals, said_by
from tests.web.film import write_film_of


async def coupons_of(server: CatCat, merchant: DemoMerchant) -> list[str]:
    """The codes of coupons that are good, once bots have caught two."""
    found: list[str] = []

    async def are_there() -> bool:
        headers = {"Authorization": f"Bearer {merchant.key}"}
        url = f"{server.url}/v1/reports/coupons.csv"
        async with aiohttp.ClientSession() as client, client.get(url, headers=headers) as answer:
            rows = csv.DictReader(StringIO(await answer.text()))
            found[:] = [row["code"] for row in rows if row["state"] == "active"]
        return len(found) >= 2

    await until(are_there, within_s=60)
    return found


async def clerks_key(server: CatCat, merchant: str) -> str:
    """A key of a merchant that redeems and does nothing else."""
    admin = await said_by(server.data_dir, "admin", "key")
    headers = {"Authorization": f"Bearer {admin}"}
    url = f"{server.url}/v1/merchants/{merchant}/keys"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, json={"role": "clerk"}, headers=headers) as answer,
    ):
        key: str = (await answer.json())["key"]
        return key


async def test_a_clerk_redeems_by_typing_and_by_scanning_and_each_coupon_once(
    tmp_path: Path,
) -> None:
    async with catcat(tmp_path / "game", "--bots", "30", command="demo") as server:
        merchant, other = server.merchants()[:2]
        typed, filmed, *_ = await coupons_of(server, merchant)
        (foreign, *_) = await coupons_of(server, other)
        film = tmp_path / "code.y4m"
        write_film_of(filmed, film)
        async with (
            chromium(f"--use-file-for-fake-video-capture={film}") as browser,
            visitor(browser, server.url, **PHONE) as (context, watched),
        ):
            await context.grant_permissions(["camera"])
            console = Console(watched.page)
            await console.sign_in(await clerks_key(server, merchant.id))
            await expect(watched.page.get_by_role("heading", name="Till")).to_be_visible()
            await expect(watched.page.get_by_role("navigation")).to_have_count(0)
            await console.field("This till is at").select_option(index=1)

            await console.fill(Code=typed.lower().replace("-", " ").replace("0", "o"))
            await console.button("Only look").click()
            await console.is_refused("Good")
            await console.button("Redeem").click()
            await console.is_refused("Redeemed")
            await expect(watched.page.get_by_role("alert")).to_be_focused()
            await console.button("Next").click()
            await expect(console.field("Code")).to_be_focused()
            await console.fill(Code=typed)
            await watched.page.keyboard.press("Enter")
            await console.is_refused("Already redeemed")

            await console.button("Next").click()
            await console.fill(Code=foreign)
            await console.button("Redeem").click()
            await console.is_refused("Another merchant's")
            await console.button("Next").click()
            await console.fill(Code="NOT-A-COUPON")
            await console.button("Redeem").click()
            await console.is_refused("No such coupon")

            await console.button("Next").click()
            await console.button("Scan with the camera").click()
            await console.is_refused("Redeemed")
            await expect(watched.page.get_by_role("alert")).to_contain_text(filmed)
            await console.button("Scan the next one").click()
            await console.is_refused("Already redeemed")
            forgive_refusals(watched)


async def test_a_merchant_takes_a_redemption_back_and_says_why(
    tmp_path: Path, browser: Browser
) -> None:
    async with (
        catcat(tmp_path, "--bots", "30", command="demo") as server,
        visitor(browser, server.url, **PHONE) as (_, watched),
    ):
        merchant = server.merchants()[0]
        code, *_ = await coupons_of(server, merchant)
        console = Console(watched.page)
        await console.sign_in(merchant.key)
        await console.link("Till").click()
        await console.field("This till is at").select_option(index=1)
        await console.fill(Code=code)
        await console.button("Redeem").click()
        await console.is_refused("Redeemed")
        await console.link("Live").click()
        lately = watched.page.get_by_role("region", name="Redeemed last")
        await expect(lately.get_by_role("listitem")).to_have_count(1)
        await console.link("Till").click()
        await (
            watched.page.get_by_role("region", name="Redeemed here just now")
            .get_by_role("button", name="Take back")
            .click()
        )
        question = watched.page.get_by_role("dialog")
        await question.get_by_label("Why").fill("the wrong customer")
        await question.get_by_role("button", name="Take back").click()
        await console.says(f"{code} is good again.")

        await console.link("Reports").click()
        funnel = watched.page.get_by_role("region", name="From cat to counter")
        await expect(funnel.get_by_role("listitem").filter(has_text="caught")).not_to_contain_text(
            "caught0"
        )
        await console.link("Live").click()
        await expect(lately.get_by_text("Nothing was redeemed yet.")).to_be_visible()
