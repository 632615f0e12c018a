"""What a player does about cats: aims and throws, and is told why not.

Judged here, synchronously, by rules over the player's own track; a throw that may win goes on to
`Street.settle`.
"""

from functools import partial
from secrets import compare_digest, token_urlsafe
from typing import Protocol

from gameserver.game.catching import (
    AIM_RULES,
    CATCH_RULES,
    Refusal,
    Ticket,
    Try,
    judge,
    sight,
)
from gameserver.game.model import Cat, Claim, catch_id
from gameserver.gateway.roster import Memory
from gameserver.gateway.street import Street
from gameserver.gateway.world import LiveCat
from gameserver.protocol import (
    Aim,
    Catch,
    Encounter,
    FixFields,
    Outgoing,
    Refused,
    refused,
)


class Hunter(Protocol):
    """The session of the player who hunts."""

    player: str | None
    memory: Memory
    closed: bool

    def see(self, fix: FixFields, now_ms: int) -> None:
        """Take in a position."""

    def visible(self, cat: str) -> LiveCat | None:
        """The cat, if this player is shown it."""

    def hide(self, cat: str) -> None:
        """Take a cat out of this player's view for good."""

    def send(self, message: Outgoing) -> None:
        """Encode and queue a message."""


class Hunt:
    """One session's encounters: one ticket at a time, good for one throw."""

    __slots__ = ("_hunter", "_street", "_ticket")

    def __init__(self, street: Street, hunter: Hunter) -> None:
        self._street = street
        self._hunter = hunter
        self._ticket: Ticket | None = None

    def aim(self, aim: Aim, now_ms: int) -> None:
        """The player raises the phone at a cat: an encounter with its ticket, or a refusal."""
        live = self._hunter.visible(aim.cat)
        self._hunter.memory.trust.look(self._hunter.memory.track, now_ms)
        attempt = self._try(live.cat if live else None, None, now_ms)
        refusal = judge(AIM_RULES, attempt, self._street.rules)
        if refusal is not None:
            self._street.lookback.refused(self._player, self._hunter.memory)
            self._refuse(refusal, None, aim.cat)
            return
        assert live is not None
        rules = self._street.rules
        ticket = Ticket(
            ticket=token_urlsafe(12),
            cat=aim.cat,
            made_ms=now_ms,
            expires_ms=now_ms + rules.ticket_ttl_ms,
            hit=self._street.rng.random() < self._street.catch_rate(live.cat.species),
        )
        self._ticket = ticket
        self._street.world.footfall.approached[live.cat.store] += 1
        self._take_note()
        far_m, bearing = sight(self._hunter.memory.track, live.cat)
        self._hunter.send(Encounter(aim.cat, ticket.ticket, ticket.expires_ms, far_m, bearing))

    def throw(self, catch: Catch, player: str, now_ms: int) -> None:
        """The throw: a claim that is settled elsewhere, a refusal, or the answer from before."""
        memory = self._hunter.memory
        answer = memory.answers.get(catch.attempt)
        if answer is not None:
            self._hunter.send(answer)
            return
        if memory.deciding is not None:
            if memory.deciding != catch.attempt:
                self._hunter.send(refused("busy", attempt=catch.attempt, cat=catch.cat))
            return
        if catch.fix is not None:
            self._hunter.see(catch.fix, now_ms)
        memory.deciding = catch.attempt
        if self._street.lookback.is_open(player, memory, partial(self._go_on, catch, player)):
            self._judge(catch, player, now_ms)

    def _go_on(self, catch: Catch, player: str, is_open: bool) -> None:
        """What was to be known before a catch is known, or can't be now."""
        if is_open and not self._hunter.closed:
            self._judge(catch, player, self._street.clock())
            return
        self._hunter.memory.deciding = None
        wait = refused("busy", attempt=catch.attempt, cat=catch.cat)
        self._street.stats.count_refusal(wait.reason)
        self._hunter.send(wait)

    def _judge(self, catch: Catch, player: str, now_ms: int) -> None:
        memory = self._hunter.memory
        memory.deciding = None
        live = self._hunter.visible(catch.cat)
        ticket = self._ticket
        if ticket is not None and not compare_digest(ticket.ticket.encode(), catch.ticket.encode()):
            ticket = None
        cat = live.cat if live else None
        attempt = self._try(cat, ticket, now_ms)
        refusal = judge(CATCH_RULES, attempt, self._street.rules)
        if refusal is None:
            assert cat is not None
            self._ticket = None
            memory.cool_until_ms = now_ms + self._street.rules.cool_down_ms
            memory.deciding = catch.attempt
            self._street.settle(self._claim(catch, player, cat, now_ms))
        elif ticket is None:
            # The ticket may be one of an earlier session that did win this attempt.
            memory.deciding = catch.attempt
            claim = None if cat is None else self._claim(catch, player, cat, now_ms)
            otherwise = self._refusal(refusal, catch.attempt, catch.cat)
            self._street.resume(player, catch, claim, otherwise)
        else:
            if refusal.reason == "missed":
                refusal = self._missed(catch.cat)
            self._refuse(refusal, catch.attempt, catch.cat)

    @property
    def _player(self) -> str:
        player = self._hunter.player
        assert player is not None, "nobody hunts before hello"
        return player

    def _try(self, cat: Cat | None, ticket: Ticket | None, now_ms: int) -> Try:
        """What an aim, or a catch with its ticket, is judged by."""
        memory = self._hunter.memory
        gate = memory.trust.gate(now_ms)
        if gate is not None:
            self._street.stats.count_doubt(gate.signal)
            self._street.lookback.suspected(self._player, memory)
        return Try(
            now_ms,
            memory.track,
            cat,
            memory.cool_until_ms,
            ticket,
            gate,
            self._street.lookback.no_coupons_until_ms(self._player),
        )

    def _take_note(self) -> None:
        """The player aims here: a place to have been, and a walk to hold against others'."""
        fix = self._hunter.memory.track.last
        assert fix is not None
        self._hunter.memory.trust.marked((fix.lat, fix.lon), fix.came_ms)
        self._street.lookback.aimed(self._player, self._hunter.memory)

    def _claim(self, catch: Catch, player: str, cat: Cat, now_ms: int) -> Claim:
        return Claim(
            catch=catch_id(cat.id, player, catch.attempt),
            cat=cat.id,
            player=player,
            attempt=catch.attempt,
            species=cat.species,
            points=self._street.points(cat.species),
            store=cat.store,
            at_ms=now_ms,
            campaign=cat.campaign,
            title=cat.title,
        )

    def _missed(self, cat: str) -> Refusal:
        """The throw is spent; a cat that was missed too often hides."""
        self._ticket = None
        if self._hunter.memory.miss(cat) < self._street.rules.misses_max:
            return Refusal("missed")
        self._hunter.hide(cat)
        return Refusal("fled")

    def _refusal(self, refusal: Refusal, attempt: str | None, cat: str) -> Refused:
        return refused(
            refusal.reason,
            attempt=attempt,
            cat=cat,
            retry_after_ms=refusal.retry_after_ms,
            distance_m=refusal.distance_m,
            limit_m=refusal.limit_m,
        )

    def _refuse(self, refusal: Refusal, attempt: str | None, cat: str) -> None:
        message = self._refusal(refusal, attempt, cat)
        if attempt is not None:
            self._hunter.memory.remember(attempt, message)
        self._street.stats.count_refusal(message.reason)
        self._hunter.send(message)
