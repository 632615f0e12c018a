"""The hot path, which a wheel may have compiled: `hatch_build.py`."""

import ast
import asyncio
import importlib
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import gameserver
from hatch_build import what_is_missing

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
@pytest.mark.skipif(what_is_missing() != "", reason="nothing to compile with")
@pytest.mark.parametrize("module", MODULES)
def test_what_a_wheel_installs_is_compiled_where_it_can_be(module: str) -> None:
    found = importlib.import_module(module.removesuffix(".py").replace("/", "."))
    assert found.__file__ is not None
    assert found.__file__.endswith(".so")


async def built(wanted: str, folder: Path) -> tuple[int, str]:
    """The exit code of a wheel's build on a machine without a compiler, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hatchling", "build", "--target", "wheel",
        "--directory", str(folder / "dist"),
        cwd=ROOT,
        env=os.environ | {"CATCAT_COMPILE": wanted, "PATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def wheels(folder: Path) -> list[str]:
    return [wheel.name for wheel in folder.glob("dist/*.whl")]


async def test_without_a_compiler_a_wheel_has_the_sources_alone_and_says_so(tmp_path: Path) -> None:
    code, said = await built("auto", tmp_path)
    assert code == 0
    assert "nothing is compiled: no C compiler" in said
    [wheel] = wheels(tmp_path)
    assert wheel.endswith("-py3-none-any.whl")


async def test_where_compiling_is_a_must_a_machine_that_cannot_builds_no_wheel(
    tmp_path: Path,
) -> None:
    code, said = await built("always", tmp_path)
    assert code != 0
    assert "can't be compiled: no C compiler" in said
    assert wheels(tmp_path) == []
