"""The wheel: what is in it, and that it serves the pages without this checkout."""

import asyncio
import os
import sys
import zipfile
from pathlib import Path

import aiohttp
import pytest

from gameserver.http.pages import BESIDE, PAGES, PATHS
from tests.waiting import until

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make wheel` does."""
    if not (PAGES / "index.html").is_file():
        raise pytest.UsageError("the pages are not built: `make pages`")
    folder = tmp_path_factory.mktemp("dist")

    async def build() -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hatchling", "build", "--target", "wheel",
            "--directory", str(folder),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        return await process.wait()

    assert asyncio.run(build()) == 0
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_pages_as_they_were_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        built = {path for path in PAGES.rglob("*") if path.is_file() and path.name != ".ready"}
        expected = {f"gameserver/_pages/{path.relative_to(PAGES).as_posix()}" for path in built}
        assert {name for name in names if "/_pages/" in name} == expected
        assert expected >= {f"gameserver/_pages/{name}" for name in (*PATHS.values(), *BESIDE)}
        assert any(name.endswith(".js.br") for name in expected)
        for path in built:
            name = f"gameserver/_pages/{path.relative_to(PAGES).as_posix()}"
            assert archive.read(name) == path.read_bytes()
    assert "gameserver/_assets/species.toml" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


async def test_what_the_wheel_installs_serves_the_pages(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gameserver", "serve", "--port", "0",
        "--data-dir", str(tmp_path / "var"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            said = (await process.stdout.readline()).decode()
        assert said.startswith("listening on ")
        url = said.split()[-1]
        async with aiohttp.ClientSession(url) as client:
            for path, name in PATHS.items():
                async with client.get(path) as answer:
                    served = await answer.read()
                    assert served == (installed / "gameserver" / "_pages" / name).read_bytes()
            async with client.get("/art/boba.svg") as answer:
                assert answer.status == 200
    finally:
        process.terminate()
        await until(lambda: process.returncode is not None)
