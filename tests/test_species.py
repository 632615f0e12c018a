"""The kinds of cats as the server reads them."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from gameserver.species import ASSETS, Species, read_species

ONE = """
[species.{name}]
name_en = "Bobbin"
name_zh = "线团"
rarity = "common"
weight = {weight}
points = 10
catch_rate = 0.95
art = "art/bobbin.svg"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "species.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_cats_of_the_project_are_read_whole_and_in_the_files_order() -> None:
    raw = tomllib.loads((ASSETS / "species.toml").read_text("utf-8"))["species"]
    species = read_species()
    assert list(species) == list(raw)
    for name, kind in species.items():
        assert isinstance(kind, Species)
        assert msgspec.to_builtins(kind) == raw[name]
        assert (ASSETS / kind.art).is_file()


def test_a_kind_needs_no_story(tmp_path: Path) -> None:
    (kind,) = read_species(written(tmp_path, ONE.format(name="bobbin", weight=30))).values()
    assert (kind.weight, kind.about_en, kind.about_zh) == (30.0, "", "")


def test_the_kinds_cannot_be_changed_by_who_reads_them() -> None:
    with pytest.raises(TypeError):
        read_species()["bobbin"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    "text",
    ["", "species = 3", '[species.a]\nname_en = "A"', ONE.format(name="a", weight='"heavy"')],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_species(written(tmp_path, text))


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        read_species(written(tmp_path, "[species.a"))


def test_no_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_species(tmp_path / "nothing.toml")
