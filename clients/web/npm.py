"""Run npm with the Node of this machine, or, where there is none that will do, with a wheel's.

    python clients/web/npm.py ci

The wheel is pinned in `node.lock` and installed beside the Python that runs this.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "node.lock"


def will_do(version: str) -> bool:
    """Whether Vite runs on this Node: what its `engines` say."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major >= 23


def of_machine() -> str | None:
    """The npm on the PATH, if it runs on a Node that will do."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return npm if will_do(said.stdout) else None


def of_wheel() -> str:
    """The npm of the wheel, which is installed if need be."""
    npm = Path(sys.executable).with_name("npm")
    if not npm.exists():
        print("no Node 20.19 or newer on the PATH: taking one from PyPI", file=sys.stderr)
        wanted = ["--require-hashes", "--requirement", str(LOCK)]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return str(npm)


def main() -> None:
    npm = of_machine() or of_wheel()
    path = f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"
    os.chdir(HERE)
    os.execve(npm, [npm, *sys.argv[1:]], os.environ | {"PATH": path})  # noqa: S606


if __name__ == "__main__":
    main()
