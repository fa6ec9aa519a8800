"""My work: what somebody has to do, and the way to the whole of each list."""

from urllib.parse import urlsplit

from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, SERVERS_INCIDENT, DeskUnderTest
from support.portal import Element, Page, signed_in
from unyo.cast import ITO, SUZUKI, TANAKA, YAMADA


def part(page: Page, name: str) -> Element:
    return page.main.one("section", aria_labelledby=name)


def titles(section: Element) -> list[str]:
    links = [link.attributes["href"] for row in section.all("li") for link in row.all("a")]
    return [urlsplit(link).path.removeprefix("/tickets/") for link in links]


def test_each_list_holds_what_it_says_and_leads_to_the_whole_of_it(desk: DeskUnderTest) -> None:
    waiting = desk.register({**NEW_INCIDENT, "StateCode": "クローズ承認待ち", "FinishApprovalUserId": YAMADA.master_id})
    closed = desk.register(
        {
            **NEW_INCIDENT,
            "StateCode": "クローズ",
            "FinishApprovalUserId": YAMADA.master_id,
            "AssignUserId": YAMADA.master_id,
            "CorrespondLimitDate": "20220101000000",
        }
    )
    browser = signed_in(desk)
    page = browser.get("/")
    assert set(titles(part(page, "assigned"))) == {INCIDENT, REQUEST}
    assert titles(part(page, "to_approve")) == [waiting]
    assert set(titles(part(page, "recent"))) == {INCIDENT, REQUEST, SERVERS_INCIDENT, waiting, closed}
    assert closed not in titles(part(page, "overdue"))
    for section in page.main.all("section"):
        count = section.one("span", class_="counted").text
        whole = browser.get(section.one("header").one("a").attributes["href"])
        assert whole.status == 200
        assert whole.main.one("h2", class_="count").text == f"{count}件"
        listed = [row.one("td", class_="c-ticket_id").text for row in whole.main.all("tr", data_row="")]
        assert titles(section) == listed[: len(titles(section))]


def test_only_what_a_member_may_see_is_in_their_work(desk: DeskUnderTest) -> None:
    desk.register({**NEW_INCIDENT, "ManagementGroupId": "サーバ運用", "CorrespondLimitDate": "20220101000000"})
    page = signed_in(desk, TANAKA).get("/")
    assert set(titles(part(page, "recent"))) == {INCIDENT, REQUEST}
    assert SERVERS_INCIDENT not in titles(part(page, "overdue"))


def test_a_list_without_tickets_says_so(desk: DeskUnderTest) -> None:
    page = signed_in(desk, TANAKA, "en").get("/")
    assert "No open tickets are assigned to you." in part(page, "assigned").text
    assert not part(page, "assigned").all("a")


def test_who_may_not_approve_is_shown_no_empty_list_of_approvals(desk: DeskUnderTest) -> None:
    assert "to_approve" not in signed_in(desk, SUZUKI).get("/").html
    assert "to_approve" in signed_in(desk).get("/").html


def test_a_service_without_tickets_leads_to_the_first_one(desk: DeskUnderTest) -> None:
    page = signed_in(desk, ITO).get("/")
    assert page.main.one("div", class_="empty").one("a").attributes["href"] == "/tickets/new"
    assert not page.main.all("section")
