"""Wheels whose hot path is compiled: with mypyc, to C, where a compiler is there.

The sources go into the wheel all the same, and are what runs wherever nothing was compiled: in a
checkout, and in a wheel of a machine without a compiler. `CATCAT_COMPILE` says what is wanted:
`never` (as when it is not set), `always`, or `auto`, which is `always` where the machine can. The
modules are named in pyproject.toml.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_COMPILE = """
import json, sys
from mypyc.build import mypycify
from setuptools import Distribution
from setuptools.command.build_ext import build_ext

folder, modules = sys.argv[1], json.loads(sys.argv[2])
extensions = mypycify(modules, opt_level="3", group_name="gameserver", target_dir=folder)
build = build_ext(Distribution({"ext_modules": extensions}))
build.build_lib, build.build_temp = f"{folder}/lib", f"{folder}/temp"
build.ensure_finalized()
build.run()
"""


class Compiled(BuildHookInterface[Any]):
    """Puts compiled modules beside their sources into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is packed; RuntimeError where that was asked for and fails."""
        wanted = os.environ.get("CATCAT_COMPILE", "never")
        if version == "editable" or wanted == "never":
            return
        missing = what_is_missing()
        if missing and wanted == "auto":
            self.app.display_warning(f"nothing is compiled: {missing}")
            return
        if missing:
            raise RuntimeError(f"the hot path can't be compiled: {missing}")
        self._folder = Path(mkdtemp(prefix="catcat-build-"))
        words = [str(self._folder), json.dumps(self.config["modules"])]
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _COMPILE, *words],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(self._folder)
            raise RuntimeError(f"the hot path can't be compiled:\n{done.stdout}{done.stderr}")
        lib = self._folder / "lib"
        for built in lib.rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"):
            build_data["force_include"][str(built)] = str(built.relative_to(lib))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder)


def what_is_missing() -> str:
    """What this machine lacks to compile; empty where it lacks nothing."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"no C compiler ({compiler})"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "no headers of Python (python3-dev)"
    return ""
