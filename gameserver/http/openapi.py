"""`/openapi.json`: OpenAPI 3.1, from the table of routes and the structs that it names."""

import inspect
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from gameserver.coupons.wire import ACTING_FOR, ActingFor
from gameserver.http.call import KEYED, NoQuery, Role
from gameserver.http.errors import PROBLEM_JSON, PROBLEMS, Kind, ProblemDetails, problem_type
from gameserver.http.examples import EXAMPLES
from gameserver.http.route import JSON, Route

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_PROBLEM_REF = _REF.format(name=ProblemDetails.__name__)

_GAME = """The HTTP API of Catch the Cat: merchants put virtual cats at their stores, players catch
them on the street and get a coupon to spend in the store. The game itself is played over a
WebSocket, described at [/asyncapi.json](/asyncapi.json)."""

_COUPONS = """The coupon service of Catch the Cat: game servers set coupons aside for cats, have
them issued for catches, and hear what became of them; merchants have campaigns and a till here.
Whoever answers the endpoints of the coupon service in the same way can stand in its place:
`catcat coupons check` finds out."""

_ABOUT = """

Errors are RFC 9457 problems with a stable `code`. Lists take `limit` and `cursor`; `next` of an
answer is the `cursor` of what follows. Every POST takes an `Idempotency-Key`: the same key with
the same request has one effect and gets the same answer for a day; with another request it is
refused. Ids are opaque. `_ms` are epoch milliseconds, `_s` seconds, `_m` metres."""

_ID_PATTERN = "^[A-Za-z0-9_.-]{1,64}$"
_PATH_PARAMETERS: dict[str, Json] = {
    "code": {
        "description": "A coupon's code, however it is typed.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 64},
    },
    "player": {
        "description": "A player's id.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    },
}

_HEADERS: dict[str, Json] = {
    "Retry-After": {
        "description": "Seconds to wait before the same request is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}},
}


_SPOKEN_FOR = frozenset({Role.MERCHANT, Role.CLERK})
_FOR_WHOM: Json = {
    "name": ACTING_FOR,
    "in": "header",
    "required": False,
    "description": "With a service key only: on whose behalf a game server asks, as JSON.",
    "schema": {
        "type": "string",
        "contentMediaType": JSON,
        "contentSchema": {"$ref": _REF.format(name=ActingFor.__name__)},
    },
    "example": msgspec.json.encode(EXAMPLES[ActingFor]).decode(),
}


def openapi(routes: Sequence[Route]) -> Json:
    """The document that describes these routes."""
    is_asked_by_games = any(Role.SERVICE in route.roles for route in routes)
    has_players = any(Role.PLAYER in route.roles and route.tag == "players" for route in routes)
    types = _types(routes, [ActingFor] if is_asked_by_games else [])
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = dict(zip(types, schemas, strict=True))
    for kind, example in EXAMPLES.items():
        if kind.__name__ in components:
            components[kind.__name__]["examples"] = [msgspec.to_builtins(example)]
    for component in components.values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    paths: dict[str, Json] = {}
    for route in routes:
        operation = _operation(route, schema_of)
        if is_asked_by_games and route.roles & _SPOKEN_FOR:
            operation.setdefault("parameters", []).append(_FOR_WHOM)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Catch the Cat" if has_players else "Catch the Cat: coupon service",
            "version": "1",
            "description": (_GAME if has_players else _COUPONS) + _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A player's token, as `POST /v1/players` gives it.",
                },
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: of a merchant, a clerk, an admin or a service.",
                },
            },
        },
    }
    return _readable(document)


def _readable(document: Json) -> Json:
    """Lists named for what they list: `StoreList` where the schemas have `Listed_Store_`."""
    text = re.sub(r"\bListed_(\w+?)_(?=\W)", r"\1List", msgspec.json.encode(document).decode())
    read: Json = msgspec.json.decode(text)
    return read


def _types(routes: Sequence[Route], more: Sequence[Any]) -> list[Any]:
    types: list[Any] = [ProblemDetails, *more]
    for route in routes:
        types += [kind for kind in (route.body, route.answer) if kind is not None]
    return list(dict.fromkeys(types))


def _operation(route: Route, schema_of: dict[Any, Json]) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": re.split(r"\.\s|\.$", route.description)[0],
        "description": route.description,
        "tags": [route.tag],
        "security": [{scheme: []} for scheme in _schemes(route)],
        "x-roles": sorted(route.roles),
    }
    parameters = [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": not route.body_optional,
            "content": {JSON: {"schema": schema_of[route.body]}} | _further_media(route, schema_of),
        }
    operation["responses"] = {**_granted(route, schema_of), **_refused(route)}
    return operation


def _further_media(route: Route, schema_of: dict[Any, Json]) -> Json:
    return {
        medium.name: {"schema": schema_of[route.body]}
        if medium.is_body
        else {
            "schema": {"type": "string", "description": medium.about},
            "example": medium.example,
        }
        for medium in route.media_taken
    }


def _schemes(route: Route) -> list[str]:
    """What opens the endpoint: either of these, or nothing is needed."""
    needs = {"token": Role.PLAYER in route.roles, "key": bool(route.roles & KEYED)}
    return [scheme for scheme, needed in needs.items() if needed]


def _path_parameters(route: Route) -> list[Json]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True} | _path_parameter(name) for name in names
    ]


def _path_parameter(name: str) -> Json:
    of_an_id: Json = {
        "description": f"The id of a {name}.",
        "schema": {"type": "string", "pattern": _ID_PATTERN},
    }
    return _PATH_PARAMETERS.get(name, of_an_id)


def _query_parameters(route: Route) -> list[Json]:
    if route.query is NoQuery:
        return []
    (_,), components = msgspec.json.schema_components([route.query])
    described = components[route.query.__name__]
    needed = described.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": _in_place(schema, components),
        }
        for name, schema in described["properties"].items()
    ]


def _in_place(schema: Json, components: Mapping[str, Json]) -> Json:
    """The schema with what it refers to in its place."""
    if "$ref" in schema:
        return components[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return schema | {"anyOf": [_in_place(each, components) for each in schema["anyOf"]]}
    return schema


def _header_parameters(route: Route) -> list[Json]:
    if not route.takes_key:
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Of the caller's making, one per deed and the same for each repetition.",
            "schema": {"type": "string", "pattern": "^[ -~]{1,128}$"},
        }
    ]


def _granted(route: Route, schema_of: dict[Any, Json]) -> Json:
    if route.status >= 400:
        return {}
    answer: Json = {"description": HTTPStatus(route.status).phrase}
    if route.answer is not None:
        answer["content"] = {route.media.partition(";")[0]: {"schema": schema_of[route.answer]}}
    return {str(route.status): answer}


def _refused(route: Route) -> Json:
    """The refusals by status; those with the same status are one response with several codes."""
    by_status: dict[int, list[Kind]] = {}
    for code in route.all_problems:
        by_status.setdefault(PROBLEMS[code].status, []).append(PROBLEMS[code])
    return {str(status): _refusal(kinds) for status, kinds in sorted(by_status.items())}


def _refusal(kinds: Sequence[Kind]) -> Json:
    headers = {name: _HEADERS[name] for kind in kinds for name in kind.headers if name in _HEADERS}
    if any(kind.retry for kind in kinds):
        headers["Retry-After"] = _HEADERS["Retry-After"]
    codes = {"properties": {"code": {"enum": [kind.code for kind in kinds]}}}
    content = {
        "schema": {"allOf": [{"$ref": _PROBLEM_REF}, codes]},
        "examples": {kind.code: {"value": _example(kind)} for kind in kinds},
    }
    return {
        "description": " ".join(f"`{kind.code}`: {kind.title}" for kind in kinds),
        "headers": headers,
        "content": {PROBLEM_JSON: content},
    }


def _example(kind: Kind) -> Json:
    body = ProblemDetails(
        type=problem_type(kind.code), title=kind.title, status=kind.status, code=kind.code
    )
    built: Json = msgspec.to_builtins(body)
    return built
