"""How a crowd grows and shrinks over a run: phases, one after the other.

    ramp 10s to 500, hold 60s, spike 5s to 3000, hold 20s

| phase | the crowd |
| --- | --- |
| `ramp TIME to PLAYERS` | grows or shrinks evenly over this time, until it is of this size |
| `hold TIME` | stays as it is; the last phase may `hold inf` |
| `spike TIME to PLAYERS` | is of this size at once, and after this time of the size before |

A time is a number of seconds, or ends in `ms`, `s`, `m` or `h`. Players come when the schedule says
so, not when the server has let in those before them; those who came last leave first.
"""

import math
import re
from collections.abc import Iterator, Sequence

import msgspec

_PHASE = re.compile(r"(?P<kind>[a-z]+)\s+(?P<time>\S+)(?:\s+to\s+(?P<players>[0-9]+))?")
_TIME = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]*)?)(?P<unit>ms|s|m|h|)")
_UNITS_S = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_MOST_PLAYERS = 10_000_000


class PhaseError(ValueError):
    """A text tells no phases; the message says what is wrong with it."""


class Ramp(msgspec.Struct, frozen=True):
    """Grow or shrink evenly to `players`."""

    lasts_s: float
    players: int


class Hold(msgspec.Struct, frozen=True):
    """Stay."""

    lasts_s: float


class Spike(msgspec.Struct, frozen=True):
    """Be `players` for a while."""

    lasts_s: float
    players: int


Phase = Ramp | Hold | Spike


class Move(msgspec.Struct, frozen=True):
    """Player `number` comes or leaves, `due_s` seconds after the start of the run."""

    due_s: float
    number: int
    comes: bool


class Span(msgspec.Struct, frozen=True):
    """A phase by name, in seconds since the start of the run."""

    name: str
    from_s: float
    to_s: float


class Plan(msgspec.Struct, frozen=True):
    """The phases of a run."""

    phases: tuple[Phase, ...]

    @property
    def lasts_s(self) -> float:
        """Seconds in all; may be infinite."""
        return sum(phase.lasts_s for phase in self.phases)

    @property
    def arrivals(self) -> int:
        """How many players come in all."""
        return sum(move.comes for move in self.moves())

    @property
    def peak(self) -> int:
        """How many play at most at once."""
        return max(phase.players for phase in self.phases if not isinstance(phase, Hold))

    def moves(self) -> Iterator[Move]:
        """Everybody's comings and goings, in order. Players are numbered as they come."""
        here: list[int] = []
        came = 0
        for due_s, comes in self._changes():
            if comes:
                here.append(came)
                came += 1
            yield Move(due_s, came - 1 if comes else here.pop(), comes)

    def spans(self) -> list[Span]:
        """The phases that end, and from when to when each is."""
        found = []
        from_s = 0.0
        for phase in self.phases:
            to_s = from_s + phase.lasts_s
            if to_s < math.inf and phase.lasts_s > 0:
                found.append(Span(_name(phase), round(from_s, 3), round(to_s, 3)))
            from_s = to_s
        return found

    def during(self, at_s: float) -> tuple[str, int]:
        """The phase at a moment, by name, and of how many players the crowd is to be by then."""
        name, players, from_s = "", 0, 0.0
        for phase in self.phases:
            name = _name(phase)
            is_now = at_s < from_s + phase.lasts_s
            match phase:
                case Ramp(lasts_s, wanted):
                    share = (at_s - from_s) / lasts_s if is_now else 1.0
                    players += int((wanted - players) * share)
                case Spike(_, wanted) if is_now:
                    players = wanted
                case _:
                    pass
            if is_now:
                break
            from_s += phase.lasts_s
        return name, players

    def _changes(self) -> Iterator[tuple[float, bool]]:
        at_s, players = 0.0, 0
        for phase in self.phases:
            match phase:
                case Ramp(lasts_s, wanted):
                    change = abs(wanted - players)
                    for number in range(change):
                        yield at_s + lasts_s * number / change, wanted > players
                    players = wanted
                case Spike(lasts_s, wanted):
                    more = wanted - players
                    yield from ((at_s, True) for _ in range(more))
                    yield from ((at_s + lasts_s, False) for _ in range(more))
                case Hold():
                    pass
            at_s += phase.lasts_s


def _name(phase: Phase) -> str:
    to = "" if isinstance(phase, Hold) else f" to {phase.players}"
    return type(phase).__name__.lower() + to


def simple_plan(players: int, ramp_s: float, duration_s: float) -> Plan:
    """Everybody comes during `ramp_s`, and stays until `duration_s` are over."""
    return Plan((Ramp(ramp_s, players), Hold(duration_s - ramp_s)))


def parse_phases(text: str) -> Plan:
    """Read phases as the table above has them. Raises PhaseError."""
    phases = tuple(_phase(part.strip()) for part in text.lower().split(","))
    _check(phases)
    return Plan(phases)


def _phase(text: str) -> Phase:
    match = _PHASE.fullmatch(text)
    if match is None:
        raise PhaseError(f"{text!r} is not of the form 'ramp 10s to 500' or 'hold 60s'")
    lasts_s, players = _seconds(match["time"], text), match["players"]
    if match["kind"] == "hold" and players is None:
        return Hold(lasts_s)
    if match["kind"] not in ("ramp", "spike") or players is None:
        raise PhaseError(f"{text!r}: a phase is 'ramp TIME to N', 'hold TIME' or 'spike TIME to N'")
    if int(players) > _MOST_PLAYERS:
        raise PhaseError(f"{text!r}: at most {_MOST_PLAYERS} players")
    return (Ramp if match["kind"] == "ramp" else Spike)(lasts_s, int(players))


def _seconds(text: str, phase: str) -> float:
    if text == "inf":
        return math.inf
    match = _TIME.fullmatch(text)
    if match is None:
        raise PhaseError(f"{phase!r}: {text!r} is no time such as 10s, 500ms or 2m")
    return float(match["number"]) * _UNITS_S[match["unit"]]


def _check(phases: Sequence[Phase]) -> None:
    players = 0
    for phase in phases:
        is_last_hold = phase is phases[-1] and isinstance(phase, Hold)
        if phase.lasts_s == math.inf and not is_last_hold:
            raise PhaseError("only a hold at the end may be inf")
        if isinstance(phase, Spike):
            if phase.players <= players:
                raise PhaseError(f"a spike to {phase.players} is none beside {players} players")
        elif isinstance(phase, Ramp):
            players = phase.players
    if not any(getattr(phase, "players", 0) for phase in phases):
        raise PhaseError("nobody ever plays")
    if not sum(phase.lasts_s for phase in phases):
        raise PhaseError("the phases last no time")
