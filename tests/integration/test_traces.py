"""Traces: a span a call below its caller's, its database's work below it, and a collector that gets them."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from support.commands import unyo_here
from support.desks import INCIDENT, NEW_INCIDENT, DeskUnderTest, desk_on, who
from support.installations import Installation, install
from support.processes import Client, serving, unyo
from unyo.bootstrap.desk import Watching
from unyo.cast import YAMADA
from unyo.watching.traces import Traces

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def desk(filled_url: str, spans: InMemorySpanExporter) -> Iterator[DeskUnderTest]:
    with desk_on(filled_url, watching=Watching(watchers=[Traces(SimpleSpanProcessor(spans))])) as opened:
        yield opened


def _taken(spans: InMemorySpanExporter) -> tuple[ReadableSpan, Sequence[ReadableSpan]]:
    """The call's span, and those below it."""
    *parts, call = sorted(spans.get_finished_spans(), key=lambda span: span.kind.name == "SERVER")
    assert call.context
    for part in parts:
        assert part.parent
        assert (part.parent.span_id, part.parent.trace_id) == (call.context.span_id, call.context.trace_id)
        assert part.start_time
        assert part.end_time
        assert part.start_time < part.end_time
    spans.clear()
    return call, parts


def test_a_write_is_a_span_with_its_commit(desk: DeskUnderTest, spans: InMemorySpanExporter) -> None:
    answer = desk.call("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT})
    call, (commit,) = _taken(spans)
    assert (call.name, commit.name, commit.attributes) == ("RegisterTicket", "commit", {"unyo.commit.calls": 1})
    assert call.attributes == {
        "unyo.request_id": answer.body["RequestId"],
        "unyo.action": "RegisterTicket",
        "unyo.master_id": YAMADA.master_id,
        "unyo.ticket_id": answer.body["TicketId"],
        "client.address": "127.0.0.1",
        "http.request.method": "POST",
        "http.response.status_code": 200,
    }
    assert call.parent is None


def test_a_read_is_a_span_with_what_it_read(desk: DeskUnderTest, spans: InMemorySpanExporter) -> None:
    desk.history(INCIDENT)
    call, parts = _taken(spans)
    assert (call.name, [part.name for part in parts]) == ("GetTicketHistory", ["read", "read"])


def test_a_refused_call_tells_its_error_and_the_callers_trace_goes_on(
    desk: DeskUnderTest, spans: InMemorySpanExporter
) -> None:
    ticket = {**who(YAMADA), "TicketId": "UTM1"}
    assert desk.call("GetTicketDetail", ticket, headers={"traceparent": CALLER}).error_type == "NO_TICKET_ID"
    call, _ = _taken(spans)
    assert call.attributes
    assert call.attributes["error.type"] == "NO_TICKET_ID"
    assert call.context
    assert call.parent
    assert f"{call.context.trace_id:032x}-{call.parent.span_id:016x}" == CALLER[3:-3]


def test_what_is_no_traceparent_is_passed_over(desk: DeskUnderTest, spans: InMemorySpanExporter) -> None:
    for wrong in ("", "x", "00-0-0-01", CALLER.replace("0af7", "zzzz"), "x" * 5000):
        assert desk.call("GetOptionList", who(YAMADA), headers={"traceparent": wrong}).error is None
        call, _ = _taken(spans)
        assert call.parent is None


@contextmanager
def _collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """A collector on loopback, and what it was sent."""
    received: list[ExportTraceServiceRequest] = []

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            received.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


@pytest.fixture
def installation(empty_url: str, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(empty_url, tmp_path_factory.mktemp("traced"))


def test_a_collector_gets_the_spans_before_the_server_ends(installation: Installation) -> None:
    with _collector() as (endpoint, received):
        arguments = ("--database", installation.url, "--otel-endpoint", endpoint)
        with (
            serving(*arguments, folder=installation.folder) as (server, url),
            Client(url, installation.account) as client,
        ):
            client.succeed("RegisterTicket", NEW_INCIDENT)
            assert server.end().status == 0
    spans = [
        span for each in received for of in each.resource_spans for scope in of.scope_spans for span in scope.spans
    ]
    assert sorted(span.name for span in spans) == ["RegisterTicket", "commit"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_an_endpoint_that_is_no_url_is_wrong(installation: Installation) -> None:
    refused = unyo("serve", "--database", installation.url, "--otel-endpoint", "collector", folder=installation.folder)
    assert (refused.status, refused.err) == (
        2,
        "unyo: otel_endpoint (flag --otel-endpoint) takes a URL that begins with http:// or https://\n",
    )


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_without_the_extra_an_endpoint_is_refused_with_how_to_get_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    arguments = ("serve", "--database", installation.url, "--otel-endpoint", "http://127.0.0.1:4318")
    refused = unyo_here(*arguments, folder=installation.folder)
    assert (refused.status, refused.err) == (
        2,
        (
            "unyo: traces need further packages: pip install 'unyo[server,otel]', "
            "or leave otel_endpoint out of the settings\n"
        ),
    )
