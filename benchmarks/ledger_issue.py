"""CPU per coupon, and coupons per second, for batches of catches.

    python benchmarks/ledger_issue.py [--batch 100] [--coupons 20000] [--limited] [--scattered]
                                      [--postgres | --database URL] [--at-once 1]

Every cat has its reservation, as in the game. Without --database it makes an SQLite file of its
own, with --postgres a PostgreSQL server of its own; the database of a URL must be empty.
`issue_cpu_us` is this process's CPU, `server_cpu_us` that of the PostgreSQL server of --postgres.
`floor_cpu_us` is what the same rows cost through sqlite3 alone (bare_issue.py), batch by batch
beside it: machines differ, and have better and worse minutes. Mind the ratio.
`--at-once` is how many batches are under way together: a game server has one, so it is the number
of game servers. `--limited` gives the campaign limits per player, which are then looked up.
`--scattered` catches cats of many regions in any order, an hour after they came. Prints one line
of JSON.
"""

import argparse
import asyncio
import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.bare_issue import BareBooks, bare_books
from gameserver.game.model import IssueItem, Reservation, catch_id
from gameserver.game.spawning import new_cat_id
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.stores import NewStore, Store

NOW_MS = int(time.time() * 1000)
HOUR_MS = 3_600_000
PLAYERS = 5000
REGION = "872830828"
REGIONS = [f"8728308{number:02x}" for number in range(100)]


class Load(Struct, frozen=True):
    """How many coupons, in batches of how many, so many batches at once."""

    coupons: int
    batch: int
    at_once: int
    limited: bool
    scattered: bool


class PostgresProcess(Struct, frozen=True):
    """A PostgreSQL server that was started here."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """The CPU of the server's processes; those that ended are counted by their parent."""
        own = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_process_cpu_s(pid) for pid in (str(self.pid), *own))


def _process_cpu_s(pid: str) -> float:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def postgres_programs() -> Path | None:
    """Where PostgreSQL's server programs are, or None where it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major)
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _major(initdb: Path) -> int:
    name = initdb.parent.parent.name
    return int(name) if name.isdigit() else 0


@contextmanager
def postgres_process(programs: Path, folder: Path) -> Iterator[PostgresProcess]:
    """A server with the settings that PostgreSQL comes with, gone when the block ends."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:  # as which PostgreSQL refuses to run
        shutil.chown(folder, user)
    data = folder / "data"
    words = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run(words, check=True, capture_output=True, user=user, cwd=folder)  # noqa: S603
    words = [programs / "postgres", "-D", data, "-c", "listen_addresses=", "-k", folder]
    process = subprocess.Popen(  # noqa: S603
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd=folder
    )
    try:
        ready = [str(programs / "pg_isready"), "-h", str(folder), "-t", "1"]
        while subprocess.run(ready, check=False, capture_output=True).returncode != 0:  # noqa: S603
            if process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)
        url = f"postgresql+asyncpg://postgres@/postgres?host={folder}"
        yield PostgresProcess(url, process.pid)
    finally:
        process.send_signal(signal.SIGQUIT)  # immediate shutdown: it is thrown away
        process.wait()


async def seed(ledger: Ledger, load: Load) -> tuple[str, str]:
    """The ids of a campaign and of a store."""
    merchant = await ledger.merchants.add_merchant("Bakery")
    place = NewStore(name="Bakery", lat=31.2304, lon=121.4737, timezone="Asia/Shanghai")
    store = await ledger.merchants.create_store(merchant.id, place)
    limit = load.coupons if load.limited else None
    wanted = NewCampaign(
        title="A bun", kind="gift", stock=load.coupons, per_player=limit, per_player_day=limit
    )
    campaign = await ledger.merchants.create_campaign(merchant.id, wanted)
    assert isinstance(store, Store)
    assert isinstance(campaign, Campaign)
    return campaign.id, store.id


def batches(load: Load, campaign: str, store: str) -> list[list[IssueItem]]:
    rng = Random(1)
    items = []
    for number in range(load.coupons):
        if load.scattered:
            spawned_ms = NOW_MS - rng.randrange(HOUR_MS)
            cat = new_cat_id(rng.choice(REGIONS), spawned_ms, rng)
        else:
            cat = new_cat_id(REGION, NOW_MS + number * 100, rng)
        player = f"player-{number * 7919 % PLAYERS:015}"
        catch = catch_id(cat, player, f"attempt-{number:08}")
        items.append(IssueItem(catch, cat, player, campaign, store, NOW_MS))
    return [items[start : start + load.batch] for start in range(0, load.coupons, load.batch)]


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Meter:
    """The CPU of this process and of the database's server, and the time, of what is measured."""

    def __init__(self, server: PostgresProcess | None) -> None:
        self._server = server
        self.own_s = self.server_s = self.wall_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        server_s = self._server.cpu_s() if self._server else 0.0
        own_s, began = cpu_s(), time.perf_counter()
        yield
        self.own_s += cpu_s() - own_s
        self.wall_s += time.perf_counter() - began
        self.server_s += (self._server.cpu_s() if self._server else 0.0) - server_s


async def measure(
    url: str, load: Load, server: PostgresProcess | None, bare: BareBooks | None
) -> dict[str, object]:
    reserving, issuing, floor = Meter(server), Meter(server), Meter(None)
    async with open_ledger(url, migrate=True) as ledger:
        campaign, store = await seed(ledger, load)
        work = batches(load, campaign, store)
        for start in range(0, len(work), load.at_once):
            turn = work[start : start + load.at_once]
            with reserving.running():
                for batch in turn:
                    wanted = [
                        Reservation(each.cat, campaign, 1, NOW_MS + HOUR_MS) for each in batch
                    ]
                    assert all(await ledger.coupons.reserve(wanted, NOW_MS))
            with issuing.running():
                answers = await asyncio.gather(
                    *(ledger.coupons.issue(batch, NOW_MS) for batch in turn)
                )
            assert all(result.status == "issued" for results in answers for result in results)
            if bare is not None:
                for batch in turn:
                    bare.reserve(batch)
                    with floor.running():
                        bare.issue(batch)
        assert all(check.ok for check in await ledger.audit())
    found: dict[str, object] = {
        "database": url.partition(":")[0].partition("+")[0],
        "batch": load.batch,
        "at_once": load.at_once,
        "coupons": load.coupons,
        "issue_cpu_us": round(issuing.own_s * 1e6 / load.coupons, 1),
        "reserve_cpu_us": round(reserving.own_s * 1e6 / load.coupons, 1),
        "issued_per_s": round(load.coupons / issuing.wall_s),
    }
    if bare is not None:
        found["floor_cpu_us"] = round(floor.own_s * 1e6 / load.coupons, 1)
        found["of_floor"] = round(issuing.own_s / floor.own_s, 2)
    if server is not None:
        found["server_cpu_us"] = round(issuing.server_s * 1e6 / load.coupons, 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--coupons", type=int, default=20_000)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--limited", action="store_true")
    parser.add_argument("--scattered", action="store_true")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database")
    where.add_argument("--postgres", action="store_true")
    said = parser.parse_args()
    load = Load(said.coupons, said.batch, said.at_once, said.limited, said.scattered)
    with tempfile.TemporaryDirectory(prefix="cat-") as name:
        folder = Path(name).resolve()
        if said.database is not None:
            found = asyncio.run(measure(said.database, load, None, None))
        elif not said.postgres:
            url = f"sqlite:///{folder}/books.db"
            with bare_books(folder / "bare.db", load.coupons) as bare:
                found = asyncio.run(measure(url, load, None, bare))
        elif (programs := postgres_programs()) is None:
            found = {"database": "postgresql", "skipped": "PostgreSQL is not installed here"}
        else:
            with postgres_process(programs, folder) as server:
                found = asyncio.run(measure(server.url, load, server, None))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
