"""Texts that have been scripts somewhere, written wherever people write at a desk, and the bones of pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import yaml

from unyo.cast import SATO, SERVICE, YAMADA
from unyo.services.people import Purpose
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.tickets.field_tables import TICKET_TABLES
from unyo.tickets.fields import Text, Use

from .desks import NEW_INCIDENT, NEW_REQUEST, DeskUnderTest
from .people import lobby
from .portal import Browser, Element, Page, form_of, signed_in
from .ticket_pages import small_form

FOUND: Final = 303
CONFLICT: Final = 409
TOO_LONG: Final = "x" * 2048
_LONGEST_NAME: Final = 200
_LONGEST_VIEW: Final = 60
# What a difference word by word, or a text's length, adds to a page.
_OF_DIFFERENCES: Final = frozenset({"ins", "del"})
_LEADS: Final = ("href", "src", "action", "formaction", "hx-get", "hx-post")


@cache
def payloads() -> tuple[str, ...]:
    """All of them."""
    found = yaml.safe_load((Path(__file__).parents[1] / "portal/xss.yaml").read_text(encoding="utf-8"))
    return tuple(found)


def helpings() -> Iterator[str]:
    """All of them in texts that fit into every field that people write."""
    text = ""
    for each in payloads():
        if text and len(text) + 1 + len(each) > _LONGEST_NAME - len(" theirs"):
            yield text
            text = ""
        text = f"{text} {each}" if text else each
    yield text


def harmless(text: str) -> str:
    """A text of the same length, in the same lines, that is nothing but words."""
    return re.sub(r"[^\w\s]", "x", text, flags=re.ASCII)


def written(use: Use, text: str) -> dict[str, str]:
    """A text for each parameter that people write as they like."""
    rows = TICKET_TABLES[use].rows
    return {row.wire: text for row in rows if type(row.kind) is Text and row.key in TICKET_TABLES[use].value_keys}


@dataclass(frozen=True)
class Desk:
    """A desk on which one text is written wherever it can be."""

    desk: DeskUnderTest
    text: str

    @property
    def line(self) -> str:
        """The text as names have it; where names are sorted, it comes before the others."""
        return "A " + " ".join("".join(each for each in self.text if each.isprintable()).replace(",", " ").split())

    def fill(self) -> tuple[str, ...]:
        """Write it into names, values, tickets, memos and a saved view; the tickets' IDs."""
        with self.desk.desk.engines.writing.begin() as connection:
            admin = Admin(connection, Author("tests"), self.desk.clock.now)
            administration.rename_account(admin, YAMADA.master_id, self.line)
            administration.rename_account(admin, SATO.master_id, self.line)
            administration.rename_service(admin, SERVICE, self.line)
            administration.add_option(admin, SERVICE, "1", "category", self.line)
            administration.add_option(admin, SERVICE, "2", "category", self.line)
            administration.add_group(admin, SERVICE, self.line)
        memos = [{"CorrespondProcessOperationClass": "0", "CorrespondProcess": self.text}]
        needed = {"Category": self.line, "CorrespondProcessList": memos, "AssignUserId": SATO.master_id}
        hidden = {"ManagementGroupId": self.line, "CorrespondLimitDate": "20260501120000"}
        tickets = tuple(
            self.desk.register(
                {**new, **needed, **(hidden if use is Use.REGISTER_INCIDENT else {}), **written(use, self.text)}
            )
            for use, new in ((Use.REGISTER_INCIDENT, NEW_INCIDENT), (Use.REGISTER_REQUEST, NEW_REQUEST))
        )
        signed_in(self.desk).post("/views", {"name": self.line[:_LONGEST_VIEW], "query": ""})
        return tickets

    def pages(self, incident: str, request: str) -> Iterator[tuple[str, Page]]:
        """Each page that shows it, by a name; some are shown again because they are refused, or overtaken."""
        browser, text, line = signed_in(self.desk), self.text, self.line
        yield "my work", browser.get("/")
        yield "list", browser.get("/tickets")
        asked = {"words": line, "category": line, "assignee": line, "state": line, "kind": line, "sort": line}
        yield "filtered list", browser.get(f"/tickets?{urlencode(asked)}", hx_request="true", hx_target="found")
        named = {"management_group": line, "column": "management_group", "words": "x"}
        yield "list by group", browser.get(f"/tickets?{urlencode(named)}")
        yield "list after", browser.get(f"/tickets?{urlencode({'from': text, 'after': text, 'at': text})}")
        yield "view refused", browser.post("/views", {"name": text * 2, "query": urlencode({"category": line})})
        for ticket, use in ((incident, Use.REGISTER_INCIDENT), (request, Use.REGISTER_REQUEST)):
            yield from self._of_a_ticket(browser, f"/tickets/{ticket}", use)
        yield from self._of_small_forms(browser, f"/tickets/{incident}")
        new = form_of(browser.get("/tickets/new?kind=1"), "/tickets/new")
        yield (
            "new refused",
            browser.post("/tickets/new", {**new, **written(Use.REGISTER_INCIDENT, text), "Category": line}),
        )
        yield "missing", browser.get(f"/{quote(text, safe='')}?{quote(text)}")
        yield "settings", browser.get(f"/settings?changed={quote(text)}")
        yield "zone refused", browser.post("/settings/time-zone", {"time_zone": text})
        yield "services", browser.get(f"/service?next={quote(text)}")
        yield "service refused", browser.post("/service", {"service_code": text, "next": text})
        stranger = Browser(self.desk)
        yield "sign in", stranger.get(f"/sign-in?next={quote(text)}")
        self.desk.clock.move(days=1)
        told = {"master_id": text, "password": text, "next": text, "typed": text}
        yield (
            "not signed in",
            stranger.post("/sign-in", told, user_agent=self.line.encode("latin-1", "replace").decode("latin-1")),
        )
        for purpose in Purpose:
            with lobby(self.desk.url, clock=self.desk.clock) as people:
                token = people.link(YAMADA.master_id, purpose).get_secret_value()
            yield f"link {purpose}", stranger.get(f"/link/{token}")

    def _of_a_ticket(self, browser: Browser, address: str, use: Use) -> Iterator[tuple[str, Page]]:
        text = self.text
        yield "ticket", browser.get(f"{address}?{urlencode({'from': f'/tickets?words={quote(text)}', 'edit': text})}")
        yield "memo opened", browser.get(f"{address}?edit=1")
        yield "part of a ticket", browser.get(address, hx_request="true", hx_target="ticket")
        edit = form_of(browser.get(f"{address}/edit"), f"{address}/edit")
        edit["CorrespondLimitDate"] = "2026-05-01T12:00"
        edit |= {"CauseClassification": "調査中"} if use is Use.REGISTER_INCIDENT else {}
        yield "edit", browser.get(f"{address}/edit")
        wrong = {**edit, **written(use, text), "Title": text * 2, "Priority": text, "CorrespondLimitDate": text}
        yield "edit refused", browser.post(f"{address}/edit", {**wrong, "CorrespondProcess.2": text + TOO_LONG})
        theirs, mine = (written(use, f"{text} {who}") for who in ("theirs", "mine"))
        saved = browser.post(f"{address}/edit", {**edit, **theirs, "memos.1": f"{text} theirs"})
        assert saved.status == FOUND, saved.main.text
        overtaken = browser.post(f"{address}/edit", {**edit, **mine, "memos.1": f"{text} mine"})
        assert overtaken.status == CONFLICT, overtaken.main.text
        yield "conflict", overtaken
        yield "history", browser.get(f"{address}/history?{urlencode({'cursor': text})}")

    def _of_small_forms(self, browser: Browser, address: str) -> Iterator[tuple[str, Page]]:
        text = self.text
        form = small_form(browser.get(address), "add")
        yield "memo refused", browser.post(f"{address}/memos", form | {"text": text + TOO_LONG})
        yield (
            "memo gone",
            browser.post(f"{address}/memos", form | {"operation": "edit", "number": text, "text": text}),
        )
        yield "step refused", browser.post(f"{address}/approval", form | {"step": "approve", "text": text + TOO_LONG})
        assert browser.post(f"{address}/memos", form | {"text": text}).status == FOUND
        yield "memo overtaken", browser.post(f"{address}/memos", form | {"text": f"{text} 2"})
        edit = form_of(browser.get(f"{address}/edit"), f"{address}/edit")
        other = {**edit, **written(Use.REGISTER_INCIDENT, text), "typed_by": text, text: text}
        yield "typed by another", browser.post(f"{address}/edit", other)
        yield (
            "typed elsewhere",
            browser.post(f"{address}/edit", {**other, "typed_by": YAMADA.master_id, "typed_in": text}),
        )
        yield "typed in vain", browser.post("/tickets/UTM999999/edit", {**other, "typed_by": YAMADA.master_id})
        yield "ended meanwhile", Browser(self.desk).post(f"{address}/edit", other)


def bones(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page in their order, each with the names of its attributes."""
    return [
        (each.tag, tuple(sorted(each.attributes)))
        for each in page.root.all()
        if each.tag not in _OF_DIFFERENCES and each.attributes.get("class") != "omitted" and not _is_as_it_reads(each)
    ]


def leads_away(page: Page) -> list[str]:
    """Wherever a page leads, or looks for something, that is not the portal."""
    elements = (each for each in page.root.all() if not _is_as_it_reads(each))
    found = (each.attributes[name] for each in elements for name in _LEADS if name in each.attributes)
    return [each for each in found if not re.match(r"/(?![/\\])|#|$", each)]


def _is_as_it_reads(element: Element) -> bool:
    """Whether it is the link that a web address in a text becomes, and no more than that."""
    address = {"href": element.text, "target": "_blank", "rel": "noopener noreferrer"}
    return element.tag == "a" and element.attributes == address and element.text.startswith(("http://", "https://"))
