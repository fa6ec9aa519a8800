"""`/docs` shows the whole API, in two languages, with nothing loaded from elsewhere."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from support.contract_tables import MEMO_MEMBERS, READING_TABLES, STATES, TICKET_TABLES
from support.databases import Databases
from support.desks import Answer, DeskUnderTest, OverHttp, desk_on
from support.judging import ERRORS
from support.tools import needs
from unyo import __version__
from unyo.api.docs.lines import answer_lines, groups_of
from unyo.api.docs.routes import choose_language
from unyo.uom.actions import ACTIONS
from unyo.uom.english import ENGLISH
from unyo.uom.envelopes import ERRORS as ANSWERED
from unyo.uom.envelopes import Failure

LANGUAGES = ("ja", "en")
EXTENSIONS = {"GetTicketList", "GetTicketHistory", "GetOptionList"}
# Of the contract's section 2, where the same call is signed.
CHECK_VALUE = "SwYGXHzDhz6/P49yngXtMGVqRv891nu+4s3WsGL+H5w="
STRING_TO_SIGN = (
    "POST",
    "application/json; charset=utf-8",
    "x-iijapi-expire:2022-12-21T01:00:00Z",
    "x-iijapi-signaturemethod:HmacSHA256",
    "x-iijapi-signatureversion:2",
    "/r/20221221/UpdateTicket.json",
)
# Elements without an end tag.
VOID = {"meta", "link", "br", "hr", "img"}
COLOUR = re.compile(r"--([a-z-]+): #([0-9a-f]{6});")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class Read(HTMLParser):
    """A page taken apart: whether its tags balance, its elements, the text below every id, the text by language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.unmarked: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.elements.append((tag, found))
        if tag not in VOID:
            self._open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, attributes in self._open:
            if "id" in attributes:
                self.texts[attributes["id"]] = self.texts.get(attributes["id"], "") + data
        languages = [attributes["lang"] for _, attributes in self._open if "lang" in attributes]
        if languages[-1:] == ["en"] and JAPANESE.search(data):
            self.unmarked.append(data)

    def all(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def site(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """A desk: the page does not ask the database, so that one kind of it is enough."""
    databases = all_databases["sqlite"]
    url = databases.filled()
    with desk_on(url) as opened:
        yield opened
    databases.drop(url)


def _get(desk: DeskUnderTest, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
    return desk.transport.request(method, path, b"", [("accept-encoding", "identity"), *(headers or {}).items()])


def _html(desk: DeskUnderTest, language: str) -> str:
    answer = _get(desk, f"/docs?lang={language}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.content.decode()


@pytest.fixture(params=LANGUAGES)
def page(site: DeskUnderTest, request: pytest.FixtureRequest) -> Read:
    return Read(_html(site, request.param))


def test_every_parameter_of_every_table_of_the_contract_is_on_the_page(page: Read) -> None:
    for (action, _), rows in TICKET_TABLES.items():
        for row in rows:
            assert f"{row.maximum:,}" in page.texts[f"{action}.{row.name}"] or row.kind == "array", row
        for member in MEMO_MEMBERS:
            assert f"{action}.CorrespondProcessList.{member.name}" in page.texts
    for action, rows in READING_TABLES.items():
        assert all(row.name in page.texts[f"{action}.{row.name}"] for row in rows)


def test_a_parameter_shows_its_label_its_mark_its_limit_and_its_values(site: DeskUnderTest) -> None:
    japanese, english = (Read(_html(site, language)).texts for language in LANGUAGES)
    state, said = japanese["UpdateTicket.StateCode"], english["UpdateTicket.StateCode"]
    assert re.search(r"ステータス\s+必須任意・空不可列挙値最大 256 文字", state)
    assert re.search(r"State ステータス\s+requiredoptional, not emptyone ofup to 256 characters", said)
    for states in STATES.values():
        assert all(value in state for value in states)
    assert "最大 65,535 バイト" in japanese["RegisterTicket.RelatedCI"]
    assert "Category" in japanese["UpdateTicket.SubCategory"]


def test_every_member_of_every_answer_is_on_the_page(page: Read) -> None:
    for action in ACTIONS.values():
        for line in answer_lines(action):
            assert line.member.wire in page.texts[f"{action.name}.answer.{line.path}"]


def test_every_error_is_on_the_page_with_its_literal_message_and_status(page: Read) -> None:
    for name, code in [*((r.name, c) for r, c in ANSWERED.items()), *((f.name, f.value) for f in Failure)]:
        shown = page.texts[f"error.{name}"]
        assert code.error_type in shown
        assert code.message in shown
        assert code.status == 200 or str(code.status) in shown
    everything = "".join(page.texts.values())
    assert all(message in everything for _, _, message in ERRORS.values() if message)


def test_each_action_shows_its_own_errors_and_whether_it_is_an_extension(site: DeskUnderTest) -> None:
    html = _html(site, "ja")
    articles = {
        re.findall(r'<h3 id="(\w+)"', part)[0]: part.partition("</article>")[0] for part in html.split("<article")[1:]
    }
    assert list(articles) == list(ACTIONS)
    for name, article in articles.items():
        assert ("unyoの拡張" in article.partition("</h3>")[0]) == (name in EXTENSIONS)
        assert ACTIONS[name].path in article
        assert ("EXCLUSION_FAILURE" in article) == (name == "UpdateTicket")
        assert "必須項目が指定されていません。" in article


def test_the_worked_signature_is_the_contracts_check_value(page: Read) -> None:
    assert CHECK_VALUE in page.texts["main"]
    assert all(line in page.texts["main"] for line in STRING_TO_SIGN)


def test_the_shell_command_of_the_page_is_a_call_that_succeeds(filled_url: str) -> None:
    needs("curl", "openssl")
    with desk_on(filled_url, "over HTTP") as desk:
        assert isinstance(desk.transport, OverHttp)
        shown = re.search(r'class="shell"><code lang="ja">(.*?)</code>', _html(desk, "ja"), re.DOTALL)
        assert shown
        command = re.sub(r"&#39;|&#34;|&amp;", lambda found: {"&#39;": "'", "&#34;": '"'}.get(found[0], "&"), shown[1])
        # The desk's clock stands at another day than the shell's.
        day = desk.clock.now.strftime("%Y-%m-%d %H:%M:%S UTC")
        command = command.replace("'+1 hour'", f"'{day} +1 hour'").replace(":8080", f":{desk.transport.port}")
        answered = subprocess.run(["bash", "-c", command], capture_output=True, check=True, text=True)  # noqa: S607 - whichever bash there is
        assert '"GetTicketDetailResponse"' in answered.stdout


def test_the_page_loads_its_own_stylesheet_and_nothing_else(site: DeskUnderTest, page: Read) -> None:
    tags = Counter(tag for tag, _ in page.elements)
    assert not tags.keys() & {"script", "style", "img", "iframe", "object", "embed", "form", "base", "svg"}
    assert not any(name == "style" or name.startswith("on") for _, given in page.elements for name in given)
    linked = [(given["rel"], given["href"]) for tag, given in page.elements if tag == "link"]
    (style,) = (href for rel, href in linked if rel == "stylesheet")
    assert all(href.startswith("data:image/svg+xml,") for rel, href in linked if rel != "stylesheet")
    assert not any(re.match(r"(?:[a-z]+:)?//", href) for href in [*page.all("href"), *page.all("src")])
    answer = _get(site, f"/{style}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert not re.search(r"@import|url\(", answer.content.decode())


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css"])
def test_a_browser_may_do_nothing_else_with_it(site: DeskUnderTest, path: str) -> None:
    for headers in ({}, {"if-none-match": "*"}):
        answer = _get(site, path, headers)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-unyo-version"] == __version__


def test_every_id_is_there_once_and_every_link_leads_somewhere(page: Read) -> None:
    ids = Counter(page.all("id"))
    assert [each for each, count in ids.items() if count > 1] == []
    assert {href[1:] for href in page.all("href") if href.startswith("#")} <= set(ids)
    assert set(" ".join(page.all("aria-labelledby")).split()) <= set(ids)


def test_the_page_can_be_found_through_without_seeing_it(page: Read) -> None:
    tags = Counter(tag for tag, _ in page.elements)
    assert (tags["main"], tags["footer"], tags["h1"], tags["title"]) == (1, 1, 1, 1)
    assert len({given["aria-label"] for tag, given in page.elements if tag == "nav"}) == tags["nav"] == 2
    first_link = next(given for tag, given in page.elements if tag == "a")
    assert first_link == {"class": "skip", "href": "#main"}
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(given.get("scope") in {"col", "row", "rowgroup"} for tag, given in page.elements if tag == "th")
    assert all("aria-label" in given for tag, given in page.elements if tag == "table")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(site: DeskUnderTest, scheme: str) -> None:
    style = _get(site, "/docs/style.css").content.decode()
    light, _, dark = style.partition("@media screen and (prefers-color-scheme: dark)")
    colours = dict(COLOUR.findall(light if scheme == "light" else dark.partition("@media")[0]))
    tinted = [name.removesuffix("-soft") for name in colours if name.endswith("-soft")]
    assert len(tinted) == 5
    pairs = [(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "panel", "target")]
    pairs += [(name, f"{name}-soft") for name in tinted] + [("paper", "accent")]
    for text, ground in pairs:
        light_one, dark_one = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        assert (light_one + 0.05) / (dark_one + 0.05) >= 4.5, (text, ground)


def _luminance(colour: str) -> float:
    """As WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_japanese_on_the_english_page_is_marked_as_japanese(site: DeskUnderTest) -> None:
    marked = Read(_html(site, "en")).unmarked
    assert [text for text in marked if text.strip()] == []


def test_every_text_of_the_tables_is_said_in_english_and_nothing_else() -> None:
    said = {line.label for action in ACTIONS.values() for group in groups_of(action) for line in group.lines}
    said |= {line.member.label for action in ACTIONS.values() for line in answer_lines(action)}
    said |= {action.label for action in ACTIONS.values()}
    said |= {code.message for code in [*ANSWERED.values(), *(each.value for each in Failure)]}
    said = {text.removesuffix(" (コンマ区切りで複数可)") for text in said}
    assert said - set(ENGLISH) == set()
    assert set(ENGLISH) - said == {"リクエストID"}


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", "", "ja"),
        ("en", "ja", "en"),
        ("ja", "en", "ja"),
        ("fr", "", "ja"),
        ("fr", "en-GB", "en"),
        ("", "en-US,en;q=0.9,ja;q=0.8", "en"),
        ("", "ja,en;q=0.9", "ja"),
        ("", "fr, en;q=0.3, ja;q=0.4", "ja"),
        ("", "fr", "ja"),
        ("", "en;q=0", "ja"),
        ("", "EN", "en"),
        ("", "en;q=x, ;, *, en;q=1.5", "en"),
        ("", "en;q=x", "ja"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_best_accepted_else_japanese(
    site: DeskUnderTest, asked: str, accepted: str, language: str
) -> None:
    assert choose_language(asked, accepted) == language
    answer = _get(site, f"/docs?lang={asked}", {"accept-language": accepted})
    assert answer.headers["content-language"] == language
    assert "Accept-Language" in answer.headers["vary"]
    ((_, given),) = [each for each in Read(answer.content.decode()).elements if each[0] == "html"]
    assert given["lang"] == language


@pytest.mark.parametrize("path", ["/docs", "/docs?lang=en", "/docs/style.css"])
def test_what_a_browser_has_already_is_not_sent_again(site: DeskUnderTest, path: str) -> None:
    whole = _get(site, path)
    tag = whole.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = _get(site, path, {"if-none-match": known})
        assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert _get(site, path, {"if-none-match": '"other"'}).status == 200


def test_each_language_has_a_tag_of_its_own(site: DeskUnderTest) -> None:
    tags = {_get(site, f"/docs?lang={language}").headers["etag"] for language in LANGUAGES}
    assert len(tags) == len(LANGUAGES)


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css"])
def test_it_is_packed_for_those_who_can_unpack_it(filled_url: str, path: str) -> None:
    with desk_on(filled_url, "over HTTP") as desk:
        assert isinstance(desk.transport, OverHttp)
        plain = _get(desk, path)
        packed = desk.transport.request("GET", path, b"", [("accept-encoding", "br, gzip")])
        refused = desk.transport.request("GET", path, b"", [("accept-encoding", "gzip;q=0")])
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(plain.content) / 3
        assert packed.content == plain.content == refused.content  # the client has unpacked it
        assert packed.headers["etag"] != plain.headers["etag"] == refused.headers["etag"]
        head = _get(desk, path, method="HEAD")
        assert (head.status, head.content) == (200, b"")
        assert head.headers["content-length"] == plain.headers["content-length"]
