"""Where histories and books contradict each other.

What a client was told must be so. What it was not told may be so: an answer can get lost on its
way, so a throw without an answer may have any outcome. Each invariant is a function that finds the
faults of one story, named by player and attempt: codes are worth money, and are not shown.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from gameserver.game.model import CouponState, catch_id
from gameserver.histories.books import Books, CouponFact, read_books
from gameserver.histories.lines import (
    Answer,
    Caught,
    Histories,
    KeptCoupon,
    News,
    Refused,
    Story,
    ToldCoupon,
    read_histories,
)
from gameserver.ledger.audit import SHOWN, Check
from gameserver.ledger.ledger import open_ledger

CLOCKS_APART_MS = 60_000
"""Clients may run on other machines, whose clocks are not quite the server's."""

HAS_IT = "already_caught"

COMMITTED_WITHIN_MS = 5_000
"""A coupon that is dated so shortly before a wallet was asked for may have come right after it."""


async def audit_histories(paths: Sequence[Path], game_url: str, coupons_url: str) -> list[Check]:
    """Hold histories against the books of the game and of its coupon service, which may be one.

    HistoryError where a file is no history, LedgerError where the books can't be read.
    """
    histories = read_histories(paths)
    async with open_ledger(game_url) as game, open_ledger(coupons_url) as coupon_service:
        books = await read_books(game.db, coupon_service.db, list(histories.stories))
    return check(histories, books)


def check(histories: Histories, books: Books) -> list[Check]:
    """Every invariant, with what was looked at, or the first faults."""
    stories = histories.stories.values()
    looked_at = _looked_at(histories)
    checks = [
        _checked(name, [fault for story in stories for fault in faults(story, books)], looked_at)
        for name, faults in INVARIANTS
    ]
    return [*checks, _checked(TOLD_ONCE, list(told_to_two(histories)), looked_at)]


def _looked_at(histories: Histories) -> str:
    stories = histories.stories.values()
    complete = sum(story.is_complete for story in stories)
    text = f"{histories.lines} lines of {len(stories)} players, {complete} to their end"
    return text + (f", {histories.torn} files cut short" if histories.torn else "")


def _checked(name: str, faults: list[str], looked_at: str) -> Check:
    if not faults:
        return Check(name, True, looked_at)
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return Check(name, False, ", ".join(faults[:SHOWN]) + more)


class Telling(Struct, frozen=True):
    """A coupon that a player was told of, or found in the wallet; of which throw, if that is known.

    `catch` is the id that the throw's catch has in the books.
    """

    coupon: ToldCoupon | KeptCoupon
    at_ms: int
    attempt: str | None
    catch: str | None

    def fault(self, story: Story, why: str) -> str:
        """How a fault of it is shown."""
        return _fault(story, self.attempt or "(a coupon)", why)


def _fault(story: Story, what: str, why: str) -> str:
    return f"{story.player} {what}: {why}"


def _catch(story: Story, attempt: str) -> str | None:
    cat = story.threw.get(attempt)
    return None if cat is None else catch_id(cat, story.player, attempt)


def tellings(story: Story) -> Iterator[Telling]:
    """Every coupon that a player was told of, wherever."""
    for attempt, answers in story.told.items():
        for answer in answers:
            if isinstance(answer, Caught | News) and answer.coupon is not None:
                yield Telling(answer.coupon, answer.at_ms, attempt, _catch(story, attempt))
    for news in story.news:
        yield Telling(news.coupon, news.at_ms, None, None)
    for wallet in story.wallets:
        for kept in wallet.coupons:
            catch = kept.attempt and catch_id(kept.cat, story.player, kept.attempt)
            yield Telling(kept, wallet.at_ms, kept.attempt, catch)


def _final(answers: Sequence[Answer]) -> list[Caught | Refused]:
    """The answers to the throw itself that must be alike."""
    return [
        answer
        for answer in answers
        if isinstance(answer, Caught) or (isinstance(answer, Refused) and answer.is_final)
    ]


def _is_pending(answer: Answer) -> bool:
    coupon = None if isinstance(answer, Refused) else answer.coupon
    return coupon is not None and coupon.state is CouponState.PENDING


def _is_withdrawn(answer: Answer) -> bool:
    """Whether it says that a coupon that was pending is not to be had."""
    if isinstance(answer, News):
        return answer.coupon.code is None and answer.coupon.state is CouponState.VOID
    return isinstance(answer, Refused) and answer.is_final


def _is_withdrawn_after(answers: Sequence[Answer], promise: Answer) -> bool:
    return any(map(_is_withdrawn, answers[answers.index(promise) + 1 :]))


# --- the invariants ---


def answered_what_was_thrown(story: Story, books: Books) -> Iterator[str]:
    """Every answer is to a throw, and of its cat."""
    for attempt, answers in story.told.items():
        cat = story.threw.get(attempt)
        if cat is None:
            # News of what was caught before this history began is no answer to anything in it.
            if story.is_new or any(not isinstance(answer, News) for answer in answers):
                yield _fault(story, attempt, "was never thrown")
        elif any(
            not isinstance(answer, News) and answer.cat not in (None, cat) for answer in answers
        ):
            yield _fault(story, attempt, "answered for another cat")


def answered_alike(story: Story, books: Books) -> Iterator[str]:
    """Who repeats a throw hears the same; only what was pending may have been decided meanwhile."""
    for attempt, answers in story.told.items():
        final = _final(answers)
        for before, answer in pairwise(final):
            if not _are_alike(before, answer):
                yield _fault(story, attempt, "answered in two ways")
                break


def _are_alike(before: Caught | Refused, answer: Caught | Refused) -> bool:
    if isinstance(before, Refused):
        return isinstance(answer, Refused) and answer.reason == before.reason
    if isinstance(answer, Refused):
        return _is_pending(before)
    if (before.cat, before.points) != (answer.cat, answer.points):
        return False
    if before.coupon is None or answer.coupon is None:
        return before.coupon is answer.coupon
    if before.coupon.campaign != answer.coupon.campaign:
        return False
    return _is_pending(before) or before.coupon.code == answer.coupon.code


def told_codes_are_coupons(story: Story, books: Books) -> Iterator[str]:
    """Every code is one coupon: of this player, this campaign and the catch of this throw."""
    for told in tellings(story):
        if told.coupon.code is None:
            continue
        fact = books.by_code.get(told.coupon.code)
        if fact is None:
            yield told.fault(story, "the code is no coupon of this player")
            continue
        for is_wrong, why in (
            (fact.player != story.player, "the coupon is another player's"),
            (fact.campaign != told.coupon.campaign, "the coupon is of another campaign"),
            (told.catch not in (None, fact.catch), "the coupon is of another catch"),
            (told.coupon.expires_ms not in (None, fact.expires_ms), "it expires at another time"),
        ):
            if is_wrong:
                yield told.fault(story, why)


def refused_throws_left_nothing(story: Story, books: Books) -> Iterator[str]:
    """No coupon and no catch is of a throw that was refused, unless a later word gave it.

    `already_caught` says that the player has this cat. So it does of a throw whose coupon was
    written before the server died, of a cat that was lost with Redis: nobody knows any more what
    kind of cat was caught, and the coupon is in the wallet.
    """
    for attempt, answers in story.told.items():
        catch = _catch(story, attempt)
        refusals = [n for n, told in enumerate(answers) if isinstance(told, Refused)]
        if catch is None or not refusals:
            continue
        last = answers[refusals[-1]]
        if not isinstance(last, Refused) or not last.is_final:
            continue
        if any(not _is_withdrawn(answer) for answer in answers[refusals[-1] + 1 :]):
            continue
        if catch in books.by_catch and last.reason != HAS_IT:
            yield _fault(story, attempt, f"refused ({last.reason}), and has a coupon")
        # Of a catch that was granted with a pending coupon, a refusal takes back the coupon.
        was_granted = any(isinstance(answer, Caught) for answer in answers)
        if catch in books.recorded and not was_granted:
            yield _fault(story, attempt, f"refused ({last.reason}), and is recorded")


def pending_coupons_came(story: Story, books: Books) -> Iterator[str]:
    """A pending coupon was issued, or withdrawn: one of the two."""
    for attempt, answers in story.told.items():
        catch = _catch(story, attempt)
        promise = next(filter(_is_pending, answers), None)
        if catch is None or promise is None:
            continue
        is_there = catch in books.by_catch
        record = books.recorded.get(catch)
        if _is_withdrawn_after(answers, promise):
            if is_there:
                yield _fault(story, attempt, "the coupon was withdrawn, and is there")
        elif not is_there and (record is None or record.no_coupon is None):
            yield _fault(story, attempt, "the coupon is still pending")


def told_states_were_so(story: Story, books: Books) -> Iterator[str]:
    """Every state is one that the coupon was in at some time."""
    for told in tellings(story):
        coupon = told.coupon
        if coupon.code is None:
            if coupon.state not in (CouponState.PENDING, CouponState.VOID):
                yield told.fault(story, f"{coupon.state} without a code")
            continue
        fact = books.by_code.get(coupon.code)
        if fact is not None and not _was(fact, coupon.state, told.at_ms):
            yield told.fault(story, f"the coupon was never {coupon.state}")


def _was(fact: CouponFact, state: CouponState, at_ms: int) -> bool:
    # A coupon past its time is expired, whether or not that is written down.
    is_over = fact.expires_ms <= at_ms + CLOCKS_APART_MS
    return state in fact.states or (state is CouponState.EXPIRED and is_over)


def told_catches_are_recorded(story: Story, books: Books) -> Iterator[str]:
    """What was caught is recorded, once, with its points, and has a coupon if one was told of."""
    for attempt, answers in story.told.items():
        told = next((answer for answer in answers if isinstance(answer, Caught)), None)
        catch = _catch(story, attempt)
        if told is None or catch is None:
            continue
        record = books.recorded.get(catch)
        if record is None:
            # A claim whose coupon was withdrawn before the books had it is undone.
            if not _is_withdrawn_after(answers, told):
                yield _fault(story, attempt, "caught, and not recorded")
        elif (record.player, record.points) != (story.player, told.points):
            yield _fault(story, attempt, "recorded otherwise than told")
        if told.coupon is None and catch in books.by_catch:
            yield _fault(story, attempt, "caught without a coupon, and has one")
    cats = Counter(record.cat for record in books.catches.get(story.player, []))
    for cat, times in cats.items():
        if times > 1:
            yield _fault(story, f"cat {cat}", f"recorded {times} times")


def read_lists_are_the_books(story: Story, books: Books) -> Iterator[str]:
    """The wallet and the list of catches that the player read are those in the books."""
    there = {fact.code: fact for fact in books.coupons.get(story.player, [])}
    told = [(telling.coupon.code, telling.at_ms) for telling in tellings(story)]
    for wallet in story.wallets:
        kept = Counter(coupon.code for coupon in wallet.coupons if coupon.code is not None)
        if kept.total() > len(kept):
            yield _fault(story, "(wallet)", "a coupon is in it twice")
        if kept.keys() - there.keys():
            yield _fault(story, "(wallet)", "a coupon is in it that is not the player's")
        before = {code for code, at_ms in told if at_ms < wallet.asked_ms}
        since_ms = wallet.asked_ms - COMMITTED_WITHIN_MS
        if any(
            code in before or fact.issued_ms < since_ms
            for code, fact in there.items()
            if code not in kept
        ):
            yield _fault(story, "(wallet)", "a coupon of the player's is not in it")
    for listed in story.catches:
        if len({caught.cat for caught in listed.catches}) < len(listed.catches):
            yield _fault(story, "(catches)", "a cat is listed twice")
        for caught in listed.catches:
            catch = catch_id(caught.cat, story.player, caught.attempt)
            record = books.recorded.get(catch)
            if record is None or record.points != caught.points:
                yield _fault(story, caught.attempt, "listed as a catch, and not recorded so")


def nothing_came_unasked(story: Story, books: Books) -> Iterator[str]:
    """A new player's coupons and catches are all of throws that it sent.

    Of a client that did not live to the end, the last throws may not be written down.
    """
    if not (story.is_new and story.is_complete):
        return
    thrown = {catch_id(cat, story.player, attempt) for attempt, cat in story.threw.items()}
    for fact in books.coupons.get(story.player, []):
        if fact.catch not in thrown:
            yield _fault(story, f"catch {fact.catch}", "has a coupon, and was never thrown")
    for record in books.catches.get(story.player, []):
        if record.catch not in thrown:
            yield _fault(story, record.attempt, "is recorded, and was never thrown")


def told_to_two(histories: Histories) -> Iterator[str]:
    """Codes that were told to two players, or for two throws."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    attempts: defaultdict[str, set[str]] = defaultdict(set)
    for story in histories.stories.values():
        for told in tellings(story):
            if told.coupon.code is not None:
                owners[told.coupon.code].add(story.player)
                if told.attempt is not None:
                    attempts[told.coupon.code].add(told.attempt)
    for code, players in owners.items():
        if len(players) > 1:
            yield f"one code to {' and '.join(sorted(players))}"
        elif len(attempts[code]) > 1:
            yield f"one code for {' and '.join(sorted(attempts[code]))}"


Faults = Callable[[Story, Books], Iterator[str]]

INVARIANTS: tuple[tuple[str, Faults], ...] = (
    ("told: every answer is to a throw", answered_what_was_thrown),
    ("told: a throw that is repeated is answered alike", answered_alike),
    ("told: every code is the player's coupon for that throw", told_codes_are_coupons),
    ("told: what was refused has no coupon and no catch", refused_throws_left_nothing),
    ("told: every pending coupon came or was withdrawn", pending_coupons_came),
    ("told: every state is one that the coupon was in", told_states_were_so),
    ("told: every catch is recorded, once", told_catches_are_recorded),
    ("told: every list that was read is what the books have", read_lists_are_the_books),
    ("told: nothing in the books came unasked", nothing_came_unasked),
)
TOLD_ONCE = "told: no code to two players or for two throws"
