"""The pages for people: what `clients/web` builds, and the cats' drawings.

`/`, `/merchant` and `/screen` are single pages; what they load lies below `/static/` under names
that change with what is in them, and is sent from files, compressed where the build has done so.
What keeps its name (the pages themselves, the service worker, icons) is small, and told apart by
its content: browsers ask again each time, and two builds may have the same size and time.
"""

from collections.abc import Mapping
from hashlib import sha256
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

BESIDE = ("sw.js", "favicon.svg", "icon-maskable.svg", "manifest.webmanifest")
"""What lies at the root with the pages; the service worker must, for what it looks after."""

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""Kept, and used once the server has said that it is still the same."""

MEDIA: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
"""By how a file's name ends. Machines have tables of their own, and browsers told not to guess run
no script that one of those calls something else."""

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
        app.router.add_get(path, _page(folder / name, headers))
    for name in BESIDE:
        app.router.add_get(f"/{name}", _page(folder / name, headers))
    app.router.add_get("/static/{name}", _files(folder / "static", FOR_GOOD))
    app.router.add_get("/art/{name}", _files(ASSETS / "art", ASK_AGAIN))


def _page(path: Path, headers: Mapping[str, str]) -> Handler:
    content = path.read_bytes() if path.is_file() else None
    if content is None:
        return _not_built
    etag = sha256(content).hexdigest()[:32]
    headers = {**headers, "Content-Type": _media(path)}

    async def send(request: web.Request) -> web.StreamResponse:
        known = request.if_none_match or ()
        if any(tag.value in {etag, "*"} for tag in known):
            response = web.Response(status=304, headers=headers)
        else:
            response = web.Response(body=content, headers=headers)
        response.etag = etag
        return response

    return send


def _media(path: Path) -> str:
    return MEDIA.get(path.suffix, "application/octet-stream")


async def _not_built(_: web.Request) -> web.StreamResponse:
    return as_response(Problem("not_found", "The pages were not built: `make pages`."))


def _files(folder: Path, cache: str) -> Handler:
    paths = {path.name: path for path in folder.glob("*") if path.is_file()}

    async def send(request: web.Request) -> web.StreamResponse:
        path = paths.get(request.match_info["name"])
        if path is None:
            return as_response(Problem("not_found"))
        headers = {"Cache-Control": cache, "Content-Type": _media(path)}
        return web.FileResponse(path, headers=headers)

    return send
