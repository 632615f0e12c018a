"""`/docs`: the API as a page to read, from the same document as `/openapi.json`.

No scripts, no styles in the page, nothing from elsewhere: it works under the strictest policy.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from gameserver.http.errors import PROBLEMS

Json = dict[str, Any]

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 22%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
article { margin: 2rem 0; }
code, pre { font: .9em ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
         border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
.who { float: right; font-size: .85em; opacity: .8; }
nav ul { columns: 18rem; padding-left: 1.2rem; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
"""


def docs_page(document: Json) -> str:
    """The page, from an OpenAPI document of ours."""
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Catch the Cat: the HTTP API</title>",
            '<link rel="stylesheet" href="/docs/style.css"></head><body>',
            "<header><h1>Catch the Cat: the HTTP API</h1>",
            *_about(document),
            "</header>",
            *_contents(document),
            "<main>",
            *_endpoints(document),
            *_problems(),
            *_schemas(document),
            "</main></body></html>",
        )
    )


def _about(document: Json) -> Iterator[str]:
    for paragraph in document["info"]["description"].split("\n\n"):
        yield f"<p>{_prose(paragraph)}</p>"
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a>, '
    yield '<a href="/asyncapi.json">/asyncapi.json</a>.</p>'


def _operations(document: Json, tag: str) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def _contents(document: Json) -> Iterator[str]:
    yield "<nav><ul>"
    for tag in document["tags"]:
        for method, path, operation in _operations(document, tag["name"]):
            text = escape(f"{method} {path}")
            yield f'<li><a href="#{operation["operationId"]}"><code>{text}</code></a></li>'
    yield '<li><a href="#problems">Problems</a></li><li><a href="#schemas">Schemas</a></li>'
    yield "</ul></nav>"


def _endpoints(document: Json) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'].capitalize())}</h2>"
        for method, path, operation in _operations(document, tag["name"]):
            yield from _endpoint(method, path, operation)


def _endpoint(method: str, path: str, operation: Json) -> Iterator[str]:
    yield f'<article id="{operation["operationId"]}">'
    yield f'<p class="who">{escape(", ".join(operation["x-roles"]))}</p>'
    yield f"<h3><code>{escape(f'{method} {path}')}</code></h3>"
    yield f"<p>{_prose(operation['description'])}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        yield '<div class="wide"><table><tr><th>Parameter</th><th>In</th><th>What</th></tr>'
        for parameter in parameters:
            schema = parameter["schema"]
            said = parameter.get("description") or schema.get("description", "")
            yield f"<tr><td><code>{parameter['name']}</code></td><td>{parameter['in']}</td>"
            yield f"<td>{_prose(said)} {_type(schema)}</td></tr>"
        yield "</table></div>"
    body = operation.get("requestBody")
    if body:
        for media, content in body["content"].items():
            yield f"<p>Body: {_body(media, content['schema'])}</p>"
    yield '<div class="wide"><table><tr><th>Status</th><th>Answer</th></tr>'
    for status, response in operation["responses"].items():
        yield f"<tr><td>{status}</td><td>{_answer(status, response)}</td></tr>"
    yield "</table></div></article>"


def _body(media: str, schema: Json) -> str:
    if media == "application/json":
        return _type(schema)
    if "$ref" in schema:
        return f"or <code>{media}</code>: {_type(schema)}"
    return f"or <code>{media}</code>. {_prose(schema['description'])}"


def _answer(status: str, response: Json) -> str:
    if int(status) >= 400:
        codes = response["content"]["application/problem+json"]["examples"]
        return ", ".join(f'<a href="#problem-{code}"><code>{code}</code></a>' for code in codes)
    for media, content in response.get("content", {}).items():
        if media == "application/json":
            return _type(content["schema"])
        return f"<code>{media}</code>"
    return "nothing"


def _problems() -> Iterator[str]:
    yield '<h2 id="problems">Problems</h2><div class="wide"><table>'
    yield "<tr><th>Code</th><th>Status</th><th>What</th><th>Send again?</th></tr>"
    for kind in PROBLEMS.values():
        yield f'<tr id="problem-{kind.code}"><td><code>{kind.code}</code></td>'
        yield f"<td>{kind.status}</td><td>{escape(kind.title)}</td>"
        yield f"<td>{'later' if kind.retry else 'no'}</td></tr>"
    yield "</table></div>"


def _schemas(document: Json) -> Iterator[str]:
    yield '<h2 id="schemas">Schemas</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<article id="schema-{name}"><h3>{name}</h3>'
        yield f"<p>{_prose(schema.get('description', ''))}</p>"
        if "enum" in schema:
            yield f"<p>{_type(schema)}</p>"
        if schema.get("properties"):
            yield '<div class="wide"><table><tr><th>Field</th><th>What</th></tr>'
            for field, kind in schema["properties"].items():
                must = " <em>required</em>" if field in schema.get("required", ()) else ""
                yield f"<tr><td><code>{field}</code>{must}</td>"
                yield f"<td>{_prose(kind.get('description', ''))} {_type(kind)}</td></tr>"
            yield "</table></div>"
        for example in schema.get("examples", ()):
            text = json.dumps(example, indent=2, ensure_ascii=False)
            yield f"<pre>{escape(text)}</pre>"
        yield "</article>"


def _type(schema: Json) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if schema.get("type") == "array":
        return _array(schema)
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    words = [str(schema.get("format") or schema.get("type", "any"))]
    words += [f"{word} {schema[name]:g}" for name, word in _BOUNDS.items() if name in schema]
    return escape(", ".join(words))


def _array(schema: Json) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(map(_type, schema['prefixItems']))}]"
    return f"array of {_type(schema['items'])}"


_BOUNDS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "minLength": "length ≥",
    "maxLength": "length ≤",
    "minItems": "items ≥",
    "maxItems": "items ≤",
}


def _prose(text: str) -> str:
    """Escaped text with its `code` and [links](/to) made so."""
    parts = escape(text).split("`")
    marked = "".join(
        f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts)
    )
    for target in ("/asyncapi.json",):
        marked = marked.replace(f"[{target}]({target})", f'<a href="{target}">{target}</a>')
    return marked
