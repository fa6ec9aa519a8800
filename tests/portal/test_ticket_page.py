"""One ticket's page: what it says, to whom, and where it leads back to."""

from urllib.parse import urlencode

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, NEW_REQUEST, REQUEST, SERVERS_INCIDENT, DeskUnderTest
from support.portal import signed_in
from unyo.cast import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA, Actor
from unyo.storage.people import Keeping, SqlPresence

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;{{ 7*7 }}"


def test_a_ticket_is_headed_by_what_matters(shared_desk: DeskUnderTest) -> None:
    page = signed_in(shared_desk).get(f"/tickets/{INCIDENT}")
    detail = shared_desk.detail(INCIDENT)
    assert page.status == 200
    assert page.main.one("h1").text == detail["Title"]
    head = page.main.one("header", class_="ticket-head").text
    assert INCIDENT in head
    assert "インシデント" in head
    assert detail["StateCode"] in head
    assert detail["AssignUser"] in head


def test_the_fields_stand_in_the_groups_of_their_kind(shared_desk: DeskUnderTest) -> None:
    browser = signed_in(shared_desk)
    titles = [each.text for each in browser.get(f"/tickets/{INCIDENT}").main.all("h2")]
    assert titles == ["進捗", "対応メモ 2", "基本情報", "分類", "障害情報", "対応状況", "概要"]
    titles = [each.text for each in browser.get(f"/tickets/{REQUEST}").main.all("h2")]
    assert "依頼情報" in titles
    english = signed_in(shared_desk, language="en").get(f"/tickets/{INCIDENT}").main
    assert [each.text for each in english.all("h2")][2:] == [
        "Basics",
        "Classification",
        "Fault",
        "Work",
        "At a glance",
    ]


def test_a_group_without_any_value_is_folded_and_missing_values_say_so(desk: DeskUnderTest) -> None:
    ticket = desk.register(NEW_REQUEST)
    groups = signed_in(desk).get(f"/tickets/{ticket}").main.all("details", class_="group")
    folded = [group.one("h2").text for group in groups if "open" not in group.attributes]
    assert folded == ["依頼情報", "対応状況"]
    assert "— 未設定" in groups[0].text
    assert "入力なし" in groups[-1].text


def test_a_long_text_is_folded_but_there(desk: DeskUnderTest) -> None:
    text = "\n".join(f"{n}行目" for n in range(40))
    ticket = desk.register({**NEW_REQUEST, "RequestContents": text})
    long = signed_in(desk).get(f"/tickets/{ticket}").main.one(class_="long")
    assert "39行目" in long.text
    assert "open" not in long.one("details").attributes


def test_the_time_of_each_section_is_told(shared_desk: DeskUnderTest) -> None:
    page = signed_in(shared_desk).get(f"/tickets/{INCIDENT}")
    when = shared_desk.detail(INCIDENT)["StateUpdateDate"]
    shown = f"{when[:4]}/{when[4:6]}/{when[6:8]} {when[8:10]}:{when[10:12]} 更新"
    assert shown in page.main.all("details", class_="group")[0].one("summary").text


def test_a_ticket_past_its_day_is_overdue_until_it_is_closed(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    assert desk.update(CorrespondLimitDate="20260101000000").error is None
    assert "期限超過" in browser.get(f"/tickets/{INCIDENT}").main.text
    assert desk.update(StateCode="クローズ", FinishApprovalUserId=YAMADA.master_id).error is None
    assert "期限超過" not in browser.get(f"/tickets/{INCIDENT}").main.text


@pytest.mark.parametrize(
    ("path", "actor"),
    [
        ("/tickets/UTM999999", YAMADA),
        ("/tickets/UTM0123456", YAMADA),
        ("/tickets/UTM%E3%81%82", YAMADA),
        (f"/tickets/{INCIDENT}", ITO),
        (f"/tickets/{SERVERS_INCIDENT}", TANAKA),
        (f"/tickets/{SERVERS_INCIDENT}/history", TANAKA),
        (f"/tickets/{INCIDENT}/history", ITO),
    ],
)
def test_a_ticket_that_may_not_be_seen_looks_like_one_that_is_not_there(
    shared_desk: DeskUnderTest, path: str, actor: Actor
) -> None:
    page = signed_in(shared_desk, actor).get(path)
    assert page.status == 404
    assert page.main.text == signed_in(shared_desk, actor).get("/nowhere").main.text


def test_the_group_of_a_ticket_sees_it(shared_desk: DeskUnderTest) -> None:
    assert signed_in(shared_desk, TAKAHASHI).get(f"/tickets/{SERVERS_INCIDENT}").status == 200


@pytest.mark.parametrize("path", [f"/tickets/{INCIDENT}", f"/tickets/{INCIDENT}/history"])
def test_readers_see_no_forms(shared_desk: DeskUnderTest, path: str) -> None:
    main = signed_in(shared_desk, SUZUKI).get(path).main
    assert not main.all("form")
    assert not main.all("textarea")
    assert f"/tickets/{INCIDENT}/edit" not in [each.attributes.get("href") for each in main.all("a")]
    assert signed_in(shared_desk, SUZUKI).post(f"/tickets/{INCIDENT}/memos", {"operation": "add"}).status == 403


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("/tickets?state=a&page=%E3%81%82", "/tickets?state=a&page=%E3%81%82"),
        ("/", "/"),
        ("//evil.example/", "/tickets"),
        ("/\\evil.example", "/tickets"),
        ("https://evil.example/", "/tickets"),
        ("javascript:alert(1)", "/tickets"),
        ("/tickets?a\nb", "/tickets"),
        ("/sign-out", "/tickets"),
        ("/tickets?" + "a" * 3000, "/tickets"),
        ("", "/tickets"),
    ],
)
def test_the_way_back_leads_to_a_list_of_ours_only(shared_desk: DeskUnderTest, said: str, back: str) -> None:
    page = signed_in(shared_desk).get(f"/tickets/{INCIDENT}?{urlencode({'from': said})}")
    assert page.main.one("a", class_="back").attributes["href"] == back


@pytest.mark.parametrize("at", ["/", "/tickets", "/tickets?assignee=me&words=%E3%82%A2%E3%83%A9%E3%83%BC%E3%83%88"])
def test_the_way_back_from_a_ticket_and_its_form_leads_to_where_it_was_chosen(
    shared_desk: DeskUnderTest, at: str
) -> None:
    browser = signed_in(shared_desk)
    link = next(each for each in browser.get(at).main.all("a") if f"/tickets/{INCIDENT}" in each.attributes["href"])
    page = browser.get(link.attributes["href"])
    assert page.main.one("a", class_="back").attributes["href"] == at
    form = browser.get(page.main.one("a", data_command="edit").attributes["href"])
    (cancel,) = [each for each in form.main.all("a") if each.text == "キャンセル"]
    assert browser.get(cancel.attributes["href"]).main.one("a", class_="back").attributes["href"] == at


def test_what_people_write_stays_text(desk: DeskUnderTest) -> None:
    ticket = desk.register(
        {
            **NEW_INCIDENT,
            "Title": HOSTILE,
            "DetectionMessage": HOSTILE,
            "CorrespondProcessList": [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": HOSTILE}],
        }
    )
    browser = signed_in(desk)
    for path in (f"/tickets/{ticket}", f"/tickets/{ticket}?edit=1", f"/tickets/{ticket}/history"):
        page = browser.get(path)
        assert HOSTILE not in page.html
        assert [each.attributes.get("src", "")[:8] for each in page.root.all("script")] == ["/static/"]
        assert all("onerror" not in each.attributes for each in page.root.all())
        assert HOSTILE in page.main.pieces()


def test_who_else_has_the_ticket_open_is_told(desk: DeskUnderTest) -> None:
    presence = SqlPresence(Keeping(desk.desk.engines.reading, desk.desk.engines.writing))
    for actor, is_editing in ((SATO, True), (YAMADA, False), (SUZUKI, False)):
        presence.arrive(actor.service_code, 123456, actor.master_id, desk.clock.now, is_editing=is_editing)
    present = signed_in(desk).get(f"/tickets/{INCIDENT}").main.one(id="present")
    assert "佐藤 花子さんが編集中です" in present.text
    assert "鈴木 一郎さんが閲覧中です" in present.text
    assert "山田" not in present.text
