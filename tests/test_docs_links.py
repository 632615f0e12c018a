"""What the documentation says of the code, held against the code."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from gameserver.cli import main
from gameserver.game.signals import SIGNALS
from gameserver.http.routes import ROUTES
from gameserver.ledger.tables import metadata
from gameserver.live.keys import KINDS
from gameserver.protocol import CLOSE_CODES, REASONS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OPERATIONS = ROOT / "docs" / "operations.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
CLIENTS = ROOT / "docs" / "clients.md"
METRICS = ROOT / "gameserver" / "ops"

FOLDERS = ("gameserver/", "clients/", "tests/", "docs/", "assets/", "benchmarks/")
UNASKED = 1000
"""A normal close that the client did not begin: no code of the table, nothing to come back to."""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def marked(page: Path) -> list[str]:
    """What stands between backticks."""
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose(page))]


def anchors(page: Path) -> set[str]:
    """The page's headings as links name them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def rows(page: Path, *columns: str) -> list[list[str]]:
    """The rows of the table with these first columns, a list of cells each."""
    lines = page.read_text("utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if cells(line)[: len(columns)] == list(columns)]
    assert starts, f"{page.name} has no table of {columns}"
    found = []
    for start in starts:
        for line in lines[start + 2 :]:
            if not line.startswith("|"):
                break
            found.append(cells(line))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def commands(group: click.Command = main, *words: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that users see, by its words."""
    yield " ".join(words), group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            if not command.hidden:
                yield from commands(command, *words, name)


def options() -> Iterator[click.Option]:
    """Every option that has a variable, once per command."""
    for _, command in commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.envvar:
                yield parameter


def number(text: str) -> float:
    """The first number of a text, in units without multiples: s, bytes."""
    found = re.match(r"([\d,.]+) ?(KiB|MiB|min|h)?", text)
    assert found is not None, text
    factor = {None: 1, "KiB": 2**10, "MiB": 2**20, "min": 60, "h": 3600}[found[2]]
    return float(found[1].replace(",", "")) * factor


@every_page
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_every_path_that_is_named_is_there(page: Path) -> None:
    for word in marked(page):
        if "<" in word or " " in word:
            continue
        if word.startswith(FOLDERS):
            assert (ROOT / word).exists(), word
        elif re.fullmatch(r"\w+\.lua", word):
            assert (ROOT / "gameserver" / "live" / "lua" / word).exists(), word


@every_page
def test_every_command_that_is_named_is_one(page: Path) -> None:
    known = {words for words, _ in commands()}
    for word in marked(page):
        if not re.match(r"catcat( |$)", word) or "COMMAND" in word or "..." in word:
            continue
        named = re.match(r"[a-z ]*[a-z]", word.removeprefix("catcat").strip())
        assert (named[0] if named else "") in known, word


@every_page
def test_every_endpoint_that_is_named_is_one(page: Path) -> None:
    known = {f"{route.method} {route.path}" for route in ROUTES}
    for word in marked(page):
        if re.match(r"(GET|POST|PUT|PATCH|DELETE) /", word):
            assert word.partition("?")[0] in known, word


@every_page
def test_every_variable_that_is_named_is_read(page: Path) -> None:
    known = {option.envvar for option in options()} | {"CATCAT_"}
    assert set(re.findall(r"CATCAT_\w*", page.read_text("utf-8"))) <= known


def test_operations_tell_of_every_option_its_variable_and_default() -> None:
    told: dict[tuple[str, str], set[str]] = {}
    for name, variable, default, _ in rows(OPERATIONS, "option", "variable"):
        told.setdefault((name.strip("`"), variable.strip("`")), set()).add(default)
    made: dict[tuple[str, str], set[str]] = {}
    for option in options():
        defaults = made.setdefault((option.opts[0], str(option.envvar)), set())
        if isinstance(option.default, int | float):
            defaults.add(f"`{option.default:.15g}`")
        elif isinstance(option.default, Path):
            defaults.add(f"`{option.default}`")
    assert told.keys() == made.keys()
    for option_and_variable, defaults in made.items():
        assert not defaults or told[option_and_variable] == defaults, option_and_variable


def test_operations_tell_of_every_command() -> None:
    text = OPERATIONS.read_text("utf-8")
    for words, command in commands():
        if not isinstance(command, click.Group):
            assert f"`catcat {words}" in text, words


def test_operations_tell_of_every_metric_and_of_no_other() -> None:
    source = "".join(path.read_text("utf-8") for path in METRICS.glob("*.py"))
    made = set(re.findall(r'"(catcat_\w+)"', source))
    told = {row[0].strip("`"): row[1] for row in rows(OPERATIONS, "metric", "type")}
    assert {name.removesuffix("_total") for name in told} == made
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in told.items())
    named = {word for word in marked(OPERATIONS) if re.fullmatch(r"catcat_\w+", word)}
    assert named <= told.keys()


def test_architecture_tells_of_every_key_and_of_no_other() -> None:
    told = {(row[0].strip("`"), row[1]) for row in rows(ARCHITECTURE, "key", "type")}
    assert told == {(kind.pattern, kind.type) for kind in KINDS}


def test_architecture_tells_of_every_table_and_of_no_other() -> None:
    told = {row[0].strip("`") for row in rows(ARCHITECTURE, "table", "holds")}
    assert told == set(metadata.tables)


@pytest.mark.parametrize(
    "row", rows(ARCHITECTURE, "limit", "value"), ids=lambda row: row[3].strip("`")
)
def test_a_limit_is_what_the_code_says(row: list[str]) -> None:
    _, value, where, constant = row
    module = importlib.import_module(where.strip("`").removesuffix(".py").replace("/", "."))
    limit: Any = module
    for name in constant.strip("`").split("."):
        limit = getattr(limit() if isinstance(limit, type) else limit, name)
    if constant.lower().strip("`").endswith("_ms"):
        limit /= 1000
    assert number(value) == limit


def test_clients_are_told_what_to_do_after_every_refusal() -> None:
    told = [row[0].strip("`") for row in rows(CLIENTS, "reason", "tell the player")]
    assert told == list(REASONS)


def test_clients_are_told_what_to_do_after_every_close() -> None:
    told = {row[0]: row[2] for row in rows(CLIENTS, "code", "meaning")}
    told.pop("1006 and any code not listed")
    assert set(told) == {str(int(code)) for code in CLOSE_CODES}
    for code, rule in CLOSE_CODES.items():
        assert told[str(int(code))].startswith("no" if rule.when == "not by itself" else "with")


def test_the_examples_stay_away_after_the_codes_that_say_so() -> None:
    sets = re.findall(r"STAY_AWAY = (?:new Set\(\[|\{)([\d, ]+)", CLIENTS.read_text("utf-8"))
    away = {int(code) for code, rule in CLOSE_CODES.items() if rule.when == "not by itself"}
    assert len(sets) == 2
    for found in sets:
        assert {int(code) for code in found.split(",")} == away | {UNASKED}


def test_every_signal_against_cheats_is_explained_with_its_family_and_reason() -> None:
    table = rows(ROOT / "docs" / "fair-play.md", "signal", "family")
    said = {(row[0].strip("`"), row[1], row[4].strip("`")) for row in table}
    assert said == {(one.name, one.family, one.reason) for one in SIGNALS.values()}
