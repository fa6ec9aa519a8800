"""What people wrote, with links where they named a web address or a ticket."""

import re
from typing import Final

from markupsafe import Markup, escape

# An address ends where Japanese text goes on, as it does at a blank. No address is longer, and so no text takes long.
_NAMED: Final = re.compile(
    r"""https?://[^\W_][!#-;=?-~]{0,2000}|(?<![0-9A-Za-z])UTM[1-9][0-9]{0,11}(?![0-9A-Za-z])""", re.ASCII
)
_PUNCTUATION: Final = ".,:;!?'"
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
# Memos are boosted: a link of ours in them would be taken for one that shows the memo's form.
_TICKET: Final = '<a href="/tickets/{0}" hx-boost="false">{0}</a>'
_ADDRESS: Final = '<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>'


def linked(text: str) -> Markup:
    """The text as markup: web addresses lead there in a new tab, ticket IDs to their pages, whoever may see those."""
    made: list[str] = []
    at = 0
    for found in _NAMED.finditer(text):
        named = _without_what_follows(found[0])
        made.append(escape(text[at : found.start()]))
        made.append((_TICKET if named.startswith("UTM") else _ADDRESS).format(str(escape(named))))
        at = found.start() + len(named)
    return Markup("".join([*made, escape(text[at:])]))  # noqa: S704 - each piece is escaped; Markup's own format is slow


def _without_what_follows(named: str) -> str:
    """An address without the sentence's punctuation, and without brackets that were opened before it."""
    while named:
        last = named[-1]
        opens = _CLOSING.get(last, "")
        if last not in _PUNCTUATION and not (opens and named.count(last) > named.count(opens)):
            break
        named = named[:-1]
    return named
