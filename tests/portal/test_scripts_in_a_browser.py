"""In a real browser no script of anybody's runs: nothing is tried, reported, or asked for elsewhere."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from support.browsers import Chromium, Seat
from support.databases import Databases
from support.desks import NEW_INCIDENT, NEW_REQUEST, DeskUnderTest, desk_on
from support.portal import signed_in
from support.scripts import helpings, written
from unyo.cast import CAST, SATO, SERVICE
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.tickets.fields import Use

TICKETS = 4


@pytest.fixture
def written_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """A served desk with payloads in every name and value, and no tickets yet but the page's."""
    databases = Databases("sqlite", tmp_path_factory.mktemp("scripts"), lambda: "")
    with desk_on(databases.filled(), "over HTTP") as desk:
        lines = cycle(" ".join(text.replace(",", " ").split()) for text in helpings() if text.isprintable())
        with desk.desk.engines.writing.begin() as connection:
            admin = Admin(connection, Author("tests"), desk.clock.now)
            for actor, line in zip(CAST, lines, strict=False):
                administration.rename_account(admin, actor.master_id, line)
            administration.rename_service(admin, SERVICE, next(lines))
            for line in islice(lines, 20):
                for kind in "12":
                    administration.add_option(admin, SERVICE, kind, "category", line)
        yield desk


def tickets_of(desk: DeskUnderTest) -> Iterator[str]:
    """Tickets that hold all payloads, each in a field, in memos and in what was there before."""
    texts = cycle(helpings())
    for number in range(TICKETS):
        use, new = [(Use.REGISTER_INCIDENT, NEW_INCIDENT), (Use.REGISTER_REQUEST, NEW_REQUEST)][number % 2]
        memos = [
            {"CorrespondProcessOperationClass": "0", "CorrespondProcess": text}
            for text in islice(helpings(), number, None, TICKETS)
        ]
        fields = {name: next(texts) for name in written(use, "")}
        needed = {
            "AssignUserId": SATO.master_id,
            "CorrespondLimitDate": "20260501120000",
            "CauseClassification": "調査中",
        }
        needed = needed if number % 2 == 0 else {"AssignUserId": SATO.master_id}
        ticket = desk.register({**new, **fields, **needed, "CorrespondProcessList": memos})
        yield ticket


def look(page: Page, address: str) -> None:
    page.goto(address)
    is_as_it_was(page)


def is_as_it_was(page: Page) -> None:
    """Nothing has run, and what scripts look for is still ours."""
    assert page.evaluate("window.ran === undefined && document.querySelectorAll('script').length === 1"), page.url
    assert page.evaluate(
        "document.body instanceof HTMLBodyElement && document.getElementById('said').tagName === 'DIV'"
    )


def watch(seat: Seat, base: str) -> Page:
    page = seat.page()

    def _opened(dialog: Dialog) -> None:
        seat.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(request: Request) -> None:
        if not request.url.startswith((base, "data:image")):
            seat.faults.append(f"asked elsewhere: {request.url}")

    page.on("dialog", _opened)
    page.on("request", _asked)
    return page


def test_no_script_runs_in_a_real_browser(browser: Chromium, written_on: DeskUnderTest) -> None:
    desk = written_on
    tickets = list(tickets_of(desk))
    for text in helpings():
        signed_in(desk).post("/views", {"name": text[:60], "query": urlencode({"words": text})})
    with browser.seat(desk) as seat:
        page = watch(seat, f"http://127.0.0.1:{desk.transport.port}/")  # type: ignore[attr-defined] # it is served
        for ticket in tickets:
            address = f"/tickets/{ticket}"
            for part in ("?edit=1", "?delete=2", "/edit", "/history"):
                look(page, address + part)
        for address in ("/", "/tickets", "/settings", "/service", "/tickets/new?kind=1", "/tickets/new?kind=2"):
            look(page, address)
        page.goto("/tickets")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").fill("script")
        expect(page.get_by_role("option").first).to_be_visible()
        is_as_it_was(page)
        for text in helpings():
            look(page, f"/tickets?{urlencode({'words': text, 'category': text, 'assignee': text, 'from': text})}")
            page.locator("#sort").select_option("title") if page.locator("#sort").is_visible() else None
        look(page, f"/{quote(' '.join(helpings())[:3000], safe='')}")
        overtaken(page, desk, tickets[0])
        is_as_it_was(page)


def overtaken(page: Page, desk: DeskUnderTest, ticket: str) -> None:
    """What one types, and somebody else has saved, on the page of a conflict."""
    page.goto(f"/tickets/{ticket}/edit")
    use = Use.REGISTER_INCIDENT
    for name, text in zip(written(use, ""), islice(cycle(helpings()), 1, None), strict=False):
        page.locator(f"[name={name}]").fill(text)
    theirs: dict[str, Any] = dict(zip(written(use, ""), islice(cycle(helpings()), 3, None), strict=False))
    assert desk.update(ticket, **theirs).error is None
    page.locator("[data-send]").click()
    expect(page.locator("fieldset.contest").first).to_be_visible()
