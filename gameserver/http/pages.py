"""The pages for people: what `clients/web` builds, and the cats' drawings.

`/`, `/merchant` and `/screen` are single pages; what they load lies below `/static/` under names
that change with what is in them. Everything is sent from files, compressed where the build has
done so, and only to browsers that keep to the pages' policy.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from gameserver.http.errors import Problem
from gameserver.http.page_settings import PageSettings
from gameserver.http.serving import as_response
from gameserver.species import ASSETS

PAGES = Path(__file__).parents[1] / "_pages"
"""Where `npm run build` puts the pages, in a checkout and in the package."""

PATHS: Mapping[str, str] = {
    "/": "index.html",
    "/merchant": "merchant.html",
    "/screen": "screen.html",
}

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""Kept, and used once the server has said that it is still the same."""

PERMISSIONS = (
    "camera=(self), geolocation=(self), accelerometer=(self), gyroscope=(self), "
    "magnetometer=(self), microphone=(), payment=(), usb=()"
)


def policy(settings: PageSettings) -> str:
    """What a page may load: what is served here, and the tiles that the operator has named."""
    tiles = "" if settings.tiles is None else " " + _origin(settings.tiles.url)
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob:{tiles}",
            f"connect-src 'self'{tiles}",
            "media-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.replace("{s}", "*")
    return f"{parts.scheme}://{host}" if host else "'self'"


def add_pages(app: web.Application, settings: PageSettings, folder: Path = PAGES) -> None:
    """Let the application serve the pages; where they were never built, it says how."""
    headers = {
        "Content-Security-Policy": policy(settings),
        "Permissions-Policy": PERMISSIONS,
        "Cache-Control": ASK_AGAIN,
    }
    for path, name in PATHS.items():
        app.router.add_get(path, _file(folder / name, headers))
    for name in ("favicon.svg", "icon-maskable.svg", "manifest.webmanifest"):
        app.router.add_get(f"/{name}", _file(folder / name, {"Cache-Control": ASK_AGAIN}))
    app.router.add_get("/static/{name}", _files(folder / "static", FOR_GOOD))
    app.router.add_get("/art/{name}", _files(ASSETS / "art", ASK_AGAIN))


def _file(path: Path, headers: Mapping[str, str]) -> Handler:
    is_built = path.is_file()

    async def send(_: web.Request) -> web.StreamResponse:
        if not is_built:
            return as_response(Problem("not_found", "The pages were not built: `make pages`."))
        return web.FileResponse(path, headers=headers)

    return send


def _files(folder: Path, cache: str) -> Handler:
    paths = {path.name: path for path in folder.glob("*") if path.is_file()}
    headers = {"Cache-Control": cache}

    async def send(request: web.Request) -> web.StreamResponse:
        path = paths.get(request.match_info["name"])
        if path is None:
            return as_response(Problem("not_found"))
        return web.FileResponse(path, headers=headers)

    return send
