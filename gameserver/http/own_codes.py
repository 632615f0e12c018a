"""Codes that a merchant's till knows already: uploaded as JSON or as CSV, and answered by line."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import Connection

from gameserver.http.call import Call, NoQuery
from gameserver.http.campaigns import NO_CAMPAIGN
from gameserver.http.errors import Problem
from gameserver.http.route import Medium
from gameserver.http.texts import is_id
from gameserver.ledger import own_codes
from gameserver.ledger.own_codes import CodesReport, GeneratesCodes, Sieve, Sifted, sift

COLUMN = "code"


class OwnCodes(Struct, frozen=True, forbid_unknown_fields=True):
    """Codes that a merchant's till knows already, given to players in this order."""

    codes: Annotated[list[str], Meta(min_length=1, max_length=10_000)]


def add_codes(
    connection: Connection, call: Call[OwnCodes | Sifted, NoQuery]
) -> CodesReport | Problem:
    """Add the merchant's own codes to a campaign of theirs, and report which lines were rejected.

    Good lines are taken although others are rejected. A code is 4 to 64 printable ASCII characters
    without spaces. Each is given once, in the order of the lines, whatever campaign it was first
    uploaded to.
    """
    campaign = call.path["campaign"]
    if not is_id(campaign):
        return NO_CAMPAIGN
    sifted = sift(call.body.codes) if isinstance(call.body, OwnCodes) else call.body
    report = own_codes.add_codes(connection, call.merchant, campaign, sifted)
    match report:
        case None:
            return NO_CAMPAIGN
        case GeneratesCodes():
            return Problem("generates_codes")
        case CodesReport():
            return report


def read_csv(raw: bytes, parameters: Mapping[str, str]) -> Sifted | Problem:
    """The codes of a CSV file, or why it is none."""
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        return Problem("unsupported_media_type", "CSV is taken in UTF-8 only.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("bad_csv", f"Byte {error.start + 1} is not UTF-8.")
    if "\0" in text:
        return Problem("bad_csv", "It is no text: there is a NUL in it.")
    # Blank lines at the end are how editors end a file; elsewhere a code is missing.
    rows = _rows(text.rstrip("\r\n"))
    try:
        return _sifted(rows, parameters.get("header", "").lower())
    except _BrokenLine as error:
        return Problem("bad_csv", str(error))


_OTHER_SEPARATORS = re.compile(r"[;\t|]")


def _sifted(rows: Iterator[tuple[int, list[str]]], header: str) -> Sifted | Problem:
    line, first = next(rows, (0, []))
    if line == 0:
        return Problem("bad_csv", "It is empty.")
    names = [cell.strip().casefold() for cell in first]
    if len(names) == 1 and COLUMN in _OTHER_SEPARATORS.split(names[0])[:-1]:
        return Problem("bad_csv", "Columns must be separated by commas.")
    named = COLUMN in names and header != "absent"
    column = names.index(COLUMN) if named else 0
    sieve = Sieve()
    if not named and header != "present":
        sieve.take(line, "".join(first[:1]))
    for line, row in rows:
        code = "".join(row[column : column + 1])
        if len(row) > max(1, len(first)):
            sieve.reject(line, code, "too_many_columns")
        else:
            sieve.take(line, code)
    return sieve.sifted()


class _BrokenLine(ValueError):
    """A line that no CSV has."""


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, with the numbers of the lines on which they begin."""
    reader, begun = csv.reader(StringIO(text, newline=""), strict=True), 0
    try:
        for row in reader:
            yield begun + 1, row
            begun = reader.line_num
    except csv.Error as error:
        raise _BrokenLine(f"Line {begun + 1}: {error}.") from error


CSV = Medium(
    "text/csv",
    read_csv,
    "RFC 4180 in UTF-8, up to 1 MiB, with or without a header line. The codes are in the column "
    "that the header names `code`, else in the first. A header without that name is told from a "
    "code by the parameter `header=present` of the Content-Type.",
    "code,note\r\nTEA-0001,first print\r\nTEA-0002,first print\r\n",
)
