"""The hot path, which a wheel may have compiled: `hatch_build.py`."""

import ast
import importlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

import gameserver
from hatch_build import _missing

ROOT = Path(__file__).parents[1]


def settings() -> Any:
    """What pyproject.toml says of wheels."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return said["tool"]["hatch"]["build"]["targets"]["wheel"]


MODULES = settings()["hooks"]["custom"]["modules"]


@pytest.mark.parametrize("module", MODULES)
def test_no_class_that_is_compiled_says_more_than_its_bases(module: str) -> None:
    """mypyc leaves out keywords such as `frozen=True`, and decorators of ours."""
    classes = [
        node
        for node in ast.walk(ast.parse((ROOT / module).read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    assert [one.name for one in classes if one.keywords or one.decorator_list] == []


@pytest.mark.skipif(
    Path(gameserver.__file__).is_relative_to(ROOT / "gameserver"),
    reason="of a checkout nothing is compiled",
)
@pytest.mark.skipif(_missing() != "", reason="nothing to compile with")
@pytest.mark.parametrize("module", MODULES)
def test_what_a_wheel_installs_is_compiled_where_it_can_be(module: str) -> None:
    found = importlib.import_module(module.removesuffix(".py").replace("/", "."))
    assert found.__file__ is not None
    assert found.__file__.endswith(".so")
