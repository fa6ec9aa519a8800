"""The list of tickets: all of it is in its address."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest
from support.portal import Element, Page, signed_in
from unyo.cast import ITO, NETWORKS, SATO, SERVERS, SUZUKI, TANAKA, YAMADA
from unyo.tickets.field_tables import ALL_STATES, BY_KEY

HTMX = {"hx_request": "true", "hx_target": "found"}


def rows(page: Page) -> list[Element]:
    return page.root.all("tr", data_row="")


def ids(page: Page) -> list[str]:
    return [row.one("td", class_="c-ticket_id").text for row in rows(page)]


def chips(page: Page) -> dict[str, str]:
    return {chip.text: chip.attributes["href"] for chip in page.root.all("a", class_="chip")}


def test_a_row_shows_what_one_asks_of_a_ticket_and_leads_to_it(desk: DeskUnderTest) -> None:
    row = next(row for row in rows(signed_in(desk).get("/tickets")) if INCIDENT in row.text)
    links = [link.attributes["href"] for link in row.all("a")]
    assert links == [f"/tickets/{INCIDENT}"]
    assert row.one("td", class_="c-state").text == "対応中"
    assert row.one("td", class_="c-assignee").text == "山田 太郎"
    assert row.one("td", class_="c-kind").text == "インシデント"
    due = row.one("td", class_="c-limit_date")
    assert due.one("strong", class_="late").text == "期限超過"
    assert due.one("time").attributes["datetime"] == "2022-10-07T09:00:00+00:00"
    assert row.one("td", class_="c-last_update").one("time").attributes["title"]


def test_a_page_is_in_english_for_those_who_read_that(desk: DeskUnderTest) -> None:
    page = signed_in(desk, language="en").get("/tickets")
    assert page.main.one("h1").text == "Tickets"
    assert "3 tickets" in page.main.text
    row = next(row for row in rows(page) if REQUEST in row.text)
    assert row.one("td", class_="c-kind").text == "Request"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=1", {INCIDENT, SERVERS_INCIDENT}),
        ("kind=2", {REQUEST}),
        ("kind=1&kind=2", {INCIDENT, REQUEST, SERVERS_INCIDENT}),
        ("assignee=me", {INCIDENT, REQUEST}),
        ("assignee=SA0000004", {SERVERS_INCIDENT}),
        ("words=ファイルシステム", {SERVERS_INCIDENT}),
        ("kind=1&words=アラート", {INCIDENT}),
        ("state=none-of-ours", set()),
        ("from=2031-01-01", set()),
        ("to=2001-01-01", set()),
    ],
)
def test_filters_and_words_narrow_the_list(desk: DeskUnderTest, query: str, found: set[str]) -> None:
    page = signed_in(desk).get(f"/tickets?{urlencode(parse_qs(query), doseq=True)}")
    assert set(ids(page)) == found
    assert page.main.one("h2", class_="count").text == f"{len(found)}件"


def test_days_are_those_of_the_readers_time_zone(desk: DeskUnderTest) -> None:
    new = desk.register(NEW_INCIDENT)
    today = (desk.clock.now.astimezone().date()).isoformat()
    browser = signed_in(desk)
    assert new in ids(browser.get(f"/tickets?from={today}&to={today}"))
    desk.clock.move(seconds=24 * 3600)
    later = desk.register(NEW_INCIDENT)
    assert later not in ids(browser.get(f"/tickets?to={today}"))


def test_a_ticket_without_an_assignee_is_found_by_nobody(desk: DeskUnderTest) -> None:
    new = desk.register(NEW_INCIDENT)
    page = signed_in(desk).get("/tickets?assignee=none")
    assert ids(page) == [new]
    assert rows(page)[0].one("td", class_="c-assignee").text == "— なし"
    assert rows(page)[0].one("td", class_="c-limit_date").text == "— 対応期限なし"


def test_open_means_every_state_but_closed(desk: DeskUnderTest) -> None:
    desk.update(SERVERS_INCIDENT, StateCode="クローズ", FinishApprovalUserId=YAMADA.master_id)
    page = signed_in(desk).get("/tickets?state=open")
    assert SERVERS_INCIDENT not in ids(page)
    assert "ステータス 未クローズ を解除 ×" in chips(page)
    assert {"open", *ALL_STATES} == {
        tick.attributes["value"] for tick in page.main.all("input", type="checkbox", name="state")
    }


def test_the_list_of_what_nobody_has_taken_is_a_press_away(desk: DeskUnderTest) -> None:
    waiting = [desk.register(NEW_INCIDENT) for _ in range(2)]
    desk.register({**NEW_INCIDENT, "StateCode": "クローズ", "FinishApprovalUserId": YAMADA.master_id})
    browser = signed_in(desk)
    views = browser.get("/tickets").main.one("nav", id="views").all("a")
    address = next(each.attributes["href"] for each in views if each.text == "担当者なし")
    assert ids(browser.get(address)) == waiting


def test_each_chip_takes_away_one_thing_and_the_last_one_all(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/tickets?kind=1&assignee=me&assignee=none&words=a+b&overdue=1&sort=limit_date")
    by_text = chips(page)
    assert parse_qs(urlsplit(by_text["担当者 自分 を解除 ×"]).query) == {
        "kind": ["1"],
        "assignee": ["none"],
        "overdue": ["1"],
        "sort": ["limit_date"],
        "words": ["a b"],
    }
    assert "overdue" not in by_text["期限超過 を解除 ×"]
    assert by_text["すべて解除"] == "/tickets?sort=limit_date"


def test_a_form_without_scripts_leads_to_the_address_as_it_is_shared(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get("/tickets?words=&from=&to=&kind=1&sort=-last_update")
    assert (page.status, page.location) == (303, "/tickets?kind=1")
    assert browser.get(page.location).status == 200


def test_a_script_gets_the_results_alone_with_the_address_and_what_was_found(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/tickets?words=&kind=2", **HTMX)
    assert page.answer.headers["hx-push-url"] == "/tickets?kind=2"
    assert not page.root.all("html")
    assert not page.root.all("form", id="filters")
    assert ids(page) == [REQUEST]
    said = page.root.one("div", id="said")
    assert (said.text, said.attributes["hx-swap-oob"]) == ("1件見つかりました", "innerHTML")


def test_a_ticket_id_goes_straight_to_the_ticket(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    for words in (INCIDENT, f"  {INCIDENT.lower()} ", "ＵＴＭ123456"):
        page = browser.get(f"/tickets?{urlencode({'words': words})}")
        assert (page.status, page.location) == (303, f"/tickets/{INCIDENT}")
    page = browser.get(f"/tickets?words={INCIDENT}", **HTMX)
    assert (page.status, page.answer.headers["hx-redirect"]) == (204, f"/tickets/{INCIDENT}")


def test_a_ticket_id_that_may_not_be_seen_looks_like_one_that_is_not_there(desk: DeskUnderTest) -> None:
    hidden = signed_in(desk, TANAKA).get(f"/tickets?words={SERVERS_INCIDENT}")
    absent = signed_in(desk, TANAKA).get("/tickets?words=UTM999999999")
    assert hidden.status == absent.status == 200
    assert hidden.main.text.replace(SERVERS_INCIDENT, "") == absent.main.text.replace("UTM999999999", "")


def test_a_list_holds_what_its_reader_may_see_only(desk: DeskUnderTest) -> None:
    assert set(ids(signed_in(desk, TANAKA).get("/tickets"))) == {INCIDENT, REQUEST}
    assert ids(signed_in(desk, ITO).get("/tickets")) == []


def test_a_service_without_tickets_leads_to_the_first_one(desk: DeskUnderTest) -> None:
    page = signed_in(desk, ITO).get("/tickets")
    assert page.main.one("div", class_="empty").one("a").attributes["href"] == "/tickets/new"


def test_a_list_that_finds_nothing_leads_back_to_all_tickets(desk: DeskUnderTest) -> None:
    page = signed_in(desk).get("/tickets?words=nothing-like-this&sort=limit_date")
    assert page.main.one("div", class_="empty").one("a").attributes["href"] == "/tickets?sort=limit_date"


@pytest.mark.parametrize("name", ["ticket_id", "limit_date", "last_update", "priority", "registration"])
def test_every_sortable_column_is_sorted_both_ways_and_says_so(desk: DeskUnderTest, name: str) -> None:
    browser = signed_in(desk)
    shown = ("priority", "limit_date", "registration", "last_update")
    page = browser.get(f"/tickets?{urlencode({'column': shown}, doseq=True)}")
    first = browser.get(page.main.one("a", id=f"sort-{name}").attributes["href"])
    second = browser.get(first.main.one("a", id=f"sort-{name}").attributes["href"])
    told = [each.main.one("th", class_=f"c-{name}").attributes["aria-sort"] for each in (first, second)]
    assert sorted(told) == ["ascending", "descending"]
    assert [len(each.main.all("th", aria_sort="ascending")) for each in (first, second)] == [
        int(way == "ascending") for way in told
    ]
    if name in {"ticket_id", "registration"}:
        assert ids(first) == ids(second)[::-1]


def test_whatever_stands_in_a_column_is_sorted_by_across_pages(desk: DeskUnderTest) -> None:
    values: dict[str, tuple[str, ...]] = {
        "state": ("未対応", "対応中", "復旧済み", "差し戻し"),
        "title": ("vpn-2", "VPN-1", "あ", "漢字", "\U0001f680" * 60 + "b", "\U0001f680" * 60 + "a", "a'\\"),
        "assignee": ("", SATO.master_id, YAMADA.master_id),
        "substate": ("未対応", "保留"),
        "management_group": ("制限しない", SERVERS, NETWORKS),
        "category": ("", "HW障害", "その他"),
    }
    held: dict[str, dict[str, str]] = {}
    for number in range(60):
        chosen = {name: choices[number % len(choices)] for name, choices in values.items()}
        sent = {BY_KEY[name].wire: value for name, value in chosen.items()}
        held[desk.register({**NEW_INCIDENT, **sent})] = chosen
    browser = signed_in(desk)
    for name in values:
        for falls in (False, True):
            page = browser.get(f"/tickets?sort={'-' * falls}{name}")
            on = browser.get(page.main.one("a", rel="next").attributes["href"])
            found = [each for each in ids(page) + ids(on) if each in held]
            assert found == _sorted(held, name, falls=falls), (name, falls)
            assert ids(browser.get(on.main.one("a", rel="prev").attributes["href"])) == ids(page)


def _sorted(held: Mapping[str, Mapping[str, str]], name: str, *, falls: bool) -> list[str]:
    """The IDs by a value, in the order of a ticket's way or of the text's beginning; those without one last."""
    by = {each: ALL_STATES.index(of[name]) if name == "state" else of[name][:50] for each, of in held.items()}
    empty = sorted((each for each in held if by[each] == ""), reverse=falls)
    return [
        *sorted((each for each in held if by[each] != ""), key=lambda each: (by[each], each), reverse=falls),
        *empty,
    ]


def test_columns_are_kept_in_the_address(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    page = browser.get("/tickets?column=category&column=management_group")
    assert page.location == "/tickets?column=management_group&column=category"
    page = browser.get(page.location)
    heads = [head.text for head in page.main.all("th")]
    assert heads == ["チケットID", "チケット件名", "管理グループ", "カテゴリ"]
    ticked = [tick for tick in page.main.all("input", name="column") if "checked" in tick.attributes]
    assert {tick.attributes["value"] for tick in ticked} == {"category", "management_group"}
    row = next(row for row in rows(page) if SERVERS_INCIDENT in row.text)
    assert row.one("td", class_="c-management_group").text == "管理グループ サーバ運用"


def test_pages_lead_on_and_back_and_keep_their_place(desk: DeskUnderTest) -> None:
    for number in range(110):
        desk.register({**NEW_INCIDENT, "Title": f"n {number}"})
    browser = signed_in(desk, SUZUKI)
    pages = [browser.get("/tickets?sort=ticket_id")]
    while on := pages[-1].main.all("a", rel="next"):
        pages.append(browser.get(on[0].attributes["href"]))
    assert [len(ids(page)) for page in pages] == [50, 50, 13]
    assert len({each for page in pages for each in ids(page)}) == 113
    assert "3ページ目" in pages[2].main.one("nav", class_="pager").text
    assert "113件" in pages[2].main.text
    back = browser.get(pages[2].main.one("a", rel="prev").attributes["href"])
    assert ids(back) == ids(pages[1])
    assert "2ページ目" in back.main.one("nav", class_="pager").text
    first = back.main.one("a", rel="prev").attributes["href"]
    assert first == "/tickets?sort=ticket_id"


def test_a_place_of_another_list_begins_the_list_anew(desk: DeskUnderTest) -> None:
    for number in range(60):
        desk.register({**NEW_INCIDENT, "Title": f"n {number}"})
    browser = signed_in(desk)
    on = browser.get("/tickets").main.one("a", rel="next").attributes["href"]
    for address in (f"{on}x", f"{on}&kind=1", on.replace("after=", "after=AAAA")):
        page = browser.get(address)
        assert (page.status, page.location.split("?")[0]) == (303, "/tickets")
        assert "after" not in page.location
    assert signed_in(desk, SATO).get(on).location == "/tickets"


def test_overdue_tickets_stay_the_same_from_page_to_page(desk: DeskUnderTest) -> None:
    for number in range(60):
        due = f"20260331{number:06}" if number < 55 else "20260401100000"
        desk.register({**NEW_INCIDENT, "CorrespondLimitDate": due})
    browser = signed_in(desk)
    page = browser.get("/tickets?overdue=1&sort=limit_date")
    counted = page.main.one("h2", class_="count").text
    desk.clock.move(seconds=2 * 3600)
    on = browser.get(page.main.one("a", rel="next").attributes["href"])
    assert on.main.one("h2", class_="count").text == counted
    assert all(row.all("strong", class_="late") for row in rows(page))
    anew = browser.get("/tickets?overdue=1&sort=limit_date")
    assert anew.main.one("h2", class_="count").text != counted


@pytest.mark.parametrize(
    "query",
    [
        "sort=cause",
        "sort=--number",
        "page=-1&after=",
        "from=yesterday",
        "to=9999-12-31",
        "column=secret",
        "overdue=yes",
        "words=%00",
        "kind=%00",
        "kind=" + "x" * 300,
        "after=%E3%81%82",
        "before=abc&page=9&at=99999999999999",
        "words=%ED%A0%80",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(desk: DeskUnderTest, query: str) -> None:
    browser = signed_in(desk)
    page = browser.get(f"/tickets?{query}")
    while page.status == 303:
        page = browser.get(page.location)
    assert page.status == 200
    assert "500" not in page.main.one("h1").text


def test_values_that_people_wrote_do_not_become_markup(desk: DeskUnderTest) -> None:
    evil = "<img src=x onerror=alert(1)>\"'&"
    desk.register({**NEW_INCIDENT, "Title": evil})
    page = signed_in(desk).get(f"/tickets?{urlencode({'words': evil, 'category': evil})}")
    assert "<img src=x" not in page.html
    page = signed_in(desk).get(f"/tickets?{urlencode({'words': evil})}")
    assert rows(page)[0].one("a").text == evil
    assert "<img src=x" not in page.html
