"""One frozen configuration, made from options and `CATCAT_*` variables by the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gameserver.game.catching import Rules
from gameserver.game.datum import Datum


class MissingKey(Exception):
    """There is no key to ask the coupon service with."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a server process needs to know. Made once, passed down, never changed."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes any free port (for tests)."""
    data_dir: Path = Path("var")
    redis: str | None = None
    """None: the server starts a redis-server of its own in the data directory."""
    database: str | None = None
    """None: SQLite in the data directory."""
    coupons: str | None = None
    """The URL of the coupon service; None: the server is its own."""
    coupons_key: str | None = None
    """The service key for it; None: the one that `catcat coupons` left in the data directory."""
    workers: int = 1
    origins: tuple[str, ...] = ()
    """Origins that browsers may come from; empty lets all in."""
    max_sockets: int = 18_000
    """Sockets per process (0: no limit); the rest of the open files is for the stores."""
    max_sockets_per_address: int = 0
    """Sockets from one address (0: no limit): load bots and offices share one."""
    guests_per_minute: int = 0
    """New guests from one address (0: no limit): load bots and offices share one."""
    tiles: str | None = None
    """The URL of the maps' tiles; None: a plain grid, and nothing from a third party."""
    tiles_attribution: str = ""
    event: str | None = None
    """What the big screen counts down to, as NAME@TIME."""
    practice: bool = False
    """The players' page offers to walk by itself, for desks: nobody needs that where coupons are
    worth something."""
    no_spawn: Path | None = None
    """A GeoJSON file of where no cat may be, read again when it changes."""
    geocoder: str | None = None
    """Which of geopy's geocoders looks addresses up; None: nobody does."""
    geocoder_options: Mapping[str, Any] = field(default_factory=dict)
    geocoder_datum: Datum | None = None
    """In which the geocoder answers; None: as is known of it."""
    geocoder_every_s: float = 1.0
    """All processes together ask the geocoder no more often."""
    token_ttl_s: int = 30 * 86_400
    attestation_secret: str | None = None
    """Signs verdicts on devices (see `gateway.attestation`); None asks nothing of devices."""
    log_level: str = "info"
    rules: Rules = field(default_factory=Rules)

    def make_data_dir(self) -> None:
        """Make the data directory if need be, for its owner only: it has keys and positions."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def coupons_key_file(self) -> Path:
        """Where the coupon service leaves a key for game servers that share its data directory."""
        return self.data_dir / "coupons.key"

    def service_key(self) -> str:
        """The key to ask the coupon service with. MissingKey."""
        if self.coupons_key is not None:
            return self.coupons_key
        try:
            return self.coupons_key_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MissingKey(
                "a coupon service is asked with a service key: give --coupons-key "
                f"(`catcat coupons key` makes one), or put it in {self.coupons_key_file}"
            ) from error

    @property
    def database_url(self) -> str:
        """Where the books are."""
        return self.database or f"sqlite:///{self.data_dir.absolute() / 'catcat.db'}"
