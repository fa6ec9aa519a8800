"""Whatever is sent to the portal is answered within its rules: no fault, no foreign address, nothing in the log."""

import io
import logging
import random
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, urlencode

import pytest

from support.databases import Databases
from support.desks import INCIDENT, DeskUnderTest, desk_on
from support.hostile import NASTY_TEXTS
from support.people import PASSWORD, lobby
from support.portal import FORM, Browser, Page, form_of, signed_in
from support.rights import rows_of
from support.ticket_pages import small_form
from unyo.bootstrap.desk import Watching
from unyo.cast import SATO, SERVICE, YAMADA
from unyo.portal.pages import environment
from unyo.portal.routes import ROUTES
from unyo.portal.web.bounded import MOST_BYTES
from unyo.portal.words.language import Language
from unyo.services.people import Purpose
from unyo.watching.logs import CallLog

SERVED: Final = [(method, page.path) for page in ROUTES for method in page.methods]
WRITTEN: Final = [path for method, path in SERVED if method == "POST"]
EXAMPLES: Final = {"digits": INCIDENT.removeprefix("UTM"), "token": "x"}
PARTS: Final = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n--x--\r\n'
ODD_HEADERS: Final = [
    *(("host", value) for value in ("[", "a/b?c", "", "\xe9", "x\x00", "x:99999", "evil.example")),
    *(("origin", value) for value in ("http://[::1", "http://\xe9", "null", "//", "http://desk:x")),
    *(("cookie", value) for value in ("unyo=\xe9\xff", 'unyo="\\"; unyo', "=;;=", "unyo=" + "x" * 5000)),
    *(("accept_language", value) for value in ("ja;q=1.x,\xff", "a" * 5000, "ja;q=" + "1" * 5000, ";;,,q=")),
    *(("content_type", value) for value in ("", "text/plain", "application/json", "\xff;;;=", "multipart/form-data")),
    *(("content_type", f"multipart/form-data; boundary=x; charset={each}") for each in ("utf-7", "punycode", "hex")),
    *(("accept", value) for value in ("*/*", "", "\xff")),
    *(("hx_target", value) for value in ("main", "\xff", "x" * 5000)),
    ("user_agent", "\x00\xff<b>"),
    ("sec_fetch_site", "\xff"),
]
BODIES: Final = [
    b"",
    PARTS % (b"Title", b'; filename="a"', b"\\ud800+2AA-"),
    PARTS % (b"text", b"", b"+2AA-\\ud800"),
    b"--x\r\n\r\n",
    b"&&&===&%&%ED%A0%80=%ED%A0%80&%00=%00&" + b"a=1&" * 1200,
    b'{"Title": "\\ud800"}',
]
ODD_QUERIES: Final = [
    "?",
    "?%FF=%FF&\xff",
    *(
        f"?{urlencode(dict.fromkeys(('from', 'next', 'words', 'cursor', 'after', 'at', 'page', 'edit'), text))}"
        for text in ("\x00", "9" * 5000, "٣", "\u2028", "../..", "\r\nSet-Cookie: a=b", "[" * 1000)
    ),
    f"?{'state=x&' * 3000}",
]
NAMES: Final = (
    *(
        "master_id",
        "password",
        "next",
        "typed",
        "typed_by",
        "typed_in",
        "service_code",
        "language",
        "theme",
        "back",
        "time_zone",
    ),
    *("old_password", "new_password", "number", "name", "query", "version", "base_version", "call_id", "clash"),
    *(
        "choice.Title",
        "mine.Title",
        "operation",
        "step",
        "text",
        "from",
        "Title",
        "TicketProcessType",
        "memos.1",
        "gone.1",
    ),
    *("FinishApprovalUserId", "CorrespondLimitDate", "CorrespondProcess.1", "StateCode", "aside.Title"),
    *("AssignUserId", "StateInsertDate"),
)
TEXTS: Final = [
    *(text for text in NASTY_TEXTS if text.isprintable() or "\x00" in text),
    '["/", [["typed_by", "SA1234567"], ["typed_in", "uom12345678"], ["x", "\\ud800"]]]',
    *("add", "edit", "delete", "approve", "request-close", "Title", "memos.1", "other", SERVICE, YAMADA.master_id),
]


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskUnderTest]:
    databases = Databases("sqlite", tmp_path_factory.mktemp("bad-input"), lambda: "")
    with desk_on(databases.filled()) as desk:
        yield desk


def address_of(path: str) -> str:
    return path.format(**EXAMPLES)


def judge(page: Page, told: object) -> None:
    """An answer within the house's rules; one that would be a fault has been raised before."""
    assert page.status < 500, told
    to = page.location
    assert not to or (to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()), (told, to)
    is_page = page.answer.headers.get("content-type", "").startswith("text/html")
    assert is_page == ("content-security-policy" in page.answer.headers) or to, told


@pytest.mark.parametrize(("method", "path"), SERVED)
def test_odd_headers_bodies_and_queries_are_answered(struck: DeskUnderTest, method: str, path: str) -> None:
    browser, address = signed_in(struck), address_of(path)
    for name, value in ODD_HEADERS:
        sent = {"content_type": FORM, "sec_fetch_site": "same-origin", "hx_request": "true", name: value}
        if name == "origin":
            del sent["sec_fetch_site"]
        for body in BODIES if name == "content_type" else BODIES[:1]:
            judge(browser.send(method, address, body, **sent), (name, value, body[:40]))
            browser = browser if path != "/sign-out" else signed_in(struck)
    for query in ODD_QUERIES:
        judge(browser.get(f"{address}{quote(query, safe='?&=%')}"), query[:40])
    for other in ("HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "LOOK"):
        judge(browser.send(other, address, b"x=1", content_type=FORM), other)


@pytest.mark.parametrize("path", WRITTEN)
def test_forms_at_random_are_answered(struck: DeskUnderTest, path: str) -> None:
    chance = random.Random(path)  # noqa: S311 - the same forms each time
    browser = signed_in(struck)
    for _ in range(40):
        form = [(chance.choice(NAMES), chance.choice(TEXTS)) for _ in range(chance.randrange(12))]
        form = [(name, text) for name, text in form if len(text) < 5000 or chance.random() < 0.2]
        judge(browser.post(address_of(path), form), form)
        if browser.get("/service").status != 200:  # the form has ended the session
            browser = signed_in(struck)


@pytest.mark.parametrize("path", WRITTEN)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_a_form_that_is_larger_than_any_of_ours_is_refused(struck: DeskUnderTest, path: str, accept: str) -> None:
    browser, before = signed_in(struck), rows_of(struck)
    body = b"text=" + b"x" * MOST_BYTES
    page = browser.send("POST", address_of(path), body, content_type=FORM, sec_fetch_site="same-origin", accept=accept)
    if path == "/sign-out":
        return  # which reads nothing
    assert page.status == 413
    assert ("unyo" in page.main.text) if accept == "text/html" else (page.answer.error_type == "PAYLOAD_TOO_LARGE")
    assert rows_of(struck) == before | {"sessions": rows_of(struck)["sessions"]}


@pytest.mark.parametrize(
    "path", [*(path for method, path in SERVED if method == "GET"), "/tickets/new?kind=1", "/none"]
)
def test_a_script_may_ask_for_any_part(struck: DeskUnderTest, path: str) -> None:
    templates = environment(Language.JAPANESE)
    browser = signed_in(struck)
    for name in sorted({block for each in templates.list_templates() for block in templates.get_template(each).blocks}):
        judge(browser.get(address_of(path), hx_request="true", hx_target=name), name)


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a/" * 2000,
        "/%00",
        "/%ff%fe",
        "/tickets/UTM" + "9" * 5000,
        "/tickets/UTM%00",
        "/tickets/UTM%0d%0aX",
        "//evil.example/",
        "/%2F%2Fevil.example",
        "/link/" + "x" * 5000,
        "/static/..%2f..%2fapp.py",
        "/tickets/UTM٣/edit",
    ],
)
def test_odd_paths_lead_nowhere(struck: DeskUnderTest, path: str) -> None:
    for browser in (signed_in(struck), Browser(struck)):
        judge(browser.get(quote(path, safe="/%")), path)
        judge(browser.post(quote(path, safe="/%"), {"text": "x"}), path)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_what_postgresql_cannot_hold_is_refused_before_it_is_asked(desk: DeskUnderTest) -> None:
    browser = signed_in(desk)
    wrong = dict.fromkeys([name for name in NAMES if name not in {"typed_by", "typed_in"}], "\x00")
    for method, path in SERVED:
        address = address_of(path)
        if method == "GET":
            judge(browser.get(f"{address}?{urlencode(wrong)}"), address)
            continue
        for more in ({}, {"operation": "edit", "step": "approve", "TicketProcessType": "1"}):
            judge(signed_in(desk).post(address, {**wrong, **more}), (address, more))


SECRET: Final = "Geheimnis"


def test_the_log_never_holds_what_people_write_nor_tokens(
    caplog: pytest.LogCaptureFixture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    caplog.set_level(logging.DEBUG)
    stream = io.StringIO()
    databases = Databases("sqlite", tmp_path_factory.mktemp("log"), lambda: "")
    url = databases.filled()
    with desk_on(url, watching=Watching(watchers=[CallLog("json", stream)])) as desk:
        with lobby(url, clock=desk.clock) as people:
            people.member()
            tokens = [
                people.link(purpose=purpose).get_secret_value() for purpose in (Purpose.PASSWORD, Purpose.SIGN_IN)
            ]
            tokens[:1] = []
        door = Browser(desk)
        door.post("/sign-in", {"master_id": SECRET, "password": SECRET, "next": f"/{SECRET}"})
        door.get(f"/link/{tokens[0]}")
        tokens.append(door.post(f"/link/{tokens[0]}").cookie)
        entered = door.post("/sign-in", {"master_id": YAMADA.master_id, "password": PASSWORD.get_secret_value()})
        browser = Browser(desk, entered.cookie)
        tokens += [entered.cookie, PASSWORD.get_secret_value()]
        browser.post("/settings/password", {"old_password": SECRET, "new_password": f"{SECRET} {SECRET} {SECRET}"})
        browser.post("/settings/time-zone", {"time_zone": SECRET})
        browser.get(f"/tickets?words={SECRET}&category={SECRET}")
        browser.get(f"/{SECRET}?{SECRET}")
        browser.post("/views", {"name": SECRET, "query": f"words={SECRET}"})
        edit = f"/tickets/{INCIDENT}/edit"
        form = form_of(browser.get(edit), edit)
        assert browser.post(edit, {**form, "Title": SECRET, "Cause": SECRET}).status == 303
        assert (
            signed_in(desk, SATO).post(edit, {**form, "typed_by": SATO.master_id, "Title": f"{SECRET} 2"}).status == 409
        )
        memo = small_form(browser.get(f"/tickets/{INCIDENT}"), "add")
        assert browser.post(f"/tickets/{INCIDENT}/memos", {**memo, "text": SECRET}).status == 303
        browser.post(f"/tickets/{INCIDENT}/approval", {**memo, "step": "request-close", "text": SECRET})
        Browser(desk).post(edit, {**form, "Title": SECRET})
        browser.send("POST", edit, SECRET.encode() * 200000, content_type=FORM, sec_fetch_site="same-origin")
        browser.post("/sign-out")
        assert desk.update(Cause=SECRET).error is None
    # The tests' own client writes what it asks for.
    said = [each.getMessage() for each in caplog.records if not each.name.startswith("httpx2")]
    written = "\n".join([*said, stream.getvalue()])
    assert "UpdateTicket" in written
    for text in (SECRET, *tokens):
        assert text not in written
