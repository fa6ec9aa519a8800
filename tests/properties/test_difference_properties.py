"""What is shown of a changed text gives both texts exactly, whatever they hold."""

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unyo.portal.ticket.difference import Kind, Piece, difference

WORDS = st.sampled_from(
    [
        "障害",
        "発生",
        "に伴い",
        "、",
        "対応",
        "を",
        "サーバ",
        "web01",
        " ",
        "\n",
        "<b>",
        "&amp;",
        "¥n",
        "e\u0301",
        "🧑‍🚒",
        "\t",
    ]
)
TEXTS = st.lists(WORDS, max_size=120).map("".join) | st.text(max_size=200)


def _before(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind is not Kind.ADDED)


def _after(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind is not Kind.REMOVED)


@given(TEXTS, TEXTS)
@example("", "")
@example("あ" * 5000, "い" * 5000)
@example("a " * 2000, "b\n" * 2000)
def test_the_pieces_give_the_text_before_and_the_text_after(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert (_before(pieces), _after(pieces)) == (before, after)
    assert all(piece.text for piece in pieces)


@given(TEXTS, TEXTS)
def test_within_a_change_what_was_removed_comes_first(before: str, after: str) -> None:
    kinds = [piece.kind for piece in difference(before, after)]
    assert (Kind.ADDED, Kind.REMOVED) not in set(pairwise(kinds))
    changing = [kind for kind in kinds if kind in {Kind.ADDED, Kind.REMOVED}]
    assert bool(changing) == (before != after)


@given(TEXTS, TEXTS)
@settings(max_examples=50)
def test_no_long_run_that_did_not_change_is_shown(before: str, after: str) -> None:
    assert all(len(piece.text) <= 120 for piece in difference(before, after) if piece.kind is Kind.SAME)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("担当者へ電話で連絡した。", "担当者へメールで連絡した。", "担当者へ[-電話][+メール]で連絡した。"),
        ("disk is full", "disk was full", "disk [-is][+was] full"),
        ("CPU使用率が90%です", "CPU使用率が95%です", "CPU使用率が[-90][+95]%です"),
        ("同じ", "同じ", "同じ"),
        ("一行目\n二行目", "一行目\n追加\n二行目", "一行目\n[+追加\n]二行目"),
        ("", "新しい", "[+新しい]"),
        ("古い", "", "[-古い]"),
    ],
)
def test_words_of_either_script_change_whole(before: str, after: str, shown: str) -> None:
    marks = {Kind.SAME: "{}", Kind.ADDED: "[+{}]", Kind.REMOVED: "[-{}]", Kind.OMITTED: "…"}
    assert "".join(marks[piece.kind].format(piece.text) for piece in difference(before, after)) == shown


def test_a_long_run_beside_a_change_is_shortened() -> None:
    run = "変更のない長い文章です。" * 40
    kinds = [(piece.kind, len(piece.text)) for piece in difference(f"前{run}後", f"前{run}跡")]
    assert kinds[0] == (Kind.OMITTED, len(run) + 1 - 40)
    assert kinds[1:] == [(Kind.SAME, 40), (Kind.REMOVED, 1), (Kind.ADDED, 1)]


def test_texts_of_a_few_words_that_come_again_and_again_are_not_compared_by_words() -> None:
    choose = Random(1).choices  # noqa: S311 - any texts do
    before, after = (" ".join(choose(["OK", "NG"], k=300)) for _ in range(2))
    assert [piece.kind for piece in difference(before, after)] == [Kind.REMOVED, Kind.ADDED]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * 8000, "b a " * 8000),
        ("あア" * 10000, "アあ" * 10000),
        ("\n".join(f"line {n % 7}" for n in range(9000)), "\n".join(f"line {n % 5}" for n in range(9000))),
        ("x" * 65535, "y" * 65535),
        ("、" * 21000, "。、" * 10000),
    ],
)
def test_the_longest_texts_are_compared_in_a_moment(before: str, after: str) -> None:
    started = time.process_time()
    pieces = difference(before, after)
    assert time.process_time() - started < 1
    assert (_before(pieces), _after(pieces)) == (before, after)
