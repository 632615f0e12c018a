"""The pages as browsers and what stands before them get them."""

import gzip
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from yarl import URL

from gameserver.http.page_settings import (
    BadSetting,
    Event,
    PageSettings,
    Tiles,
    event_of,
    tiles_of,
)
from gameserver.http.pages import PATHS, add_pages, policy
from gameserver.http.routes import make_web_app
from gameserver.ledger.ledger import Ledger
from tests.http.desk import Clock, Desk, serving, site

SCRIPT = b"let cat = 'a'; " * 200
PLAIN = PageSettings()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a build leaves behind."""
    folder = tmp_path / "_pages"
    (folder / "static").mkdir(parents=True)
    for name in PATHS.values():
        (folder / name).write_text(f"<!doctype html><title>{name} 喵</title>", "utf-8")
    (folder / "sw.js").write_text("self;")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "icon-maskable.svg").write_text("<svg/>")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "static" / "player-a1.js").write_bytes(SCRIPT)
    (folder / "static" / "player-a1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "static" / "player-a1.js.br").write_bytes(b"as brotli has it")
    (folder / "static" / "player-a1.css").write_text("body {}")
    (tmp_path / "secret.key").write_text("secret")
    return folder


class Answer:
    """What came back, as it came: nothing is uncompressed on the way."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class Browser:
    """Asks a server of pages."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.setdefault("Accept-Encoding", "identity")
        async with (
            ClientSession(auto_decompress=False) as session,
            session.request(method, self.url + path, headers=asked) as answer,
        ):
            return Answer(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def pages_in(
    folder: Path, ledger: Ledger, clock: Clock, settings: PageSettings = PLAIN
) -> AsyncIterator[Browser]:
    app = make_web_app(site(Desk(ledger, clock, None)))  # type: ignore[arg-type]  # asks nothing
    add_pages(app, settings, folder)
    async with serving(app) as url:
        yield Browser(url)


@pytest.fixture
async def browser(built: Path, ledger: Ledger, clock: Clock) -> AsyncIterator[Browser]:
    async with pages_in(built, ledger, clock) as browser:
        yield browser


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_asked_for_again_each_time_and_keeps_to_its_policy(
    browser: Browser, path: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.body.decode() == f"<!doctype html><title>{PATHS[path]} 喵</title>"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"] == policy(PLAIN)
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "media", "cache"),
    [
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/icon-maskable.svg", "image/svg+xml", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/art/boba.svg", "image/svg+xml", "no-cache"),
        (
            "/static/player-a1.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/static/player-a1.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
    ],
)
async def test_what_a_page_loads_has_its_type_and_its_time(
    browser: Browser, path: str, media: str, cache: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, media)
    assert answer.headers["Cache-Control"] == cache
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/sw.js", "/art/boba.svg", "/static/player-a1.js"])
async def test_what_a_browser_has_is_not_sent_again(browser: Browser, path: str) -> None:
    etag = (await browser.get(path)).headers["ETag"]
    again = await browser.get(path, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] in {"no-cache", "public, max-age=31536000, immutable"}
    other = await browser.get(path, If_None_Match='"of another build"')
    assert (other.status, other.body != b"") == (200, True)


async def test_a_page_of_the_same_size_and_time_is_another_page_all_the_same(
    built: Path, browser: Browser, ledger: Ledger, clock: Clock
) -> None:
    page = built / "index.html"
    had = page.stat()
    etag = (await browser.get("/")).headers["ETag"]
    page.write_bytes(page.read_bytes().replace(b"index", b"newer"))
    os.utime(page, ns=(had.st_atime_ns, had.st_mtime_ns))
    async with pages_in(built, ledger, clock) as later:
        answer = await later.get("/", If_None_Match=etag)
        assert (answer.status, b"newer" in answer.body) == (200, True)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("identity", None),
        ("zstd", None),
    ],
)
async def test_scripts_come_in_the_best_encoding_that_a_browser_takes(
    browser: Browser, accepted: str, encoding: str | None
) -> None:
    answer = await browser.get("/static/player-a1.js", Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    plain = {"br": lambda _: SCRIPT, "gzip": gzip.decompress, None: bytes}[encoding]
    assert plain(answer.body) == SCRIPT
    if encoding is not None:
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/merchant", "/sw.js", "/static/player-a1.js"])
async def test_who_asks_for_the_head_gets_no_body(browser: Browser, path: str) -> None:
    whole, head = await browser.get(path), await browser.get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


async def test_a_part_of_a_file_can_be_had(browser: Browser) -> None:
    part = await browser.get("/static/player-a1.js", Range="bytes=4-6")
    assert (part.status, part.body) == (206, SCRIPT[4:7])
    assert part.headers["Content-Range"] == f"bytes 4-6/{len(SCRIPT)}"
    beyond = await browser.get("/static/player-a1.js", Range=f"bytes={len(SCRIPT)}-")
    assert beyond.status == 416


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.key",
        "/static/..%2f..%2fsecret.key",
        "/static/%2e%2e/%2e%2e/secret.key",
        "/static/..%5c..%5csecret.key",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/",
        "/static/player-a1.js/",
        "/static/player-a1.js%00",
        "/static/nothing.js",
        "/art/..%2fspecies.toml",
        "/art/../species.toml",
        "/index.html",
    ],
)
async def test_nothing_else_of_the_machine_is_shown(browser: Browser, path: str) -> None:
    async with ClientSession() as session:
        url = URL(browser.url + path, encoded=True)
        async with session.get(url, allow_redirects=False) as answer:
            assert answer.status == 404
            assert (await answer.json())["code"] == "not_found"


async def test_a_page_is_only_read(browser: Browser) -> None:
    answer = await browser.get("/", method="POST")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", [*PATHS, "/sw.js", "/favicon.svg"])
async def test_without_a_build_it_is_said_what_to_do(
    tmp_path: Path, ledger: Ledger, clock: Clock, path: str
) -> None:
    async with pages_in(tmp_path / "nowhere", ledger, clock) as browser:
        answer = await browser.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
        assert b"make pages" in answer.body
        assert (await browser.get("/static/x.js")).status == 404
        assert (await browser.get("/healthz")).status == 200


def directives(settings: PageSettings) -> dict[str, list[str]]:
    parts = [part.split() for part in policy(settings).split("; ")]
    return {name: sources for name, *sources in parts}


def test_the_policy_lets_in_what_is_served_here_and_nothing_inline() -> None:
    allowed = directives(PLAIN)
    assert allowed["default-src"] == ["'self'"]
    assert allowed["connect-src"] == ["'self'"]
    for name in ("object-src", "base-uri", "form-action", "frame-ancestors"):
        assert allowed[name] == ["'none'"]
    assert not {"script-src", "style-src", "worker-src"} & allowed.keys()  # as by default
    sources = {source for each in allowed.values() for source in each}
    assert sources == {"'self'", "'none'", "data:", "blob:"}
    assert not {"data:", "blob:"} & set(allowed["default-src"] + allowed["connect-src"])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("http://127.0.0.1:8080/{z}/{x}/{y}.png?key=1", "http://127.0.0.1:8080"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"),
        ("https://maps.example/style.json", "https://maps.example"),
    ],
)
def test_the_tiles_that_an_operator_names_are_let_in_as_pictures_and_data_only(
    url: str, origin: str
) -> None:
    allowed = directives(PageSettings(tiles=tiles_of(url, "© A map")))
    assert [name for name, sources in allowed.items() if origin in sources] == [
        "img-src",
        "connect-src",
    ]


def test_tiles_are_a_template_or_a_style() -> None:
    url = "https://tiles.example/{z}/{x}/{y}.png"
    assert tiles_of(url, "© A map") == Tiles(url, "raster", "© A map")
    assert tiles_of("https://maps.example/style.json", "").kind == "style"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tiles",
        "/tiles/{z}/{x}/{y}.png",
        "ftp://tiles.example/{z}/{x}/{y}",
        "javascript:alert(1)",
        "https:///{z}/{x}/{y}",
        "https://tiles.example; script-src *",
        "https://tiles.example,https://other.example/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https://tiles.example\n/{z}/{x}/{y}",
        "https://user:secret@tiles.example/{z}/{x}/{y}",
        "https://tiles.example:port/{z}/{x}/{y}",
        "https://[::1/{z}/{x}/{y}",
        "https://{s}/{z}/{x}/{y}",
        "https://a.{s}.example/{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(url: str) -> None:
    with pytest.raises(BadSetting):
        tiles_of(url, "")


def test_an_event_has_a_name_and_a_moment() -> None:
    assert event_of("Double 11 @ home@2026-11-11T00:00+08:00") == Event(
        "Double 11 @ home", 1_794_326_400_000
    )
    assert event_of("喵@2026-11-10T16:00:00Z").at_ms == 1_794_326_400_000


@pytest.mark.parametrize(
    "text", ["", "Midnight", "Midnight@", "@2026-11-11T00:00Z", "Midnight@2026-11-11T00:00", "M@11"]
)
def test_what_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(BadSetting):
        event_of(text)
