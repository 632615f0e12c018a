"""The Lua scripts, as they stand in `lua/`.

A line `-- include NAME` stands for the text of `lua/NAME.lua`: Redis scripts cannot import. The
times of `keys.py` can be named in a script; those that it names are defined at its top.
"""

import hashlib
import re
from importlib.resources import files

from msgspec import Struct

from gameserver.live import keys

_TIME = re.compile(r"\b[A-Z_]+_MS\b")
_INCLUDE = re.compile(r"^-- include (\w+)$", re.MULTILINE)


class Script(Struct, frozen=True):
    """One script: its name, its whole text, and the digest that Redis knows it by."""

    name: str
    text: str
    sha: str


def read(name: str) -> str:
    """The text of `lua/<name>.lua` with everything that it includes."""
    text = (files(__package__) / "lua" / f"{name}.lua").read_text("utf-8")
    return _INCLUDE.sub(lambda found: read(found[1]), text)


def load(name: str) -> Script:
    """The script `lua/<name>.lua`."""
    body = read(name)
    times = sorted(set(_TIME.findall(body)))
    text = "".join(f"local {time} = {getattr(keys, time)}\n" for time in times) + body
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
