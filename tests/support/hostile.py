"""Values, parameters and headers as a hostile client makes them: near the edges of every rule, and beyond."""

import json
from typing import Any

from hypothesis import strategies as st

from .contract_tables import GROUPS, MEMO_MEMBERS, READING_TABLES, STATES, TICKET_TABLES, WAYS

NASTY_TEXTS = [
    *(
        "",
        " ",
        "\t",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\ufeff",
        "\ufffe",
        "\u202e",
        "😀",
        "e\u0301",
        "\u2028",
    ),
    *(
        "¥",
        "¥n",
        "¥'",
        '¥"',
        "¥" * 500 + "'",
        "¥n" * 2000,
        "\\'",
        "'",
        '"',
        "\\",
        "\\u0000",
        "'; DROP TABLE tickets; --",
    ),
    *("0", "1", "2", "01", "00", "３", "²", "٣", "-1", "+1", "1e3", "999999999", "1" * 10, "1" * 5000, "200", "201"),
    *("20220229000000", "20240229000000", "18991231235959", "99991231235959", "99999999999999", "00000000000000"),
    *("1" * 14, "２" * 14, "20220101000060", "19000101000000"),
    *("UTM123456", "UTM123457", "UTM0", "UTM1", "utm123456", "UTM" + "9" * 12, "UTM１２３", "UTM-1", "UTM 1"),
    *("SA1234567", "SA7654321", "SA8888888", "uom12345678", "uom87654321", "%", "_", "\\%", ",", "高,中", "高,", "NaN"),
    *("高", "サーバ運用", "カテゴリ2", "HW障害", "サブカテゴリ1", "問合せ", "作業依頼", "有"),
    *(*STATES["1"], *STATES["2"], *GROUPS, *WAYS),
    *("x" * 257, "漢" * 2049, "😀" * 16384, "x" * 65536),
]
"""Texts near the edges of some rule, and good ones, so that what is judged late is reached too."""
NASTY_JSON = [
    *("[" * depth + "]" * depth for depth in (1, 31, 32, 1000, 100_000)),
    *('{"a":' * depth + "1" + "}" * depth for depth in (1, 31, 40)),
    *("1" * 5000, "-0", "1e999", "-1e-999", "0.1" + "0" * 5000, "NaN", "Infinity", "-Infinity", "null", "true"),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\\'"', '"a\\\\\'b"', "'a'", '"¥""', '"\x01"', '"', "[", "", ","),
    *('{"__proto__":{}}', '{"a":1,"a":2}', "[[],{},[{}],null]"),
]
"""JSON that json.dumps does not write, some of it none at all."""
TEXTS = st.sampled_from(NASTY_TEXTS) | st.text(st.characters(), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
JSON = (
    st.sampled_from(NASTY_JSON) | VALUES.map(json.dumps) | TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False))
)
PARAMETERS = sorted(
    {row.name for tables in (TICKET_TABLES, READING_TABLES) for rows in tables.values() for row in rows}
)
NAMES = st.sampled_from([*PARAMETERS, "CorrespondProcessList"]) | TEXTS
_MEMO_NAMES = st.sampled_from([row.name for row in MEMO_MEMBERS]) | TEXTS
MEMO = st.dictionaries(_MEMO_NAMES, st.sampled_from(["0", "1", "2", "3", "", "追記"]) | TEXTS, max_size=4)
HEADERS = st.sampled_from(
    [
        *("x-iijapi-unyo-call", "x-iijapi-expire", "x-iijapi-signaturemethod", "x-iijapi-signatureversion"),
        *("x-iijapi-x", "x-iijapi-", "authorization", "content-md5", "content-type", "content-encoding", "expect"),
    ]
)
HEADER_TEXTS = st.text(st.characters(max_codepoint=255), max_size=30) | st.sampled_from(
    [
        *("5f0c7f5a-3a6e-4f7a-9d3c-1f2e3d4c5b6a", "5F0C7F5A3A6E4F7A9D3C1F2E3D4C5B6A", "1" * 5000, "2", "HmacSHA1"),
        *("2026-04-01T01:00:00Z", "9999-12-31T23:59:59Z", "2026-04-01T24:00:00Z", "2026-02-30T00:00:00Z"),
        *("0000-00-00T00:00:00Z", "AAAAAAAAAAAAAAAAAAAAAA==", "====", "gzip, identity", "100-continue"),
        *("IIJAPI 1234567890ABCDEFGHIJ:", "IIJAPI 1234567890ABCDEFGHIJ:\xe9", "IIJAPI :", "IIJAPI \xb2:\xb2"),
        *("application/json; charset=", "application/json; charset=\xff", "application/json;;;=", ";"),
    ]
)
