"""Writes the generated documentation into docs/ of the checkout."""

from pathlib import Path

from gameserver.docs import frames
from gameserver.docs.page import protocol_page

DOCS = Path(__file__).parents[2] / "docs"


def generated() -> dict[Path, str]:
    """Every generated file and its text."""
    files = {DOCS / "golden" / name: text for name, text in frames.files()}
    return {DOCS / "protocol.md": protocol_page()} | files


def main() -> None:
    """Write them all."""
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
