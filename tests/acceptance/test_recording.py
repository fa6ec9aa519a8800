"""`unyo record`: calls go on unchanged, each is written down with its answer, and no secret with it."""

import base64
import gzip
import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpx2
import pytest

from support.answering import answering
from support.certificates import make_pair
from support.commands import unyo_here
from support.demonstration import YAMADA
from support.disks import small_disk
from support.installations import Installation
from support.judging import ERRORS
from support.processes import Client, serving
from support.recordings import Recorder, echoing, recording
from support.tools import as_root
from unyo.testkit.cassettes.reading import read_cassette
from unyo.uom.signature import content_md5

TICKET = {"TicketId": "UTM123456"}
MEMO = "対応を開始した。\n二行目"


@pytest.fixture
def recorder(desk_of_the_module: str, tmp_path: Path) -> Iterator[Recorder]:
    """Records calls to a demonstration."""
    with recording(desk_of_the_module, tmp_path) as opened:
        yield opened


def test_a_program_that_changes_its_endpoint_only_is_answered_as_by_the_endpoint(
    recorder: Recorder, desk_of_the_module: str
) -> None:
    with Client(recorder.url, YAMADA) as through, Client(desk_of_the_module, YAMADA) as straight:
        first, second = (each.call("GetTicketDetail", TICKET) for each in (through, straight))
    assert {**first.body, "RequestId": ""} == {**second.body, "RequestId": ""}
    own = {"date", "x-request-id"}
    assert {n: v for n, v in first.headers.items() if n not in own} == {
        n: v for n, v in second.headers.items() if n not in own
    }
    assert first.headers["x-request-id"] == first.body["RequestId"]


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_each_call_is_recorded_with_its_answer_and_told_in_one_line(recorder: Recorder, number: Signals) -> None:
    with Client(recorder.url, YAMADA) as client:
        detail = client.call("GetTicketDetail", TICKET)
        refused = client.call("UpdateTicket", {**TICKET, "TicketProcessType": "1"})
        absent = client.post("/r/20221221/Nothing.json", b"{no json", {"Content-Type": "text/plain"})
    assert (recorder.cassette.stat().st_mode & 0o777) == 0o600
    first, second, third = read_cassette(recorder.cassette).calls
    assert (first.action, first.method, first.path) == (
        "GetTicketDetail",
        "POST",
        "/r/20221221/GetTicketDetail.json",
    )
    assert first.request.body == {"ServiceCode": "uom12345678", "MasterID": "SA1234567", **TICKET}
    assert first.answer
    assert (first.answer.status, first.answer.message.body) == (200, detail.envelope)
    assert second.answer
    assert second.answer.message.body == refused.envelope
    assert third.answer
    assert (third.action, third.request.text, third.answer.status) == ("", "{no json", absent.status)
    ended = recorder.process.end(number)
    assert ended.status == 0, ended
    lines = ended.out.splitlines()
    assert re.fullmatch(r" +1  \d\d:\d\d:\d\d  GetTicketDetail UTM123456  200 ok", lines[1])
    assert lines[2].endswith("UpdateTicket UTM123456  200 PARAMETER_REQUIRED")
    assert lines[3].endswith("/r/20221221/Nothing.json  404 NOT_FOUND")
    assert lines[-1] == f"3 calls recorded in {recorder.cassette}"


def test_a_cassette_of_any_name_is_told_as_it_is_also_where_a_recording_ends_at_once(tmp_path: Path) -> None:
    with recording("http://127.0.0.1:9", tmp_path, name="[red] [bold].yaml") as recorder:
        ended = recorder.process.end(SIGINT)
    assert f"go to http://127.0.0.1:9 and into {recorder.cassette}." in ended.out
    assert ended.out.endswith(f"0 calls recorded in {recorder.cassette}")
    assert (ended.status, ended.err) == (0, "")


def test_a_recorder_that_is_killed_loses_no_call_that_was_answered(recorder: Recorder) -> None:
    with Client(recorder.url, YAMADA) as client:
        for _ in range(20):
            client.succeed("GetTicketDetail", TICKET)
    recorder.process.end(SIGKILL)
    assert len(read_cassette(recorder.cassette).calls) == 20


def test_no_key_no_secret_no_cookie_and_no_query_stands_in_a_cassette(tmp_path: Path) -> None:
    secrets = {
        "access key": "1234567890ABCDEFGHIJ",
        "secret": "1234567890ABCDEFGHIJabcdefghijklmnopqr+1",
        "signature": base64.b64encode(bytes(range(32))).decode(),
        "cookie": "session=aCookieOfTheCaller",
        "query": "token=inTheQuery",
        "proxy": "Basic cHJveHk6c2VjcmV0",
        "set": "sid=aCookieOfTheEndpoint",
        "odd": "anUnknownHeadersValue",
    }
    body = {"CorrespondProcess": f"key {secrets['access key']}x {secrets['secret']} {secrets['signature']}"}
    content = json.dumps(body | {secrets["access key"]: secrets["secret"]}).encode()
    headers = {
        "Authorization": f"IIJAPI {secrets['access key']}:{secrets['signature']}",
        "Content-Type": f"application/json; secret={secrets['secret']}",
        "Content-MD5": content_md5(content),
        "x-iijapi-expire": secrets["secret"],
        "x-iijapi-access-key": secrets["access key"],
        "X-IIJAPI-unyo-call": secrets["secret"],
        "X-Api-Key": secrets["odd"],
        "Cookie": secrets["cookie"],
        "Proxy-Authorization": secrets["proxy"],
        "User-Agent": secrets["odd"],
    }
    answer = json.dumps({"UpdateTicketResponse": {"RequestId": "r", "Echo": body["CorrespondProcess"]}}).encode()
    lines = (
        "HTTP/1.1 200 OK",
        f"Set-Cookie: {secrets['set']}",
        f"X-Request-Id: {secrets['secret']}",
        f"Date: {secrets['secret']}",
    )
    with echoing(*lines, body=answer) as endpoint, recording(endpoint.url, tmp_path) as recorder:
        url = f"{recorder.url}/r/20221221/UpdateTicket.json?{secrets['query']}"
        for sent in (content, f"no json: {secrets['secret']} {secrets['access key']}".encode()):
            assert httpx2.post(url, content=sent, headers=headers).headers["set-cookie"] == secrets["set"]
        assert len(read_cassette(recorder.cassette).calls) == 2
        ended = recorder.process.end()
        for written in (recorder.cassette.read_bytes(), (ended.out + ended.err).encode()):
            found = [name for name, secret in secrets.items() if secret.encode() in written]
            assert (found, content_md5(content).encode() in written) == ([], False)
    call = read_cassette(recorder.cassette).calls[0]
    assert call.request.headers == {
        "authorization": "IIJAPI KEY1:<scrubbed>",
        "content-md5": "<present>",
        "content-type": "<scrubbed>",
        "x-iijapi-expire": "<scrubbed>",
        "x-iijapi-unyo-call": "<scrubbed>",
        "x-iijapi-*": "<1 more>",
    }


# Keys that no call of the recording was signed with, as a memo or a page may hold them.
ANOTHER_KEY, ANOTHER_SECRET = "0A1B2C3D4E5F6G7H8I9J", "a0/B1+c2D3e4F5g6H7i8J9k0L1m2N3o4P5q6R7s8"
LEFT_OUT = ("aTokenOf+the/query", "letMeIn:please!", "sessionOf=mine==", "aHeaderThat/I made")


def _ways(secret: str) -> list[str]:
    """A secret as texts, addresses, JSON and HTML hold it."""
    escaped = "".join(c if c.isalnum() else f"&#{ord(c)};" for c in secret)
    hexadecimal = "".join(c if c.isalnum() else f"&#x{ord(c):X};" for c in secret)
    unicode = "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in secret)
    slashes, plus = secret.replace("/", "\\/"), quote_plus(secret)
    return [
        secret,
        quote(secret),
        quote(secret, safe=""),
        plus,
        html.escape(secret),
        escaped,
        hexadecimal,
        unicode,
        slashes,
    ]


@pytest.mark.parametrize("mask", [(), ("--mask",)])
def test_no_secret_comes_back_by_a_memo_or_an_error_page_however_it_is_written(
    mask: tuple[str, ...], tmp_path: Path
) -> None:
    token, password, cookie, invented = LEFT_OUT
    ways = {name: _ways(name) for name in (ANOTHER_KEY, ANOTHER_SECRET, *LEFT_OUT, SIGNATURE)}
    every = [way for each in ways.values() for way in each]
    around = ["key={}", "%3A{}%22", "https://vendor.example/{}/", "\\n{}\\t", "¥n{}¥n", "鍵は{}です", "<b>{}</b>"]
    page = "\n".join(form.replace("{}", way) for way in every for form in around)
    memo = {"CorrespondProcessList": [{"CorrespondProcess": page}], "ErrorMessage": page, "Priority": ANOTHER_KEY}
    basic = base64.b64encode(f"me:{password}".encode()).decode()
    headers = {
        "Authorization": f"IIJAPI {YAMADA.access_key}:{SIGNATURE}",
        "Proxy-Authorization": f"Basic {basic}",
        "Cookie": f"sid={quote(cookie)}; theme=dark",
        "X-Invented": invented,
    }
    path = f"/r/20221221/{quote(ANOTHER_SECRET, safe='')}.json?{urlencode({'token': token, 'x': cookie})}"
    for number, body in enumerate(
        [page.encode(), json.dumps(memo).encode(), page.encode("utf-16"), gzip.compress(page.encode())]
    ):
        lines = (
            "HTTP/1.1 502 Bad Gateway",
            "Content-Type: text/html",
            *(("Content-Encoding: gzip",) if number > 2 else ()),
        )
        with (
            echoing(*lines, body=body) as endpoint,
            recording(endpoint.url, tmp_path, *mask, name=f"{number}.yaml") as recorder,
        ):
            for sent in (page.encode(), json.dumps(memo).encode()):
                httpx2.post(recorder.url + path, content=sent, headers=headers)
            ended = recorder.process.end()
        written = recorder.cassette.read_text() + ended.out + ended.err
        written += json.dumps(
            [
                [c.request.body, c.request.text, c.answer and c.answer.message.body]
                for c in read_cassette(recorder.cassette).calls
            ]
        )
        assert [way for way in [*every, basic] if way in written] == []
        assert ("<compressed>" in written) == (
            number == 3
        )  # whose bytes hold the page, as whoever has the file can see


SIGNATURE = base64.b64encode(bytes(range(200, 232))).decode()


def test_what_a_signature_is_made_of_is_recorded_without_it(tmp_path: Path) -> None:
    signed = {
        "Authorization": f"iijapi  {YAMADA.access_key} : {SIGNATURE}",
        "x-iijapi-Expire": "2026-04-01T09:00:00+09:00",
        "x-iijapi-SignatureMethod": "HMAC-SHA-512",
        "x-iijapi-SignatureVersion": "1",
        "x-iijapi-one": "1",
        "x-iijapi-two": "2",
        "Content-MD5": content_md5(b"another"),
        "Content-Type": "application/json",
    }
    twice = [*signed.items(), ("X-IIJAPI-Expire", "2026-04-01T00:00:00Z"), ("authorization", "IIJAPI a:b")]
    no_digest = {"Authorization": f"IIJAPI {YAMADA.access_key}:abc", "Content-MD5": "abc"}
    with echoing("HTTP/1.1 200 OK", body=b"{}") as endpoint, recording(endpoint.url, tmp_path) as recorder:
        for headers in (signed, twice, no_digest):
            httpx2.post(f"{recorder.url}/r/20221221/UpdateTicket.json?a=b", content=b"{}", headers=headers)
        first, second, third = (call.request.headers for call in read_cassette(recorder.cassette).calls)
        assert all(call["request"]["query"] == "<scrubbed>" for call in recorder.calls())
        assert all(0 < call["seconds"] < 60 for call in recorder.calls())
    assert first == {
        "authorization": "iijapi  KEY1 : <scrubbed>",
        "x-iijapi-expire": "2026-04-01T09:00:00+09:00",
        "x-iijapi-signaturemethod": "HMAC-SHA-512",
        "x-iijapi-signatureversion": "1",
        "content-md5": "<of another body>",
        "content-type": "application/json",
        "x-iijapi-*": "<2 more>",
    }
    assert second == {**first, "authorization": "<repeated>", "x-iijapi-expire": "<repeated>"}
    assert third == {"authorization": "IIJAPI KEY1:<of another form>", "content-md5": "<of another form>"}


def test_the_endpoint_hears_what_the_program_said_and_nothing_of_the_connection(tmp_path: Path) -> None:
    headers = {
        "Authorization": "IIJAPI KEY:signature",
        "X-IIJAPI-Expire": "2026-04-01T00:00:00Z",
        "Cookie": "mine=1",
        "Connection": "keep-alive, X-Only-Here",
        "X-Only-Here": "1",
        "Proxy-Authorization": "Basic cHJveHk6c2VjcmV0",
        "User-Agent": "mine/1",
    }
    content = '{"a": "é"}'.encode("latin-1")
    with (
        echoing("HTTP/1.1 200 OK", "Set-Cookie: theirs=1", "X-Hop: 1", body=b"no json") as endpoint,
        recording(endpoint.url, tmp_path) as recorder,
    ):
        url = f"{recorder.url}/r/20221221/Update%54icket.json?a=%20b"
        answers = [httpx2.post(url, content=content, headers=headers) for _ in range(2)]
    for heard, answer in zip(endpoint.heard, answers, strict=True):
        head, _, body = heard.partition(b"\r\n\r\n")
        lines = [line.decode("latin-1") for line in head.split(b"\r\n")]
        assert lines[0] == "POST /r/20221221/Update%54icket.json?a=%20b HTTP/1.1"
        assert body == content
        sent = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        assert sent == {
            "host": endpoint.url.removeprefix("http://"),
            "authorization": "IIJAPI KEY:signature",
            "x-iijapi-expire": "2026-04-01T00:00:00Z",
            "cookie": "mine=1",  # and none that the endpoint has set
            "user-agent": "mine/1",
            "accept": "*/*",
            "accept-encoding": "identity",
            "content-length": str(len(content)),
        }
        assert (answer.content, answer.headers["set-cookie"]) == (b"no json", "theirs=1")
        assert "x-hop" not in answer.headers


def test_what_is_under_no_action_is_neither_forwarded_nor_recorded(tmp_path: Path) -> None:
    with echoing("HTTP/1.1 200 OK", body=b"") as endpoint, recording(endpoint.url, tmp_path) as recorder:
        for path in ("/", "/metrics", "/r", "/r/%2e%2e/metrics"):
            answer = httpx2.post(f"{recorder.url}{path}")
            assert (answer.status_code, answer.json()["ErrorResponse"]["ErrorType"]) == (404, "NOT_FOUND")
        assert recorder.calls() == []
    assert endpoint.heard == []


def test_an_odd_path_is_forwarded_recorded_and_compared_like_any(tmp_path: Path) -> None:
    with (
        echoing("HTTP/1.1 404 Not Found", body=b"<html>\n\n") as endpoint,
        recording(endpoint.url, tmp_path) as recorder,
    ):
        for path in ("/r/a%0Ab", "/r/%ff", "/r//x/", "/r/é"):
            assert httpx2.post(f"{recorder.url}{path}").content == b"<html>\n\n"
        assert recorder.process.end().out.splitlines()[1].endswith("/r/a\\nb  404 no JSON")
    ended = unyo_here("compare", str(recorder.cassette), folder=tmp_path)
    assert (ended.status, ended.err) == (1, "")
    assert "4 calls, 4 replayed: 0 the same, 4 differ" in ended.out


def test_a_body_beyond_all_bounds_is_refused(tmp_path: Path) -> None:
    with echoing("HTTP/1.1 200 OK", body=b"") as endpoint, recording(endpoint.url, tmp_path) as recorder:
        answer = httpx2.post(f"{recorder.url}/r/20221221/UpdateTicket.json", content=bytes(8 * 1024**2 + 1))
        assert (answer.status_code, answer.json()["ErrorResponse"]["ErrorType"]) == (413, "PAYLOAD_TOO_LARGE")
        assert recorder.calls() == []
    assert endpoint.heard == []


def _noted(recorder: Recorder, status: int, error: str) -> str:
    """What is noted of a call that the endpoint did not answer."""
    with Client(recorder.url, YAMADA) as client:
        answer = client.call("GetTicketDetail", TICKET)
    assert (answer.status, answer.error_type) == (status, error)
    (call,) = recorder.calls()
    assert "answer" not in call
    trouble = str(call["trouble"])
    assert trouble in recorder.process.wait_for("GetTicketDetail UTM123456  (.*)")[1]
    return trouble


def test_an_endpoint_that_cannot_be_reached_is_noted_and_told_with_502(tmp_path: Path) -> None:
    with echoing("HTTP/1.1 200 OK", body=b"") as gone:
        pass
    with recording(gone.url, tmp_path) as recorder:
        assert _noted(recorder, 502, "BAD_GATEWAY").startswith("it cannot be reached")
        (call,) = read_cassette(recorder.cassette).calls
        assert call.answer is None


def test_an_endpoint_that_does_not_answer_in_time_is_noted_and_told_with_504(tmp_path: Path) -> None:
    with (
        answering({}, silent=True) as silent,
        recording(silent.url, tmp_path, "--timeout", "0.2") as recorder,
    ):
        assert _noted(recorder, 504, "GATEWAY_TIMEOUT") == "no answer in time (ReadTimeout)"


def test_an_answer_that_is_no_http_is_noted_and_not_shown(tmp_path: Path) -> None:
    with echoing("HTTP/1.1 200 OK", "X-Secret\x01himitsu", body=b"") as odd, recording(odd.url, tmp_path) as recorder:
        assert _noted(recorder, 502, "BAD_GATEWAY") == "no answer (RemoteProtocolError)"
        assert b"himitsu" not in recorder.cassette.read_bytes()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_endpoint_must_be_who_it_says_it_is(installation: Installation, tmp_path: Path) -> None:
    pair, other = make_pair(tmp_path, "endpoint"), make_pair(tmp_path, "other")
    with serving("--database", installation.url, *pair.flags, folder=installation.folder, trust=pair.trust()) as (
        _,
        url,
    ):
        for number, trusted in enumerate([(), ("--ca-file", str(other.certificate))]):
            with recording(url, tmp_path, *trusted, name=f"{number}.yaml") as recorder:
                assert "CERTIFICATE_VERIFY_FAILED" in _noted(recorder, 502, "BAD_GATEWAY")
        with (
            recording(url, tmp_path, "--ca-file", str(pair.certificate)) as recorder,
            Client(recorder.url, installation.account) as client,
        ):
            assert client.call("GetOptionList", {}).error is None


def test_a_cassette_is_overwritten_only_when_told(desk_of_the_module: str, tmp_path: Path) -> None:
    cassette = tmp_path / "cassette.yaml"
    cassette.write_text("precious")
    refused = unyo_here("record", "--to", desk_of_the_module, str(cassette), folder=tmp_path)
    assert refused.refusal == f"unyo: {cassette} is there already: name a new file, or move that one away"
    assert cassette.read_text() == "precious"
    with recording(desk_of_the_module, tmp_path, "--overwrite") as recorder:
        assert recorder.calls() == []
        assert (cassette.stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("https://user:himitsu@vendor.example", "no user and no password"),
        ("https://himitsu@vendor.example", "no user and no password"),
        ("http://vendor.example", "must be called by https"),
        ("https://vendor.example/uom?himitsu", "the signature covers the path"),
        ("https://vendor.example?himitsu", "the signature covers the path"),
        ("ftp://vendor.example", "such as https://vendor.example"),
        ("vendor.example", "such as https://vendor.example"),
        ("https://", "such as https://vendor.example"),
        ("https://vendor.example:himitsu", "such as https://vendor.example"),
    ],
)
def test_what_is_no_endpoint_is_refused(endpoint: str, said: str, tmp_path: Path) -> None:
    refused = unyo_here("record", "--to", endpoint, "cassette.yaml", folder=tmp_path).refusal
    assert said in refused
    assert "himitsu" not in refused
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("none", "holds no certificate in PEM")])
def test_an_authority_that_cannot_be_used_is_refused(content: str | None, said: str, tmp_path: Path) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    command = ("record", "--to", "https://vendor.example", "--ca-file", "ca.pem", "cassette.yaml")
    assert said in unyo_here(*command, folder=tmp_path).refusal
    assert not (tmp_path / "cassette.yaml").exists()


def test_where_it_listens_stands_in_the_ready_file(desk_of_the_module: str, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with recording(desk_of_the_module, tmp_path, "--ready-file", str(ready)) as recorder:
        with Client(recorder.url, YAMADA) as client:
            client.succeed("GetTicketDetail", TICKET)
        assert ready.read_text() == f"{recorder.url}\n"


def test_masked_text_is_as_long_as_it_was_and_the_rest_stays(desk_of_the_module: str, tmp_path: Path) -> None:
    with recording(desk_of_the_module, tmp_path, "--mask") as recorder, Client(recorder.url, YAMADA) as client:
        detail = client.succeed("GetTicketDetail", TICKET)
        client.call(
            "UpdateTicket", _echo(detail) | {"Title": "機密の件名", "Secret": "機密", "CorrespondLimitDate": "機密"}
        )
        client.post("/r/20221221/UpdateTicket.json", b'{"Cause": "it\\\'s secret"}', {})
        client.post("/r/20221221/UpdateTicket.json", "機密".encode(), {})
        shown, update, quoted, text = read_cassette(recorder.cassette).calls
        assert "機密" not in recorder.cassette.read_text()
    assert shown.answer
    assert update.request.body
    assert shown.answer.message.body
    masked = shown.answer.message.body["GetTicketDetailResponse"]
    free = {"Title", "AssignUser", "RelatedSystem", "RelatedCI", "Influence", "Cause", "NodeName", "EventId"}
    free |= {"DetectionMessage"}
    for name, value in detail.items():
        if name == "CorrespondProcessList":
            texts = [[each["CorrespondProcess"] for each in memos] for memos in (value, masked[name])]
            assert all(_alike(*pair) for pair in zip(*texts, strict=True))
        elif name in free:
            assert _alike(value, masked[name]), name
        else:
            assert value == masked[name]
    assert update.request.body["NodeName"] == masked["NodeName"]  # the same text is the same letters
    assert _alike("機密", str(update.request.body["Secret"]))  # of which the contract does not know
    assert _alike("機密", str(update.request.body["CorrespondLimitDate"]))  # which is no date
    assert quoted.request.body
    assert _alike("it's secret", str(quoted.request.body["Cause"]))
    assert _alike("機密", text.request.text)


def _alike(before: str, after: str) -> bool:
    """Whether it is another text of the same length in characters, bytes and lines."""
    assert [len(each.encode()) for each in before] == [len(each.encode()) for each in after]
    assert before.count("\n") == after.count("\n")
    return not before or before != after


def _echo(detail: dict[str, Any]) -> dict[str, Any]:
    none = ("RequestId", "AssignUser", "MasterTicketId")
    return {**{n: v for n, v in detail.items() if n not in none}, "CorrespondProcessList": []}


def test_a_full_disk_costs_no_call_its_answer_and_is_told_at_the_end(desk_of_the_module: str, tmp_path: Path) -> None:
    root = as_root("mount", "umount")
    with small_disk(root, tmp_path / "disk", os.getuid(), megabytes=1) as disk:
        with recording(desk_of_the_module, disk.folder) as recorder, Client(recorder.url, YAMADA) as client:
            client.succeed("GetTicketDetail", TICKET)
            disk.fill()
            client.succeed("GetTicketDetail", TICKET)
            disk.free()
            client.succeed("GetTicketDetail", TICKET)
            ended = recorder.process.end()
        assert (ended.status, ended.err) == (1, "unyo: 1 call could not be written: is the disk full?")
        assert len(read_cassette(recorder.cassette).calls) == 2


def test_errors_of_the_proxy_are_none_of_the_contracts() -> None:
    assert {"BAD_GATEWAY", "GATEWAY_TIMEOUT"}.isdisjoint(ERRORS)
