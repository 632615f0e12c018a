"""What a run of bots is told to do."""

import math

import msgspec

from catbot.cheats import strategies
from catbot.phases import PhaseError, Plan, parse_phases, simple_plan


class OptionsError(ValueError):
    """The options make no run; the message says which one and why."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Every field that is wrong makes OptionsError when the struct is made."""

    url: str
    """The server: http(s)://HOST:PORT or ws(s)://HOST:PORT/play."""

    players: int = 100
    """How many bots play, where no `phases` are given."""

    ramp_s: float = 10.0
    """Seconds over which the bots arrive, evenly; a slow server does not slow them."""

    duration_s: float = 60.0
    """Seconds from the first arrival to the end, the ramp included; infinity until cancelled."""

    phases: str | None = None
    """How the crowd grows and shrinks, as `catbot.phases` has it, instead of `players`, `ramp_s`
    and `duration_s`.
    """

    processes: int = 1
    """How many processes the bots are spread over."""

    seed: int = 1
    """Makes walks, noise and reaction times the same again."""

    speed_mps: float = 1.4
    """How fast the bots walk, metres per second."""

    cheaters: float = 0.0
    """The share of bots that cheat, 0 to 1."""

    cheats: tuple[str, ...] = ()
    """The ways in which they do, by the names of `catbot.cheats.strategies`; by default all."""

    centre: tuple[float, float] | None = None
    """Latitude and longitude to play around, WGS-84; by default around the server's stores."""

    radius_m: float = 1_000.0
    """How far around `centre` bots start, in metres."""

    start_near_m: float = 150.0
    """How far from a store bots start where the server's stores are used, in metres."""

    tokens: tuple[str, ...] = ()
    """Tokens of players that exist; the bots beyond these sign up as guests."""

    report: str | None = None
    """Where to write the report as a page (HTML)."""

    json: str | None = None
    """Where to write the report as JSON."""

    history: str | None = None
    """Where to write what bots were told and did about money, as JSON lines."""

    fail_if: tuple[str, ...] = ()
    """Conditions over the report that fail the run, as in `p99_catch_ms>250` or `errors>0`."""

    def __post_init__(self) -> None:
        for is_wrong, complaint in (
            (self.players < 1, "players must be at least 1"),
            (not 0 <= self.ramp_s < math.inf, "ramp_s must be a number of seconds, 0 or more"),
            (not self.duration_s > 0, "duration_s must be above 0"),
            (not 1 <= self.processes <= 256, "processes must be between 1 and 256"),
            (self.duration_s < self.ramp_s, "duration_s must not be shorter than ramp_s"),
            (not 0 < self.speed_mps <= 50, "speed_mps must be above 0 and at most 50"),
            (not 0 <= self.cheaters <= 1, "cheaters must be between 0 and 1"),
            (not set(self.cheats) <= strategies().keys(), f"cheats are of {_names()}"),
            (not 0 < self.radius_m <= 50_000, "radius_m must be above 0 and at most 50,000"),
            (not 0 < self.start_near_m <= 5_000, "start_near_m must be above 0, at most 5,000"),
            (not _is_place(self.centre), "centre must be a latitude and a longitude in degrees"),
        ):
            if is_wrong:
                raise OptionsError(complaint)
        try:
            self.plan()
        except PhaseError as error:
            raise OptionsError(f"phases: {error}") from error

    def plan(self) -> Plan:
        """When bots come and leave."""
        if self.phases is not None:
            return parse_phases(self.phases)
        return simple_plan(self.players, self.ramp_s, self.duration_s)


def _names() -> str:
    return ", ".join(strategies())


def _is_place(centre: tuple[float, float] | None) -> bool:
    return centre is None or (abs(centre[0]) <= 85 and abs(centre[1]) <= 180)
