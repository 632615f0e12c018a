"""What the player's page says, and offers, where something is missing or goes wrong."""

import asyncio
import json
import re
import sys

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Page, expect

from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.chromium import DESKTOP, PHONE, Watched, chromium, chromium_path, visitor
from tests.web.street_player import LIGHT, street_player, throw_until_it_ends

ABOUT_THE_NETWORK = re.compile(r"net::ERR_|WebSocket connection to|status of 401")
"""What the browser itself says where a server is away or refuses a token."""


def forgive_network(watched: Watched) -> None:
    """Take what the browser says of the network off the page's complaints."""
    watched.complaints[:] = [
        said for said in watched.complaints if not ABOUT_THE_NETWORK.search(said)
    ]


needs_chromium = pytest.mark.skipif(chromium_path() is None, reason="no Chromium here")


async def kept_guest(page: Page) -> dict[str, str]:
    guest: dict[str, str] = await page.evaluate(
        "JSON.parse(localStorage.getItem('catcat.player.guest'))"
    )
    return guest


async def test_without_the_location_the_page_says_so_and_finds_the_cats_once_it_may(
    browser: Browser,
) -> None:
    async with (
        catcat_demo() as server,
        visitor(browser, server.url, **PHONE) as (context, watched),
    ):
        page = watched.page
        await context.grant_permissions([])
        await page.goto("/")
        await page.get_by_role("button", name="Play", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("May we know where you are?")
        await expect(page.get_by_role("link", name="Practise instead")).to_be_visible()
        await page.get_by_role("link", name="Album").click()
        await expect(page.get_by_role("heading", name="Album")).to_be_visible()

        await page.get_by_role("link", name="Street").click()
        await context.grant_permissions(["geolocation"])
        await context.set_geolocation({"latitude": 0.0, "longitude": 0.0, "accuracy": 9.0})
        again = page.get_by_role("button", name="Try again")
        if await again.is_visible():  # the browser may have told the page by itself
            await again.click()
        await expect(page.get_by_role("heading", name="No cats in sight")).to_be_visible()


@needs_chromium
async def test_without_a_camera_the_cat_stands_before_a_painted_street() -> None:
    async with (
        chromium(grants_cameras=False) as browser,
        catcat_demo() as server,
        street_player(browser, server) as (player, _),
        player.walking(),
    ):
        page = player.page
        await page.context.clear_permissions()
        await page.context.grant_permissions(["geolocation"])  # and nothing else
        await player.sign_up()
        cat = player.nearest()
        player.walk_to(cat["lat"], cat["lon"])
        await page.get_by_role("button", name="Catch ").click(timeout=60_000)
        await expect(page.get_by_text("The camera was refused")).to_be_visible()
        box = page.get_by_role("button", name="Throw the box", disabled=False)
        await expect(box).to_be_visible()


@needs_chromium
async def test_without_3d_there_is_a_radar_for_a_map_and_a_drawing_to_catch() -> None:
    async with (
        chromium("--disable-3d-apis") as browser,
        catcat_demo() as server,
        street_player(browser, server) as (player, watched),
        player.walking(),
    ):
        page = player.page
        await player.sign_up()
        await expect(page.get_by_role("img", name="Cats around you")).to_be_visible()
        await player.catch_a_cat()
        watched.complaints[:] = [said for said in watched.complaints if "WebGL" not in said]


async def test_a_second_page_takes_the_game_over_and_the_first_can_take_it_back(
    browser: Browser,
) -> None:
    async with catcat_demo() as server, street_player(browser, server) as (player, _):
        await player.sign_up()
        other = await player.page.context.new_page()
        await other.goto("/")
        here = player.page
        await expect(here.get_by_text("You are playing somewhere else")).to_be_visible()
        await here.get_by_role("button", name="Play here").click()
        await expect(other.get_by_text("You are playing somewhere else")).to_be_visible()
        await expect(here.get_by_text("You are playing somewhere else")).not_to_be_visible()


async def test_a_server_that_comes_back_finds_its_players_waiting(browser: Browser) -> None:
    async with catcat_demo() as server, street_player(browser, server) as (player, watched):
        page = player.page
        await player.sign_up()
        await server.kill()
        await expect(page.get_by_text("The street does not answer.")).to_be_visible()
        await expect(page.get_by_role("button", name="Try now")).to_be_visible()
        await server.start()
        await expect(page.get_by_text("The street does not answer.")).not_to_be_visible(
            timeout=40_000
        )
        forgive_network(watched)


async def test_the_wallet_opens_without_a_server_from_what_the_phone_kept(
    browser: Browser,
) -> None:
    async with (
        catcat_demo() as server,
        street_player(browser, server) as (player, watched),
        player.walking(),
    ):
        page = player.page
        await player.sign_up()
        await player.catch_a_cat()
        code = await player.coupon_code()
        await page.evaluate("navigator.serviceWorker.ready")
        await server.kill()
        await page.goto("/#wallet")
        await page.reload()
        await expect(page.get_by_role("link", name=code)).to_be_visible()
        await expect(page.get_by_text("This is what this device knew on")).to_be_visible()
        await page.get_by_role("link", name=code).click()
        await expect(page.get_by_role("img", name=f"QR code of {code}")).to_be_visible()
        forgive_network(watched)


async def test_a_guest_whose_token_has_expired_is_told_so_and_begins_anew(
    browser: Browser,
) -> None:
    async with catcat_demo() as server, visitor(browser, server.url, **PHONE) as (_, watched):
        page = watched.page
        await page.goto("/")
        old = {"player": "g1", "token": "x", "expires_ms": 1}
        await page.evaluate(
            "guest => localStorage.setItem('catcat.player.guest', guest)", json.dumps(old)
        )
        await page.reload()
        await expect(page.get_by_text("Your last game was too long ago")).to_be_visible()
        await page.get_by_role("button", name="Play", exact=True).click()
        await expect(page.get_by_role("link", name="Wallet")).to_be_visible()
        forgive_network(watched)


async def test_whoever_asks_to_be_forgotten_is(browser: Browser) -> None:
    async with catcat_demo() as server, street_player(browser, server) as (player, _):
        page = player.page
        await player.sign_up()
        token = (await kept_guest(page))["token"]
        await page.get_by_role("link", name="Settings").click()
        await page.get_by_role("button", name="Forget me").click()
        await page.get_by_role("button", name="Yes, forget me").click()
        await expect(page.get_by_text("You are forgotten.")).to_be_visible()
        async with (
            ClientSession(server.url) as api,
            api.get("/v1/me", headers={"Authorization": f"Bearer {token}"}) as answer,
        ):
            assert answer.status == 401


async def test_a_banned_player_is_told_until_when(browser: Browser) -> None:
    async with catcat_demo() as server, street_player(browser, server) as (player, _):
        page = player.page
        await player.sign_up()
        await ban(server, (await kept_guest(page))["player"])
        await expect(page.get_by_text("closed this game to you until")).to_be_visible()
        await page.get_by_role("link", name="Wallet").first.click()
        await expect(page.get_by_role("heading", name="Wallet")).to_be_visible()


async def admin_key(server: CatCat) -> str:
    """From the command line, as an operator gets it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gameserver", "admin", "key", "--data-dir", str(server.data_dir)),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return printed.decode().split()[-1]


async def ban(server: CatCat, player: str) -> None:
    """As an operator does."""
    key = await admin_key(server)
    async with (
        ClientSession(server.url) as api,
        api.post(
            f"/v1/players/{player}/ban",
            headers={"Authorization": f"Bearer {key}"},
            json={"reason": "test", "until_ms": 4_000_000_000_000},
        ) as answer,
    ):
        assert answer.status == 201, await answer.text()


async def test_at_a_desk_the_page_walks_by_itself_and_catches_a_cat(browser: Browser) -> None:
    async with (
        catcat_demo() as server,
        visitor(browser, server.url, **DESKTOP, **LIGHT) as (_, watched),
    ):
        page = watched.page
        await page.goto("/")
        await page.get_by_role("link", name="Practise at your desk").click()
        await page.get_by_role("button", name="Play", exact=True).click()
        await expect(page.get_by_text("Practice: a made-up walk")).to_be_visible()
        for _ in range(6):
            await page.get_by_role("button", name="Catch ").click(timeout=60_000)
            if await throw_until_it_ends(page):
                break
            await page.get_by_role("button", name="Find another cat").click()
        await expect(page.get_by_role("heading", name="You caught ")).to_be_visible()


async def test_where_the_operator_does_not_offer_it_nobody_practises(browser: Browser) -> None:
    async with (
        catcat_demo("--no-practice") as server,
        visitor(browser, server.url, **DESKTOP) as (_, watched),
    ):
        page = watched.page
        await page.goto("/")
        await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name="Practise")).not_to_be_visible()
        await page.goto("/?practice")
        await expect(page.get_by_role("heading", name="No practice here")).to_be_visible()
