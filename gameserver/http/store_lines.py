"""What the lines of a file would do to a merchant's stores: make some, change some, leave some.

No I/O. A line that gives an `id` changes that store; one with a `ref` changes the store that has it
or makes it; one with neither makes a store. An empty field says nothing: it leaves what is there.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from gameserver.game.datum import TO_WGS84, Datum
from gameserver.game.datum_doubt import Doubt, Pair, doubt
from gameserver.game.hours import are_hours
from gameserver.game.zones import is_timezone, timezone_at
from gameserver.http.areas import told
from gameserver.http.store_files import Pace, RejectedLine, StoreFile, StoreLine
from gameserver.ledger.store_imports import Change, Kept, Known
from gameserver.ledger.stores import NewStore


class Usual(Struct, frozen=True):
    """What holds for lines that do not say: `datum` None is WGS-84, or a changed store's own."""

    catch_m: float
    datum: Datum | None = None


class Decided(Struct, frozen=True):
    """What is to be done: stores by the number of their line."""

    made: list[tuple[int, NewStore]]
    changes: list[tuple[int, Change]]
    unchanged: list[tuple[int, str]]
    rejected: list[RejectedLine]
    doubt: Doubt | None


def asked_for(file: StoreFile) -> tuple[list[str], list[str]]:
    """The ids and the merchant's own numbers that a file speaks of."""
    ids = {said.id: None for _, said in file.lines if said.id is not None}
    refs = {said.ref: None for _, said in file.lines if said.ref is not None}
    return list(ids), list(refs)


def decide(file: StoreFile, known: Known, usual: Usual, pace: Pace) -> Decided:
    """Hold each line against the books as they are."""
    return _Decisions(known, usual).all(file, pace)


class _Wrong(ValueError):
    """A line that is rejected: its field and what is wrong."""


class _Decisions:
    def __init__(self, known: Known, usual: Usual) -> None:
        self._known = known
        self._usual = usual
        self._seen: dict[str, int] = {}
        """Stores and numbers by the line that speaks of them."""

    def all(self, file: StoreFile, pace: Pace) -> Decided:
        decided = Decided([], [], [], list(file.rejected), None)
        pairs: list[Pair] = []
        for number, (line, said) in enumerate(file.lines, 1):
            try:
                self._decide(line, said, decided, pairs)
            except _Wrong as wrong:
                field, message = wrong.args
                decided.rejected.append(RejectedLine(line, field, message))
            pace(number)
        decided.rejected.sort(key=lambda rejected: rejected.line)
        return replace(decided, doubt=doubt(pairs))

    def _decide(self, line: int, said: StoreLine, decided: Decided, pairs: list[Pair]) -> None:
        before = self._before(said)
        self._once(line, said, before)
        _check(said)
        if before is None:
            store = self._new(said)
            decided.made.append((line, store))
        else:
            store = self._changed(said, before)
            if store == before.store:
                decided.unchanged.append((line, before.id))
            else:
                decided.changes.append((line, Change(before, store)))
        pairs.extend(_pair(said, store, before))

    def _before(self, said: StoreLine) -> Kept | None:
        by_ref = None if said.ref is None else self._known.by_ref.get(said.ref)
        if said.id is None:
            return by_ref
        before = self._known.by_id.get(said.id)
        if before is None:
            raise _Wrong("id", "this merchant has no such store")
        if by_ref is not None and by_ref.id != before.id:
            raise _Wrong("ref", "is another store's")
        return before

    def _once(self, line: int, said: StoreLine, before: Kept | None) -> None:
        names = [("ref", f"ref {said.ref}")] if said.ref is not None else []
        names += [("id", f"id {before.id}")] if before is not None else []
        for field, name in names:
            if name in self._seen:
                raise _Wrong(field, f"is the store of line {self._seen[name]}")
        self._seen |= {name: line for _, name in names}

    def _new(self, said: StoreLine) -> NewStore:
        if said.name is None:
            raise _Wrong("name", "is missing")
        if said.lat is None or said.lon is None:
            field = "lat" if said.lat is None else "lon"
            raise _Wrong(field, "is missing; an address alone is looked up by POST /v1/stores")
        datum = said.datum or self._usual.datum or Datum.WGS84
        lat, lon = TO_WGS84[datum](said.lat, said.lon)
        return NewStore(
            name=said.name,
            lat=lat,
            lon=lon,
            datum=datum.value,
            address=said.address,
            timezone=said.timezone or timezone_at(lat, lon),
            opening_hours=said.opening_hours,
            catch_m=said.catch_m or self._usual.catch_m,
            state=said.state or "active",
            ref=said.ref,
        )

    def _changed(self, said: StoreLine, before: Kept) -> NewStore:
        kept = before.store
        datum = said.datum or (said.lat is not None and self._usual.datum) or Datum(kept.datum)
        lat, lon = kept.lat, kept.lon
        if said.lat is not None and said.lon is not None:
            there = told(kept.lat, kept.lon, datum)
            if (said.lat, said.lon) != there:  # what an export said is the same place again
                lat, lon = TO_WGS84[datum](said.lat, said.lon)
        return NewStore(
            name=said.name or kept.name,
            lat=lat,
            lon=lon,
            datum=datum.value,
            address=said.address or kept.address,
            timezone=said.timezone or kept.timezone,
            opening_hours=said.opening_hours or kept.opening_hours,
            catch_m=said.catch_m or kept.catch_m,
            state=said.state or kept.state,
            ref=said.ref or kept.ref,
        )


def _check(said: StoreLine) -> None:
    for one, other, field in (
        (said.lat, said.lon, "lon"),
        (said.lon, said.lat, "lat"),
        (said.check_lat, said.check_lon, "check_lon"),
        (said.check_lon, said.check_lat, "check_lat"),
    ):
        if one is not None and other is None:
            raise _Wrong(field, "is missing: a place is both")
    if said.timezone is not None and not is_timezone(said.timezone):
        raise _Wrong("timezone", "is no IANA time zone, as Asia/Shanghai is")
    if said.opening_hours is not None and not are_hours(said.opening_hours):
        raise _Wrong("opening_hours", "are not as OpenStreetMap writes them: Mo-Fr 10:00-22:00")


def _pair(said: StoreLine, store: NewStore, before: Kept | None) -> Iterator[Pair]:
    """The place as it was told and by a second source: the line's own, else the books."""
    if said.lat is None or said.lon is None:
        return
    datum = Datum(store.datum)
    if said.check_lat is not None and said.check_lon is not None:
        yield Pair(said.lat, said.lon, datum, (said.check_lat, said.check_lon))
    elif before is not None:
        yield Pair(said.lat, said.lon, datum, (before.store.lat, before.store.lon))
