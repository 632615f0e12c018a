"""Stores by the file: `POST /v1/stores/import`, and the same for the command line.

A file is read and checked in a thread that rests often, outside of any transaction. Then it is
written: as a whole, in one transaction; or, where a part is asked for, in short ones.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection

from gameserver.game.datum import Datum
from gameserver.game.datum_doubt import Doubt
from gameserver.http.call import AnyCall, Call
from gameserver.http.doing_once import doing_once, part_of_once, said_before
from gameserver.http.errors import Problem
from gameserver.http.route import Answer, Written
from gameserver.http.store_files import RejectedLine, StoreFile, rest
from gameserver.http.store_lines import Decided, Usual, asked_for, decide
from gameserver.ledger.errors import LedgerBusy
from gameserver.ledger.store_imports import Stale, import_stores, known_stores

T = TypeVar("T")

LISTED_MAX = 1_000
"""How many lines of a kind a report lists; it counts them all."""

PART = 1_000
"""Lines of one transaction, where the file need not be written as a whole."""


class ImportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How to take the file.

    `dry_run` changes nothing and says what would be. `partial` takes the good lines although others
    are rejected. `datum` is that of lines that do not say theirs.
    """

    dry_run: bool = False
    partial: bool = False
    datum: Datum | None = None


class Taken(Struct, frozen=True):
    """A line that was taken, and its store: null where a dry run would make one."""

    line: int
    did: Literal["added", "changed", "unchanged"]
    store: str | None


class DatumWarning(Struct, frozen=True):
    """Places that look as if they were in another datum than was said.

    By a second source (`check_lat` and `check_lon`, else where the same stores are in the books)
    `pairs` places are `off_m` metres off, the middle one of them, in the direction and by the
    distance that the two datums differ there; in `looks_like` they would be off by `fits_m`.
    """

    code: Literal["looks_like_another_datum"]
    message: str
    said: Datum
    looks_like: Datum
    pairs: int
    off_m: float
    fits_m: float


class ImportReport(Struct, frozen=True):
    """What became of a file's lines, or would. Of each kind the first thousand are listed."""

    dry_run: bool
    lines: Annotated[int, Meta(description="That say something, with those rejected.")]
    added: int
    changed: int
    unchanged: int
    rejected_total: int
    taken: list[Taken]
    rejected: list[RejectedLine]
    warnings: list[DatumWarning]
    ignored: Annotated[list[str], Meta(description="Columns or properties that are not known.")]


class Outcome(Struct, frozen=True):
    """What was done with a part of a file: lines and their stores."""

    added: list[tuple[int, str]]
    changed: list[tuple[int, str]]
    unchanged: list[tuple[int, str]]


async def import_file(call: Call[StoreFile, ImportQuery]) -> Answer:
    """Make and change stores by a file, CSV or GeoJSON, and report on its lines.

    Where a line is rejected nothing is changed, unless `partial` is asked for: then the good lines
    are taken. A line with an `id` or with a known `ref` changes that store, and its empty fields
    leave what is there; other lines make a store. A dry run says what would be, also of places that
    look as if they were in another datum.
    """
    file, asked = call.body, call.query
    if not asked.dry_run:
        before = await said_before(call)
        if before is not None:
            return before
    ids, refs = asked_for(file)
    known = await call.site.ledger.db.read(known_stores, call.merchant, ids, refs)
    usual = Usual(call.site.rules.catch_m, asked.datum)
    decided = await asyncio.to_thread(decide, file, known, usual, rest)
    if asked.dry_run:
        return report(file, decided, [would_be(decided)], dry_run=True)
    if decided.rejected and not asked.partial:
        told = report(file, decided, [], dry_run=False)
        return Problem("rejected_lines", more={"report": msgspec.to_builtins(told)})
    if not asked.partial:
        whole: AnyCall = call
        return await doing_once(_write_all, 200)(replace(whole, body=(file, decided)))
    return await _write_parts(call, file, decided)


def _write_all(
    connection: Connection, call: Call[tuple[StoreFile, Decided], ImportQuery]
) -> ImportReport:
    file, decided = call.body
    outcome = write(connection, call.merchant, decided, call.now_ms)
    return report(file, decided, [outcome], dry_run=False)


async def _write_parts(
    call: Call[StoreFile, ImportQuery], file: StoreFile, decided: Decided
) -> Answer:
    outcomes = []
    for number, part in enumerate(parts(file, decided)):
        this = replace(part_of_once(call, number), body=part)
        done = await doing_once(_write_part, 200)(this)
        match done:
            case Outcome():
                outcomes.append(done)
            case Written(200, _, body):
                outcomes.append(msgspec.json.decode(body, type=Outcome))
            case _:
                return done
    return report(file, decided, outcomes, dry_run=False)


def _write_part(connection: Connection, call: Call[Decided, ImportQuery]) -> Outcome:
    return write(connection, call.merchant, call.body, call.now_ms)


def write(connection: Connection, merchant: str, decided: Decided, now_ms: int) -> Outcome:
    """Write what was decided. LedgerBusy where the books have changed meanwhile."""
    made, changes = [new for _, new in decided.made], [change for _, change in decided.changes]
    ids = import_stores(connection, merchant, made, changes, now_ms)
    if isinstance(ids, Stale):
        raise LedgerBusy("somebody changed these stores while the file was being checked")
    lines = (line for line, _ in decided.made)
    return Outcome(
        added=list(zip(lines, ids, strict=True)),
        changed=[(line, change.before.id) for line, change in decided.changes],
        unchanged=decided.unchanged,
    )


def would_be(decided: Decided) -> Outcome:
    """What a dry run says; new stores have no id yet."""
    return Outcome(
        added=[(line, "") for line, _ in decided.made],
        changed=[(line, change.before.id) for line, change in decided.changes],
        unchanged=decided.unchanged,
    )


def parts(file: StoreFile, decided: Decided) -> Iterator[Decided]:
    """What was decided, by runs of lines that are the same whatever was decided."""
    begins = [file.lines[at][0] for at in range(0, len(file.lines), PART)]
    for begin, end in zip_longest(begins, begins[1:]):
        yield Decided(
            made=_run(decided.made, begin, end),
            changes=_run(decided.changes, begin, end),
            unchanged=_run(decided.unchanged, begin, end),
            rejected=[],
            doubt=None,
        )


def _run(lines: list[tuple[int, T]], begin: int, end: int | None) -> list[tuple[int, T]]:
    first = bisect_left(lines, begin, key=_number)
    return lines[first : None if end is None else bisect_left(lines, end, key=_number)]


def _number(line: tuple[int, Any]) -> int:
    return line[0]


def report(
    file: StoreFile, decided: Decided, outcomes: Sequence[Outcome], *, dry_run: bool
) -> ImportReport:
    """What is said of a file."""
    taken = sorted(chain.from_iterable(map(_taken, outcomes)), key=lambda each: each.line)
    return ImportReport(
        dry_run=dry_run,
        lines=len(file.lines) + len(file.rejected),
        added=sum(len(outcome.added) for outcome in outcomes),
        changed=sum(len(outcome.changed) for outcome in outcomes),
        unchanged=sum(len(outcome.unchanged) for outcome in outcomes),
        rejected_total=len(decided.rejected),
        taken=taken[:LISTED_MAX],
        rejected=decided.rejected[:LISTED_MAX],
        warnings=[] if decided.doubt is None else [_warning(decided.doubt)],
        ignored=file.ignored,
    )


def _taken(outcome: Outcome) -> Iterator[Taken]:
    for line, store in outcome.added[:LISTED_MAX]:
        yield Taken(line, "added", store or None)
    for line, store in outcome.changed[:LISTED_MAX]:
        yield Taken(line, "changed", store)
    for line, store in outcome.unchanged[:LISTED_MAX]:
        yield Taken(line, "unchanged", store)


def _warning(doubt: Doubt) -> DatumWarning:
    return DatumWarning(
        code="looks_like_another_datum",
        message=f"These look like {doubt.looks_like}, not {doubt.said}: {doubt.pairs} places are"
        f" {doubt.off_m:.0f} m off by a second source, and {doubt.fits_m:.0f} m if they are.",
        said=doubt.said,
        looks_like=doubt.looks_like,
        pairs=doubt.pairs,
        off_m=doubt.off_m,
        fits_m=doubt.fits_m,
    )
