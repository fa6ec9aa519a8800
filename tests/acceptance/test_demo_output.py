"""What a person sees of `unyo demo --once`, through a pipe."""

import json
import re
from collections.abc import Iterator

import pytest

from support.demonstration import CAST
from support.processes import Finished, unyo


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """What the demonstration printed, once; it had its temporary folder in one that is empty again."""
    folder = tmp_path_factory.mktemp("once")
    told = unyo("demo", "--once", "--port", "0", folder=folder, variables={"TMPDIR": str(folder)})
    assert not list(folder.iterdir())
    return told


def _panel(shown: Finished, title: str) -> str:
    """What stands in a frame, its lines joined."""
    _, _, below = shown.out.partition(f"╭─ {title} ")
    framed, _, _ = below.partition("╰")
    return "".join(line.strip(" │\n") for line in framed.splitlines()[1:])


def _rows(shown: Finished) -> Iterator[list[str]]:
    """The rows of both tables, a cell's lines joined."""
    row: list[str] = []
    for line in shown.out.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("│").split("│")]
        if not line.strip().startswith("│") or len(cells) != 4:
            continue
        if cells[0]:
            if row:
                yield row
            row = cells
        else:
            row = [old + new for old, new in zip(row, cells, strict=True)]
    yield row


@pytest.fixture(scope="module")
def rows(shown: Finished) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in _rows(shown)}


def test_it_succeeds_and_has_nothing_to_complain_about(shown: Finished) -> None:
    assert (shown.status, shown.err) == (0, "")


def test_a_pipe_gets_no_escape_codes(shown: Finished) -> None:
    assert "\x1b" not in shown.out


def test_it_shows_the_call_as_it_went_over_the_wire(shown: Finished) -> None:
    call = _panel(shown, "① 呼び出し / the call")
    assert re.match(r"POST http://127\.0\.0\.1:\d+/r/20221221/UpdateTicket\.json", call)
    assert "content-type: application/json; charset=utf-8" in call
    assert "x-iijapi-signaturemethod: HmacSHA256" in call
    assert "x-iijapi-signatureversion: 2" in call
    assert re.search(r"authorization: IIJAPI 1234567890ABCDEFGHIJ:[A-Za-z0-9+/]{43}=", call)
    for sent in ('"TicketId": "UTM123456"', '"Title": "titleTest"', '"StateCode": "クローズ"', '"updateTest"'):
        assert sent in call


def test_it_shows_the_answer(shown: Finished) -> None:
    answer = _panel(shown, "② 応答 / the answer")
    head, body = answer[: answer.index("{")], answer[answer.index("{") :]
    assert head == "HTTP 200  application/json; charset=utf-8"
    ((name, inside),) = json.loads(body).items()
    assert name == "UpdateTicketResponse"
    assert list(inside) == ["RequestId"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{8}){4}", inside["RequestId"])


@pytest.mark.parametrize(
    ("parameter", "before", "after"),
    [
        ("Title", "アラート発生XXX", "titleTest"),
        ("StateCode", "対応中", "クローズ"),
        ("Priority", "高", "中"),
        ("CorrespondLimitDate", "2022-10-07 18:00:00", "2022-08-01 00:00:00"),
        ("FinishApprovalUserId", "(空)", "SA1234567"),
        ("Category", "HW障害", "アプリ障害"),
        ("SubCategory", "サブカテゴリ", "(空)"),
        ("Cause", "(空)", "XXのメモリが不足していたため"),
        ("RelatedSystem", "Asystem", "〃"),
        ("EventId", "12345", "〃"),
        ("StateInsertDate", "2022-10-05 14:36:29", "〃"),
    ],
)
def test_it_shows_each_parameter_before_and_after(
    rows: dict[str, list[str]], parameter: str, before: str, after: str
) -> None:
    assert rows[parameter][1:] == [before, after]


def test_the_update_dates_that_the_sample_moves_are_shown(rows: dict[str, list[str]]) -> None:
    for section, before in (
        ("State", "2022-10-05 16:36:49"),
        ("Summary", "2022-10-05 14:36:30"),
        ("Correspond", "(空)"),
    ):
        was, became = rows[f"{section}UpdateDate"][1:]
        assert was == before
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", became)


def test_it_shows_what_happened_to_each_memo(rows: dict[str, list[str]]) -> None:
    assert rows["1"] == ["編集 edited", "障害発生に伴い、対応を開始する。", "updateTest"]
    assert rows["2"] == ["削除 deleted", "担当者へ電話で連絡した。", "(空)"]
    assert rows["3"] == ["追加 added", "(空)", "addTest"]


def test_it_counts_what_changed(shown: Finished, rows: dict[str, list[str]]) -> None:
    changed = [
        parameter
        for parameter, (*_, after) in rows.items()
        if re.fullmatch("[A-Z][A-Za-z]+", parameter) and after not in {"〃", "–"}
    ]
    assert f"{len(changed)} 項目を更新、対応メモ 3 件を操作しました。" in shown.out
    assert len(changed) > 20


def test_each_account_stands_on_one_line_with_its_key_and_secret(shown: Finished) -> None:
    for account, who in CAST.items():
        (line,) = [line for line in shown.out.splitlines() if account.access_key in line and "  SA" in line]
        assert line.split(maxsplit=2)[:2] == [account.service_code, account.master_id]
        assert who in line
        assert line.endswith(f"  {account.access_key}  {account.secret_key}")


def test_the_command_to_paste_is_not_wrapped(shown: Finished) -> None:
    lines = shown.out.splitlines()
    start = lines.index("ACCESS_KEY='1234567890ABCDEFGHIJ'")
    assert [line[:6] for line in lines[start : start + 9]] == [
        "ACCESS",
        "SECRET",
        "EXPIRE",
        "SIGNAT",
        "curl -",
        "  -H '",
        '  -H "',
        '  -H "',
        "  -d '",
    ]
    assert max(map(len, lines[start : start + 9])) > 110
