"""Both languages are whole: each message has its Japanese, each label its English, and each reader their own form."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from babel.messages import Catalog

from reference.messages import LOCALE, Message, catalogues, entries, messages, own_texts, placeholders
from support.desks import INCIDENT, DeskUnderTest
from support.portal import signed_in
from unyo.portal.forms.sections import GROUPS
from unyo.portal.words.english import meaning
from unyo.portal.words.language import Language, Words, preferred
from unyo.tickets.directory import Role
from unyo.tickets.field_tables import STATES, SUPPORTED_GROUPS, TICKET_TABLES, WAYS
from unyo.tickets.initial_options import initial_options
from unyo.tickets.model import UNRESTRICTED

SAID = messages()
CATALOGUES = catalogues()


def _all() -> list[tuple[Message, tuple[str, ...]]]:
    return list(chain.from_iterable(map(entries, CATALOGUES.values())))


def test_every_message_is_in_one_catalogue_and_no_other_is() -> None:
    held = Counter(message for message, _ in _all())
    assert sorted(SAID.keys() - held.keys()) == [], "make messages"
    assert sorted(held.keys() - SAID.keys()) == [], "make messages"
    assert [message for message, count in held.items() if count > 1] == []
    assert {path.name for path in LOCALE.iterdir()} == {"ja"}, "English is what the portal says"


def test_every_message_has_its_japanese_in_all_forms_and_fills_in_the_same() -> None:
    forms = Catalog("ja").num_plurals
    for message, said in _all():
        assert len(said) == forms, message
        assert all(text.strip() for text in said), message
        for text in said:
            assert placeholders(text) == placeholders(message.many or message.one), message


def test_no_message_waits_for_a_second_look() -> None:
    assert [each.id for found in CATALOGUES.values() for each in found if each.id and each.fuzzy] == []


def test_no_template_says_what_is_in_no_message() -> None:
    assert list(own_texts()) == []


def test_every_label_and_fixed_value_of_the_tables_has_its_english() -> None:
    labels = {row.parameter.label for table in TICKET_TABLES.values() for row in table.rows}
    fixed = chain(*STATES.values(), SUPPORTED_GROUPS, WAYS, [UNRESTRICTED], (group.title for group in GROUPS))
    listed = (option.value for option in initial_options())
    for japanese in {*labels, *fixed, *listed, *(role.value for role in Role)}:
        assert meaning(japanese).isascii(), japanese


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.5,ja;q=0.4", "en"),
        ("en;q=0.1,ja-JP;q=0.2", "ja"),
        ("en;q=0", "ja"),
        ("fr", "ja"),
        ("", "ja"),
        (";;q=,en;q=x", "ja"),
    ],
)
def test_a_browser_says_which_language_is_liked_best(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_a_person_s_choice_comes_before_the_browser_s(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, language="en")
    assert browser.get("/settings").main.one("h1").text == "Settings"
    browser.post("/settings/language", {"language": "ja"})
    assert browser.get("/settings").main.one("h1").text == "設定"
    browser.post("/settings/language", {"language": ""})
    assert browser.get("/settings").main.one("h1").text == "Settings"


def test_dates_are_in_the_reader_s_form_and_at_home_unless_they_choose_otherwise(desk: DeskUnderTest) -> None:
    desk.update(CorrespondLimitDate="20260402183000")
    shown = {"ja": "2026/04/02 18:30", "en": "2 Apr 2026, 18:30"}
    for language, date in shown.items():
        browser = signed_in(desk, language=language)
        assert date in browser.get(f"/tickets/{INCIDENT}").main.text
    browser.post("/settings/time-zone", {"time_zone": "Europe/London"})
    assert "2 Apr 2026, 10:30" in browser.get(f"/tickets/{INCIDENT}").main.text


def test_how_long_ago_and_counts_are_in_the_reader_s_form() -> None:
    now = datetime(2026, 4, 1, tzinfo=UTC)
    japanese, english = (Words(language, ZoneInfo("Asia/Tokyo")) for language in Language)
    earlier = datetime(2026, 3, 31, 21, tzinfo=UTC)
    assert (japanese.ago(earlier, now), english.ago(earlier, now)) == ("3時間前", "3 hours ago")
    for nearly in (now - timedelta(seconds=9), now, now + timedelta(seconds=9)):
        assert (japanese.ago(nearly, now), english.ago(nearly, now)) == ("たった今", "just now")
    assert (japanese.number(12345), english.number(12345)) == ("12,345", "12,345")
    assert (japanese.day(now.date()), english.day(now.date())) == ("2026/04/01", "1 Apr 2026")
