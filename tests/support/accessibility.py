"""What axe-core finds on a page, and what does not fit on it."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

_AXE: Final = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1.min.js"
# WCAG 2.2, levels A and AA.
_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN: Final = """
(tags) => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
  .then(({violations}) => violations.flatMap(({id, nodes}) =>
    nodes.map((node) => ({id, target: node.target.join(" "), why: node.failureSummary}))))
"""
# Whatever is beyond the right edge, or in a box that hides a part of it, but for what is read and not seen, and what
# has a way to be scrolled to or opened.
_OUTSIDE: Final = """
() => {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  const needed = document.scrollingElement.scrollWidth;
  if (needed > width) wrong.push(`page: ${needed} > ${width}`);
  const name = (each) => `${each.tagName.toLowerCase()}.${each.className} "${each.textContent.trim().slice(0, 30)}"`;
  for (const each of document.body.querySelectorAll("*")) {
    if (!each.checkVisibility() || each.closest(".unseen, .skip, .long, svg, option, thead")) continue;
    const box = each.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const style = getComputedStyle(each);
    let scrolls = false;
    for (let above = each; above; above = above.parentElement) {
      scrolls ||= ["auto", "scroll"].includes(getComputedStyle(above).overflowX);
    }
    if (box.right > width + 1 && !scrolls) wrong.push(`outside: ${name(each)}`);
    const hides = ["hidden", "clip"].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1
      || ["hidden", "clip"].includes(style.overflowY) && each.scrollHeight > each.clientHeight + 1;
    if (hides && each.tagName !== "INPUT") wrong.push(`cut: ${name(each)}`);
    const cuts = ["BUTTON", "SUMMARY"].includes(each.tagName) && each.scrollWidth > each.clientWidth + 1;
    if (cuts) wrong.push(`cut: ${name(each)}`);
  }
  return wrong;
}
"""


def violations(page: Page) -> list[str]:
    """What axe-core says against a page as it is now, a line each."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(_TAGS))
    return [f"{each['id']} at {each['target']}: {' '.join(each['why'].split())}" for each in found]


def outside(page: Page) -> list[str]:
    """What of a page cannot be seen without scrolling sideways, or not at all."""
    found: list[str] = page.evaluate(_OUTSIDE)
    return found
