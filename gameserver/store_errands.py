"""`catcat stores import` and `export`: what the endpoints do, on the books themselves."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from gameserver.config import Config
from gameserver.errands import books
from gameserver.http.errors import Problem
from gameserver.http.store_exports import AT_ONCE, Pages, as_csv, as_geojson, pages
from gameserver.http.store_files import Pace, StoreFile, read_csv, read_geojson
from gameserver.http.store_imports import ImportReport, parts, report, would_be, write
from gameserver.http.store_lines import Usual, asked_for, decide
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.store_imports import known_stores
from gameserver.services import wall_clock_ms

Step = Callable[[str, int, int | None], None]
"""Told the name of a step, how many lines it has done, and of how many, where that is known."""

SAY_EVERY = 500


class NotImported(Exception):
    """The file is none, or there is no such merchant."""


class Import(Struct, frozen=True, kw_only=True):
    """Which file is whose, and how to take it."""

    merchant: str
    file: Path
    usual: Usual
    dry_run: bool = False
    partial: bool = False


async def import_stores(config: Config, wanted: Import, step: Step) -> ImportReport:
    """Take a file; the report is that of a dry run where its lines made it one. NotImported."""
    async with books(config) as ledger:
        if not await ledger.merchants.exists(wanted.merchant):
            raise NotImported(f"there is no merchant {wanted.merchant}")
        file = await asyncio.to_thread(_read, wanted.file, step)
        if isinstance(file, Problem):
            raise NotImported(f"{wanted.file}: {file.detail or file.kind.title}")
        return await _take(ledger, wanted, file, step)


async def _take(ledger: Ledger, wanted: Import, file: StoreFile, step: Step) -> ImportReport:
    ids, refs = asked_for(file)
    known = await ledger.db.read(known_stores, wanted.merchant, ids, refs)
    pace = _pace(step, "checking", len(file.lines))
    decided = await asyncio.to_thread(decide, file, known, wanted.usual, pace)
    if wanted.dry_run or (decided.rejected and not wanted.partial):
        return report(file, decided, [would_be(decided)], dry_run=True)
    runs = list(parts(file, decided)) if wanted.partial else [decided]
    outcomes, done = [], 0
    step("writing", 0, len(file.lines))
    for run in runs:
        written = await ledger.db.write(write, wanted.merchant, run, wall_clock_ms())
        outcomes.append(written)
        done += len(written.added) + len(written.changed) + len(written.unchanged)
        step("writing", done, len(file.lines))
    return report(file, decided, outcomes, dry_run=False)


def _read(path: Path, step: Step) -> StoreFile | Problem:
    raw = path.read_bytes()
    read = read_geojson if raw.lstrip()[:1] == b"{" else read_csv
    file = read(raw, {}, _pace(step, "reading", None))
    if isinstance(file, StoreFile):
        lines = len(file.lines) + len(file.rejected)
        step("reading", lines, lines)
    return file


def _pace(step: Step, name: str, total: int | None) -> Pace:
    def pace(done: int) -> None:
        if done % SAY_EVERY == 0 or done == total:
            step(name, done, total)

    return pace


async def export_stores(config: Config, merchant: str, path: Path) -> int:
    """Write a merchant's stores to a file; how many there are. NotImported."""
    write_as = as_geojson if path.suffix in (".geojson", ".json") else as_csv
    async with books(config) as ledger:
        if not await ledger.merchants.exists(merchant):
            raise NotImported(f"there is no merchant {merchant}")
        counted = _Counted()
        first = await ledger.merchants.list_stores(merchant, AT_ONCE)
        with path.open("wb") as file:
            async for chunk in write_as(counted.through(pages(ledger.merchants, merchant, first))):
                file.write(chunk)
    return counted.stores


class _Counted:
    """Counts the stores that go through."""

    def __init__(self) -> None:
        self.stores = 0

    async def through(self, pages: Pages) -> Pages:
        async for page in pages:
            self.stores += len(page)
            yield page
