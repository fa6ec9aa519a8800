"""Traces: a span a call, with its commit or its reads below it, sent to a collector by OTLP/HTTP (``unyo[otel]``).

Spans are made when a call is answered, of times that were taken meanwhile; nothing is carried along with a call.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from unyo import __version__
from unyo.services.ports import WriteCall
from unyo.services.watcher import Called, Watcher, request_id

# Calls whose commit is known and whose answer is not: those whose caller has gone away stay behind.
_MOST_KEPT: Final = 10_000
_SYSTEM_ERROR: Final = "SYSTEM_ERROR"


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that a call waited for, in nanoseconds of Unix time."""

    name: str
    start: int
    end: int
    attributes: Attributes = None


class Traces(Watcher):
    """Makes the spans; ``processor`` takes them from there."""

    def __init__(self, processor: SpanProcessor) -> None:
        about = Resource.create({SERVICE_NAME: "unyo", SERVICE_VERSION: __version__})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("unyo", __version__)
        self._callers = TraceContextTextMapPropagator()
        self._parts: dict[str, list[_Part]] = {}

    def called(self, call: Called) -> None:
        """Make the call's span, below the caller's if it said which that is, and those of its parts."""
        end = time.time_ns()
        span = self._tracer.start_span(
            call.action or "unknown",
            self._callers.extract({"traceparent": call.traceparent}),
            SpanKind.SERVER,
            _attributes(call),
            start_time=end - _nanoseconds(call.seconds),
        )
        if call.error_type == _SYSTEM_ERROR:
            span.set_status(Status(StatusCode.ERROR))
        below = set_span_in_context(span)
        for part in self._parts.pop(call.request_id, ()):
            child = self._tracer.start_span(part.name, below, SpanKind.CLIENT, part.attributes, start_time=part.start)
            child.end(part.end)
        span.end(end)

    def committed(self, group: Sequence[WriteCall], seconds: float) -> None:
        """Keep the time for each of the calls."""
        end = time.time_ns()
        part = _Part("commit", end - _nanoseconds(seconds), end, {"unyo.commit.calls": len(group)})
        for call in group:
            self._keep(call.request_id, part)

    def read(self, seconds: float) -> None:
        """Keep the time for the call that reads."""
        end = time.time_ns()
        self._keep(request_id.get(), _Part("read", end - _nanoseconds(seconds), end))

    def end(self) -> None:
        """Send what has not been sent."""
        self._provider.shutdown()

    def _keep(self, of: str, part: _Part) -> None:
        if len(self._parts) >= _MOST_KEPT:
            self._parts.pop(next(iter(self._parts)), None)
        self._parts.setdefault(of, []).append(part)


def sent_to(endpoint: str) -> Traces:
    """Traces that go to a collector; ``endpoint`` is its base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT."""
    return Traces(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))


def _attributes(call: Called) -> Attributes:
    told = {
        "unyo.request_id": call.request_id,
        "unyo.action": call.action,
        "unyo.master_id": call.master_id,
        "unyo.ticket_id": call.ticket_id,
        "error.type": call.error_type,
        "client.address": call.client,
        "http.request.method": call.method,
    }
    return {**{name: value for name, value in told.items() if value}, "http.response.status_code": call.status}


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
