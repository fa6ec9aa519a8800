"""Whatever passes through a recorder can be written down and read again, and masking keeps its shape."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.bootstrap.clock import system_clock
from unyo.testkit.cassettes.masking import Masker
from unyo.testkit.cassettes.reading import read_cassette
from unyo.testkit.cassettes.scrubbing import Heard, Scrubber
from unyo.testkit.cassettes.writing import CassetteFile
from unyo.tickets.text import unquote

TEXTS = st.text(st.characters(exclude_categories=()), max_size=40) | st.text(
    " \n\t:#-'\"|>{}[]&*!%@`,¥\\\r\x85\u2028", max_size=8
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(TEXTS, VALUES, max_size=5)


def _kept(content: bytes, answer: bytes) -> tuple[Any, Any]:
    """The two messages of a call as they are read from a cassette."""
    heard = Heard("POST", "/r/x", "", [], content, system_clock(), status=200, answer=answer)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cassette.yaml"
        with CassetteFile(path, "https://vendor.example", system_clock(), masked=False) as file:
            for number in (1, 2):
                file.add(Scrubber(masking=False).recorded(number, heard))
        first, second = read_cassette(path).calls
    assert first.answer
    assert second.answer
    assert (first.request, first.answer) == (second.request, second.answer)
    return first.request, first.answer.message


@settings(deadline=None)  # each call waits for the disk
@given(BODIES, BODIES)
def test_an_object_is_read_as_it_was(body: dict[str, Any], answer: dict[str, Any]) -> None:
    sent, answered = (json.dumps(each).encode() for each in (body, answer))
    request, message = _kept(sent, answered)
    assert (request.body, message.body) == (body, answer)


@settings(deadline=None)  # each call waits for the disk
@given(st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")), TEXTS)
def test_what_is_no_json_is_read_as_it_was(content: bytes, text: str) -> None:
    answer = f"<html>{text}".encode("utf-8", "replace")
    request, message = _kept(b"{" + content, answer)
    assert request.body is not None or request.text == (b"{" + content).decode("utf-8", "backslashreplace")
    assert message.text == answer.decode()


@pytest.mark.parametrize("text", ["\n", "\n\n", "<html>\n\n", "a\n\n\n", " \n a", "\r\n\r\n"])
def test_an_error_page_with_empty_lines_at_its_end_is_read_as_it_was(text: str) -> None:
    assert _kept(b"{", text.encode())[1].text == text


@given(TEXTS)
def test_a_masked_text_has_the_lengths_and_lines_of_the_text(text: str) -> None:
    masker = Masker(b"key")
    masked = masker.letters(text)
    assert [len(each.encode("utf-8", "surrogatepass")) for each in masked] == [
        len(each.encode("utf-8", "surrogatepass")) for each in text
    ]
    assert masked.count("\n") == text.count("\n")
    assert masker.letters(text) == masked
    assert masker.body({"Title": text})["Title"] == masker.letters(unquote(text))


def test_short_texts_that_differ_are_masked_by_letters_that_differ() -> None:
    masker = Masker(b"key")
    kana = [chr(code) for code in range(0x3041, 0x3097)]
    assert len({masker.letters(each) for each in kana}) == len(kana)
    assert [masker.letters(each) for each in kana] == [masker.letters(each) for each in kana]
