"""Who may do what at the portal: every route, for everybody, at tickets of one's own and of others.

What may not be seen answers as what is not there does, and whatever is refused changes nothing that is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import quote

import pytest

from support.databases import Databases
from support.desks import INCIDENT, NEW_INCIDENT, DeskUnderTest, desk_on
from support.people import PASSWORD, lobby
from support.portal import Browser, Page, form_of, signed_in
from support.rights import EVERYBODY, PLACES, Somebody, Where, browsers, rows_of, settle, ticket_in
from support.ticket_pages import small_form
from unyo.cast import ITO, OTHER_SERVICE, SERVICE, YAMADA
from unyo.portal.routes import ROUTES
from unyo.services.people import Purpose

ABSENT: Final = "UTM999999"
BAD: Final = 400
MISSING: Final = 404


class For(Enum):
    """Whom a route is for."""

    ANYONE = auto()
    PEOPLE = auto()
    READERS = auto()
    WRITERS = auto()


@dataclass(frozen=True)
class Expected:
    """What a route answers whom it is for, and to which form; ``needs_approval`` where the approval right is needed."""

    whom: For
    status: int
    form: Mapping[str, str] | None = None
    needs_approval: bool = False


# A form with nothing to fill in, or with what `filled_in` finds.
FORM: Final[Mapping[str, str]] = {}
EXPECTED: Final[Mapping[str, Expected]] = {
    "GET /sign-in": Expected(For.ANYONE, 200),
    "POST /sign-in": Expected(
        For.ANYONE, 303, {"master_id": YAMADA.master_id, "password": PASSWORD.get_secret_value()}
    ),
    "POST /sign-out": Expected(For.PEOPLE, 303, FORM),
    "GET /link/{token}": Expected(For.ANYONE, 200),
    "POST /link/{token}": Expected(For.ANYONE, 303, FORM),
    "GET /service": Expected(For.PEOPLE, 200),
    "POST /service": Expected(For.PEOPLE, 303, FORM),
    "GET /settings": Expected(For.PEOPLE, 200),
    "POST /settings/language": Expected(For.PEOPLE, 303, {"language": "en"}),
    "POST /settings/theme": Expected(For.PEOPLE, 303, {"theme": "dark"}),
    "POST /settings/time-zone": Expected(For.PEOPLE, 303, {"time_zone": "Europe/Paris"}),
    "POST /settings/password": Expected(For.PEOPLE, 422, {"old_password": "", "new_password": "short"}),
    "POST /settings/sessions/end": Expected(For.PEOPLE, 303, {"number": "0"}),
    "POST /settings/sessions/end-others": Expected(For.PEOPLE, 303, FORM),
    "GET /": Expected(For.READERS, 200),
    "GET /tickets": Expected(For.READERS, 200),
    # That of no ticket is missing; who is told of which tickets is test_live's.
    "GET /events": Expected(For.READERS, 404),
    "POST /views": Expected(For.READERS, 303, {"name": "夜勤", "query": ""}),
    "POST /views/delete": Expected(For.READERS, 303, {"name": "夜勤", "query": ""}),
    "GET /tickets/new": Expected(For.WRITERS, 200),
    "POST /tickets/new": Expected(For.WRITERS, 303, {"TicketProcessType": "1"}),
    "GET /tickets/UTM{digits}/edit": Expected(For.WRITERS, 200),
    "POST /tickets/UTM{digits}/edit": Expected(For.WRITERS, 303, {"Cause": "調査済み"}),
    "GET /tickets/UTM{digits}": Expected(For.READERS, 200),
    "GET /tickets/UTM{digits}/history": Expected(For.READERS, 200),
    "GET /tickets/UTM{digits}/memos": Expected(For.WRITERS, 200),
    "POST /tickets/UTM{digits}/memos": Expected(For.WRITERS, 303, {"operation": "add", "text": "追記"}),
    "GET /tickets/UTM{digits}/approval": Expected(For.WRITERS, 200),
    "POST /tickets/UTM{digits}/approval": Expected(For.WRITERS, 303, {"step": "approve"}, needs_approval=True),
}
"""A row for each route and method, apart from the portal's own table, so that a slip in that is noticed."""
SERVED: Final = [f"{method} {page.path}" for page in ROUTES for method in page.methods]
OF_TICKETS: Final = [each for each in SERVED if "{digits}" in each]


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    """A desk with everybody on it; what is asked of databases differs in none of these."""
    databases = Databases("sqlite", tmp_path_factory.mktemp("rights"), lambda: "")
    url = databases.filled()
    with desk_on(url) as desk, lobby(url) as people:
        settle(desk)
        people.member()
        yield desk


@pytest.fixture
def seats(walled: DeskUnderTest) -> Mapping[Somebody, Browser]:
    return browsers(walled)


def ask(browser: Browser, route: str, form: Mapping[str, str], ticket: str = ABSENT, token: str = "") -> Page:
    method, path = route.split(" ")
    address = path.replace("UTM{digits}", ticket).format(token=token)
    # Packed, a page's length tells which ID it names.
    plain = {"accept_encoding": "identity"}
    return browser.get(address, **plain) if method == "GET" else browser.post(address, form, **plain)


def filled_in(desk: DeskUnderTest, route: str, ticket: str, service: str) -> dict[str, str]:
    """The route's form as somebody would send it who may, but for whose it is: everybody can write that into it."""
    form = dict(EXPECTED[route].form or {})
    if "{digits}" in route:
        owner = signed_in(desk, ITO if service == OTHER_SERVICE else YAMADA)
        page = owner.get(f"/tickets/{ticket}/edit" if "edit" in route else f"/tickets/{ticket}")
        form = (form_of(page, f"/tickets/{ticket}/edit") if "edit" in route else small_form(page, "add")) | form
    elif route == "POST /tickets/new":
        form = form_of(signed_in(desk).get("/tickets/new?kind=1"), "/tickets/new") | {**NEW_INCIDENT}
    return {name: text for name, text in form.items() if name not in {"typed_by", "typed_in", "call_id"}}


def expected_of(route: str, somebody: Somebody, where: Where | None = None) -> int:
    """The status for somebody, at tickets somewhere."""
    row = EXPECTED[route]
    if route == "GET /sign-in" and somebody.is_known:
        return 303  # who is signed in goes on
    if route == "POST /service" and somebody.is_known:
        return row.status if somebody.is_member else 403
    if row.whom is For.ANYONE:
        return row.status
    if not somebody.is_known:
        return 303 if route.startswith("GET") else 401
    if row.whom is For.PEOPLE:
        return row.status
    if not somebody.is_member:
        return 303
    if row.whom is For.WRITERS and not somebody.may_write():
        return 403
    if where is not None and not somebody.may_see(where.service, where.group):
        return 404
    assert somebody.actor is not None
    return 422 if row.needs_approval and not somebody.actor.may_approve else row.status


def test_every_route_has_a_row_of_expectations() -> None:
    assert not set(SERVED) - EXPECTED.keys(), "routes without a row of expectations"
    assert not EXPECTED.keys() - set(SERVED), "rows of expectations without a route"


@pytest.mark.parametrize("route", [each for each in SERVED if each not in OF_TICKETS])
def test_a_page_is_for_those_whom_it_is_for(
    walled: DeskUnderTest, seats: Mapping[Somebody, Browser], route: str
) -> None:
    assert route in EXPECTED, f"{route} has no row of expectations"
    form = filled_in(walled, route, INCIDENT, SERVICE)
    for somebody in EVERYBODY:
        if route == "POST /service" and somebody.actor:
            form = {"service_code": somebody.actor.service_code}
        with lobby(walled.url, clock=walled.clock) as people:
            token = people.link(YAMADA.master_id, Purpose.SIGN_IN).get_secret_value()
        before = rows_of(walled)
        page = ask(seats[somebody], route, form, token=token)
        expected = expected_of(route, somebody)
        assert page.status == expected, (somebody.name, page.status, page.location)
        if (to := led_away(route, somebody)) or expected >= BAD:
            assert rows_of(walled) == before, somebody.name
            assert page.location == to, somebody.name


@pytest.mark.parametrize("where", PLACES, ids=lambda where: where.name)
@pytest.mark.parametrize("route", OF_TICKETS)
def test_a_ticket_is_for_those_who_may_see_it(
    walled: DeskUnderTest, seats: Mapping[Somebody, Browser], route: str, where: Where
) -> None:
    assert route in EXPECTED, f"{route} has no row of expectations"
    ticket = ticket_in(walled, where)
    form: dict[str, str] = {}
    for somebody in EVERYBODY:
        expected = expected_of(route, somebody, where)
        if route.startswith("POST"):
            form = form or filled_in(walled, route, ticket, where.service)
        before = rows_of(walled) if expected != EXPECTED[route].status else None
        page = ask(seats[somebody], route, form, ticket)
        assert page.status == expected, (somebody.name, page.status, page.location)
        if expected == MISSING:
            assert as_told(page, ticket) == as_told(ask(seats[somebody], route, form, ABSENT), ABSENT), somebody.name
        if before is not None:
            assert rows_of(walled) == before, somebody.name
        elif route.startswith("POST"):
            ticket, form = ticket_in(walled, where), {}  # the next one finds a ticket as this one did


def as_told(page: Page, asked: str) -> tuple[int, dict[str, str], str]:
    """All of an answer, but for what the call itself named, and the number of the call."""
    headers = {name: value for name, value in page.answer.headers.items() if name != "x-request-id"}
    return page.status, headers, page.html.replace(asked, "UTM")


def led_away(route: str, somebody: Somebody) -> str:
    """Where somebody is led whom the route is not for; ``""`` for nowhere."""
    whom = EXPECTED[route].whom
    if whom is For.ANYONE or (whom is For.PEOPLE and somebody.is_known):
        return ""
    if not somebody.is_known:
        return f"/sign-in?next={quote(route.removeprefix('GET '), safe='')}" if route.startswith("GET") else ""
    return "" if somebody.is_member else "/service"
