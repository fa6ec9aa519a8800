"""`unyo record`: no secret stands in a cassette, and no free text where it is masked."""

import base64
import gzip
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpx2
import pytest

from support.demonstration import YAMADA
from support.processes import PATIENCE, Client
from support.recordings import TICKET, echoing, recording
from unyo.testkit.cassettes.reading import read_cassette
from unyo.uom.signature import content_md5

SIGNATURE = base64.b64encode(bytes(range(200, 232))).decode()
# Keys that no call of the recording was signed with, as a memo or a page may hold them.
ANOTHER_KEY, ANOTHER_SECRET = "0A1B2C3D4E5F6G7H8I9J", "a0/B1+c2D3e4F5g6H7i8J9k0L1m2N3o4P5q6R7s8"
LEFT_OUT = ("aTokenOf+the/query", "letMeIn:please!", "sessionOf=mine==", "aHeaderThat/I made")


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
            assert (
                httpx2.post(url, content=sent, headers=headers, timeout=PATIENCE).headers["set-cookie"]
                == secrets["set"]
            )
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
                httpx2.post(recorder.url + path, content=sent, headers=headers, timeout=PATIENCE)
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
            httpx2.post(
                f"{recorder.url}/r/20221221/UpdateTicket.json?a=b", content=b"{}", headers=headers, timeout=PATIENCE
            )
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
