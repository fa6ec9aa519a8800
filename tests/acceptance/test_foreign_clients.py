"""Clients that know nothing of ours: bash, openssl and curl as the vendor documents them, and its Ruby sample's way."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from support.certificates import make_pair
from support.clock import Clock
from support.databases import Databases
from support.desks import INCIDENT, NEW_INCIDENT, NEW_REQUEST, NO_PARAMETERS, DeskUnderTest, OverHttp, desk_on, who
from support.processes import Finished, ended
from support.tools import needs
from support.tree import ROOT
from unyo.api.tls import Certificate
from unyo.cast import SATO, YAMADA

FOREIGN = ROOT / "tests" / "foreign"
# The page's own file, to the letter.
CONFIG = (FOREIGN / "config.rb").read_text(encoding="utf-8")
SLIP = '"SummaryInsertDate":"20221005143630",\n\t"SummaryInsertDate"'
MENDED = SLIP.replace('\n\t"SummaryInsertDate"', '\n\t"SummaryUpdateDate"')
CONFLICT = "EXCLUSION_FAILURE 他のユーザが指定されたチケットを更新しています。\n"


@pytest.fixture(scope="module")
def desk(all_databases: dict[str, Databases]) -> Iterator[DeskUnderTest]:
    """A desk of today over HTTP; each test opens its own tickets."""
    with today(all_databases["sqlite"]) as opened:
        yield opened


def today(
    databases: Databases, transport: str | Callable[..., OverHttp] = "over HTTP"
) -> AbstractContextManager[DeskUnderTest]:
    """A desk by whose clock a program's signature is still good."""
    return desk_on(databases.filled(), transport, clock=Clock(datetime.now(UTC)))


def endpoint(desk: DeskUnderTest) -> str:
    assert isinstance(desk.transport, OverHttp)
    return f"{'https' if desk.transport.trust else 'http'}://127.0.0.1:{desk.transport.port}"


def filled_in(detail: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of an update, made of what GetTicketDetail answered."""
    kept = {wire: value for wire, value in detail.items() if wire not in NO_PARAMETERS}
    first = {"AssignUserId": YAMADA.master_id, "CorrespondLimitDate": "20301231000000"}
    if detail["TicketProcessType"] == "1":
        first["CauseClassification"] = "調査中"
    return {**kept, **who(YAMADA), **first, "CorrespondProcessList": [], **changes}


class Bash:
    """Signs and posts with bash, openssl and curl."""

    def __init__(self, desk: DeskUnderTest, folder: Path, *curl: str, **settings: str) -> None:
        needs("bash", "curl", "openssl")
        self._file = folder / "body.json"
        self._curl = curl
        self._variables = {
            "IIJAPI_ENDPOINT": endpoint(desk),
            "IIJAPI_ACCESS_KEY": YAMADA.key.access_key,
            "IIJAPI_SECRET_KEY": YAMADA.key.secret_key,
            **settings,
        }

    def __call__(self, action: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the answer."""
        self._file.write_text(json.dumps({**who(YAMADA), **body}, ensure_ascii=False), encoding="utf-8")
        done = ended(FOREIGN / "post.sh", action, self._file, *self._curl, variables=self._variables)
        assert (done.status, done.err) == (0, "")
        answer, status = done.out.rsplit("\n", 1)
        return int(status), json.loads(answer)

    def succeed(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        status, envelope = self(action, body)
        assert (status, [*envelope]) == (200, [f"{action}Response"]), envelope
        inside = envelope[f"{action}Response"]
        assert isinstance(inside, dict)
        return inside

    def open_and_update(self, new: Mapping[str, Any]) -> None:
        """All three actions of the vendor, in the order in which an automation calls them."""
        ticket = {"TicketId": self.succeed("RegisterTicket", new)["TicketId"]}
        detail = self.succeed("GetTicketDetail", ticket)
        memo = {"CorrespondProcessOperationClass": "0", "CorrespondProcess": "一次対応を開始"}
        self.succeed("UpdateTicket", filled_in(detail, Title="改めた件名", CorrespondProcessList=[memo]))
        after = self.succeed("GetTicketDetail", ticket)
        assert (after["Title"], [each["CorrespondProcess"] for each in after["CorrespondProcessList"]]) == (
            "改めた件名",
            ["一次対応を開始"],
        )


@pytest.mark.parametrize(
    ("method", "content_type", "md5"),
    [*product(("HmacSHA256", "HmacSHA1"), ("application/json", "application/json; charset=utf-8"), ("", "yes"))],
)
def test_bash_openssl_and_curl_register_read_and_update(
    desk: DeskUnderTest, tmp_path: Path, method: str, content_type: str, md5: str
) -> None:
    call = Bash(desk, tmp_path, SIGNATURE_METHOD=method, CONTENT_TYPE=content_type, WITH_MD5=md5)
    call.open_and_update(NEW_INCIDENT)


def test_requests_take_the_same_way(desk: DeskUnderTest, tmp_path: Path) -> None:
    Bash(desk, tmp_path).open_and_update(NEW_REQUEST)


@pytest.mark.parametrize("spelling", ["lower", "upper"])
def test_header_names_come_as_a_library_spells_them(desk: DeskUnderTest, tmp_path: Path, spelling: str) -> None:
    Bash(desk, tmp_path, SPELLING=spelling, WITH_MD5="yes").open_and_update(NEW_INCIDENT)


@pytest.mark.parametrize(
    "curl",
    [
        ("-H", "Expect: 100-continue"),
        ("-H", "Transfer-Encoding: chunked"),
        ("-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue"),
        # What Java's HttpClient sends where there is no TLS: it offers HTTP/2, and takes 1.1.
        ("-H", "Connection: Upgrade, HTTP2-Settings", "-H", "Upgrade: h2c", "-H", "HTTP2-Settings: AAEAAEAAAAIAAAAA"),
        ("--http1.0",),
        ("--compressed", "-H", "User-Agent:", "-H", "Accept:"),
    ],
    ids=" ".join,
)
def test_http_comes_as_a_library_speaks_it(desk: DeskUnderTest, tmp_path: Path, curl: tuple[str, ...]) -> None:
    Bash(desk, tmp_path, *curl).open_and_update(NEW_INCIDENT)


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=UTF-8", "Application/JSON", 'application/json; charset="utf-8"']
)
def test_content_types_are_signed_as_they_are_spelt(desk: DeskUnderTest, tmp_path: Path, content_type: str) -> None:
    Bash(desk, tmp_path, CONTENT_TYPE=content_type).open_and_update(NEW_INCIDENT)


def test_a_machine_in_japan_may_call_its_local_time_utc(desk: DeskUnderTest, tmp_path: Path) -> None:
    local = ended("date", "-d", "1 hours", "+%Y-%m-%dT%H:%M:%SZ", variables={"TZ": "Asia/Tokyo"}).out.strip()
    Bash(desk, tmp_path, IIJAPI_EXPIRE=local).open_and_update(NEW_INCIDENT)


@pytest.mark.parametrize(
    "settings",
    [
        {"IIJAPI_EXPIRE": "2022-12-21T01:00:00Z"},
        {"IIJAPI_SECRET_KEY": SATO.key.secret_key},
        {"SIGNATURE_METHOD": "HmacMD5"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_signature_that_is_not_good_is_refused_under_http_200(
    desk: DeskUnderTest, tmp_path: Path, settings: dict[str, str]
) -> None:
    status, envelope = Bash(desk, tmp_path, **settings)("GetTicketDetail", {"TicketId": INCIDENT})
    assert (status, envelope["ErrorResponse"]["ErrorType"]) == (200, "AUTH_FAILURE")


class Ruby:
    """Runs the sample's way: a config.rb of the page's form."""

    def __init__(self, desk: DeskUnderTest, folder: Path) -> None:
        needs("ruby")
        self._endpoint = endpoint(desk)
        self._file = folder / "config.rb"

    def run(self, config: str, **variables: str) -> Finished:
        """Run a config.rb, only whose endpoint is exchanged (it lacks quotes on the page)."""
        text, exchanged = re.subn(r"(?m)^IIJAPI_ENDPOINT = .*$", f'IIJAPI_ENDPOINT = "{self._endpoint}"', config)
        assert exchanged == 1
        self._file.write_text(text, encoding="utf-8")
        return ended("ruby", FOREIGN / "iijapi.rb", self._file, variables=variables)

    def __call__(self, action: str, body: Mapping[str, Any], **raw: str) -> Finished:
        """Call an action; ``raw`` are values as they are typed between the quotes of config.rb."""
        params = json.dumps({**who(YAMADA), **body}, ensure_ascii=False, indent="\t")
        typed = params.replace("\\", "\\\\").replace("'", "\\'").removesuffix("\n}")
        typed += "".join(f',\n\t"{name}":"{value}"' for name, value in raw.items()) + "\n}"
        before = CONFIG[: CONFIG.index("ACTION = ")]
        return self.run(f"{before}ACTION = \"{action}\"\nPARAMS = '{typed}'\n")

    def succeed(self, action: str, body: Mapping[str, Any], **raw: str) -> dict[str, Any]:
        done = self(action, body, **raw)
        assert (done.status, done.err) == (0, ""), done
        answer = json.loads(done.out)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def ruby(desk: DeskUnderTest, tmp_path: Path) -> Ruby:
    return Ruby(desk, tmp_path)


@pytest.fixture
def ticket(ruby: Ruby) -> dict[str, Any]:
    """A new incident as Ruby reads it."""
    return ruby.succeed("GetTicketDetail", {"TicketId": ruby.succeed("RegisterTicket", NEW_INCIDENT)["TicketId"]})


def test_the_pages_sample_runs_once_its_slip_is_mended(databases: Databases, tmp_path: Path) -> None:
    assert CONFIG.count(SLIP) == 1
    with today(databases) as desk:
        ruby = Ruby(desk, tmp_path)
        done = ruby.run(CONFIG.replace(SLIP, MENDED))
        assert (done.status, [*json.loads(done.out)]) == (0, ["RequestId"])
        after = ruby.succeed("GetTicketDetail", {"TicketId": INCIDENT})
        again = ruby.run(CONFIG.replace(SLIP, MENDED))
    assert (after["StateCode"], after["Cause"]) == ("クローズ", "XXのメモリが不足していたため")
    memos = {memo["CorrespondProcessSeq"]: memo["CorrespondProcess"] for memo in after["CorrespondProcessList"]}
    assert memos == {"1": "updateTest", "3": "addTest"}
    assert (again.status, again.out, again.err) == (1, CONFLICT, "")


def test_the_pages_sample_as_it_stands_lacks_a_date_and_is_told_so(ruby: Ruby) -> None:
    done = ruby.run(CONFIG)
    assert (done.status, done.err) == (1, "")
    assert done.out == "PARAMETER_REQUIRED 必須項目が指定されていません。\nSummaryUpdateDate PARAMETER_REQUIRED\n"


def test_the_pages_endpoint_without_quotes_ends_before_anything_is_sent() -> None:
    needs("ruby")
    done = ended("ruby", FOREIGN / "iijapi.rb", FOREIGN / "config.rb")
    assert done.status == 1
    assert "NameError" in done.err


@pytest.mark.parametrize("new", [NEW_INCIDENT, NEW_REQUEST], ids=["incident", "request"])
def test_ruby_registers_reads_and_updates(ruby: Ruby, new: Mapping[str, Any]) -> None:
    ticket_id = {"TicketId": ruby.succeed("RegisterTicket", new)["TicketId"]}
    ruby.succeed("UpdateTicket", filled_in(ruby.succeed("GetTicketDetail", ticket_id), Title='It\'s \\ "改めた"'))
    assert ruby.succeed("GetTicketDetail", ticket_id)["Title"] == 'It\'s \\ "改めた"'


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        # The page's rule, with the character that a Japanese keyboard shows as ¥ and sends as a backslash.
        (r"it\'s", "it's"),
        (r"\"引用\"", '"引用"'),
        (r"一行目\n二行目", "一行目\n二行目"),
        # Ruby takes one of two backslashes away: what is sent is the same as above.
        (r'\\"引用\\"', '"引用"'),
        (r"一行目\\n二行目", "一行目\n二行目"),
        # Ruby leaves \' here, which is no JSON, but what the rule says.
        (r"it\\\'s", "it's"),
        # The same with U+00A5; the quote that would end Ruby's string or JSON's needs its backslash besides.
        (r"it¥\'s", "it's"),
        (r"¥\"引用¥\"", '"引用"'),
        ("一行目¥n二行目", "一行目\n二行目"),
        # A backslash in the value is two in JSON, and four between Ruby's quotes; of two JSON makes a tab here.
        (r"C:\\\\temp", r"C:\temp"),
        (r"C:\\temp", "C:\temp"),
        (r"¥5,000", "¥5,000"),
        (r"一行目¥n\"it\'s\"\n¥\"二行目¥\" ¥\'終\'", '一行目\n"it\'s"\n"二行目" \'終\''),
    ],
)
def test_what_is_typed_between_the_quotes_is_stored_as_the_page_says(
    ruby: Ruby, ticket: dict[str, Any], typed: str, stored: str
) -> None:
    body = filled_in(ticket)
    del body["Cause"]
    ruby.succeed("UpdateTicket", body, Cause=typed)
    assert ruby.succeed("GetTicketDetail", {"TicketId": ticket["TicketId"]})["Cause"] == stored


def test_a_yen_sign_does_not_keep_a_quote_from_ending_json(ruby: Ruby, ticket: dict[str, Any]) -> None:
    body = filled_in(ticket)
    del body["Cause"]
    done = ruby("UpdateTicket", body, Cause='¥"引用¥"')
    assert done.status == 1
    assert "HTTP 400" in done.err
    assert ruby.succeed("GetTicketDetail", {"TicketId": ticket["TicketId"]})["Cause"] == ""


def test_a_conflict_comes_under_http_200_and_nothing_is_changed(
    desk: DeskUnderTest, ruby: Ruby, ticket: dict[str, Any]
) -> None:
    first, second = filled_in(ticket, Cause="設定誤り"), filled_in(ticket, Cause="故障")
    ruby.succeed("UpdateTicket", first)
    done = ruby("UpdateTicket", second)
    assert (done.status, done.out, done.err) == (1, CONFLICT, "")
    assert desk.detail(ticket["TicketId"])["Cause"] == "設定誤り"


def test_a_refusal_names_every_field_under_http_200(ruby: Ruby, ticket: dict[str, Any]) -> None:
    done = ruby("UpdateTicket", filled_in(ticket, Priority="他", Impact="不明"))
    assert done.out == (
        "PARAMETER_ERROR 入力パラメータが正しく指定されていません。\nPriority PARAMETER_ERROR\nImpact PARAMETER_ERROR\n"
    )
    assert (done.status, done.err) == (1, "")


def test_ruby_verifies_the_certificate_unless_the_sample_tells_it_not_to(
    all_databases: dict[str, Databases], tmp_path: Path
) -> None:
    pair = make_pair(tmp_path, "desk")
    served = partial(OverHttp, certificate=Certificate(pair.certificate, pair.key), trust=pair.trust())
    verifying = CONFIG.replace("IIJAPI_SSL_NO_VERIFY = true", "IIJAPI_SSL_NO_VERIFY = false")
    with today(all_databases["sqlite"], served) as desk:
        ruby = Ruby(desk, tmp_path)
        refused = ruby.run(verifying)
        trusted = ruby.run(verifying, SSL_CERT_FILE=str(pair.certificate))
        anybody = ruby.run(CONFIG)
    assert refused.status == 1
    assert "certificate verify failed" in refused.err
    assert trusted.out == anybody.out
    assert trusted.out.startswith("PARAMETER_REQUIRED")
