"""How the page marks up what stands in the tables: texts of two languages, and JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from .wording import Language, Wording

# Kana, kanji and full-width forms.
_JAPANESE = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]+)")


def marked_languages(text: str, words: Wording) -> Markup:
    """A text with its Japanese marked as such, so that an English voice does not read it."""
    if words.language is Language.JAPANESE:
        return Markup.escape(text)
    parts = _JAPANESE.split(text)
    return Markup().join(
        Markup('<span lang="ja">{}</span>').format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def marked_json(value: Mapping[str, Any]) -> Markup:
    """JSON to read, with its names marked."""
    return Markup("\n").join(_line(line) for line in json.dumps(value, ensure_ascii=False, indent=2).splitlines())


def _line(line: str) -> Markup:
    name, colon, rest = line.partition('": ')
    if not colon:
        return Markup.escape(line)
    indent = len(name) - len(name.lstrip())
    return Markup('{}<span class="k">{}"</span>: {}').format(" " * indent, name.lstrip(), rest)
