"""JSON as the contract reads and writes it (section 1)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unyo.uom.codec import NotJson, decode, encode

MIB = 1024 * 1024


def nested(depth: int, inside: bytes = b"") -> bytes:
    """An object that holds arrays, ``depth`` levels in all."""
    return b'{"a":' + b"[" * (depth - 1) + inside + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a" : "b"}\n', {"a": "b"}),
        ('{"件名":"通知"}'.encode(), {"件名": "通知"}),
        (rb'{"a":"\u4ef6\u540d"}', {"a": "件名"}),
        (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (rb'{"a":"\ud83d"}', {"a": "\ud83d"}),
        (rb'{"\ude00":"\u0000"}', {"\ude00": "\0"}),
        (rb'{"a":"\"\\\/\b\f\n\r\t"}', {"a": '"\\/\b\f\n\r\t'}),
        (b'{"a":null,"b":true,"c":false,"d":{},"e":[]}', {"a": None, "b": True, "c": False, "d": {}, "e": []}),
        (b'{"a":"1","a":"2"}', {"a": "2"}),
        (b'{"a":{"b":"1","b":"2"}}', {"a": {"b": "2"}}),
        ('{"a":"¥n¥\'"}'.encode(), {"a": "¥n¥'"}),
    ],
)
def test_an_object_is_read(body: bytes, value: dict[str, Any]) -> None:
    assert decode(body) == value


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'{"a":"it\'s"}', "it's"),
        (rb'{"a":"\'\'"}', "''"),
        (rb'{"a":"\\\'"}', r"\'"),
        (rb'{"a":"\\\\\'"}', r"\\'"),
        # Here the backslash itself belongs to an escape, so what it stands before is not stray.
        (rb'{"a":"a\\' + rb"""'b"}""", r"a\'b"),
        (rb'{"a":"\\\\' + rb"""'"}""", r"\\'"),
        (rb'{"a":"\n\'\""}', "\n'\""),
        (rb'{"a":"\u005c\'"}', r"\'"),
    ],
)
def test_a_stray_backslash_before_a_quote_is_read_as_the_quote(body: bytes, text: str) -> None:
    assert decode(body) == {"a": text}


def test_a_stray_backslash_in_a_name_is_read_too() -> None:
    assert decode(rb'{"a\'b":"c"}') == {"a'b": "c"}


@pytest.mark.parametrize(
    "number", ["0", "-1", "1.5", "1e5", "-0.0E-7", "1e999999999", "9" * 5000, "-" + "9" * MIB, "0." + "1" * 5000]
)
def test_a_number_of_any_length_is_no_string(number: str) -> None:
    assert decode(f'{{"a":{number},"b":[{number}],"c":"{number}"}}'.encode()) == {"a": None, "b": [None], "c": number}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n", id="blanks"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b'{"a":"b"', id="cut off after a value"),
        pytest.param(b'{"a":"b', id="cut off in a string"),
        pytest.param(b'{"a":"b\\', id="cut off in an escape"),
        pytest.param(b'{"a":"b"}}', id="more than one value"),
        pytest.param(b'{"a":"b",}', id="trailing comma"),
        pytest.param(b"{'a':'b'}", id="single quotes"),
        pytest.param(b"{\\'a\\':\\'b\\'}", id="stray backslashes outside a string"),
        pytest.param(b"{a:1}", id="name without quotes"),
        pytest.param(b'{"a":"b" /* c */}', id="comment"),
        pytest.param(b'{"a":01}', id="leading zero"),
        pytest.param(b'{"a":+1}', id="plus"),
        pytest.param('{"a":１}'.encode(), id="full-width digit"),
        pytest.param(b'{"a":"\n"}', id="raw line feed in a string"),
        pytest.param(b'{"a":"\0"}', id="raw NUL in a string"),
        pytest.param(rb'{"a":"\x"}', id="unknown escape"),
        pytest.param(rb'{"a":"\u12"}', id="short escape"),
        pytest.param('{"a":"¥"}'.encode() + b'"}', id="a yen sign does not keep a quote from ending the string"),
        pytest.param(b'\xef\xbb\xbf{"a":"b"}', id="byte order mark"),
        pytest.param('{"a":"b"}'.encode("utf-16"), id="UTF-16"),
        pytest.param('{"a":"件名"}'.encode("cp932"), id="Shift JIS"),
        pytest.param(b'{"a":"\xff"}', id="no UTF-8"),
        pytest.param(b'{"a":"\xe4\xbb"}', id="cut-off UTF-8"),
        pytest.param(b'{"a":"\xc0\x80"}', id="overlong UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}', id="surrogates in UTF-8"),
        pytest.param(b"a=b&c=d", id="form"),
        pytest.param(b"<a/>", id="XML"),
        pytest.param(b"[]", id="array"),
        pytest.param(b'"a"', id="string"),
        pytest.param(b"1", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"a":NaN}', id="NaN"),
        pytest.param(b'{"a":[Infinity]}', id="Infinity"),
        pytest.param(b'{"a":{"b":-Infinity}}', id="-Infinity"),
        pytest.param(b"NaN", id="only NaN"),
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        decode(body)


def test_nesting_is_taken_to_a_depth_of_32() -> None:
    assert decode(nested(32))
    with pytest.raises(NotJson, match="deeper than 32"):
        decode(nested(33))


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(b",".join([b"[]"] * 1000), id="beside each other"),
        pytest.param(b'"' + b"[{" * 1000 + b'"', id="in a string"),
        pytest.param(rb'"\"' + b"[{" * 1000 + b'"', id="in a string after an escaped quote"),
        pytest.param(rb'"\\","' + b"[{" * 1000 + b'"', id="in a string after one that ends in a backslash"),
        pytest.param(rb'"\'' + b"[{" * 1000 + b'"', id="in a string after a stray backslash"),
    ],
)
def test_only_brackets_within_each_other_count_for_the_depth(inside: bytes) -> None:
    assert decode(nested(31, inside))
    with pytest.raises(NotJson, match="deeper than 32"):
        decode(nested(32, b"[]," + inside))


# A mebibyte each: what were quadratic, or recursive, would not come to an end in these.
HOSTILE = {
    "open brackets": b"[" * MIB,
    "open objects": b'{"a":' * (MIB // 5),
    "closed brackets": b"]" * MIB,
    "pairs of brackets": b"[]" * (MIB // 2),
    "quotes": b'"' * MIB,
    "backslashes": b'{"a":"' + b"\\" * MIB,
    "a string without end": b"[" * 40 + b'"' + b"a" * MIB,
    "a string of escapes without end": b"[" * 40 + b'"' + rb"\n" * (MIB // 2),
    "escaped quotes": b"[" * 40 + b'"' + rb"\"" * (MIB // 2),
    "quotes and brackets": b'"[' * (MIB // 2),
    "stray backslashes without end": b'{"a":"' + rb"\'" * (MIB // 2),
    "digits and a letter": b"1" * MIB + b"a",
    "blanks": b" " * MIB,
    "commas": b"{" + b"," * MIB,
    "continuation bytes": b"\x80" * MIB,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mebibyte_of_anything_is_refused_by_looking_at_it_once(name: str) -> None:
    with pytest.raises(NotJson):
        decode(HOSTILE[name])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b"[" * MIB, "[" * MIB),
        (rb"\"" * (MIB // 2), '"' * (MIB // 2)),
        (rb"\'" * (MIB // 2), "'" * (MIB // 2)),
        (rb"\\" * (MIB // 2), "\\" * (MIB // 2)),
        (rb"\\\'" * (MIB // 4), r"\'" * (MIB // 4)),
    ],
    ids=["brackets", "escaped quotes", "stray backslashes", "backslashes", "backslashes and stray ones"],
)
def test_a_mebibyte_of_hostile_text_is_a_text(text: bytes, read: str) -> None:
    assert decode(b'{"a":"' + text + b'","b":' + b"[" * 31 + b"]" * 31 + b"}")["a"] == read


def test_an_answer_is_written_compact_and_in_utf_8() -> None:
    assert encode({"件名": ["a", {"b": "😀¥\n"}]}) == '{"件名":["a",{"b":"😀¥\\n"}]}'.encode()


def test_a_lone_surrogate_in_a_name_is_written_escaped() -> None:
    assert encode({"a\ud83d": "\ude00", "\\\ud800": ""}) == rb'{"a\ud83d":"\ude00","\\\ud800":""}'


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert decode(encode(value)) == value


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_are_an_object_or_no_json(body: bytes) -> None:
    try:
        value = decode(body)
    except NotJson:
        return
    assert isinstance(value, dict)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.text(st.characters(codec="utf-8"), max_size=20)
        | st.text("\\'\"[{¥n", max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=20,
    )
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_json_without_numbers_is_read_as_any_reader_reads_it(value: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps({"a": value}, ensure_ascii=ascii_only)
        assert decode(text.encode()) == json.loads(text) == {"a": value}
