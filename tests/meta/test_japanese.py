"""Japanese is written in one way, on pages and in documents: by the rules and the words of CONTRIBUTING.md."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import pytest

from reference.messages import catalogues, entries
from support.tree import ROOT

DOCUMENTS: Final = ("README.ja.md", "docs/portal.ja.md")
# What is no prose: code, comments, keys, where links lead, and the name in the heading.
NO_PROSE: Final = re.compile(
    r"^```.*?^```$|<!--.*?-->|<kbd>.*?</kbd>|`[^`\n]*`|\]\([^)\n]*\)|^# .*?$", re.DOTALL | re.MULTILINE
)
KANA: Final = "ぁ-んァ-ヶー一-龠々"


class Word(NamedTuple):
    """A row of the table of words."""

    english: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def _words() -> list[Word]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", text.partition("| English | 日本語 | not |")[2], re.MULTILINE)
    apart = re.compile("[、；]|（する）")
    return [Word(row[0], *(tuple(filter(None, apart.split(cell))) for cell in row[1:])) for row in rows]


def _texts() -> Iterator[tuple[str, str]]:
    """Each Japanese text, with where it stands."""
    for name, catalogue in catalogues().items():
        for message, said in entries(catalogue):
            yield from ((f"{name}: {message.one}", re.sub(r"%\(\w+\)[a-z]|\{\w+\}", "", text)) for text in said)
    for name in DOCUMENTS:
        yield name, NO_PROSE.sub("", (ROOT / name).read_text(encoding="utf-8"))


TEXTS: Final = list(_texts())


def _found(pattern: str, *, where: str = "") -> list[tuple[str, str]]:
    """Where a pattern occurs, and in what words."""
    found = re.compile(f".*?(?:{pattern}).*", re.MULTILINE)
    return [(name, match[0]) for name, text in TEXTS if name.startswith(where) for match in found.finditer(text)]


@pytest.mark.parametrize("word", _words(), ids=lambda word: word.english)
def test_a_thing_has_one_name(word: Word) -> None:
    for name, text in TEXTS:
        rest = re.sub("|".join(sorted(word.right, key=len, reverse=True)), "", text)
        assert [wrong for wrong in word.wrong if wrong in rest] == [], (name, word.right)


def test_the_table_is_read() -> None:
    assert Word("assignee", ("担当者",), ("アサイン", "担当ユーザ")) in _words()
    assert {"README.ja.md", "docs/portal.ja.md"} < {name for name, _ in TEXTS}


def test_signs_of_japanese_text_are_of_full_width() -> None:
    assert _found(rf"[{KANA}、。」）] ?\(|\) ?[{KANA}、。「（]|[{KANA}][?!,;]|[０-９Ａ-Ｚａ-ｚ：]") == []


def test_no_blank_stands_between_japanese_and_latin_text() -> None:
    assert _found(rf"[{KANA}、。] +[A-Za-z0-9]|[A-Za-z0-9] +[{KANA}]") == []


def test_sentences_are_polite() -> None:
    assert _found("(?:だ|である|する|(?<![まで])した|ない|いる|れる|こと)。") == []


def test_loan_words_have_no_long_vowel_at_their_end() -> None:
    assert _found("(?:ユーザ|サーバ|ブラウザ|フォルダ|プリンタ|コンピュータ|パラメータ|ヘッダ|フィルタ)ー") == []


def test_small_words_are_written_in_one_way() -> None:
    assert _found("全て|下さい|出来|致し|ひとつ|一つ|二つ|二人|1回だけ|1度") == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_bold_words_end_where_markdown_sees_it(document: str) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*(.?)", (ROOT / document).read_text(encoding="utf-8"))
    assert [each for each in bold if re.search(r"\W$", each[0]) and re.match(r"\w", each[1])] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_lines_end_where_a_blank_does_no_harm(document: str) -> None:
    """Between two lines of one paragraph, unless they are a list of links."""
    lines = (ROOT / document).read_text(encoding="utf-8").split("\n")
    is_code = False
    for line, after in pairwise(lines):
        is_code ^= line.startswith("```")
        goes_on = bool(line) and re.match(r"[^\W\d]| {2,}\S|[（「`\[]", after) and not re.match(r"[|#!<`]", line)
        if goes_on and not is_code:
            assert line.endswith(("、", "。", "·")), line
