"""The fenced blocks of a page (what its readers run, what the page says comes of it, what it marks), and its links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from .tree import ROOT

# Every page but those of docs/reference.
PAGES: Final = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "howto").glob("*.md")),
]
RUN: Final = {"python", "ruby", "sh"}
# Programs that are files, which a later block runs.
KEPT: Final = {"go", "js"}
SHOWN: Final = {"", "csv", "ini", "json", "text", "toml", "yaml"}
OUTPUT: Final = "text"
# What a comment before a block can say, which no reader of the rendered page sees.
NOT_RUN, FILE, STATUS = "not run", "file", "status"

_BLOCK = re.compile(r"^```(?P<language>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)\s#]*)#?(?P<anchor>[^)\s]*)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ID = re.compile(r'<a id="([^"]+)"></a>')
_ANY_FENCE = re.compile(r"^\s*(?:>\s*)*(?:`{3,}|~{3,})", re.MULTILINE)
_MARKS = re.compile(r"(?:^<!--[^\n]*-->\n)+\Z", re.MULTILINE)
_MARK = re.compile(r"^<!-- ([a-z ]+?): (\S.*?) -->$", re.MULTILINE)
# A date, a time of day on a page or in an answer, a number of a call: another one each time.
_MASKS: Final = {
    re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?"): "«date»",
    re.compile(r"\b20\d{12}\b"): "«date»",
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}"): "«request»",
}
_ANYTHING: Final = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its first line's number in the page, its marks, and the output shown under it."""

    language: str
    text: str
    line: int
    marks: Mapping[str, str]
    output: str | None

    @property
    def is_run(self) -> bool:
        """Whether it is carried out where it stands."""
        return self.language in RUN and not self.marks.keys() & {NOT_RUN, FILE}


def blocks_of(markdown: str) -> list[Block]:
    """The blocks of a page, in their order.

    Raises:
        ValueError: a fence is not at the beginning of a line or not closed, or a comment before a block is no mark.
    """
    found = list(_BLOCK.finditer(markdown))
    if len(_ANY_FENCE.findall(markdown)) != 2 * len(found):
        raise ValueError("a fence is indented, longer than three, or not closed")
    return [
        Block(
            match["language"],
            match["text"],
            markdown.count("\n", 0, match.start("text")) + 1,
            _marks_before(markdown[: match.start()]),
            _output(markdown[match.end() : after.start()], after) if after else None,
        )
        for match, after in zip_longest(found, found[1:])
    ]


def _marks_before(text: str) -> dict[str, str]:
    comments = _MARKS.search(text)
    if not comments:
        return {}
    marks = dict(_MARK.findall(comments[0]))
    if len(marks) != comments[0].count("\n") or not marks.keys() <= {NOT_RUN, FILE, STATUS}:
        raise ValueError(f"not a mark: {comments[0]}")
    return marks


def _output(between: str, after: re.Match[str]) -> str | None:
    return after["text"] if after["language"] == OUTPUT and not between.strip() else None


def is_as_shown(shown: str, said: str) -> bool:
    """Whether an output is what a page shows: dates and numbers of calls may differ, and … stands for anything."""
    lines = [
        r"(?:.*\n)*?" if line == _ANYTHING else ".*".join(map(re.escape, line.split(_ANYTHING))) + "\n"
        for line in _lines(shown)
    ]
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in _lines(said))) is not None


def _lines(text: str) -> list[str]:
    for pattern, name in _MASKS.items():
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def dead_links(page: Path) -> list[str]:
    """The links of a page, outside its blocks, that lead to no file of the tree or to no heading or mark of a page."""
    prose = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [
        found[0]
        for found in _LINK.finditer(prose)
        if not _leads_somewhere(page.parent / found["target"] if found["target"] else page, found["anchor"])
    ]


def _leads_somewhere(target: Path, anchor: str) -> bool:
    if not anchor:
        return target.exists()
    prose = _BLOCK.sub("", target.read_text(encoding="utf-8")) if target.exists() else ""
    headings = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in _HEADING.findall(prose)}
    return anchor in headings | {*_ID.findall(prose)}


def named(page: Path) -> str:
    """A page's name in the tree."""
    return str(page.relative_to(ROOT))
