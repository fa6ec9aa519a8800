"""Saved views: a list under a name, for one person in one service."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from support.desks import REQUEST, DeskUnderTest
from support.people import lobby
from support.portal import Browser, Page, fields_of, signed_in
from unyo.cast import OTHER_SERVICE, SATO, YAMADA
from unyo.storage import administration
from unyo.tickets.directory import Role


def save(browser: Browser, name: str, address: str) -> Page:
    """Save a list by the form on its page."""
    page = browser.get(address)
    query = page.main.one("input", name="query", form="save").attributes["value"]
    return browser.post("/views", {**fields_of(page.main.one("form", id="save")), "query": query, "name": name})


def views(page: Page) -> Mapping[str, str]:
    """The addresses of all views that a page leads to."""
    return {link.text: link.attributes["href"] for nav in page.main.all("nav", class_="views") for link in nav.all("a")}


def test_a_list_is_saved_opened_and_marked(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    address = "/tickets?kind=2&sort=limit_date&column=state&column=category"
    assert save(browser, "依頼", address).location == address
    page = browser.get("/tickets")
    assert views(page)["依頼"] == address
    opened = browser.get(views(page)["依頼"])
    assert [link.text for link in opened.main.all("a", aria_current="true")] == ["依頼"]
    assert [row.one("td", class_="c-ticket_id").text for row in opened.main.all("tr", data_row="")] == [REQUEST]
    assert views(browser.get("/"))["依頼"] == address


def test_a_view_of_the_same_name_is_replaced(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    save(browser, "mine", "/tickets?kind=1")
    save(browser, "  mine ", "/tickets?kind=2")
    assert views(browser.get("/"))["mine"] == "/tickets?kind=2"
    assert list(views(browser.get("/"))) == ["mine"]


def test_a_view_is_deleted_while_the_list_stays(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    save(browser, "mine", "/tickets?kind=1")
    page = browser.get("/tickets?kind=1")
    (form,) = page.main.all("form", action="/views/delete")
    name = form.one("button").attributes["value"]
    done = browser.post("/views/delete", {**fields_of(form), "name": name})
    assert done.location == "/tickets?kind=1"
    assert not views(browser.get("/"))


def test_a_view_is_its_owners_alone(desk: DeskUnderTest) -> None:
    save(signed_in(desk), "mine", "/tickets?kind=1")
    sato = signed_in(desk, SATO)
    assert "mine" not in views(sato.get("/tickets"))
    sato.post("/views/delete", {"name": "mine", "query": ""})
    assert "mine" in views(signed_in(desk).get("/tickets"))


def test_a_list_is_saved_in_the_service_code_in_which_it_was_shown_or_not_at_all(desk: DeskUnderTest) -> None:
    with lobby(desk.url, clock=desk.clock) as people, people.administering() as admin:
        administration.add_member(admin, OTHER_SERVICE, YAMADA.master_id, Role.READER)
    browser = signed_in(desk)
    save(browser, "mine", "/tickets?kind=1")
    page = browser.get("/tickets?kind=1")
    forms = [
        ("/views", page.main.one("form", id="save")),
        ("/views/delete", page.main.one("form", action="/views/delete")),
    ]
    assert browser.post("/service", {"service_code": OTHER_SERVICE}).status == 303  # in another tab
    for path, form in forms:
        told = browser.post(path, {**fields_of(form), "name": "mine", "query": "kind=2"})
        assert (told.status, told.main.one("h1").text) == (409, "別のサービスコードに切り替わっています")
    assert not views(browser.get("/"))
    browser.post("/service", {"service_code": YAMADA.service_code})
    assert views(browser.get("/")) == {"mine": "/tickets?kind=1"}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (" ", "Give the view a name."),
        ("x" * 61, "This name is too long."),
        ("a\0b", "This name cannot be used."),
    ],
)
def test_a_name_that_cannot_be_kept_is_shown_again_with_what_is_wrong(
    desk: DeskUnderTest, name: str, fault: str
) -> None:
    browser = signed_in(desk, language="en")
    page = save(browser, name, "/tickets?kind=2")
    assert page.status == 422
    assert page.main.one("p", id="view-fault").text == fault
    assert page.main.one("input", name="name").attributes["aria-invalid"] == "true"
    assert page.main.one("input", name="query", form="save").attributes["value"] == "kind=2"
    assert not views(browser.get("/"))


def test_nobody_saves_more_than_fifty(desk: DeskUnderTest) -> None:
    browser = signed_in(desk, language="en")
    for number in range(50):
        assert browser.post("/views", {"name": f"v{number}", "query": "kind=1"}).status == 303
    assert browser.post("/views", {"name": "one more", "query": "kind=1"}).status == 422
    assert browser.post("/views", {"name": "v7", "query": "kind=2"}).status == 303


def test_a_saved_address_holds_nothing_but_a_list(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    done = browser.post("/views", {"name": "odd", "query": "next=//evil.example&kind=1&after=abc&sort=-last_update"})
    assert done.location == "/tickets?kind=1"


def test_a_view_that_asks_for_more_than_an_address_may_hold_is_not_saved(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    asked = urlencode([("category", f"分類の名前 {number}") for number in range(10, 100)])
    told = save(browser, "too much", f"/tickets?{asked}")
    assert (told.status, told.main.one(id="view-fault").text) == (
        422,
        "絞り込みの条件が多すぎるため、保存できません。条件を減らしてください。",
    )
    assert len(told.main.all("a", class_="chip")) == 91  # what it asked for, and what clears it, are still there
    assert "too much" not in views(browser.get("/tickets"))


def test_what_no_address_could_hold_is_not_even_read(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    form = fields_of(browser.get("/tickets").main.one("form", id="save"))
    assert browser.post("/views", {**form, "name": "all", "query": "kind=1&" * 10_000}).location == "/tickets"
