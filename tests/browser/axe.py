"""What axe finds wrong with what a page shows, in both themes and at four widths."""

from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (1440, 1100, 390, 320)
HEIGHT = 900
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
RUN = "(options) => axe.run(options).then(({ violations }) => violations)"


def look_closely(page: Page) -> list[str]:
    """Each finding with its first place."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    return [_describe(finding) for finding in page.evaluate(RUN, OPTIONS)]


def look_everywhere(page: Page) -> list[str]:
    """The findings of both themes at every width, and where the page is wider than its window."""
    found = []
    for width in WIDTHS:
        _resize(page, width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += [f"{width} px, {scheme}: {each}" for each in look_closely(page)]
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{width} px: {excess} px too wide"] if excess > 0 else []
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    return found


def _resize(page: Page, width: int) -> None:
    """As high as the page, so that what sticks to an edge covers nothing that a reader could scroll to."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(HEIGHT, height)})


def _describe(finding: dict[str, Any]) -> str:
    node = finding["nodes"][0]
    return f"{finding['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
