"""What a position costs in the session: decoding, the rules' track, the view, and what it shows.

    python benchmarks/session_fix.py [--cats 100000] [--players 1000] [--seconds 120]

Players walk at 1.4 m/s through a city of 40 km x 40 km and send a fix per second; time is
simulated, nothing touches a socket, Redis or SQL. Prints the CPU time of this process per fix.
"""

import argparse
import time
from math import cos, radians
from random import Random

import msgpack

from gameserver.game.catching import Rules
from gameserver.game.geo import METRES_PER_DEG, destination, region_of
from gameserver.game.model import Cat
from gameserver.game.tokens import make_token
from gameserver.gateway.session import Session
from gameserver.gateway.street import Ground, Street
from gameserver.gateway.world import LiveCat, Region
from gameserver.jobs import Jobs
from gameserver.protocol import MSGPACK

CENTRE = (1.3015, 103.8420)
CITY_M = 40_000.0
SECRET = b"benchmark" * 4


class Sink:
    """A phone that reads everything at once."""

    def __init__(self) -> None:
        self.messages = 0
        self.octets = 0

    def send(self, payload: bytes) -> None:
        self.messages += 1
        self.octets += len(payload)

    def close(self, code: int, reason: str = "") -> None:
        raise RuntimeError(f"closed with {code} {reason}")


class Clock:
    """Simulated time, in epoch milliseconds."""

    def __init__(self) -> None:
        self.now_ms = 1_795_438_072_000

    def __call__(self) -> int:
        return self.now_ms


class NoJobs(Jobs):
    """Nothing leaves the process here."""

    def start(self, work, name):  # type: ignore[no-untyped-def]
        work.close()
        return True


def somewhere(rng: Random) -> tuple[float, float]:
    side_deg = CITY_M / METRES_PER_DEG
    return (
        CENTRE[0] + side_deg * (rng.random() - 0.5),
        CENTRE[1] + side_deg * (rng.random() - 0.5) / cos(radians(CENTRE[0])),
    )


def make_street(cats: int, clock: Clock, rng: Random) -> Street:
    """A street whose world has all regions of the city, with their cats."""
    ground = Ground(Rules(), {}, SECRET, "benchmark", clock)
    street = Street(ground, None, None, NoJobs(most=1))  # type: ignore[arg-type]
    for number in range(cats):
        lat, lon = somewhere(rng)
        name = region_of(lat, lon)
        region = street.world.regions.setdefault(name, Region())
        cat = Cat(f"{name}-{number:012x}", "parcel", "store", "A store", lat, lon, 2**50, 1, 50.0)
        street.world.put(region, LiveCat(cat, 1))
    return street


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cats", type=int, default=100_000)
    options.add_argument("--players", type=int, default=1_000)
    options.add_argument("--seconds", type=int, default=120)
    chosen = options.parse_args()
    rng, clock, sink = Random(7), Clock(), Sink()
    street = make_street(chosen.cats, clock, rng)
    sessions = [Session(street, sink, MSGPACK) for _ in range(chosen.players)]
    walkers = [(somewhere(rng), rng.uniform(0, 360)) for _ in sessions]
    for number, session in enumerate(sessions):
        token = make_token(SECRET, f"player-{number}", clock() + 10**9)
        session.receive(msgpack.packb({"type": "hello", "token": token}))
    spent_s, fixes, views = 0.0, 0, sink.messages
    for second in range(chosen.seconds):
        clock.now_ms += 1_000
        frames = [fix(place, bearing, second, clock(), rng) for place, bearing in walkers]
        started_s = time.process_time()
        for session, frame in zip(sessions, frames, strict=True):
            session.receive(frame)
        if second:  # the first fix of each shows the whole view
            spent_s += time.process_time() - started_s
            fixes += len(frames)
    views = sink.messages - views - len(sessions)
    print(
        f"{chosen.cats:,} cats, {chosen.players:,} players: {spent_s / fixes * 1e6:.1f} us of CPU "
        f"per fix; {views / fixes:.3f} messages per fix, {sink.octets / fixes:.0f} bytes per fix"
    )


def fix(start: tuple[float, float], bearing: float, second: int, now_ms: int, rng: Random) -> bytes:
    lat, lon = destination(*start, bearing, 1.4 * second)
    noise_deg = 4.0 / METRES_PER_DEG
    message = {
        "type": "fix",
        "lat": lat + rng.gauss(0, noise_deg),
        "lon": lon + rng.gauss(0, noise_deg),
        "accuracy_m": 8.0,
        "at_ms": now_ms,
    }
    packed: bytes = msgpack.packb(message)
    return packed


if __name__ == "__main__":
    main()
