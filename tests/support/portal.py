"""People at the portal: a browser without a screen, signed in as one of the cast."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

from unyo.cast import YAMADA, Actor
from unyo.services.people import Session, make_token
from unyo.storage.people import Keeping, SqlPeople

from .desks import Answer, DeskUnderTest

COOKIE = "unyo"
FORM = "application/x-www-form-urlencoded"
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


@dataclass
class Element:
    """An element of a page; ``text`` is all that stands in it."""

    tag: str
    attributes: Mapping[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, blanks as one reads them."""
        return " ".join(self.pieces().split())

    def pieces(self) -> str:
        """All text in it, as it stands there."""
        return "".join(each if isinstance(each, str) else f" {each.pieces()} " for each in self.children)

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """The elements in it, by tag and by attributes (``class_`` names one of the classes)."""
        return list(_found(self, tag, attributes))

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only one of them."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {attributes}"
        return found[0]


def _found(within: Element, tag: str, attributes: Mapping[str, str]) -> Iterator[Element]:
    for each in within.children:
        if isinstance(each, Element):
            if tag in {"", each.tag} and all(_has(each, name, value) for name, value in attributes.items()):
                yield each
            yield from _found(each, tag, attributes)


def _has(element: Element, name: str, value: str) -> bool:
    if name == "class_":
        return value in element.attributes.get("class", "").split()
    return element.attributes.get(name.replace("_", "-")) == value


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(found)
        if tag not in _VOID:
            self.stack.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while len(self.stack) > 1 and self.stack.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


@dataclass(frozen=True)
class Page:
    """An answer of the portal."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def html(self) -> str:
        return self.answer.content.decode()

    @property
    def location(self) -> str:
        return self.answer.headers.get("location", "")

    @property
    def cookie(self) -> str:
        """The session's token that the browser is to keep; ``""`` where it is to forget it, or not told."""
        return self.answer.headers.get("set-cookie", "").partition(";")[0].partition("=")[2].strip('"')

    @property
    def root(self) -> Element:
        """Its elements."""
        reader = _Reader()
        reader.feed(self.html)
        return reader.stack[0]

    @property
    def main(self) -> Element:
        return self.root.one("main")


class Browser:
    """Looks at pages and sends forms, as a browser without scripts does; redirects are told, not followed."""

    def __init__(self, desk: DeskUnderTest, cookie: str = "", language: str = "ja") -> None:
        self.desk = desk
        self.cookie = cookie
        self.language = language

    def get(self, path: str, **headers: str) -> Page:
        """Look at a page."""
        return self.send("GET", path, b"", **headers)

    def post(self, path: str, form: Mapping[str, str] | Iterable[tuple[str, str]] = (), **headers: str) -> Page:
        """Send a form from one of our own pages."""
        pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
        sent = {"content_type": FORM, "sec_fetch_site": "same-origin", **headers}
        return self.send("POST", path, urlencode(pairs).encode(), **sent)

    def send(self, method: str, path: str, content: bytes, **headers: str) -> Page:
        """Send whatever there is to send."""
        sent = {"accept": "text/html", "accept_language": self.language, **headers}
        if self.cookie:
            sent.setdefault("cookie", f"{COOKIE}={self.cookie}")
        named = [(name.replace("_", "-"), value) for name, value in sent.items()]
        return Page(self.desk.transport.request(method, path, content, named))


def signed_in(desk: DeskUnderTest, actor: Actor = YAMADA, language: str = "ja") -> Browser:
    """One of the cast, who works in their service."""
    now, token = desk.clock.now, make_token()
    people = SqlPeople(Keeping(desk.desk.engines.reading, desk.desk.engines.writing))
    session = Session(
        number=token.get_secret_value()[:8],
        master_id=actor.master_id,
        service_code="",
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=7),
    )
    assert people.begin_session(token, session, proved_by=None, instead_of=None)
    people.choose_service(token, actor.service_code)
    return Browser(desk, token.get_secret_value(), language)


def form_of(page: Page, action: str) -> dict[str, str]:
    """The fields of the form that is sent to an address, as the page fills them in."""
    return fields_of(page.main.one("form", action=action))


def fields_of(form: Element) -> dict[str, str]:
    """What a browser would send of a form that nobody touched."""
    found: dict[str, str] = {}
    for each in form.all():
        name = each.attributes.get("name", "")
        if not name or "disabled" in each.attributes:
            continue
        if each.tag == "input":
            kind = each.attributes.get("type", "text")
            if kind not in {"checkbox", "radio", "submit", "button"} or "checked" in each.attributes:
                found[name] = each.attributes.get("value", "")
        elif each.tag == "textarea":
            text = "".join(piece for piece in each.children if isinstance(piece, str))
            found[name] = text.removeprefix("\n")
        elif each.tag == "select":
            options = each.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            found[name] = chosen[0].attributes.get("value", "") if chosen else ""
    return found
