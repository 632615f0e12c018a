"""Who may import whom, as docs/architecture.md says. Imports inside functions count, too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "gameserver"
BOT = ROOT / "clients" / "bot" / "catbot"

LEAVES = {"histogram", "patience"}
"""Anybody may import these."""

SHARED = {"awards", "batches", "config", "jobs", "species"}
LOWER = {"game", "live", "ledger", "protocol"}

MAY_IMPORT: dict[str, set[str]] = {
    "game": set(),
    "histogram": set(),
    "patience": set(),
    "batches": set(),
    "jobs": set(),
    "species": set(),
    "config": {"game", "geocoding"},
    "protocol": {"game"},
    "codecs": {"game", "protocol"},
    "live": {"game"},
    "ledger": {"game"},
    "coupons": {"game", "ledger"},
    "coupons_check": set(),
    "awards": LOWER | {"batches", "coupons", "jobs"},
    "gateway": LOWER | {"awards", "codecs", "coupons", "jobs", "species"},
    "keeper": {"awards", "coupons", "game", "ledger", "live"},
    "geocoding": {"game"},
    "no_spawn_file": {"game"},
    "screen": {"game", "gateway", "ledger", "live"},
    "http": LOWER | {"coupons", "geocoding", "screen", "species"},
    "crowds": {"game", "gateway", "keeper", "live"},
    "ops": LOWER | SHARED | {"coupons", "gateway", "http", "keeper", "screen"},
    "histories": {"game", "ledger"},
    "docs": {"codecs", "game", "protocol"},
    "services": {"ledger"},
    "coupon_server": LOWER | SHARED | {"coupons", "http", "ops", "services"},
    "backends": LOWER | SHARED | {"coupons"},
    "port": LOWER | SHARED | {"gateway", "http"},
    "playing": LOWER
    | SHARED
    | {"backends", "crowds", "gateway", "keeper", "no_spawn_file", "screen", "services"},
    "app": LOWER
    | SHARED
    | {"backends", "gateway", "geocoding", "http", "keeper", "no_spawn_file", "ops"}
    | {"playing", "port", "services"},
}
"""The parts of the server and what they know. Who is not listed stands above the application."""

MAY_KNOW_THE_BOT = {"cli", "demo"}
ABOVE = {
    "cli",
    "cli_options",
    "cli_stores",
    "workers",
    "demo",
    "errands",
    "auditing",
    "store_errands",
    "__main__",
}

PURE = {
    "bisect",
    "fractions",
    "importlib",
    "itertools",
    "numpy",
    "opening_hours",
    "collections",
    "datetime",
    "enum",
    "functools",
    "geopy",
    "h3",
    "hashlib",
    "hmac",
    "math",
    "msgspec",
    "random",
    "re",
    "secrets",
    "shapely",
    "statistics",
    "struct",
    "types",
    "typing",
    "tzfpy",
    "zlib",
    "zoneinfo",
}
"""What the rules of the game are made of: no loop, no store, no socket, no clock."""

CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "monotonic"}


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield node.module
            # `from gameserver import protocol` imports a part by another way of saying it.
            if node.module == "gameserver":
                yield from (f"gameserver.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    return path.relative_to(SERVER).parts[0].removesuffix(".py")


def files(part: str) -> list[Path]:
    return [path for path in sorted(SERVER.rglob("*.py")) if part_of(path) == part]


def parts_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in imports(path))
    return {name[1] for name in names if name[0] == "gameserver" and len(name) > 1}


PARTS = sorted({part_of(path) for path in SERVER.rglob("*.py")} - {"__init__"})


def test_every_part_is_listed_or_stands_above_the_application() -> None:
    assert set(PARTS) == MAY_IMPORT.keys() | ABOVE


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_stands_below_it(part: str) -> None:
    for path in files(part):
        assert parts_imported(path) <= MAY_IMPORT[part] | LEAVES | {part}, path


def test_only_what_stands_above_the_application_imports_it() -> None:
    importers = {part_of(path) for path in SERVER.rglob("*.py") if "app" in parts_imported(path)}
    assert importers <= ABOVE


def test_no_two_parts_import_each_other() -> None:
    """What may be imported is an order: whoever follows it downward comes to an end."""
    left = {part: set(below) for part, below in MAY_IMPORT.items()}
    while left:
        lowest = [part for part, below in left.items() if not below & left.keys()]
        assert lowest, f"a circle among {sorted(left)}"
        for part in lowest:
            del left[part]


def test_the_rules_of_the_game_are_pure() -> None:
    for path in files("game"):
        roots = {name.partition(".")[0] for name in imports(path)} - {"gameserver"}
        assert roots <= PURE, path


def test_the_rules_of_the_game_ask_no_clock() -> None:
    for path in files("game"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute):
                assert called.attr not in CLOCKS, f"{path}:{node.lineno}"


def test_the_bot_knows_nothing_of_the_server() -> None:
    """It is the second implementation of the protocol; a shared mistake would go unseen."""
    paths = list(BOT.rglob("*.py"))
    assert paths
    for path in paths:
        assert not any(name.partition(".")[0] == "gameserver" for name in imports(path)), path


def test_only_the_command_knows_the_bot() -> None:
    for path in SERVER.rglob("*.py"):
        if any(name.partition(".")[0] == "catbot" for name in imports(path)):
            assert part_of(path) in MAY_KNOW_THE_BOT, path


def test_the_server_needs_no_tests() -> None:
    for path in [*SERVER.rglob("*.py"), *BOT.rglob("*.py")]:
        roots = {name.partition(".")[0] for name in imports(path)}
        assert not roots & {"tests", "pytest", "hypothesis"}, path
