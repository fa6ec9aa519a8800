"""Text as it enters: the quoting rule of the page, what may be stored, lengths, the form that is searched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.tickets.fields import Text, Unit
from unyo.tickets.text import byte_length, is_storable, searchable, unquote

YEN, BACKSLASH = "\u00a5", "\\"
MEBI = 1024 * 1024
MODEST = settings(max_examples=300, deadline=None, derandomize=True)
TRICKY = st.text(st.sampled_from([YEN, BACKSLASH, "'", '"', "n", "\n", "あ"]), max_size=30)
ANY = st.text(st.characters(), max_size=60)


def by_the_rule(text: str) -> str:
    """The page's replacements, repeated until none is left (section 1)."""
    while True:
        replaced = text.replace(f"{YEN}'", "'").replace(f'{YEN}"', '"').replace(f"{YEN}n", "\n")
        if replaced == text:
            return text
        text = replaced


@pytest.mark.parametrize(
    ("given_text", "text"),
    [
        ("", ""),
        ("¥'", "'"),
        ('¥"', '"'),
        ("¥n", "\n"),
        ("¥'a¥'¥nb¥\"", "'a'\nb\""),
        # Repeatedly, so that nothing is left that would be replaced the next time.
        ("¥¥'", "'"),
        ('¥¥¥"', '"'),
        ("¥¥n", "¥\n"),
        ("¥¥''", "''"),
        ("¥¥'n", "'n"),
        ("¥n¥'", "\n'"),
        # Everything else stays.
        ("¥", "¥"),
        ("¥100", "¥100"),
        ("¥¥", "¥¥"),
        ("¥N", "¥N"),
        ("¥ｎ", "¥ｎ"),
        ("¥ n", "¥ n"),
        ("¥’", "¥’"),
        ("￥n", "￥n"),
        ("\\n\\'\\\"", "\\n\\'\\\""),
        ("\n", "\n"),
        ("\r\n", "\r\n"),
        ("n'\"", "n'\""),
    ],
)
def test_a_yen_sign_before_a_quote_or_n_is_undone(given_text: str, text: str) -> None:
    assert unquote(given_text) == text


@given(TRICKY | ANY)
@MODEST
def test_the_quoting_rule_replaces_what_it_says_and_nothing_else(text: str) -> None:
    assert unquote(text) == by_the_rule(text)


@given(TRICKY | ANY)
@MODEST
def test_what_came_through_the_quoting_rule_comes_through_unchanged(text: str) -> None:
    once = unquote(text)
    assert unquote(once) == once
    assert not any(sequence in once for sequence in (f"{YEN}'", f'{YEN}"', f"{YEN}n"))


@pytest.mark.parametrize(
    ("piece", "result"),
    [
        (YEN, YEN),
        (f"{YEN}'", "'"),
        (f"{YEN}n", "\n"),
        (f"{YEN}{YEN}n", f"{YEN}\n"),
        (f"{YEN}a", f"{YEN}a"),
        (BACKSLASH, BACKSLASH),
    ],
)
def test_a_mebi_of_yen_signs_is_undone_by_looking_at_it_once(piece: str, result: str) -> None:
    times = MEBI // len(piece)
    assert unquote(piece * times) == result * times


def test_a_mebi_of_yen_signs_vanishes_before_a_quote() -> None:
    assert unquote(YEN * MEBI + "'") == "'"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udfffb", "\ude00\ud83d"])
def test_nul_and_lone_surrogates_cannot_be_stored(text: str) -> None:
    assert not is_storable(text)
    assert Text(256).is_wrong(text)


@pytest.mark.parametrize("text", ["", "a", "😀", "\ud7ff\ue000", "\x01\x1f\x7f\x80", "\ufffe\uffff", "\U0010ffff"])
def test_every_other_character_can_be_stored(text: str) -> None:
    assert is_storable(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@MODEST
def test_bytes_are_utf_8s(text: str) -> None:
    assert byte_length(text) == len(text.encode())


def test_a_lone_surrogate_counts_three_bytes() -> None:
    assert byte_length("\ud800") == 3
    assert byte_length("a\udfffあ😀") == 1 + 3 + 3 + 4


@pytest.mark.parametrize(
    ("unit", "text", "too_long"),
    [
        (Unit.CHARACTERS, "あ" * 5, False),
        (Unit.CHARACTERS, "😀" * 5, False),
        (Unit.CHARACTERS, "e\u0301" * 3, True),
        (Unit.CHARACTERS, "a" * 6, True),
        (Unit.BYTES, "あaa", False),
        (Unit.BYTES, "😀a", False),
        (Unit.BYTES, "あé", False),
        (Unit.BYTES, "ああ", True),
        (Unit.BYTES, "\ud800aa", False),
        (Unit.BYTES, "\ud800aaa", True),
    ],
)
def test_a_maximum_of_five_counts_code_points_or_bytes(unit: Unit, text: str, too_long: bool) -> None:  # noqa: FBT001 - a table
    assert (Text(5, unit).length(text) > 5) is too_long


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", ""),
        ("CPU", "cpu"),
        ("ＣＰＵ　使用率", "cpu 使用率"),
        ("ｻｰﾊﾞ", "サーバ"),
        ("か\u3099", "が"),
        ("①", "1"),
        ("Straße", "strasse"),
        ("ΣΑΣ", "σασ"),
        ("㍿", "株式会社"),
        ("Å", "å"),
    ],
)
def test_words_are_compared_without_regard_to_case_and_width(text: str, form: str) -> None:
    assert searchable(text) == form


@given(ANY)
@MODEST
def test_the_searched_form_is_its_own_searched_form(text: str) -> None:
    assert searchable(searchable(text)) == searchable(text)


@given(ANY)
@MODEST
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    assert all(searchable(word) in searchable(text) for word in text.split(" "))
