"""The guide to the portal shows every picture that is taken, none but those, and every shortcut, in both languages."""

import re
from zoneinfo import ZoneInfo

import pytest

from reference.pictures import FOLDER, PICTURES, looks_of
from support.tree import ROOT
from unyo.portal.shortcuts import PLACES
from unyo.portal.words.language import HOME, Language, Words

GUIDES = {Language.ENGLISH: "docs/portal.md", Language.JAPANESE: "docs/portal.ja.md"}
MOST_BYTES = 3_000_000


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _pressed(keys: str) -> str:
    return " ".join("+".join(f"<kbd>{key}</kbd>" for key in each.split("+")) for each in keys.split())


@pytest.mark.parametrize("language", GUIDES)
def test_every_shortcut_stands_in_the_guide(language: Language) -> None:
    say = Words(language, ZoneInfo(HOME)).gettext
    rows = [
        f"| {say(place.title)} | {say(each.says)} | {', '.join(map(_pressed, each.keys))} |"
        for place in PLACES
        for each in place.shortcuts
    ]
    assert "\n".join(rows) in _text(GUIDES[language]), "\n".join(rows)


def test_there_is_every_picture_and_no_other_and_all_are_small() -> None:
    there = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(there) == {picture.file(look) for picture in PICTURES for look in looks_of(picture)}
    assert sum(there.values()) <= MOST_BYTES


def test_each_page_that_is_pictured_is_shown_in_a_document() -> None:
    shown = "".join(map(_text, [*GUIDES.values(), "README.md", "README.ja.md"]))
    names = {match[1] for match in re.finditer(r"images/([a-z-]+)-(?:1280|390)-", shown)}
    assert names == {picture.name for picture in PICTURES}
