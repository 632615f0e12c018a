"""The endpoints that describe the others."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from gameserver.http.asyncapi import asyncapi
from gameserver.http.call import AnyCall, Role
from gameserver.http.docs_page import STYLE, docs_page
from gameserver.http.openapi import openapi
from gameserver.http.route import JSON, Answer, Handler, Route, Written

_HTML = "text/html; charset=utf-8"
_CSS = "text/css; charset=utf-8"


def described(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes, and those that describe them all; what they say is made when first asked for."""

    @cache
    def openapi_json() -> bytes:
        return msgspec.json.encode(openapi(every))

    @cache
    def asyncapi_json() -> bytes:
        return msgspec.json.encode(asyncapi())

    @cache
    def page() -> bytes:
        return docs_page(openapi(every)).encode()

    async def openapi_document(_: AnyCall) -> Answer:
        """This API for programs: OpenAPI 3.1."""
        return Written(200, JSON, openapi_json())

    async def asyncapi_document(_: AnyCall) -> Answer:
        """The WebSocket for programs: AsyncAPI 3.0."""
        return Written(200, JSON, asyncapi_json())

    async def docs(_: AnyCall) -> Answer:
        """This API for people."""
        return Written(200, _HTML, page())

    async def docs_style(_: AnyCall) -> Answer:
        """How that page looks."""
        return Written(200, _CSS, STYLE.encode())

    every = (
        *routes,
        _document("/openapi.json", openapi_document, JSON),
        _document("/asyncapi.json", asyncapi_document, JSON),
        _document("/docs", docs, _HTML),
        _document("/docs/style.css", docs_style, _CSS),
    )
    return every


def _document(path: str, handler: Handler, media: str) -> Route:
    return Route(
        method="GET",
        path=path,
        tag="descriptions",
        roles=frozenset({Role.ANYONE}),
        handler=handler,
        media=media,
        answer=dict[str, Any] if media == JSON else str,
        needs_books=False,
    )
