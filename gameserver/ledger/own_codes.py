"""Codes that merchants bring of their own: sifted line by line, and added to a campaign.

A line is rejected for the first of REASONS that holds for it; the others are taken. No code is in
the books twice, of whatever campaign, and none can ever be that of a coupon whose code was made
here: what reads as a generated code is left to those.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection, select, update

from gameserver.game.codes import LENGTH, read_code
from gameserver.ledger.batch import among, many_inserts, texts
from gameserver.ledger.tables import campaign_codes, campaigns

CODE_MIN = 4
CODE_MAX = 64

LISTED_MAX = 100
"""How many rejected lines a report lists; it counts them all."""

Reason = Literal[
    "too_many_columns",
    "empty",
    "too_short",
    "too_long",
    "bad_character",
    "spoiled_number",
    "like_generated",
    "repeated",
    "taken",
]

REASONS: dict[Reason, str] = {
    "too_many_columns": "more columns than the first line",
    "empty": "no code",
    "too_short": f"less than {CODE_MIN} characters",
    "too_long": f"more than {CODE_MAX} characters",
    "bad_character": "a space within, or what is not printable ASCII",
    "spoiled_number": "what a spreadsheet makes of a long number: `1.2E+15`",
    "like_generated": "reads as a code that is made here",
    "repeated": "is on an earlier line",
    "taken": "is in the books, of this campaign or another",
}


class Rejected(Struct, frozen=True):
    """A line that is not taken; `code` is what stands there, cut off at 64 characters."""

    line: Annotated[int, Meta(description="From 1; of a JSON list, the place in it.")]
    code: str
    reason: Annotated[
        Reason,
        Meta(description="; ".join(f"`{reason}`: {why}" for reason, why in REASONS.items())),
    ]


class CodesReport(Struct, frozen=True):
    """How many codes are new, and which lines were rejected: the first hundred, and how many."""

    added: int
    rejected_total: int
    reasons: Annotated[dict[Reason, int], Meta(description="How many lines for each reason.")]
    rejected: list[Rejected]


class Sifted(Struct, frozen=True):
    """The lines of an upload that can be taken, and what is to be said of the others."""

    lines: list[int]
    codes: list[str]
    reasons: dict[Reason, int]
    rejected: list[Rejected]


class GeneratesCodes(Struct, frozen=True):
    """The campaign makes its codes itself."""


class Sieve:
    """Takes an upload line by line."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._reasons: Counter[Reason] = Counter()
        self._rejected: list[Rejected] = []

    def take(self, line: int, text: str) -> None:
        """Take a line's code, or reject it."""
        code = text.strip()
        reason = _wrong(code) or ("repeated" if code in self._taken else None)
        if reason is None:
            self._taken[code] = line
        else:
            self.reject(line, code, reason)

    def reject(self, line: int, text: str, reason: Reason) -> None:
        """Reject a line."""
        self._reasons[reason] += 1
        if len(self._rejected) < LISTED_MAX:
            self._rejected.append(Rejected(line, text[:CODE_MAX], reason))

    def sifted(self) -> Sifted:
        """What came of the lines so far."""
        codes, lines = list(self._taken), list(self._taken.values())
        return Sifted(lines, codes, dict(self._reasons), list(self._rejected))


def sift(codes: Iterable[str]) -> Sifted:
    """Sift codes, each on a line of its own."""
    sieve = Sieve()
    for line, code in enumerate(codes, 1):
        sieve.take(line, code)
    return sieve.sifted()


_CODE = re.compile(r"[!-~]+")
_SPOILED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)

_RULES: tuple[tuple[Reason, Callable[[str], bool]], ...] = (
    ("empty", lambda code: not code),
    ("too_short", lambda code: len(code) < CODE_MIN),
    ("too_long", lambda code: len(code) > CODE_MAX),
    ("bad_character", lambda code: _CODE.fullmatch(code) is None),
    ("spoiled_number", lambda code: _SPOILED.fullmatch(code) is not None),
    # However it is written: whoever types it means one coupon only.
    ("like_generated", lambda code: len(code) >= LENGTH and read_code(code) is not None),
)


def _wrong(code: str) -> Reason | None:
    """Why nobody's code can be this text, or None."""
    for reason, holds in _RULES:
        if holds(code):
            return reason
    return None


_AT_ONCE = 1000
_KNOWN = select(campaign_codes.c.code).where(among(campaign_codes.c.code, "codes"))
_ADD = many_inserts(campaign_codes, "campaign_id", "code")


def add_codes(
    connection: Connection, merchant: str, campaign: str, sifted: Sifted
) -> CodesReport | GeneratesCodes | None:
    """Add a merchant's own codes to a campaign; None if the merchant has none of that id.

    They are given in the order of their lines.
    """
    mine = select(campaigns.c.codes).where(
        campaigns.c.id == campaign, campaigns.c.merchant_id == merchant
    )
    kind = connection.scalar(mine.with_for_update(key_share=True))
    if kind is None:
        return None
    if kind != "uploaded":
        return GeneratesCodes()
    taken = list(_added(connection, campaign, sifted))
    added = len(sifted.codes) - len(taken)
    if added:
        connection.execute(
            update(campaigns)
            .where(campaigns.c.id == campaign)
            .values(uploaded=campaigns.c.uploaded + added)
        )
    return _report(added, sifted, taken)


def _added(connection: Connection, campaign: str, sifted: Sifted) -> Iterator[Rejected]:
    """Add what is new, and give what is not."""
    pairs = list(zip(sifted.lines, sifted.codes, strict=True))
    for start in range(0, len(pairs), _AT_ONCE):
        part = pairs[start : start + _AT_ONCE]
        asked = {"codes": texts([code for _, code in part])}
        known = set(connection.scalars(_KNOWN, asked))
        _ADD(connection, [(campaign, code) for _, code in part if code not in known])
        yield from (Rejected(line, code, "taken") for line, code in part if code in known)


def _report(added: int, sifted: Sifted, taken: list[Rejected]) -> CodesReport:
    reasons = dict(sifted.reasons)
    if taken:
        reasons["taken"] = len(taken)
    listed = sorted([*sifted.rejected, *taken[:LISTED_MAX]], key=lambda rejected: rejected.line)
    return CodesReport(added, sum(reasons.values()), reasons, listed[:LISTED_MAX])
