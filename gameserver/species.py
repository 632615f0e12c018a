"""The kinds of cats, from `assets/species.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

ASSETS = next(
    folder
    for folder in (Path(__file__).parents[0] / "_assets", Path(__file__).parents[1] / "assets")
    if folder.is_dir()
)
"""The project's assets: inside the package where it was installed, beside it in a checkout."""


class Species(Struct, frozen=True):
    """One kind of cat. `catch_rate` is the chance that a throw hits."""

    name_en: str
    name_zh: str
    rarity: str
    weight: float
    points: int
    catch_rate: float
    art: str
    about_en: str = ""
    about_zh: str = ""


class _File(Struct, frozen=True):
    species: dict[str, Species]


def read_species(path: Path = ASSETS / "species.toml") -> Mapping[str, Species]:
    """All kinds by id, in the file's order.

    OSError, tomllib.TOMLDecodeError or msgspec.ValidationError where it can't be read.
    """
    parsed = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    return MappingProxyType(parsed.species)
