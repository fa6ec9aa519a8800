"""What was typed into a form goes with the sign-in, and is sent again by who typed it."""

import json

import pytest

from support.desks import INCIDENT, DeskUnderTest, desk_on
from support.faults import writing_held
from support.people import PASSWORD, lobby
from support.portal import Browser, fields_of, signed_in
from unyo.cast import OTHER_SERVICE, SATO, SERVICE, YAMADA
from unyo.portal.kept.resume import Kept, unpack
from unyo.storage.engine import Patience

EDIT = f"/tickets/{INCIDENT}/edit"
FIELDS = (("Title", "題\n名"), ("typed_by", "SA1234567"), ("typed_in", "uom12345678"), ("clash", "a"), ("clash", "b"))


def test_what_is_packed_is_unpacked() -> None:
    assert unpack(Kept(EDIT, FIELDS).pack()) == Kept(EDIT, FIELDS)


@pytest.mark.parametrize(
    "path", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "tickets", "/\n", 1, None]
)
def test_a_form_is_sent_to_a_page_of_the_portal_only(path: object) -> None:
    assert unpack(json.dumps([path, []])) is None


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", "1", '["/"]', '["/", 1]', '["/", [["a"]]]', '["/", [["a", 1]]]', "[" * 100_000, None]
)
def test_what_is_no_form_is_none(text: object) -> None:
    assert unpack(text) is None


@pytest.mark.parametrize(
    ("typed_by", "typed_in", "status"),
    [
        (YAMADA.master_id, SERVICE, 200),
        (SATO.master_id, SERVICE, 303),
        ("", SERVICE, 303),
        (YAMADA.master_id, OTHER_SERVICE, 403),
        (YAMADA.master_id, "", 303),
    ],
)
def test_only_who_typed_it_goes_on_and_where_it_was_typed(
    desk: DeskUnderTest, typed_by: str, typed_in: str, status: int
) -> None:
    with lobby(desk.url, clock=desk.clock) as people:
        people.member()
    typed = Kept(EDIT, (("Title", "題名"), ("typed_by", typed_by), ("typed_in", typed_in))).pack()
    form = {"master_id": YAMADA.master_id, "password": PASSWORD.get_secret_value(), "typed": typed}
    page = Browser(desk).post("/sign-in", form)
    assert (page.status, "題名" in page.html) == (status, typed_by == YAMADA.master_id and typed_in != "")
    assert Browser(desk, page.cookie).get("/tickets").status == 200  # in the only service code of theirs


def test_what_was_typed_is_kept_where_the_desk_cannot_answer(filled_url: str) -> None:
    with desk_on(filled_url, patience=Patience(lock=0.05, pool=0.05)) as desk:
        browser = signed_in(desk)
        form = {**fields_of(browser.get(EDIT).main.one("form", method="post")), "Title": "失われない件名"}
        with writing_held(filled_url):
            page = browser.post(EDIT, form)
        assert page.status == 503
        kept = fields_of(page.main.one("form", action=EDIT))
        assert kept == form
        assert browser.post(EDIT, kept).status == 303
        assert desk.detail()["Title"] == "失われない件名"


def test_a_page_of_somebody_elses_does_not_have_its_text_shown_by_a_desk_that_cannot_answer(filled_url: str) -> None:
    with desk_on(filled_url, patience=Patience(lock=0.05, pool=0.05)) as desk:
        browser = signed_in(desk)
        form = fields_of(browser.get(EDIT).main.one("form", method="post"))
        with writing_held(filled_url):
            page = browser.post(EDIT, {**form, "Title": "よその件名"}, sec_fetch_site="cross-site")
        assert (page.status, "よその件名" in page.html) == (403, False)


def test_a_ticket_that_is_as_long_as_can_be_is_saved(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    longest = {
        "RelatedSystem": "シ" * 21845,
        "RelatedCI": "関" * 21845,
        "DetectionMessage": "検" * 21845,
        "Cause": "因" * 2048,
    }
    form = {**fields_of(browser.get(EDIT).main.one("form", method="post")), **longest}
    assert browser.post(EDIT, form).status == 303
    detail = desk.detail()
    assert {name: detail[name] for name in longest} == longest
