"""One player's session: what each message means. Synchronous; only a catch goes further.

A reader follows a message from `receive` downward: decode, check, look, answer.
"""

from secrets import token_hex
from time import perf_counter

from gameserver.codecs import Codec
from gameserver.game.datum import TO_WGS84, Datum
from gameserver.game.geo import RESTLESS, calm, planar_m, recentred, view_cell
from gameserver.gateway.house import Line
from gameserver.gateway.hunt import Hunt
from gameserver.gateway.roster import Answer, Memory
from gameserver.gateway.street import Street
from gameserver.gateway.unsaid import Unsaid
from gameserver.gateway.world import LiveCat
from gameserver.protocol import (
    ERROR_CODES,
    MESSAGES_BURST,
    MESSAGES_PER_S,
    Aim,
    BadMessage,
    Catch,
    Cats,
    CatsRaw,
    Caught,
    Error,
    Fix,
    FixFields,
    Hello,
    Incoming,
    Outgoing,
    Welcome,
    WireRules,
)

FAR_LOOK_M = 2_000.0
FAR_LOOK_EVERY_MS = 1_000
"""A view jumps further than FAR_LOOK_M only so often: each jump makes the world load regions."""

SHOWN_AT_ONCE = 100
"""Cats of one `cats` message; more follow as the phone reads. Some 20 KiB: a phone that stops
reading is left with UNREAD_MAX and one of these at the most."""

SLOWED_BELOW = MESSAGES_BURST / 2.0
"""Who has sent so much that only this many messages are left is read from no more for a while."""

SLOWED_S = 1.0

_MESSAGE_MS = 1000.0 / MESSAGES_PER_S
_BURST_MS = MESSAGES_BURST * _MESSAGE_MS
_SLOWED_MS = (MESSAGES_BURST - SLOWED_BELOW) * _MESSAGE_MS


TIMED_ONE_IN = 61
"""Of so many messages one is timed, if it is a fix. A prime, for phones that take turns."""


_WGS84 = Datum.WGS84


class Session:
    """One player on one socket, from its first byte to its end."""

    __slots__ = (
        "_behind",
        "_calm",
        "_clock",
        "_codec",
        "_datum",
        "_decode",
        "_empty_ms",
        "_hunt",
        "_line",
        "_looked_ms",
        "_middle",
        "_place",
        "_stats",
        "_street",
        "_unsaid",
        "closed",
        "memory",
        "player",
        "registered",
        "session",
    )

    def __init__(self, street: Street, line: Line, codec: Codec) -> None:
        self._street = street
        # Every message needs these; to ask the street for them takes longer.
        self._stats = street.stats
        self._clock = street.clock
        self._line = line
        self._codec = codec
        self._decode = codec.decode
        self._datum = _WGS84
        self._middle: int | None = None
        self._calm = RESTLESS
        """Where the view stays as it is."""
        self._place = (0.0, 0.0)
        self._looked_ms = 0
        self._empty_ms = 0.0
        self._hunt: Hunt | None = Hunt(street, self)
        self._behind = False
        self._unsaid: Unsaid | None = None
        """Changes of the view that wait for the phone to read; None where none do."""
        self.session = token_hex(8)
        self.player: str | None = None
        self.memory = Memory()
        self.registered = False
        """Is it known to the other processes?"""
        self.closed = False

    # --- in ---

    def receive(self, payload: bytes) -> None:
        """One whole message from the phone."""
        if self.closed:
            return
        stats, clock, decode = self._stats, self._clock, self._decode
        stats.messages_in = count = stats.messages_in + 1
        started_s = 0.0 if count % TIMED_ONE_IN else perf_counter()
        now_ms = clock()
        if not self._allow(now_ms):
            return
        try:
            message = decode(payload)
        except BadMessage as error:
            self.fail("bad_message", str(error))
            return
        if started_s:
            stats.decode_times.add(perf_counter() - started_s)
        if self.player is None:
            self._hello(message, now_ms)
        elif isinstance(message, Fix):
            stats.fixes += 1
            self.see(message, now_ms)
            if started_s:
                stats.fix_times.add(perf_counter() - started_s)
        else:
            self._do(message, self.player, now_ms)

    def _do(self, message: Incoming, player: str, now_ms: int) -> None:
        hunt = self._hunt
        assert hunt is not None, "nothing is heard after the end"
        match message:
            case Aim():
                hunt.aim(message, now_ms)
            case Catch():
                judged_from_s = perf_counter()
                hunt.throw(message, player, now_ms)
                self._stats.judge_times.add(perf_counter() - judged_from_s)
            case Hello():
                self.fail("hello_repeated", "hello is said once")

    def receive_no_message(self) -> None:
        """A frame without a whole message: it counts as one, so that nobody floods with those."""
        if not self.closed:
            self._allow(self._clock())

    def _allow(self, now_ms: int) -> bool:
        """MESSAGES_PER_S on the long run, MESSAGES_BURST at once; then the end.

        A leaky bucket, told by the time at which it will be empty (the "generic cell rate
        algorithm" of ITU-T I.371). Before it is full, the sender is slowed: what it sends
        meanwhile waits on its own side.
        """
        empty_ms = self._empty_ms
        empty_ms = (empty_ms if empty_ms > now_ms else now_ms) + _MESSAGE_MS
        self._empty_ms = empty_ms
        return empty_ms - now_ms <= _SLOWED_MS or self._slow_down(empty_ms - now_ms)

    def _slow_down(self, held_ms: float) -> bool:
        """What becomes of somebody whose bucket holds so much; whether the message is heard."""
        if held_ms > _BURST_MS + 2.0 * _MESSAGE_MS:
            self._empty_ms = 0.0  # nobody gets so far: the clock was set back
            return True
        if held_ms > _BURST_MS:
            self.fail("too_many_messages", f"at most {MESSAGES_PER_S:.0f} messages per second")
            return False
        self._stats.slowed += 1
        self._line.rest(SLOWED_S)
        return True

    def _hello(self, message: object, now_ms: int) -> None:
        if not isinstance(message, Hello):
            self.fail("hello_expected", "the first message is hello")
            return
        player = self._street.player_of(message.token, now_ms)
        if player is None:
            self.fail("unauthenticated", "the token is wrong or has expired")
            return
        if self._street.is_banned(player, now_ms):
            self.fail("banned", "this player is banned")
            return
        self._datum = message.datum
        self.player = player
        self.memory, replaced = self._street.roster.enter(player, self)
        self.memory.track.new_session()
        if replaced is not None:
            replaced.fail("replaced", "a newer session of this player took over")
        rules = self._street.rules
        self.send(
            Welcome(
                self.session,
                player,
                now_ms,
                WireRules(rules.view_m, rules.catch_m, rules.fix_max_age_ms, rules.aim_min_ms),
            )
        )
        self._street.entered(self)
        address = self._line.address
        self._street.lookback.entered(player, self.memory, address, message.attestation)

    def see(self, fix: FixFields, now_ms: int) -> None:
        """Take in a position, and move the view where it left its cell."""
        lat, lon = fix.lat, fix.lon
        if self._datum is not _WGS84:
            lat, lon = TO_WGS84[self._datum](lat, lon)
        self.memory.track.add((lat, lon), fix.accuracy_m, fix.mock, fix.at_ms, now_ms)
        calm_lat, calm_lon, lon_scale, radius2 = self._calm
        north, east = lat - calm_lat, (lon - calm_lon) * lon_scale
        if north * north + east * east < radius2:
            return
        old = self._middle
        middle = view_cell(lat, lon) if old is None else recentred(old, lat, lon)
        if middle == old:
            self._calm = calm(middle, lat, lon)
            return
        if old is not None:
            looked_before_ms = now_ms - self._looked_ms
            if looked_before_ms < self._street.pressure.relief.looks_every_ms:
                self._stats.shed["looks"] += 1
                return
            if looked_before_ms < FAR_LOOK_EVERY_MS:
                far_m = planar_m(*self._place, lat, lon)
                if far_m > FAR_LOOK_M:
                    return
        self._looked_ms = now_ms
        self._place = (lat, lon)
        self._middle = middle
        self._calm = calm(middle, lat, lon)
        looked_from_s = perf_counter()
        self._street.world.look(self, old, middle)
        self._stats.view_times.add(perf_counter() - looked_from_s)

    def visible(self, cat: str) -> LiveCat | None:
        """The cat, if this player is shown it."""
        if cat in self.memory.hidden:
            return None
        return self._street.world.seen(cat, self._middle)

    # --- out ---

    def show(self, appear: list[LiveCat], vanish: list[str]) -> None:
        """Say what came into view and what left it, without the cats hidden from this player."""
        hidden = self.memory.hidden
        if hidden:
            appear = [live for live in appear if live.cat.id not in hidden]
            vanish = [cat for cat in vanish if cat not in hidden]
            if not appear and not vanish:
                return
        if self._unsaid is not None or len(appear) > SHOWN_AT_ONCE:
            self._say_later(appear, vanish)
        else:
            self._say(appear, vanish)

    def fall_behind(self) -> None:
        """The phone reads too slowly: from here on its view waits, and only the newest of it."""
        self._behind = True
        if self._unsaid is None:
            self._unsaid = Unsaid()

    def catch_up(self) -> None:
        """The phone has read what was sent: say what its view has become meanwhile."""
        self._behind = False
        self._say_more()

    def _say(self, appear: list[LiveCat], vanish: list[str]) -> None:
        codec, datum = self._codec, self._datum
        self.send(CatsRaw([live.encoded(codec, datum) for live in appear], vanish))

    def _say_later(self, appear: list[LiveCat], vanish: list[str]) -> None:
        unsaid = self._unsaid
        if unsaid is not None:
            unsaid.add(appear, vanish)
            return
        self._unsaid = Unsaid()
        self._unsaid.add(appear, vanish)
        self._say_more()

    def _say_more(self) -> None:
        """The next part of what is unsaid; the rest once this part is on its way."""
        unsaid = self._unsaid
        if unsaid is None or self._behind or self.closed:
            return
        appear, vanish = unsaid.take(SHOWN_AT_ONCE)
        if appear or vanish:
            self._say(appear, vanish)
        if unsaid:
            self._line.call_when_written(self._say_more)
        else:
            self._unsaid = None

    def answer(self, answer: Answer) -> None:
        """Tell how an attempt ended."""
        if isinstance(answer, Caught):
            self._stats.caught += 1
            self.send(answer)
            self.hide(answer.cat)
            return
        self._stats.count_refusal(answer.reason)
        self.send(answer)

    def hide(self, cat: str) -> None:
        """Take a cat out of this player's view for good."""
        if cat in self.memory.hidden:
            return
        shown = self.visible(cat) is not None
        self.memory.hide(cat)
        if not shown:
            return
        if self._unsaid is not None:
            self._unsaid.add([], [cat])
        else:
            self.send(Cats([], [cat]))

    def send(self, message: Outgoing) -> None:
        """Encode and queue a message."""
        if not self.closed:
            self._stats.messages_out += 1
            self._line.send(self._codec.encode(message))

    def fail(self, code: str, message: str) -> None:
        """Say what is wrong and close with the code that the table gives."""
        if self.closed:
            return
        self.send(Error(code, message))
        self.close(ERROR_CODES[code], code)

    def close(self, code: int, reason: str = "") -> None:
        """End the session and close the socket."""
        self.end()
        self._line.close(code, reason)

    def end(self) -> None:
        """The socket is gone or going: leave the street. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        self._unsaid = None
        self._hunt = None  # which has this as its hunter
        if self.player is None:
            return
        self._street.world.look(self, self._middle, None)
        self._middle = None
        self._street.left(self)
