"""What axe finds wrong with a page for people who do not see it, or not well, or use no mouse."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "clients" / "web" / "node_modules" / "axe-core" / "axe.min.js"


async def faults(page: Page) -> list[str]:
    """The serious and critical ones: rule, and where."""
    await page.evaluate(AXE.read_text("utf-8") + "\n;0")
    found: list[dict[str, Any]] = await page.evaluate("axe.run().then((run) => run.violations)")
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
