"""`unyo record`: calls go on unchanged, and what the endpoint does not answer is noted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from support.answering import answering
from support.certificates import make_pair
from support.commands import unyo_here
from support.demonstration import YAMADA
from support.installations import Installation
from support.judging import ERRORS
from support.processes import PATIENCE, Client, serving
from support.recordings import TICKET, Recorder, echoing, recording
from unyo.testkit.cassettes.reading import read_cassette


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
        answers = [httpx2.post(url, content=content, headers=headers, timeout=PATIENCE) for _ in range(2)]
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
            answer = httpx2.post(f"{recorder.url}{path}", timeout=PATIENCE)
            assert (answer.status_code, answer.json()["ErrorResponse"]["ErrorType"]) == (404, "NOT_FOUND")
        assert recorder.calls() == []
    assert endpoint.heard == []


def test_an_odd_path_is_forwarded_recorded_and_compared_like_any(tmp_path: Path) -> None:
    with (
        echoing("HTTP/1.1 404 Not Found", body=b"<html>\n\n") as endpoint,
        recording(endpoint.url, tmp_path) as recorder,
    ):
        for path in ("/r/a%0Ab", "/r/%ff", "/r//x/", "/r/é"):
            assert httpx2.post(f"{recorder.url}{path}", timeout=PATIENCE).content == b"<html>\n\n"
        assert recorder.process.end().out.splitlines()[1].endswith("/r/a\\nb  404 no JSON")
    ended = unyo_here("compare", str(recorder.cassette), folder=tmp_path)
    assert (ended.status, ended.err) == (1, "")
    assert "4 calls, 4 replayed: 0 the same, 4 differ" in ended.out


def test_an_answer_whose_date_is_none_goes_on_and_is_recorded(tmp_path: Path) -> None:
    dates = ("99 Foo 2026 25:61:61", "31 Dec 9999 23:59:59", "01 Jan 1969 00:00:00")
    for number, date in enumerate(f"Mon, {each} GMT" for each in dates):
        with (
            echoing("HTTP/1.1 200 OK", f"Date: {date}", body=b"{}") as endpoint,
            recording(endpoint.url, tmp_path, name=f"{number}.yaml") as recorder,
        ):
            answer = httpx2.post(f"{recorder.url}/r/20221221/UpdateTicket.json", timeout=PATIENCE)
        assert (answer.status_code, answer.headers["date"]) == (200, date)
        (call,) = read_cassette(recorder.cassette).calls
        assert abs(call.at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_body_beyond_all_bounds_is_refused(tmp_path: Path) -> None:
    with echoing("HTTP/1.1 200 OK", body=b"") as endpoint, recording(endpoint.url, tmp_path) as recorder:
        answer = httpx2.post(
            f"{recorder.url}/r/20221221/UpdateTicket.json", content=bytes(8 * 1024**2 + 1), timeout=PATIENCE
        )
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


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("HTTP/1.1 200 OK", "X-Secret\x01himitsu"), "no answer (RemoteProtocolError)"),
        (("HTTP/1.1 200 OK", "X-Secret: himitsu\x7f"), "no answer that HTTP allows"),
        (("HTTP/1.1 999 himitsu",), "no answer that HTTP allows"),
    ],
)
def test_an_answer_that_is_no_http_is_noted_and_not_shown(lines: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with echoing(*lines, body=b"") as odd, recording(odd.url, tmp_path) as recorder:
        assert _noted(recorder, 502, "BAD_GATEWAY") == said
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


def test_errors_of_the_proxy_are_none_of_the_contracts() -> None:
    assert {"BAD_GATEWAY", "GATEWAY_TIMEOUT"}.isdisjoint(ERRORS)
