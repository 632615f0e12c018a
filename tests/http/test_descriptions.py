"""What the API says of itself is what it does."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, get_args

import msgspec
import pytest

from gameserver import protocol
from gameserver.coupons.wire import ACTING_FOR
from gameserver.http.asyncapi import asyncapi
from gameserver.http.call import Role
from gameserver.http.errors import PROBLEMS
from gameserver.http.examples import EXAMPLES
from gameserver.http.openapi import openapi
from gameserver.http.route import Route
from gameserver.http.routes import COUPON_ROUTES, GAME_ROUTES, ROUTES
from tests.http.desk import Desk

OPERATIONS = [
    (path, method, operation)
    for path, methods in openapi(ROUTES)["paths"].items()
    for method, operation in methods.items()
]


def refs(document: Any) -> Iterator[str]:
    match document:
        case dict():
            for name, value in document.items():
                if name == "$ref":
                    yield value
                else:
                    yield from refs(value)
        case list():
            for value in document:
                yield from refs(value)


def at(document: Any, ref: str) -> Any:
    assert ref.startswith("#/")
    for part in ref[2:].split("/"):
        document = document[part]
    return document


@pytest.mark.parametrize("make", [lambda: openapi(ROUTES), asyncapi], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(make: Any) -> None:
    document = make()
    found = list(refs(document))
    assert len(found) > 20
    for ref in found:
        assert at(document, ref)


def test_every_route_is_described() -> None:
    described = {(method.upper(), path) for path, method, _ in OPERATIONS}
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(operation["summary"] and operation["description"] for _, _, operation in OPERATIONS)


def test_every_part_of_a_path_is_a_parameter() -> None:
    for path, _, operation in OPERATIONS:
        said = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
        assert said == re.findall(r"{(\w+)}", path)


def test_every_refusal_is_described_with_its_codes() -> None:
    for route in ROUTES:
        operation = openapi(ROUTES)["paths"][route.path][route.method.lower()]
        told = {
            code
            for status, response in operation["responses"].items()
            if int(status) >= 400
            for code in response["content"]["application/problem+json"]["examples"]
            if PROBLEMS[code].status == int(status)
        }
        assert told == set(route.all_problems)


def test_every_endpoint_that_needs_a_key_says_so() -> None:
    for route in ROUTES:
        operation = openapi(ROUTES)["paths"][route.path][route.method.lower()]
        assert bool(operation["security"]) == (not route.is_open)
        assert operation["x-roles"] == sorted(route.roles)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_example_is_one(kind: type[Any]) -> None:
    example = msgspec.to_builtins(EXAMPLES[kind])
    assert msgspec.convert(example, kind) == EXAMPLES[kind]


@pytest.mark.parametrize("routes", [ROUTES, GAME_ROUTES, COUPON_ROUTES])
def test_a_document_has_what_it_refers_to_and_nothing_else(routes: tuple[Route, ...]) -> None:
    document = openapi(routes)
    used = {ref.rpartition("/")[2] for ref in refs(document)}
    assert used == document["components"]["schemas"].keys()


def test_every_example_is_shown_in_a_document() -> None:
    schemas = openapi(ROUTES)["components"]["schemas"]
    assert {name for name, schema in schemas.items() if "examples" in schema} == {
        kind.__name__ for kind in EXAMPLES
    }


def test_what_a_game_server_asks_for_others_names_the_header() -> None:
    for routes in (ROUTES, GAME_ROUTES, COUPON_ROUTES):
        paths = openapi(routes)["paths"]
        for route in routes:
            said = paths[route.path][route.method.lower()].get("parameters", ())
            named = any(each["name"] == ACTING_FOR for each in said)
            for_others = bool(route.roles & {Role.MERCHANT, Role.CLERK})
            assert named == (for_others and routes is not GAME_ROUTES), route.name


def test_a_parameter_is_required_where_nothing_stands_in_for_it() -> None:
    required = {
        (path, parameter["name"])
        for path, _, operation in OPERATIONS
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["required"]
    }
    assert required == {
        ("/v1/offerings", "campaigns"),
        ("/v1/coupons", "catches"),
        ("/v1/places", "address"),
    }


def test_every_body_has_an_example() -> None:
    bodies = {route.body for route in ROUTES if route.body is not None}
    assert bodies - EXAMPLES.keys() == set()


async def test_the_documents_are_served(desk: Desk) -> None:
    served = await desk.ask("GET", "/openapi.json")
    assert served.json == openapi(ROUTES)
    assert served.headers["Content-Type"] == "application/json"
    assert not [name for name in served.json["components"]["schemas"] if not name.isalnum()]
    served = await desk.ask("GET", "/asyncapi.json")
    assert served.json["asyncapi"] == "3.0.0"


def test_every_message_and_code_of_the_wire_is_described() -> None:
    document = asyncapi()
    kinds = {*get_args(protocol.Incoming), *get_args(protocol.Outgoing)} - {protocol.CatsRaw}
    messages = document["components"]["messages"]
    assert messages.keys() == {kind.__struct_config__.tag for kind in kinds}
    told = document["operations"]["fromClient"]["messages"]
    assert [ref["$ref"].rpartition("/")[2] for ref in told] == ["hello", "fix", "aim", "catch"]
    assert [reason["name"] for reason in document["x-reasons"]] == list(protocol.REASONS)
    closes = document["channels"]["play"]["x-close-codes"]
    assert [close["code"] for close in closes] == [int(code) for code in protocol.CLOSE_CODES]
    schemas = document["components"]["schemas"]
    assert schemas["Refused"]["properties"]["reason"]["enum"] == list(protocol.REASONS)
    assert schemas["Hello"]["required"] == ["type", "token"]


class Page(HTMLParser):
    """What a page loads, where it leads, and what it carries inside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        if tag == "a":
            self.links.add(given["href"] or "")
        self.loads |= {value or "" for name, value in attrs if name == "src"}
        if tag == "link":
            self.loads.add(given["href"] or "")
        if tag in ("script", "style") or "style" in given or any(n[:2] == "on" for n, _ in attrs):
            self.inline.append(tag)


async def test_the_page_to_read_works_under_the_strictest_policy(desk: Desk) -> None:
    served = await desk.ask("GET", "/docs")
    assert served.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Page(served.raw.decode())
    assert page.inline == []
    assert page.loads == {"/docs/style.css"}
    style = await desk.ask("GET", "/docs/style.css")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= page.ids
    assert {f"problem-{code}" for code in PROBLEMS} <= page.ids
    assert {operation["operationId"] for _, _, operation in OPERATIONS} <= page.ids
    for link in page.links - {link for link in page.links if link.startswith("#")}:
        assert (await desk.ask("GET", link)).status == 200
